//! The store of departures: what is left of an account when its owner goes.

use async_trait::async_trait;
use thiserror::Error;

use crate::audit::Actor;
use crate::credential::Credential;
use crate::ports::StoreError;
use crate::user::UserId;

/// Why an account was not deleted.
#[derive(Debug, Error)]
pub enum DepartError {
    /// Nobody could administer any more.
    #[error("The last active superuser cannot be deleted.")]
    LastSuperuser,
    /// There is no such account (any more).
    #[error("no such user")]
    NoSuchUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Removes accounts.
#[async_trait]
pub trait DepartureStore: Send + Sync {
    /// Deletes the account in one step. What stays is a tombstone: an inactive user of the same number, called
    /// [`tombstone`](crate::naming::tombstone), in the conversations of the others. Its old name, and those that look like
    /// it, are never given to anybody. Everything else of the user is gone, whatever was pending too, and nobody can write
    /// to or as them from then on. Messages that nobody can read any more, notes to oneself and what was said with somebody
    /// who is gone already, are left to [`clear_out`](Self::clear_out). Gives the sessions and tokens that ended.
    ///
    /// Of two superusers who leave at once, one stays if there is no third. What somebody else does is logged.
    async fn depart(&self, user: UserId, by: Option<Actor>) -> Result<Vec<Credential>, DepartError>;

    /// Deletes some of the messages that nobody can read any more since whoever could is gone. Gives whether there may be more.
    async fn clear_out(&self) -> Result<bool, StoreError>;
}
