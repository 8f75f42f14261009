//! What both ways of logging in have in common: checking the credentials, and opening a session for them.

use actix_session::Session;
use actix_web::HttpRequest;
use actix_web::http::header;
use chatapp_domain::accounts::LogInError;
use chatapp_domain::password::Password;
use chatapp_domain::user::User;

use crate::client_address;
use crate::error::ApiError;
use crate::session;
use crate::shared::Shared;

/// Logs in whoever the credentials name. The session cookie goes with the answer. Too many tries are refused before any
/// password is looked at.
pub(crate) async fn log_in(
    request: &HttpRequest,
    session: &Session,
    shared: &Shared,
    username: &str,
    password: String,
) -> Result<User, ApiError> {
    let address = client_address::of(request, &shared.settings);
    let attempt = shared.throttles.log_in_anywhere(&*shared.services.nodes, username, address).await?;
    let found = shared.services.accounts.log_in(username, Password::unchecked(password)).await;
    if !matches!(found, Err(LogInError::Refused)) {
        attempt.forgive().await;
    }
    let (user, password) = found?;
    let device = request.headers().get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    session::begin(session, (user.id, password), device.as_deref().unwrap_or_default(), &address.to_string())?;
    Ok(user)
}
