//! Looking for messages by what they say.

use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::event::Pos;
use chatapp_domain::search::SearchQuery;

use crate::caller::Caller;
use crate::error::ApiError;
use crate::json;
use crate::path::number;
use crate::query::Query;
use crate::shared::Shared;
use crate::site;
use crate::wire;

/// A page of what is found.
pub(super) async fn search(
    caller: &Caller,
    words: &str,
    query: &Query,
    request: &HttpRequest,
    shared: &Shared,
) -> Result<HttpResponse, ApiError> {
    let wanted = SearchQuery::parse(words).map_err(|error| ApiError::field("search", error.to_string()))?;
    let (me, size) = (&caller.identity, query.limit()?.unwrap_or(shared.page_size));
    let found = shared.services.search.find(me, &wanted, query.text("target"), cursor(query)?, size).await?;
    let next = found.next.map(|Pos(pos)| query.with("cursor", Some(&pos.to_string())));
    let next = next.map(|query| site::absolute(request, &format!("/api/v1/message/?{query}"))).transpose()?;
    let results = found.hits.iter().map(|hit| wire::FoundMessage::seen_by(me.id, hit)).collect();
    Ok(json::ok(&wire::FoundMessages { next, results }))
}

fn cursor(query: &Query) -> Result<Option<Pos>, ApiError> {
    let Some(text) = query.text("cursor") else { return Ok(None) };
    number(text).map(|pos| Some(Pos(pos))).ok_or_else(|| ApiError::field("cursor", "Invalid cursor."))
}
