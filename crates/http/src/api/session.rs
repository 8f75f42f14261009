//! Logging in and out with JSON.

use actix_session::Session;
use actix_web::http::header::HeaderValue;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::me;
use crate::body::Fields;
use crate::caller::Leaver;
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
