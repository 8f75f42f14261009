//! Deleting accounts, by their owners and by whoever administers.

use std::sync::Arc;

use thiserror::Error;

use crate::accounts::{Accounts, LogInError};
use crate::audit::Actor;
use crate::password::Password;
use crate::ports::StoreError;
use crate::ports::departures::{DepartError, DepartureStore};
use crate::ports::notifications::{Notifier, Whisper};
use crate::user::{Identity, UserId};

/// Why somebody could not leave.
#[derive(Debug, Error)]
pub enum LeaveError {
    /// The password is wrong.
    #[error("The password is not right.")]
    Password,
    /// Too many passwords wait.
    #[error("too many at once")]
    Busy,
    /// The account cannot be deleted.
    #[error(transparent)]
    Depart(#[from] DepartError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Deletes accounts.
#[derive(Clone)]
pub struct Departures {
    store: Arc<dyn DepartureStore>,
    accounts: Accounts,
    notifier: Arc<dyn Notifier>,
}

impl Departures {
    /// A service over the given store; `accounts` checks passwords.
    pub fn new(store: Arc<dyn DepartureStore>, accounts: Accounts, notifier: Arc<dyn Notifier>) -> Self {
        Self { store, accounts, notifier }
    }

    /// Deletes my account, if the password is mine.
    pub async fn leave(&self, me: &Identity, password: Password) -> Result<(), LeaveError> {
        let user = self.accounts.authenticate(me.username.as_str(), password).await?;
        Ok(self.remove(user.id, None).await?)
    }

    /// Deletes an account and closes its connections. What the other people of its conversations have, they keep. It is logged
    /// unless its owner does it.
    pub async fn remove(&self, user: UserId, by: Option<Actor>) -> Result<(), DepartError> {
        let ended = self.store.depart(user, by).await?;
        if !ended.is_empty() {
            self.notifier.whisper(user, Whisper::CredentialsEnded(ended));
        }
        // The account is gone, whatever comes of this: a server goes on with it at its next round.
        drop(self.clear_out().await);
        Ok(())
    }

    /// Deletes what nobody can read any more, to the last message. Called by the server from time to time: whoever deletes an
    /// account may be stopped before all of it is gone.
    pub async fn clear_out(&self) -> Result<(), StoreError> {
        while self.store.clear_out().await? {}
        Ok(())
    }
}

impl From<LogInError> for LeaveError {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::Refused => Self::Password,
            LogInError::Busy => Self::Busy,
            LogInError::Store(error) => Self::Store(error),
        }
    }
}
