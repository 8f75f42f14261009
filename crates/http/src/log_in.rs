//! What both ways of logging in have in common: checking the credentials, and opening a session for them.

use actix_session::Session;
use actix_web::HttpRequest;
use actix_web::http::header;
use chatapp_domain::password::Password;
use chatapp_domain::user::User;

use crate::client_address;
use crate::error::ApiError;
use crate::session;
use crate::shared::Shared;

/// Logs in whoever the credentials name. The session cookie goes with the answer.
pub(crate) async fn log_in(
    request: &HttpRequest,
    session: &Session,
    shared: &Shared,
    username: &str,
    password: String,
) -> Result<User, ApiError> {
    let user = shared.services.accounts.authenticate(username, Password::unchecked(password)).await?;
    let device = request.headers().get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let address = client_address::of(request, &shared.settings);
    let address = address.map(|address| address.to_string()).unwrap_or_default();
    session::begin(session, user.id, device.as_deref().unwrap_or_default(), &address)?;
    Ok(user)
}
