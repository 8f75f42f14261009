//! What a session's state says, as actix-session carries it: a map of names to JSON.

use std::collections::HashMap;

use actix_session::{Session, SessionExt};
use actix_web::HttpRequest;
use chatapp_domain::password::PasswordMark;
use chatapp_domain::session::ActiveSession;
use chatapp_domain::user::UserId;
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// The map that stores are given and give.
pub(super) type State = HashMap<String, String>;

/// Whom a session stands for. Made from the store's answer, never stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LoggedIn {
    pub(crate) user: i64,
    pub(crate) username: String,
    pub(crate) session: i64,
    pub(crate) is_superuser: bool,
    /// When the password was last given, in microseconds since 1970.
    pub(crate) confirmed_at: i64,
}

impl LoggedIn {
    const KEY: &str = "logged_in";

    /// Whom the request's session stands for, if there is one.
    pub(crate) fn of(request: &HttpRequest) -> Option<Self> {
        request.get_session().get(Self::KEY).ok().flatten()
    }

    pub(super) fn state(active: &ActiveSession) -> Result<State, serde_json::Error> {
        let logged_in = Self {
            user: active.user.id.0,
            username: active.user.username.as_str().to_owned(),
            session: active.session.id.0,
            is_superuser: active.user.is_superuser,
            confirmed_at: active.session.confirmed_at.as_micros(),
        };
        Ok(State::from([(Self::KEY.to_owned(), serde_json::to_string(&logged_in)?)]))
    }
}

/// The wish for another key.
const NEW_KEY: &str = "new_key";

pub(super) fn wish_for_new_key(session: &Session) -> Result<(), ApiError> {
    session.insert(NEW_KEY, true).map_err(|error| ApiError::Failed(error.to_string().into()))
}

pub(super) fn wants_new_key(state: &State) -> bool {
    state.contains_key(NEW_KEY)
}

/// The wish to open a session.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LogIn {
    user: i64,
    /// Which password it was.
    password: [u8; 32],
    pub(super) device: String,
    pub(super) address: String,
}

impl LogIn {
    const KEY: &str = "log_in";

    pub(super) fn new((user, password): (UserId, PasswordMark), device: &str, address: &str) -> Self {
        Self { user: user.0, password: password.0, device: device.to_owned(), address: address.to_owned() }
    }

    /// Who logs in, and with which password.
    pub(super) fn logged_in(&self) -> (UserId, PasswordMark) {
        (UserId(self.user), PasswordMark(self.password))
    }

    pub(super) fn put(&self, session: &Session) -> Result<(), ApiError> {
        session.insert(Self::KEY, self).map_err(|error| ApiError::Failed(error.to_string().into()))
    }

    pub(super) fn of(state: &State) -> Option<Self> {
        state.get(Self::KEY).and_then(|wish| serde_json::from_str(wish).ok())
    }
}
