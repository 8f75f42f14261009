//! Logging in and out, and changing passwords.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::credential::Credential;
use crate::password::{Password, PasswordError, PasswordHash, PasswordMark};
use crate::ports::StoreError;
use crate::ports::notifications::{Notifier, Whisper};
use crate::ports::passwords::{HashError, PasswordHasher};
use crate::ports::sessions::SessionStore;
use crate::ports::tokens::AddTokenError;
use crate::ports::users::UserStore;
use crate::session::{ActiveSession, Lifetime, NewSession, Session, SessionId, SessionKey};
use crate::time::{Clock, Timestamp};
use crate::token::{Token, TokenSecret};
use crate::tokens::{TokenWish, Tokens};
use crate::user::{Identity, User, UserId, Username, UsernameKey};

/// Why somebody could not log in.
#[derive(Debug, Error)]
pub enum LogInError {
    /// The name, the password or both are wrong, or the user is inactive: it is not said which.
    #[error("Unable to log in with provided credentials.")]
    Refused,
    /// Too many log-ins at once.
    #[error("too many log-ins at once")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a password was not replaced.
#[derive(Debug, Error)]
pub enum SetPasswordError {
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a password was not changed by its owner.
#[derive(Debug, Error)]
pub enum ChangePasswordError {
    /// It is not the old one.
    #[error("Your old password was entered incorrectly. Please enter it again.")]
    Old,
    /// The new one is not accepted.
    #[error(transparent)]
    New(PasswordError),
    /// Too many passwords wait.
    #[error("too many at once")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a token was not made.
#[derive(Debug, Error)]
pub enum MakeTokenError {
    /// There are as many as one may have.
    #[error("You have as many tokens as one may have. Revoke one first.")]
    TooMany,
    /// The session that asked is over.
    #[error("the session is over")]
    SessionOver,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Users, their sessions, and the end of all that they opened.
#[derive(Clone)]
pub struct Accounts {
    users: Arc<dyn UserStore>,
    sessions: Arc<dyn SessionStore>,
    tokens: Tokens,
    hasher: Arc<dyn PasswordHasher>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
    lifetime: Lifetime,
}

impl Accounts {
    /// A service over the given stores; `lifetime` bounds every session.
    pub fn new(
        users: Arc<dyn UserStore>,
        sessions: Arc<dyn SessionStore>,
        tokens: Tokens,
        hasher: Arc<dyn PasswordHasher>,
        notifier: Arc<dyn Notifier>,
        clock: Arc<dyn Clock>,
        lifetime: Lifetime,
    ) -> Self {
        Self { users, sessions, tokens, hasher, notifier, clock, lifetime }
    }

    /// Finds the person that a log-in names, if the password is theirs. The name may be typed in any case and form; the
    /// password must be exact. An unknown name costs as much time as a wrong password.
    pub async fn authenticate(&self, username: &str, password: Password) -> Result<User, LogInError> {
        Ok(self.log_in(username, password).await?.0)
    }

    /// The same, and which password it was, to open a session with.
    pub async fn log_in(&self, username: &str, password: Password) -> Result<(User, PasswordMark), LogInError> {
        let found = self.users.credentials(&UsernameKey::of(username)).await?;
        let (user, hash): (Option<User>, Option<PasswordHash>) = found.unzip();
        let right = match self.hasher.verify(password.clone(), hash.clone()).await {
            Ok(right) => right,
            Err(HashError::Busy) => return Err(LogInError::Busy),
            Err(HashError::Unreadable) => false,
        };
        let found = user.filter(|user| right && user.is_active).zip(hash);
        let (user, mut hash) = found.ok_or(LogInError::Refused)?;
        if self.hasher.is_outdated(&hash) {
            hash = self.renewed_hash(user.id, password, hash).await;
        }
        Ok((user, PasswordMark::of(&hash)))
    }

    /// Hashes a password anew that came here from elsewhere, and gives the hash that counts from now on. If that fails it is
    /// the old one, and the next log-in tries again.
    async fn renewed_hash(&self, user: UserId, password: Password, old: PasswordHash) -> PasswordHash {
        let Ok(new) = self.hasher.hash(password).await else { return old };
        match self.users.renew_hash(user, old.clone(), new.clone()).await {
            Ok(true) => new,
            Ok(false) | Err(_) => old,
        }
    }

    /// Opens a session for somebody who has just logged in. `None`: the password was replaced meanwhile, or the user is gone.
    pub async fn open_session(
        &self,
        key: SessionKey,
        (user, password): (UserId, PasswordMark),
        device: &str,
        address: &str,
    ) -> Result<Option<SessionId>, StoreError> {
        let session = NewSession {
            key,
            user,
            password,
            opened_at: self.clock.now(),
            device: device.chars().filter(|c| !c.is_control()).take(255).collect(),
            address: address.to_owned(),
        };
        self.sessions.open(session).await
    }

    /// The session of a key, if it still counts.
    pub async fn session(&self, key: SessionKey) -> Result<Option<ActiveSession>, StoreError> {
        let now = self.clock.now();
        let found = self.sessions.find(key, now, self.lifetime).await?;
        if let Some(active) = &found
            && now >= active.session.used_at.after(Lifetime::TOUCH_EVERY)
        {
            self.sessions.touch(key, now).await?;
        }
        Ok(found)
    }

    /// Notes that somebody gave their password once more, in a session of theirs.
    pub async fn confirm(&self, me: &Identity, session: SessionId, password: Password) -> Result<(), LogInError> {
        self.authenticate(me.username.as_str(), password).await?;
        Ok(self.sessions.confirm(session, self.clock.now()).await?)
    }

    /// Whether the password was given in a session within the last `age`; `known` is when it was as far as the caller knows.
    pub async fn is_confirmed(&self, session: SessionId, known: Timestamp, age: Duration) -> Result<bool, StoreError> {
        let oldest = self.clock.now().before(age);
        // It may have been given a moment ago, on another node.
        Ok(known > oldest || self.sessions.confirmed_at(session).await?.is_some_and(|given| given > oldest))
    }

    /// Ends a session and closes its connections.
    pub async fn close_session(&self, key: SessionKey) -> Result<(), StoreError> {
        if let Some((user, session)) = self.sessions.close(key).await? {
            self.tell_ended(user, vec![session.into()]);
        }
        Ok(())
    }

    /// A user's sessions that count, the one used last first; at most [`Session::LISTED`], those opened last.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let now = self.clock.now();
        let mut sessions = self.sessions.list(user).await?;
        sessions.retain(|session| self.lifetime.covers(session, now));
        sessions.sort_by_key(|session| Reverse((session.used_at, session.id)));
        Ok(sessions)
    }

    /// Ends one of a user's sessions and closes its connections. Gives whether it was there, and theirs.
    pub async fn end_session(&self, user: UserId, session: SessionId) -> Result<bool, StoreError> {
        let ended = self.sessions.close_one(user, session).await?;
        if ended {
            self.tell_ended(user, vec![session.into()]);
        }
        Ok(ended)
    }

    /// Ends a user's sessions, all or all but one, and closes their connections.
    pub async fn end_sessions(&self, user: UserId, except: Option<SessionId>) -> Result<(), StoreError> {
        let ended = self.sessions.close_all(user, except).await?;
        self.tell_ended(user, ended.into_iter().map(Credential::from).collect());
        Ok(())
    }

    /// Makes a token for somebody in a session. Its secret is known to the caller alone.
    pub async fn make_token(
        &self,
        user: UserId,
        session: SessionId,
        wish: TokenWish,
    ) -> Result<(Token, TokenSecret), MakeTokenError> {
        let (token, secret) = self.tokens.make(user, wish).await.map_err(|error| match error {
            AddTokenError::TooMany => MakeTokenError::TooMany,
            AddTokenError::Store(error) => MakeTokenError::Store(error),
        })?;
        // A new password ends sessions and tokens together, and no token is made meanwhile. So if the session counts now, the
        // token is seen by whatever ends it; and if not, the end may have come before the token.
        if self.sessions.ended_among(vec![session], self.clock.now(), self.lifetime).await?.is_empty() {
            return Ok((token, secret));
        }
        self.tokens.revoke(user, token.id).await?;
        Err(MakeTokenError::SessionOver)
    }

    /// Gives a session another key; whoever knew the old one knows nothing. The session stays what it is, and its connections
    /// stay open.
    pub async fn change_session_key(&self, old: SessionKey, new: SessionKey) -> Result<(), StoreError> {
        self.sessions.change_key(old, new).await
    }

    /// Replaces the password of somebody who knows the old one, and ends whatever the old one opened, but for the session it
    /// is changed in. Gives the user.
    pub async fn change_password(
        &self,
        username: &Username,
        session: SessionId,
        old: Password,
        new: &str,
    ) -> Result<User, ChangePasswordError> {
        let user = self.authenticate(username.as_str(), old).await?;
        let new = Password::parse_for(new, username.as_str(), &user.email).map_err(ChangePasswordError::New)?;
        self.set_password(user.id, new, Some(session)).await.map_err(|error| match error {
            SetPasswordError::Store(error) => ChangePasswordError::Store(error),
            SetPasswordError::Hash(_) => ChangePasswordError::Busy,
        })?;
        Ok(user)
    }

    /// Replaces a password and ends every session and token of the user, but for the session it was changed in.
    pub async fn set_password(
        &self,
        user: UserId,
        password: Password,
        except: Option<SessionId>,
    ) -> Result<(), SetPasswordError> {
        let hash = self.hasher.hash(password).await?;
        let ended = self.users.set_password(user, hash, except).await?;
        self.tell_ended(user, ended.unwrap_or_default());
        Ok(())
    }

    /// Forgets sessions that are past their lifetime. Gives how many.
    pub async fn purge_sessions(&self) -> Result<usize, StoreError> {
        self.sessions.purge(self.clock.now(), self.lifetime).await
    }

    /// Closes the connections of what ended.
    pub(crate) fn tell_ended(&self, user: UserId, ended: Vec<Credential>) {
        if !ended.is_empty() {
            self.notifier.whisper(user, Whisper::CredentialsEnded(ended));
        }
    }
}

impl From<LogInError> for ChangePasswordError {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::Refused => Self::Old,
            LogInError::Busy => Self::Busy,
            LogInError::Store(error) => Self::Store(error),
        }
    }
}
