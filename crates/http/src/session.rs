//! Log-in sessions behind a cookie. The cookie holds a signed random key, the store holds that key's hash, and who it
//! stands for is asked anew with each request, so that an ended session ends everywhere.

mod state;
mod store;

use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Key, SameSite};
use chatapp_domain::password::PasswordMark;
use chatapp_domain::user::UserId;

use self::state::LogIn;
pub(crate) use self::state::LoggedIn;
use self::store::AccountSessions;
use crate::error::ApiError;
use crate::shared::Shared;

/// Longer than any session lives: the server's own clock decides.
const COOKIE_AGE: Duration = Duration::days(30);

/// Loads the session before a handler, and opens or closes one after it.
pub(crate) fn middleware(shared: &Shared) -> SessionMiddleware<AccountSessions> {
    let settings = &shared.settings;
    let store = AccountSessions::new(shared.services.accounts.clone());
    SessionMiddleware::builder(store, Key::from(settings.cookie_key.as_bytes()))
        .cookie_name(cookie_name(settings.secure_cookies).to_owned())
        .cookie_secure(settings.secure_cookies)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(PersistentSession::default().session_ttl(COOKIE_AGE))
        .build()
}

/// A name with this prefix is only kept by browsers if it was set over https by this very host.
fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-chatapp_session" } else { "chatapp_session" }
}

/// Opens a session once the handler has answered, under a new key: whoever knew the old one knows nothing.
pub(crate) fn begin(
    session: &Session,
    logged_in: (UserId, PasswordMark),
    device: &str,
    address: &str,
) -> Result<(), ApiError> {
    session.renew();
    LogIn::new(logged_in, device, address).put(session)
}

/// Gives the session another key once the handler has answered. It stays the same session, and its sockets stay open.
pub(crate) fn change_key(session: &Session) -> Result<(), ApiError> {
    state::wish_for_new_key(session)
}

/// Ends the session once the handler has answered.
pub(crate) fn end(session: &Session) {
    session.purge();
}
