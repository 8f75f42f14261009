//! Logging in and out with JSON.

use actix_session::Session;
use actix_web::http::header::HeaderValue;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use chatapp_domain::accounts::LogInError;
use chatapp_domain::password::Password;

use super::me;
use crate::body::Fields;
use crate::caller::{Leaver, Owner};
use crate::client_address;
use crate::error::{ApiError, FieldErrors};
use crate::headers;
use crate::log_in;
use crate::openapi::{BodyRefusals, Refusals, Trouble};
use crate::session;
use crate::shared::Shared;
use crate::site;
use crate::wire;

/// Log in
///
/// The answer sets the session cookie.
#[utoipa::path(
    post,
    path = "/api/v1/session/",
    tag = "account",
    request_body(
        content((wire::Credentials = "application/json"), (wire::Credentials = "application/x-www-form-urlencoded")),
    ),
    responses(
        (status = 200, description = "You are logged in.", body = wire::Me),
        (status = 403, description = "Another site's page asked.", body = wire::Problem),
        BodyRefusals,
        Trouble,
    ),
    security(()),
)]
pub(crate) async fn log_in(
    request: HttpRequest,
    mut fields: Fields,
    session: Session,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    site::refuse_others(&request)?;
    let mut errors = FieldErrors::default();
    let (username, password) = (fields.text("username", &mut errors), fields.text("password", &mut errors));
    let (Some(username), Some(password)) = (username, password) else { return Err(ApiError::Fields(errors)) };
    let user = log_in::log_in(&request, &session, &shared, &username, password).await?;
    me::answer(&user, &shared).await
}

/// Give your password again
///
/// Administering asks for it after a while: code `password_required`.
#[utoipa::path(
    post,
    path = "/api/v1/session/confirm/",
    tag = "account",
    request_body(
        content((wire::Confirmation = "application/json"), (wire::Confirmation = "application/x-www-form-urlencoded")),
    ),
    responses((status = 204, description = "It is yours."), BodyRefusals, Refusals),
    security(("session" = [])),
)]
pub(crate) async fn confirm(
    request: HttpRequest,
    owner: Owner,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let Some(password) = fields.text("password", &mut errors) else { return Err(ApiError::Fields(errors)) };
    // Whoever sits at an open session must not be able to guess the password there.
    let address = client_address::of(&request, &shared.settings);
    let name = owner.identity.username.as_str();
    let attempt = shared.throttles.log_in_anywhere(&*shared.services.nodes, name, address).await?;
    let confirmed =
        shared.services.accounts.confirm(&owner.identity, owner.session, Password::unchecked(password)).await;
    if !matches!(confirmed, Err(LogInError::Refused)) {
        attempt.forgive().await;
    }
    match confirmed {
        Err(LogInError::Refused) => Err(ApiError::field("password", "The password is not right.")),
        other => Ok(other.map(|()| HttpResponse::NoContent().finish())?),
    }
}

/// Log out
#[utoipa::path(
    delete,
    path = "/api/v1/session/",
    tag = "account",
    responses((status = 204, description = "The session is over."), Refusals),
    security(("session" = [])),
)]
pub(crate) async fn log_out(_: Leaver, session: Session) -> HttpResponse {
    leave(&session)
}

/// Ends the session, and has the browser forget what it kept of it.
pub(super) fn leave(session: &Session) -> HttpResponse {
    session::end(session);
    let clear = HeaderValue::from_static(headers::CLEAR_ON_LOG_OUT);
    HttpResponse::NoContent().insert_header((headers::CLEAR_SITE_DATA, clear)).finish()
}
