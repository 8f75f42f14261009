//! Blocking people.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chatapp_domain::presence::Seen;

use crate::caller::Caller;
use crate::error::ApiError;
use crate::json;
use crate::openapi::Refusals;
use crate::path::Name;
use crate::shared::Shared;
use crate::wire;

/// Whom you block
#[utoipa::path(
    get,
    path = "/api/v1/me/block/",
    tag = "people",
    responses((status = 200, description = "In the order of their usernames.", body = wire::People), Refusals),
)]
pub(crate) async fn list(caller: Caller, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let people = shared.services.blocking.blocked(&caller.identity).await?;
    // Whoever is kept apart does not see whether the other is there.
    let results = people.iter().map(|person| wire::User::new(person, Seen::default())).collect();
    Ok(json::ok(&wire::People { results }))
}

/// Block somebody
///
/// From now on neither of you can write to the other, nor sees whether the other is there or types. Nobody is told.
#[utoipa::path(
    put,
    path = "/api/v1/me/block/{username}/",
    tag = "people",
    params(("username" = String, Path)),
    responses(
        (status = 204, description = "They are blocked, perhaps since long ago."),
        (status = 400, description = "It is you, or you block 1,000 people.", body = wire::FieldProblems),
        (status = 404, description = "Nobody has that name.", body = wire::Problem),
        Refusals,
    ),
)]
pub(crate) async fn block(caller: Caller, name: Name, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    shared.services.blocking.block(&caller.identity, &name.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Unblock somebody
#[utoipa::path(
    delete,
    path = "/api/v1/me/block/{username}/",
    tag = "people",
    params(("username" = String, Path)),
    responses(
        (status = 204, description = "You do not block them, and perhaps never did."),
        (status = 404, description = "Nobody has that name.", body = wire::Problem),
        Refusals,
    ),
)]
pub(crate) async fn unblock(caller: Caller, name: Name, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    match shared.services.blocking.unblock(&caller.identity, &name.0).await? {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(ApiError::NotFound),
    }
}
