//! The store of sign-ups that wait to be confirmed.

use async_trait::async_trait;
use thiserror::Error;

use crate::link::LinkHash;
use crate::password::PasswordHash;
use crate::ports::StoreError;
use crate::time::Timestamp;
use crate::user::{Email, EmailKey, NewUser, User, Username, UsernameKey};

/// Somebody who wants an account.
#[derive(Clone, Debug)]
pub struct NewSignUp {
    /// What the mailed link is found by.
    pub token: LinkHash,
    /// The wanted name.
    pub username: Username,
    /// Where the link is sent.
    pub email: Email,
    /// What log-in will check against.
    pub password: PasswordHash,
    /// The invitation that was shown, if one was.
    pub invitation: Option<LinkHash>,
    /// Now.
    pub at: Timestamp,
    /// Until when it can be confirmed; until then nobody else gets the name.
    pub expires_at: Timestamp,
}

/// Who has a name, or one like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameTaken {
    /// Somebody has a name with this key, or is signing up under one.
    Same,
    /// Somebody has a name with this look, or is signing up under one.
    Alike,
}

/// Why a sign-up was not kept.
#[derive(Debug, Error)]
pub enum ReserveError {
    /// The name cannot be had.
    #[error("the name is taken: {0:?}")]
    Name(NameTaken),
    /// There is no such invitation, or it is used, over, or for another address.
    #[error("the invitation does not count")]
    Invitation,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A sign-up with another link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewed {
    /// The wanted name.
    pub username: Username,
    /// Where the link is sent.
    pub email: Email,
    /// Whoever already has an account with this address.
    pub owner: Option<User>,
}

/// Why the first user was not made.
#[derive(Debug, Error)]
pub enum CreateFirstError {
    /// There is somebody already.
    #[error("there are users already")]
    NotFirst,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps sign-ups until they are confirmed or expire.
#[async_trait]
pub trait SignUpStore: Send + Sync {
    /// Whether there is any user at all.
    async fn has_anybody(&self) -> Result<bool, StoreError>;

    /// Whether somebody has the name, or signs up under it, at `now`.
    async fn who_has(&self, username: &Username, now: Timestamp) -> Result<Option<NameTaken>, StoreError>;

    /// Keeps a sign-up and so reserves its name; of many at once for one name, one succeeds. Gives whoever already has an
    /// account with this address: what is kept, and the work done, does not depend on it.
    async fn reserve(&self, sign_up: NewSignUp) -> Result<Option<User>, ReserveError>;

    /// Gives a sign-up that waits under this name, with this address, another link; the one before does not count any more.
    /// Gives the sign-up's name and address, and whoever already has an account with that. Where there is none, as much is
    /// written for nobody.
    async fn renew(
        &self,
        username: &UsernameKey,
        email: &EmailKey,
        token: LinkHash,
        now: Timestamp,
    ) -> Result<Option<Renewed>, StoreError>;

    /// Makes the account of a sign-up, and uses up its invitation, in one step. `None`: no such sign-up waits (any more), or
    /// its name, address or invitation has been taken meanwhile. Of many at once one succeeds.
    async fn confirm(&self, token: LinkHash, now: Timestamp) -> Result<Option<User>, StoreError>;

    /// Makes the first user of all; of many at once one succeeds.
    async fn create_first(&self, user: NewUser) -> Result<User, CreateFirstError>;

    /// Forgets what expired. Gives how many.
    async fn purge(&self, now: Timestamp) -> Result<usize, StoreError>;
}
