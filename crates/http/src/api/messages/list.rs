//! Listing messages: in numbered pages as the original does, by their numbers, or along a conversation.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::message::{MessageId, Seq};
use chatapp_domain::page::{Cursor, Numbered, PageNumber, PageSize};

use super::search::search;
use crate::caller::Caller;
use crate::coalescing;
use crate::error::ApiError;
use crate::json;
use crate::openapi::{InvalidQuery, MessageLists, Refusals};
use crate::path::number;
use crate::query::Query;
use crate::shared::Shared;
use crate::site;
use crate::wire;

/// How many messages can be asked for by number at once.
const MAX_IDS: usize = 100;

/// Messages
///
/// With `ids`: those of them that are yours. With `search`: those in which all words occur, newest first, each with the
/// places of the words; case and accents do not count. With `after_seq` or `before_seq`: a stretch of the conversation with
/// `target`. Otherwise numbered pages, newest first, of the conversation with `target` or of everything.
#[utoipa::path(
    get,
    path = "/api/v1/message/",
    tag = "messages",
    params(
        ("target" = Option<String>, Query, description = "The other person of the conversation."),
        ("search" = Option<String>, Query, description = "Words, by their beginnings; at most 100 characters."),
        ("cursor" = Option<String>, Query, description = "With `search`: from the `next` of the page before."),
        ("page" = Option<String>, Query, description = "A number from 1, or `last`."),
        ("ids" = Option<String>, Query, description = "At most 100 numbers with commas between."),
        ("after_seq" = Option<i64>, Query, minimum = 0, description = "What comes after, oldest first."),
        ("before_seq" = Option<i64>, Query, minimum = 0, description = "What comes before, newest first."),
        ("limit" = Option<i64>, Query, minimum = 1, description = "With `after_seq`, `before_seq` and `search`: at most 100."),
    ),
    responses(MessageLists, InvalidQuery, Refusals),
)]
pub(crate) async fn list(
    caller: Caller,
    query: Query,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    if let Some(ids) = query.text("ids") {
        return by_ids(&caller, ids, &shared).await;
    }
    if let Some(words) = query.text("search") {
        return search(&caller, words, &query, &request, &shared).await;
    }
    if let Some(cursor) = cursor(&query)? {
        let target = query.text("target").ok_or_else(|| ApiError::field("target", "This field is required."))?;
        let size = query.limit()?.unwrap_or(shared.page_size);
        return coalescing::answer(&request, &caller, || history(&caller, target, cursor, size, &shared)).await;
    }
    let number = page_number(&query)?;
    let links = Links { query: &query, request: &request };
    coalescing::answer(&request, &caller, || page(&caller, number, &links, &shared)).await
}

async fn by_ids(caller: &Caller, ids: &str, shared: &Shared) -> Result<HttpResponse, ApiError> {
    let ids = parse_ids(ids)?;
    let messages = shared.services.messaging.find_all(&caller.identity, ids).await?;
    Ok(json::ok(&wire::Messages { results: wire::Message::all_seen_by(caller.identity.id, &messages) }))
}

fn parse_ids(text: &str) -> Result<Vec<MessageId>, ApiError> {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > MAX_IDS {
        return Err(ApiError::field("ids", format!("Ensure this field has no more than {MAX_IDS} elements.")));
    }
    if !parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(ApiError::field("ids", "A valid integer is required."));
    }
    // A number that is too long, like one that is not there, names no message.
    Ok(parts.into_iter().filter_map(number).map(MessageId).collect())
}

fn cursor(query: &Query) -> Result<Option<Cursor>, ApiError> {
    match (query.number("after_seq", 0)?, query.number("before_seq", 0)?) {
        (Some(_), Some(_)) => Err(ApiError::field("non_field_errors", "Give after_seq or before_seq, but not both.")),
        (Some(seq), None) => Ok(Some(Cursor::After(Seq(seq)))),
        (None, Some(seq)) => Ok(Some(Cursor::Before(Seq(seq)))),
        (None, None) => Ok(None),
    }
}

async fn history(
    caller: &Caller,
    target: &str,
    cursor: Cursor,
    size: PageSize,
    shared: &Shared,
) -> Result<Bytes, ApiError> {
    let history = shared.services.messaging.history(caller.identity.clone(), target, cursor, size).await?;
    json::written(&wire::MessageHistory {
        results: wire::Message::all_seen_by(caller.identity.id, &history.messages),
        last_seq: history.last_seq.0,
        forgotten_seq: Some(history.forgotten_seq.0).filter(|seq| *seq > 0),
    })
}

async fn page(caller: &Caller, number: PageNumber, links: &Links<'_>, shared: &Shared) -> Result<Bytes, ApiError> {
    let (me, target) = (caller.identity.clone(), links.query.text("target"));
    let page = shared.services.messaging.page(me, target, number, shared.page_size).await?;
    json::written(&wire::MessagePage {
        count: page.count,
        next: links.next(&page)?,
        previous: links.previous(&page)?,
        results: wire::Message::all_seen_by(caller.identity.id, &page.messages),
    })
}

fn page_number(query: &Query) -> Result<PageNumber, ApiError> {
    match query.text("page") {
        None => Ok(PageNumber::Number(1)),
        Some(_) if query.count("page") > 1 => Err(ApiError::InvalidPage),
        Some("last") => Ok(PageNumber::Last),
        Some(text) => number(text).map(PageNumber::Number).ok_or(ApiError::InvalidPage),
    }
}

/// The links from one page to those beside it, as Django REST framework writes them.
struct Links<'a> {
    query: &'a Query,
    request: &'a HttpRequest,
}

impl Links<'_> {
    fn next(&self, page: &Numbered) -> Result<Option<String>, ApiError> {
        let next = page.has_next.then(|| (page.number + 1).to_string());
        next.map(|number| self.to(Some(&number))).transpose()
    }

    fn previous(&self, page: &Numbered) -> Result<Option<String>, ApiError> {
        match page.number {
            ..=1 => Ok(None),
            2 => self.to(None).map(Some),
            number => self.to(Some(&(number - 1).to_string())).map(Some),
        }
    }

    fn to(&self, number: Option<&str>) -> Result<String, ApiError> {
        let query = self.query.with("page", number);
        let separator = if query.is_empty() { "" } else { "?" };
        site::absolute(self.request, &format!("/api/v1/message/{separator}{query}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_are_numbers_or_a_field_error(text in prop_oneof!["[0-9, +-]{0,60}", "\\PC{0,20}", "([0-9]{1,3},){98,103}"]) {
            match parse_ids(&text) {
                Ok(ids) => {
                    prop_assert!(ids.len() <= MAX_IDS && ids.iter().all(|id| id.0 > 0));
                    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
                    prop_assert!(ids.iter().all(|id| parts.contains(&id.0.to_string().as_str())));
                }
                Err(error) => prop_assert!(matches!(error, ApiError::Fields(_))),
            }
        }

        #[test]
        fn a_page_is_a_number_or_not_there(text in prop_oneof!["page=[0-9+-]{0,21}", "page=(last|%6cast|LAST)", "\\PC{0,20}"]) {
            let Ok(query) = Query::parse(&text) else { return Ok(()) };
            match page_number(&query) {
                Ok(PageNumber::Number(number)) => prop_assert!(number > 0),
                Ok(PageNumber::Last) => prop_assert_eq!(query.text("page"), Some("last")),
                Err(error) => prop_assert!(matches!(error, ApiError::InvalidPage)),
            }
        }

        #[test]
        fn a_cursor_goes_one_way(text in "((after|before)_seq=-?[0-9]{0,20}&?){0,3}") {
            match cursor(&Query::parse(&text).unwrap()) {
                Ok(Some(Cursor::After(Seq(seq)) | Cursor::Before(Seq(seq)))) => prop_assert!(seq >= 0),
                Ok(None) => prop_assert!(!text.contains("seq")),
                Err(error) => prop_assert!(matches!(error, ApiError::Fields(_))),
            }
        }
    }
}
