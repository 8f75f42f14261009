//! Conversations and how far they have been read.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::conversation::Conversation;
use chatapp_domain::event::Pos;
use chatapp_domain::message::Seq;

use crate::body::Fields;
use crate::caller::Caller;
use crate::coalescing;
use crate::error::{ApiError, FieldErrors};
use crate::json;
use crate::openapi::{BodyRefusals, InvalidQuery, Refusals};
use crate::path::{Name, number};
use crate::query::Query;
use crate::seek;
use crate::shared::Shared;
use crate::wire;

/// Your conversations, latest activity first
#[utoipa::path(
    get,
    path = "/api/v1/conversation/",
    tag = "conversations",
    params(
        ("limit" = Option<i64>, Query, minimum = 1, description = "50 without it, at most 100."),
        ("cursor" = Option<String>, Query, description = "From the `next` of the page before."),
    ),
    responses(
        (status = 200, description = "A page of them.", body = wire::ConversationPage),
        InvalidQuery,
        Refusals,
    ),
)]
pub(crate) async fn list(
    caller: Caller,
    query: Query,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let before = seek::cursor(&query, |text| number(text).map(Pos))?;
    let size = seek::limit(&query)?;
    let look = || async {
        let page = shared.services.conversations.list(&caller.identity, before, size).await?;
        let next = seek::next(&request, &query, "/api/v1/conversation/", page.next.map(|Pos(pos)| pos))?;
        let results = seen(&caller, &page.conversations, &shared).await?;
        json::written(&wire::ConversationPage { next, results })
    };
    coalescing::answer(&request, &caller, look).await
}

/// Say how far you have read
///
/// Positions only move forward, and past the end means the end. Both people's connections are told.
#[utoipa::path(
    put,
    path = "/api/v1/conversation/{username}/read/",
    tag = "conversations",
    params(("username" = String, Path, description = "The other person.")),
    request_body(
        content((wire::ReadMark = "application/json"), (wire::ReadMark = "application/x-www-form-urlencoded")),
    ),
    responses(
        (status = 200, description = "The conversation as it is now.", body = wire::Conversation),
        (status = 404, description = "Nothing was said between you.", body = wire::Problem),
        BodyRefusals,
        Refusals,
    ),
)]
pub(crate) async fn mark_read(
    caller: Caller,
    peer: Name,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let seq = fields.count("seq", &mut errors).ok_or(ApiError::Fields(errors))?;
    let marked = shared.services.conversations.mark_read(caller.identity.clone(), &peer.0, Seq(seq)).await?;
    let conversation = marked.ok_or(ApiError::NotFound)?;
    Ok(json::ok(&seen(&caller, std::slice::from_ref(&conversation), &shared).await?.first()))
}

/// Say how far you have received
///
/// Positions only move forward, past the end means the end, and what was read was received. The other person's
/// connections are told with a frame `delivered`, if you two share it.
#[utoipa::path(
    put,
    path = "/api/v1/conversation/{username}/delivered/",
    tag = "conversations",
    params(("username" = String, Path, description = "The other person.")),
    request_body(
        content((wire::ReadMark = "application/json"), (wire::ReadMark = "application/x-www-form-urlencoded")),
    ),
    responses(
        (status = 204, description = "It is noted."),
        (status = 404, description = "Nothing was said between you.", body = wire::Problem),
        BodyRefusals,
        Refusals,
    ),
)]
pub(crate) async fn mark_delivered(
    caller: Caller,
    peer: Name,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let seq = fields.count("seq", &mut errors).ok_or(ApiError::Fields(errors))?;
    let marked = shared.services.conversations.mark_delivered(caller.identity, &peer.0, Seq(seq)).await?;
    if marked { Ok(HttpResponse::NoContent().finish()) } else { Err(ApiError::NotFound) }
}

async fn seen<'a>(
    caller: &Caller,
    conversations: &'a [Conversation],
    shared: &Shared,
) -> Result<Vec<wire::Conversation<'a>>, ApiError> {
    let me = &caller.identity;
    let peers = shared.services.presence.seen_by(me, conversations.iter().map(|one| &one.peer)).await?;
    Ok(conversations.iter().zip(peers).map(|(one, peer)| wire::Conversation::seen_by(me.id, one, peer)).collect())
}
