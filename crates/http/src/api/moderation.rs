//! Everybody's messages, for those who administer.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::calendar::Period;
use chatapp_domain::message::MessageId;
use chatapp_domain::moderation::Wish;
use chatapp_domain::ports::moderation::Place;
use chatapp_domain::user::UserId;

use crate::error::ApiError;
use crate::json;
use crate::openapi::{AdminRefusals, InvalidQuery, Refusals};
use crate::path::Id;
use crate::query::Query;
use crate::seek;
use crate::shared::Shared;
use crate::superuser::Superuser;
use crate::wire;

/// Everybody's messages, the newest first
///
/// Without their texts. A `search` means a message's number; or else people whose names begin so, listed one after the
/// other; or else, where those who administer may read, words in the texts, which a quotation mark before them says too. A
/// page may be short or empty and have a `next` all the same: one request looks at a bounded number of messages.
#[utoipa::path(
    get,
    path = "/api/v1/admin/message/",
    tag = "administration",
    params(
        ("id" = Option<i64>, Query, minimum = 1, description = "The message of this number."),
        ("sender" = Option<String>, Query, description = "What this person sent."),
        ("recipient" = Option<String>, Query, description = "What this person received."),
        ("search" = Option<String>, Query, description = "A number, the beginning of a name, or words."),
        ("year" = Option<i64>, Query, minimum = 1, maximum = 9999, description = "Of this year, in UTC."),
        ("month" = Option<i64>, Query, minimum = 1, maximum = 12, description = "Of this month of it."),
        ("day" = Option<i64>, Query, minimum = 1, maximum = 31, description = "Of this day of that."),
        ("limit" = Option<i64>, Query, minimum = 1, description = "50 without it, at most 100."),
        ("cursor" = Option<String>, Query, description = "From the `next` of the page before."),
    ),
    responses(
        (status = 200, description = "A page of them.", body = wire::ListedMessages),
        AdminRefusals,
        InvalidQuery,
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn list(
    superuser: Superuser,
    query: Query,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let size = seek::limit(&query)?;
    let wish = Wish {
        id: query.number("id", 1)?.map(MessageId),
        sender: given(&query, "sender"),
        recipient: given(&query, "recipient"),
        period: period(&query)?,
        search: given(&query, "search"),
    };
    let page = shared.services.moderation.list(wish, seek::cursor(&query, read)?, size, superuser.actor).await?;
    let next = seek::next(&request, &query, "/api/v1/admin/message/", page.next.map(written))?;
    Ok(json::ok(&wire::ListedMessages { next, results: page.messages.iter().map(wire::ListedMessage::from).collect() }))
}

/// How many messages there are of each year, month or day
///
/// In UTC. Of one person's messages, or of two people's, only the latest 100,000 are counted.
#[utoipa::path(
    get,
    path = "/api/v1/admin/message/date/",
    tag = "administration",
    params(
        ("year" = Option<i64>, Query, minimum = 1, maximum = 9999, description = "The months of this year."),
        ("month" = Option<i64>, Query, minimum = 1, maximum = 12, description = "The days of this month of it."),
        ("sender" = Option<String>, Query, description = "Of what this person sent."),
        ("recipient" = Option<String>, Query, description = "Of what this person received."),
    ),
    responses(
        (status = 200, description = "Those of which there are any, the earliest first.", body = wire::DateCounts),
        AdminRefusals,
        InvalidQuery,
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn dates(_: Superuser, query: Query, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    period(&query)?;
    let (year, month) = (query.number("year", 1)?, query.number("month", 1)?);
    let (sender, recipient) = (given(&query, "sender"), given(&query, "recipient"));
    let counts = shared.services.moderation.dates(year, month, sender, recipient).await?;
    Ok(json::ok(&wire::DateCounts { results: counts.iter().map(wire::DateCount::from).collect() }))
}

/// One message
///
/// With its text where those who administer may read, which the log then says.
#[utoipa::path(
    get,
    path = "/api/v1/admin/message/{id}/",
    tag = "administration",
    params(("id" = i64, Path, description = "The message's number.")),
    responses(
        (status = 200, description = "The message.", body = wire::LookedAtMessage),
        AdminRefusals,
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn show(superuser: Superuser, Id(id): Id, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let moderation = &shared.services.moderation;
    let message = moderation.look(MessageId(id), superuser.actor).await?.ok_or(ApiError::NotFound)?;
    Ok(json::ok(&wire::LookedAtMessage::of(&message, moderation.reads())))
}

/// Delete a message
///
/// For both people, on all their devices: it keeps its place and says nothing any more.
#[utoipa::path(
    delete,
    path = "/api/v1/admin/message/{id}/",
    tag = "administration",
    params(("id" = i64, Path, description = "The message's number.")),
    responses(
        (status = 204, description = "It is deleted."),
        AdminRefusals,
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn delete(superuser: Superuser, Id(id): Id, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let is_there = shared.services.moderation.delete(MessageId(id), superuser.actor).await?;
    if is_there { Ok(HttpResponse::new(StatusCode::NO_CONTENT)) } else { Err(ApiError::NotFound) }
}

/// A filter that is given and not blank.
fn given(query: &Query, name: &str) -> Option<String> {
    query.text(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn period(query: &Query) -> Result<Option<Period>, ApiError> {
    let (year, month, day) = (query.number("year", 1)?, query.number("month", 1)?, query.number("day", 1)?);
    match (year, month, day) {
        (None, None, None) => Ok(None),
        (None, ..) => Err(ApiError::field("year", "This field is required.")),
        (Some(_), None, Some(_)) => Err(ApiError::field("month", "This field is required.")),
        (Some(year), month, day) => {
            let period = Period::of(year, month, day);
            period.map(Some).ok_or_else(|| ApiError::field("non_field_errors", "There is no such date."))
        }
    }
}

/// A place as a cursor: a person's number and a message's, or a message's alone.
fn read(cursor: &str) -> Option<Place> {
    let (person, before) = match cursor.split_once('.') {
        Some((person, before)) => (Some(UserId(person.parse().ok()?)), before),
        None => (None, cursor),
    };
    Some(Place { person, before: before.parse().ok()? })
}

fn written(place: Place) -> String {
    match place.person {
        Some(person) => format!("{}.{}", person.0, place.before),
        None => place.before.to_string(),
    }
}
