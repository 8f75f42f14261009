//! Who is asking. A handler that takes one of these cannot be reached without credentials, nor by a write from another
//! site's page, nor with a token that is not good for it, nor more often than one person may.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use chatapp_domain::credential::Credential;
use chatapp_domain::session::SessionId;
use chatapp_domain::token::Scope;
use chatapp_domain::user::{Identity, UserId, Username};

use crate::bearer::Bearer;
use crate::error::ApiError;
use crate::session::LoggedIn;
use crate::shared::Shared;
use crate::site;

/// A person, by a session or a token.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) identity: Identity,
    pub(crate) credential: Credential,
    pub(crate) scope: Scope,
}

/// For the access log: whose request this was.
#[derive(Clone, Copy)]
pub(crate) struct KnownUser(pub(crate) UserId);

impl Caller {
    /// The session's person, whatever else the request says.
    pub(crate) fn of_session(request: &HttpRequest) -> Option<Self> {
        let logged_in = LoggedIn::of(request)?;
        let identity = Identity { id: UserId(logged_in.user), username: Username::from_store(logged_in.username) };
        let credential = Credential::Session(SessionId(logged_in.session));
        Some(Self { identity, credential, scope: Scope::Write }.noted(request))
    }

    /// The person that the request's credentials name.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        if let Some(Bearer { identity, token, scope }) = Bearer::of(request) {
            return Ok(Self { identity, credential: Credential::Token(token), scope }.noted(request));
        }
        Self::of_session(request).ok_or(ApiError::NotAuthenticated)
    }

    /// Refuses what another site's page made a browser send along with its cookie. No page can send a token.
    pub(crate) fn refuse_other_sites(&self, request: &HttpRequest) -> Result<(), ApiError> {
        match self.credential {
            Credential::Session(_) => site::refuse_others(request),
            Credential::Token(_) => Ok(()),
        }
    }

    /// What a caller hears whose credential has ended meanwhile.
    pub(crate) fn is_over(&self) -> ApiError {
        match self.credential {
            Credential::Session(_) => ApiError::NotAuthenticated,
            Credential::Token(_) => ApiError::InvalidToken,
        }
    }

    fn noted(self, request: &HttpRequest) -> Self {
        if log::log_enabled!(target: "chatapp::access", log::Level::Info) {
            request.extensions_mut().insert(KnownUser(self.identity.id));
        }
        self
    }
}

/// A person who sends a message: that is counted apart.
pub(crate) struct Sender(pub(crate) Caller);

/// A person in a session of theirs: what concerns the account itself is not for tokens.
#[derive(Debug)]
pub(crate) struct Owner {
    pub(crate) identity: Identity,
    pub(crate) session: SessionId,
}

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

impl FromRequest for Owner {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(owner(request).and_then(|owner| {
            Shared::of(request)?.throttles.read(owner.identity.id)?;
            Ok(owner)
        }))
    }
}

impl FromRequest for Leaver {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(owner(request).map(|_| Self))
    }
}

fn admitted(request: &HttpRequest) -> Result<Caller, ApiError> {
    let caller = Caller::of(request)?;
    if !request.method().is_safe() {
        caller.refuse_other_sites(request)?;
        if caller.scope == Scope::Read {
            return Err(ApiError::PermissionDenied);
        }
    }
    Ok(caller)
}

fn owner(request: &HttpRequest) -> Result<Owner, ApiError> {
    let Caller { identity, credential, .. } = admitted(request)?;
    let session = credential.session().ok_or(ApiError::PermissionDenied)?;
    Ok(Owner { identity, session })
}
