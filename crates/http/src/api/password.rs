//! Forgotten and changed passwords.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::accounts::ChangePasswordError;
use chatapp_domain::password::Password;
use chatapp_domain::user::EmailKey;

use super::account::token;
use crate::body::Fields;
use crate::caller::Owner;
use crate::client_address;
use crate::error::{ApiError, FieldErrors};
use crate::json;
use crate::openapi::{BodyRefusals, Refusals, Trouble};
use crate::session;
use crate::shared::Shared;
use crate::stranger::Stranger;
use crate::throttle::MailKind;
use crate::wire;

/// Tell of a forgotten password
///
/// Whether anybody has the address changes neither the answer nor how long it takes.
#[utoipa::path(
    post,
    path = "/api/v1/password/forgot/",
    tag = "password",
    request_body(content((wire::Forgotten = "application/json"), (wire::Forgotten = "application/x-www-form-urlencoded"))),
    responses(
        (status = 202, description = "If there is such an account, a mail is on its way.", body = wire::Detail),
        (status = 403, description = "This server sends no mail, or another site's page asked.", body = wire::Problem),
        BodyRefusals,
        Trouble,
    ),
    security(()),
)]
pub(crate) async fn forgot(
    Stranger(address): Stranger,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let Some(email) = fields.filled("email", &mut errors) else { return Err(ApiError::Fields(errors)) };
    let recovery = &shared.services.recovery;
    if !recovery.is_on() {
        return Err(ApiError::MailOff);
    }
    shared.throttles.forgotten(address)?;
    shared.throttles.mail(MailKind::Forgotten, &EmailKey::of(&email))?;
    recovery.forgot(&email).await?;
    let detail = "If there is an account with this address, a mail with a link is on its way.";
    Ok(json::respond(StatusCode::ACCEPTED, &wire::Detail { detail }))
}

/// Choose a new password with a mailed link
///
/// Ends everything that was logged in, and all tokens.
#[utoipa::path(
    post,
    path = "/api/v1/password/reset/",
    tag = "password",
    request_body(content((wire::Reset = "application/json"), (wire::Reset = "application/x-www-form-urlencoded"))),
    responses(
        (status = 204, description = "The password is changed. Log in with it."),
        (status = 403, description = "Another site's page asked.", body = wire::Problem),
        BodyRefusals,
        Trouble,
    ),
    security(()),
)]
pub(crate) async fn reset(
    Stranger(address): Stranger,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let new = fields.text("new_password", &mut errors);
    let (token, Some(new)) = (token(&mut fields)?, new) else { return Err(ApiError::Fields(errors)) };
    shared.throttles.link(address)?;
    shared.services.recovery.reset(&token, &new).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Change the password
///
/// Ends everything else that was logged in, and all tokens, and gives this session another key.
#[utoipa::path(
    post,
    path = "/api/v1/password/change/",
    tag = "password",
    request_body(content((wire::Change = "application/json"), (wire::Change = "application/x-www-form-urlencoded"))),
    responses((status = 204, description = "The password is changed."), BodyRefusals, Refusals),
    security(("session" = [])),
)]
pub(crate) async fn change(
    request: HttpRequest,
    owner: Owner,
    mut fields: Fields,
    session: Session,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let (old, new) = (fields.text("old_password", &mut errors), fields.text("new_password", &mut errors));
    let (Some(old), Some(new)) = (old, new) else { return Err(ApiError::Fields(errors)) };
    let Owner { identity, session: current } = owner;
    // Whoever sits at an open session must not be able to guess the password there.
    let address = client_address::of(&request, &shared.settings);
    let nodes = &*shared.services.nodes;
    let guess = shared.throttles.log_in_anywhere(nodes, identity.username.as_str(), address).await?;
    let accounts = &shared.services.accounts;
    let changed = accounts.change_password(&identity.username, current, Password::unchecked(old), &new).await;
    if !matches!(changed, Err(ChangePasswordError::Old)) {
        guess.forgive().await;
    }
    shared.services.recovery.tell_changed(&changed?);
    session::change_key(&session)?;
    Ok(HttpResponse::NoContent().finish())
}
