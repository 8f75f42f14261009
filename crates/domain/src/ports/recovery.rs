//! The store of what mailed links stand for: new passwords and new addresses.

use async_trait::async_trait;

use crate::credential::Credential;
use crate::link::LinkHash;
use crate::password::PasswordHash;
use crate::ports::StoreError;
use crate::time::Timestamp;
use crate::user::{Email, EmailKey, User, UserId};

/// Keeps resets and changes of address until their link is used or expires. Of each kind a user has one, the newest. A
/// new password or address ends the user's reset.
#[async_trait]
pub trait RecoveryStore: Send + Sync {
    /// Keeps a reset for the active user whose address this is, and gives that user. Where there is none, as much is written
    /// for nobody.
    async fn begin_reset(
        &self,
        email: &EmailKey,
        token: LinkHash,
        expires_at: Timestamp,
    ) -> Result<Option<User>, StoreError>;

    /// Whose reset this is, if it can be used at `now`.
    async fn reset_of(&self, token: LinkHash, now: Timestamp) -> Result<Option<User>, StoreError>;

    /// Uses a reset: replaces its user's password and, in the same transaction, ends their sessions and tokens. Gives the user
    /// and what ended; `None`: it cannot be used (any more). Of many at once one succeeds.
    async fn reset(
        &self,
        token: LinkHash,
        password: PasswordHash,
        now: Timestamp,
    ) -> Result<Option<(User, Vec<Credential>)>, StoreError>;

    /// Keeps the wish for another address. Gives whoever else has an account with it: what is kept does not depend on it.
    async fn propose_email(
        &self,
        user: UserId,
        email: &Email,
        token: LinkHash,
        expires_at: Timestamp,
    ) -> Result<Option<User>, StoreError>;

    /// The address that a user wishes for and has not confirmed.
    async fn pending_email(&self, user: UserId, now: Timestamp) -> Result<Option<String>, StoreError>;

    /// Forgets that wish.
    async fn withdraw_email(&self, user: UserId) -> Result<(), StoreError>;

    /// Fulfils that wish. `None`: it cannot be (any more), or the address has become somebody else's. Of many at once one
    /// succeeds.
    async fn confirm_email(&self, token: LinkHash, now: Timestamp) -> Result<Option<UserId>, StoreError>;

    /// Forgets what expired. Gives how many.
    async fn purge(&self, now: Timestamp) -> Result<usize, StoreError>;
}
