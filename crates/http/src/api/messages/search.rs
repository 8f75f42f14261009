//! Looking for messages by what they say.

use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::event::Pos;
use chatapp_domain::search::SearchQuery;

use crate::caller::Caller;
use crate::error::ApiError;
use crate::json;
use crate::path::number;
use crate::query::Query;
use crate::seek;
use crate::shared::Shared;
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
    let before = seek::cursor(query, |text| number(text).map(Pos))?;
    let found = shared.services.search.find(me, &wanted, query.text("target"), before, size).await?;
    let next = seek::next(request, query, "/api/v1/message/", found.next.map(|Pos(pos)| pos))?;
    let results = found.hits.iter().map(|hit| wire::FoundMessage::seen_by(me.id, hit)).collect();
    Ok(json::ok(&wire::FoundMessages { next, results }))
}
