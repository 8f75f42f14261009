//! Deleting one's own account.

use actix_session::Session;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::departures::LeaveError;
use chatapp_domain::password::Password;

use super::session;
use crate::body::Fields;
use crate::caller::Owner;
use crate::client_address;
use crate::error::{ApiError, FieldErrors};
use crate::openapi::{BodyRefusals, Refusals};
use crate::shared::Shared;
use crate::wire;

/// Delete your account
///
/// For ever: your sessions end, your sockets close (4401), and nothing of you is kept but what you wrote to others. Their copy
/// of it stays, and names a deleted user. Nobody gets your name.
#[utoipa::path(
    delete,
    path = "/api/v1/me/",
    tag = "account",
    request_body(content((wire::Leave = "application/json"), (wire::Leave = "application/x-www-form-urlencoded"))),
    responses(
        (status = 204, description = "The account is gone."),
        (status = 409, description = "You are the last active superuser.", body = wire::Problem),
        BodyRefusals,
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn leave(
    request: HttpRequest,
    owner: Owner,
    mut fields: Fields,
    session: Session,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let Some(password) = fields.text("password", &mut errors) else { return Err(ApiError::Fields(errors)) };
    // Whoever sits at an open session must not be able to guess the password there.
    let address = client_address::of(&request, &shared.settings);
    let attempt =
        shared.throttles.log_in_anywhere(&*shared.services.nodes, owner.identity.username.as_str(), address).await?;
    let left = shared.services.departures.leave(&owner.identity, Password::unchecked(password)).await;
    if !matches!(left, Err(LeaveError::Password)) {
        attempt.forgive().await;
    }
    left?;
    Ok(session::leave(&session))
}
