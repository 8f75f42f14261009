//! A forgotten password: a link by mail, and a new one.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::accounts::Accounts;
use crate::link::{LinkHash, LinkToken};
use crate::password::{Password, PasswordError};
use crate::ports::StoreError;
use crate::ports::mail::{Letter, MailFull};
use crate::ports::passwords::{HashError, PasswordHasher};
use crate::ports::recovery::RecoveryStore;
use crate::ports::secrets::Secrets;
use crate::post::{MailOff, Post};
use crate::time::Clock;
use crate::user::{Email, EmailKey, User};

/// Why no link was mailed.
#[derive(Debug, Error)]
pub enum ForgotError {
    /// Nobody gets mail from here.
    #[error(transparent)]
    MailOff(#[from] MailOff),
    /// Too many mails wait.
    #[error("too many at once")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a password was not replaced.
#[derive(Debug, Error)]
pub enum ResetError {
    /// The link was used, is over, or never was.
    #[error("This link is no longer valid.")]
    Link,
    /// The new password is not accepted. The link still counts.
    #[error(transparent)]
    Password(PasswordError),
    /// Too many passwords wait.
    #[error("too many at once")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lets people back in who forgot their password.
#[derive(Clone)]
pub struct Recovery {
    store: Arc<dyn RecoveryStore>,
    accounts: Accounts,
    hasher: Arc<dyn PasswordHasher>,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    post: Option<Post>,
}

impl Recovery {
    /// How long a mailed link counts.
    pub const LIFE: Duration = Duration::from_secs(30 * 60);

    /// A service over the given store; `accounts` closes what the old password opened.
    pub fn new(
        store: Arc<dyn RecoveryStore>,
        accounts: Accounts,
        hasher: Arc<dyn PasswordHasher>,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        post: Option<Post>,
    ) -> Self {
        Self { store, accounts, hasher, secrets, clock, post }
    }

    /// Whether a forgotten password can be replaced here.
    pub fn is_on(&self) -> bool {
        self.post.is_some()
    }

    /// Mails a link to the address if an active account has it; to the address as it is stored. The answer and the work done
    /// do not depend on that.
    pub async fn forgot(&self, email: &str) -> Result<(), ForgotError> {
        let post = self.post.as_ref().ok_or(MailOff)?;
        let token = LinkToken::from_random(self.secrets.bits());
        let expires_at = self.clock.now().after(Self::LIFE);
        let user = self.store.begin_reset(&EmailKey::of(email), token.hash(), expires_at).await?;
        if let Some(user) = user {
            let link = post.links.reset_password(&token);
            post.send(Email::from_store(user.email), Letter::ResetPassword { username: user.username, link })?;
        }
        Ok(())
    }

    /// Replaces the password of whoever the link was mailed to, ends every session and token of theirs and tells them.
    pub async fn reset(&self, token: &str, password: &str) -> Result<(), ResetError> {
        let token = LinkHash::of(token);
        // No work is done for a link that does not count.
        let user = self.store.reset_of(token, self.clock.now()).await?.ok_or(ResetError::Link)?;
        let password = Password::parse_for(password, user.username.as_str(), &user.email);
        let password = password.map_err(ResetError::Password)?;
        let hash = self.hasher.hash(password).await.map_err(|_: HashError| ResetError::Busy)?;
        let (user, ended) = self.store.reset(token, hash, self.clock.now()).await?.ok_or(ResetError::Link)?;
        self.accounts.tell_ended(user.id, ended);
        self.tell_changed(&user);
        Ok(())
    }

    /// Mails somebody that their password is another one now, if they have an address.
    pub fn tell_changed(&self, user: &User) {
        if let Some(post) = &self.post {
            post.tell_changed(user);
        }
    }

    /// Forgets links that nobody used. Gives how many.
    pub async fn purge(&self) -> Result<usize, StoreError> {
        self.store.purge(self.clock.now()).await
    }
}

impl From<MailFull> for ForgotError {
    fn from(MailFull: MailFull) -> Self {
        Self::Busy
    }
}
