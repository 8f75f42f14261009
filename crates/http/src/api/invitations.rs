//! Invitations, for superusers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chatapp_domain::invitations::{Invitations, Made};
use chatapp_domain::ports::invitations::InvitationId;
use chatapp_domain::user::Email;

use crate::body::Fields;
use crate::error::{ApiError, FieldErrors};
use crate::json;
use crate::openapi::{BodyRefusals, Refusals};
use crate::path::Id;
use crate::shared::Shared;
use crate::superuser::Superuser;
use crate::wire;

/// The newest invitations
#[utoipa::path(
    get,
    path = "/api/v1/admin/invitation/",
    tag = "administration",
    responses(
        (status = 200, description = "At most 1,000, the newest first.", body = wire::InvitationList),
        (status = 404, description = "You may not administer.", body = wire::Problem),
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn list(_: Superuser, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let invitations = shared.services.invitations.list().await?;
    Ok(json::ok(&wire::InvitationList { results: invitations.iter().map(wire::Invitation::new).collect() }))
}

/// Invite somebody
///
/// The token is shown this once. It is good for one account. With an address, its link is mailed there.
#[utoipa::path(
    post,
    path = "/api/v1/admin/invitation/",
    tag = "administration",
    request_body(
        content((wire::InvitationWish = "application/json"), (wire::InvitationWish = "application/x-www-form-urlencoded")),
    ),
    responses(
        (status = 201, description = "The invitation.", body = wire::NewInvitation),
        (status = 404, description = "You may not administer.", body = wire::Problem),
        BodyRefusals,
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn make(
    superuser: Superuser,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let links = shared.services.links.as_ref().ok_or(ApiError::MailOff)?;
    let mut errors = FieldErrors::default();
    let email = fields.optional_text("email", &mut errors).flatten().unwrap_or_default();
    let email = errors.check("email", Email::parse(&email));
    let days = fields.optional_count("expires_in_days", &mut errors).flatten();
    let days = days.map_or(Some(Invitations::DEFAULT_DAYS), |days| {
        let days = u32::try_from(days).ok().filter(|days| (1..=Invitations::MOST_DAYS).contains(days));
        errors.check("expires_in_days", days.ok_or("Ensure this value is between 1 and 365."))
    });
    let (Some(email), Some(days), true) = (email, days, errors.is_empty()) else {
        return Err(ApiError::Fields(errors));
    };
    let Made { invitation, token, mailed } = shared.services.invitations.make(superuser.actor, email, days).await?;
    let made = wire::NewInvitation::new(&invitation, token.expose(), links.sign_up(&token), mailed);
    Ok(json::respond(StatusCode::CREATED, &made))
}

/// Take an invitation back
#[utoipa::path(
    delete,
    path = "/api/v1/admin/invitation/{id}/",
    tag = "administration",
    params(("id" = i64, Path, description = "Its number.")),
    responses(
        (status = 204, description = "Nobody can use it any more."),
        (status = 404, description = "There is none, or you may not administer.", body = wire::Problem),
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn withdraw(superuser: Superuser, Id(id): Id, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    match shared.services.invitations.withdraw(InvitationId(id), superuser.actor).await? {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(ApiError::NotFound),
    }
}
