//! The store of sessions.

use async_trait::async_trait;

use crate::ports::StoreError;
use crate::session::{ActiveSession, Lifetime, NewSession, Session, SessionId, SessionKey};
use crate::time::Timestamp;
use crate::user::UserId;

/// Keeps sessions. It may answer [`find`](Self::find) from memory, for about a second and never after it was itself
/// told of the end.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Opens a session, and notes with its user that they logged in. `None`: its user is gone or inactive, or has another
    /// password by now. So a new password, which ends the sessions that there are, leaves none that the old one opened.
    async fn open(&self, session: NewSession) -> Result<Option<SessionId>, StoreError>;

    /// The session of this key, if it is within its lifetime and its user is active.
    async fn find(
        &self,
        key: SessionKey,
        now: Timestamp,
        lifetime: Lifetime,
    ) -> Result<Option<ActiveSession>, StoreError>;

    /// Notes that a session was used.
    async fn touch(&self, key: SessionKey, now: Timestamp) -> Result<(), StoreError>;

    /// Notes that a session's user gave the password in it.
    async fn confirm(&self, id: SessionId, now: Timestamp) -> Result<(), StoreError>;

    /// When a session's user last gave the password in it, by the database of now. `None`: it is over.
    async fn confirmed_at(&self, id: SessionId) -> Result<Option<Timestamp>, StoreError>;

    /// A user's sessions, the newest first; at most [`Session::LISTED`]. Some may be past their lifetime.
    async fn list(&self, user: UserId) -> Result<Vec<Session>, StoreError>;

    /// Gives a session another key, under which alone it is found from now on. Nothing if it is over.
    async fn change_key(&self, old: SessionKey, new: SessionKey) -> Result<(), StoreError>;

    /// Ends a session. Gives what it was, or `None` if it was over already.
    async fn close(&self, key: SessionKey) -> Result<Option<(UserId, SessionId)>, StoreError>;

    /// Ends one of a user's sessions. Gives whether it was there, and theirs.
    async fn close_one(&self, user: UserId, id: SessionId) -> Result<bool, StoreError>;

    /// Ends a user's sessions, all or all but one. Gives the ended ones.
    async fn close_all(&self, user: UserId, except: Option<SessionId>) -> Result<Vec<SessionId>, StoreError>;

    /// Which of these sessions do not count any more.
    async fn ended_among(
        &self,
        ids: Vec<SessionId>,
        now: Timestamp,
        lifetime: Lifetime,
    ) -> Result<Vec<SessionId>, StoreError>;

    /// Forgets what is past its lifetime. Gives how many.
    async fn purge(&self, now: Timestamp, lifetime: Lifetime) -> Result<usize, StoreError>;
}
