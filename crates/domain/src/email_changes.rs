//! Another address for an account: it counts once its owner has followed a link that was mailed there.

use std::sync::Arc;

use thiserror::Error;

use crate::accounts::{Accounts, LogInError};
use crate::link::{LinkHash, LinkToken};
use crate::password::Password;
use crate::ports::StoreError;
use crate::ports::mail::{Letter, MailFull};
use crate::ports::recovery::RecoveryStore;
use crate::ports::secrets::Secrets;
use crate::post::{MailOff, Post};
use crate::recovery::Recovery;
use crate::time::Clock;
use crate::user::{Email, User, UserId};

/// Why a change of address was not begun.
#[derive(Debug, Error)]
pub enum EmailChangeError {
    /// Nobody gets mail from here.
    #[error(transparent)]
    MailOff(#[from] MailOff),
    /// The password is wrong.
    #[error("The password is not right.")]
    Password,
    /// Too many passwords or mails wait.
    #[error("too many at once")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes addresses.
#[derive(Clone)]
pub struct EmailChanges {
    store: Arc<dyn RecoveryStore>,
    accounts: Accounts,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    post: Option<Post>,
}

impl EmailChanges {
    /// A service over the given store; `accounts` checks passwords.
    pub fn new(
        store: Arc<dyn RecoveryStore>,
        accounts: Accounts,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        post: Option<Post>,
    ) -> Self {
        Self { store, accounts, secrets, clock, post }
    }

    /// The address that a user wished for and has not confirmed yet.
    pub async fn pending(&self, user: UserId) -> Result<Option<String>, StoreError> {
        self.store.pending_email(user, self.clock.now()).await
    }

    /// Begins the change of a user's address. The link goes to the new one, a notice to the old one. Whether somebody else
    /// has an account with it is told to that one alone. Their own address again ends a change that was begun.
    pub async fn request(&self, user: &User, email: Email, password: Password) -> Result<(), EmailChangeError> {
        let post = self.post.as_ref().ok_or(MailOff)?;
        self.accounts.authenticate(user.username.as_str(), password).await?;
        let old = Email::from_store(user.email.clone());
        if email.key() == old.key() {
            return Ok(self.store.withdraw_email(user.id).await?);
        }
        let token = LinkToken::from_random(self.secrets.bits());
        let expires_at = self.clock.now().after(Recovery::LIFE);
        let owner = self.store.propose_email(user.id, &email, token.hash(), expires_at).await?;
        let username = user.username.clone();
        match owner {
            Some(owner) => post.tell_in_use(&owner)?,
            None => {
                let link = post.links.confirm_email(&token);
                post.send(email.clone(), Letter::ConfirmEmail { username: username.clone(), link })?;
            }
        }
        if !old.as_str().is_empty() {
            post.send(old, Letter::EmailChanging { username, new: email })?;
        }
        Ok(())
    }

    /// Makes the new address the user's. `false`: the link is not valid (any more).
    pub async fn confirm(&self, token: &str) -> Result<bool, StoreError> {
        Ok(self.store.confirm_email(LinkHash::of(token), self.clock.now()).await?.is_some())
    }
}

impl From<LogInError> for EmailChangeError {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::Refused => Self::Password,
            LogInError::Busy => Self::Busy,
            LogInError::Store(error) => Self::Store(error),
        }
    }
}

impl From<MailFull> for EmailChangeError {
    fn from(MailFull: MailFull) -> Self {
        Self::Busy
    }
}
