//! One's own sessions: where one is logged in, and ending that.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::Data;
use chatapp_domain::session::SessionId;

use super::session;
use crate::caller::Owner;
use crate::error::ApiError;
use crate::json;
use crate::openapi::Refusals;
use crate::path::Id;
use crate::shared::Shared;
use crate::wire;

/// Where you are logged in
#[utoipa::path(
    get,
    path = "/api/v1/me/session/",
    tag = "account",
    responses((status = 200, description = "Your sessions.", body = wire::Sessions), Refusals),
    security(("session" = [])),
)]
pub(crate) async fn list(owner: Owner, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let sessions = shared.services.accounts.sessions(owner.identity.id).await?;
    let results = sessions.iter().map(|session| wire::Session::seen_from(owner.session, session)).collect();
    Ok(json::ok(&wire::Sessions { results }))
}

/// End one of your sessions
///
/// Its requests are refused and its sockets closed (4401) from now on. Ending the one that asks is logging out.
#[utoipa::path(
    delete,
    path = "/api/v1/me/session/{id}/",
    tag = "account",
    params(("id" = i64, Path, description = "The session's number.")),
    responses(
        (status = 204, description = "It is over."),
        (status = 404, description = "Not there, or not yours.", body = wire::Problem),
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn end(
    owner: Owner,
    id: Id,
    session: Session,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let id = SessionId(id.0);
    if !shared.services.accounts.end_session(owner.identity.id, id).await? {
        return Err(ApiError::NotFound);
    }
    Ok(if id == owner.session { session::leave(&session) } else { HttpResponse::NoContent().finish() })
}

/// Log out everywhere else
///
/// Ends all of your sessions but the one that asks.
#[utoipa::path(
    delete,
    path = "/api/v1/me/session/",
    tag = "account",
    responses((status = 204, description = "You are logged in here and nowhere else."), Refusals),
    security(("session" = [])),
)]
pub(crate) async fn end_others(owner: Owner, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    shared.services.accounts.end_sessions(owner.identity.id, Some(owner.session)).await?;
    Ok(HttpResponse::NoContent().finish())
}
