//! The store of blocks.

use async_trait::async_trait;
use thiserror::Error;

use crate::block::Blocks;
use crate::ports::StoreError;
use crate::time::Timestamp;
use crate::user::{User, UserId};

/// Why a block was not kept.
#[derive(Debug, Error)]
pub enum AddBlockError {
    /// There are [`Blocks::MOST`] already.
    #[error("You block as many people as one may. Unblock somebody first.")]
    TooMany,
    /// One of the two is gone.
    #[error("no such user")]
    NoSuchUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps blocks. Whoever sends is refused from the commit on: [`MessageStore::append`] looks in the same transaction.
///
/// [`MessageStore::append`]: crate::ports::messages::MessageStore::append
#[async_trait]
pub trait BlockStore: Send + Sync {
    /// `blocker` blocks somebody else, `blocked`. Gives whether that is news.
    async fn add(&self, blocker: UserId, blocked: UserId, now: Timestamp) -> Result<bool, AddBlockError>;

    /// Takes a block back. Gives whether there was one.
    async fn remove(&self, blocker: UserId, blocked: UserId) -> Result<bool, StoreError>;

    /// Whom `blocker` blocks, in the order of their usernames.
    async fn list(&self, blocker: UserId) -> Result<Vec<User>, StoreError>;

    /// All blocks around a person.
    async fn around(&self, user: UserId) -> Result<Blocks, StoreError>;

    /// Whether either of two people blocks the other.
    async fn keeps_apart(&self, one: UserId, other: UserId) -> Result<bool, StoreError>;
}
