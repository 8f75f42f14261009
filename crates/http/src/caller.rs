//! Who is asking. A handler that takes a [`Caller`] cannot be reached without credentials, nor by a write from another
//! site's page, nor more often than one person may.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use chatapp_domain::session::SessionId;
use chatapp_domain::user::{Identity, UserId, Username};

use crate::error::ApiError;
use crate::session::LoggedIn;
use crate::shared::Shared;
use crate::site;

/// A person with a session.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) identity: Identity,
    pub(crate) session: SessionId,
}

/// For the access log: whose request this was.
#[derive(Clone, Copy)]
pub(crate) struct KnownUser(pub(crate) UserId);

impl Caller {
    /// The session's person, whatever else the request says.
    pub(crate) fn of_session(request: &HttpRequest) -> Option<Self> {
        let logged_in = LoggedIn::of(request)?;
        let identity = Identity { id: UserId(logged_in.user), username: Username::from_store(logged_in.username) };
        if log::log_enabled!(target: "chatapp::access", log::Level::Info) {
            request.extensions_mut().insert(KnownUser(identity.id));
        }
        Some(Self { identity, session: SessionId(logged_in.session) })
    }

    /// The person that the request's credentials name.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        // A bearer token is never put aside in favour of a cookie that came along.
        if names_bearer(request) {
            return Err(ApiError::InvalidToken);
        }
        Self::of_session(request).ok_or(ApiError::NotAuthenticated)
    }
}

fn names_bearer(request: &HttpRequest) -> bool {
    let given = request.headers().get(header::AUTHORIZATION).map(|value| value.as_bytes());
    let scheme = given.and_then(|value| value.split(u8::is_ascii_whitespace).next());
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
}

/// A person who sends a message: that is counted apart.
pub(crate) struct Sender(pub(crate) Caller);

/// A person who may administer; for everyone else there is nothing here.
pub(crate) struct Superuser(pub(crate) Caller);

/// A person who leaves: that is never too much.
pub(crate) struct Leaver;

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admitted(request).and_then(|caller| {
            Shared::of(request)?.throttles.read(caller.identity.id)?;
            Ok(caller)
        }))
    }
}

impl FromRequest for Sender {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admitted(request).and_then(|caller| {
            Shared::of(request)?.throttles.send(caller.identity.id)?;
            Ok(Self(caller))
        }))
    }
}

impl FromRequest for Superuser {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admitted(request).and_then(|caller| {
            Shared::of(request)?.throttles.read(caller.identity.id)?;
            let may = LoggedIn::of(request).is_some_and(|logged_in| logged_in.is_superuser);
            if may { Ok(Self(caller)) } else { Err(ApiError::NotFound) }
        }))
    }
}

impl FromRequest for Leaver {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admitted(request).map(|_| Self))
    }
}

fn admitted(request: &HttpRequest) -> Result<Caller, ApiError> {
    let caller = Caller::of(request)?;
    if !request.method().is_safe() {
        site::refuse_others(request)?;
    }
    Ok(caller)
}
