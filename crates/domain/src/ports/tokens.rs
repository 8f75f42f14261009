//! The store of personal access tokens.

use async_trait::async_trait;
use thiserror::Error;

use crate::ports::StoreError;
use crate::time::Timestamp;
use crate::token::{ActiveToken, NewToken, Token, TokenId, TokenKey};
use crate::user::UserId;

/// Why a token was not kept.
#[derive(Debug, Error)]
pub enum AddTokenError {
    /// Its owner has [`Token::MOST`] already.
    #[error("You have as many tokens as one may have. Revoke one first.")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps tokens. It may answer [`find`](Self::find) from memory, for about a second and never after it was itself told of
/// the end.
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// Keeps a token, in place of those of its owner that have expired.
    async fn add(&self, token: NewToken) -> Result<Token, AddTokenError>;

    /// The token of this key, if it has not expired and its user is active.
    async fn find(&self, key: TokenKey, now: Timestamp) -> Result<Option<ActiveToken>, StoreError>;

    /// Notes that a token was used.
    async fn touch(&self, key: TokenKey, now: Timestamp) -> Result<(), StoreError>;

    /// A user's tokens, the newest first; expired ones too.
    async fn list(&self, user: UserId) -> Result<Vec<Token>, StoreError>;

    /// Ends one of a user's tokens. Gives whether it was there, and theirs.
    async fn remove(&self, user: UserId, id: TokenId) -> Result<bool, StoreError>;

    /// Ends all of a user's tokens. Gives which.
    async fn remove_all(&self, user: UserId) -> Result<Vec<TokenId>, StoreError>;

    /// Which of these tokens do not count any more.
    async fn ended_among(&self, ids: Vec<TokenId>, now: Timestamp) -> Result<Vec<TokenId>, StoreError>;

    /// Forgets those that expired before `before`. Gives how many.
    async fn purge(&self, before: Timestamp) -> Result<usize, StoreError>;
}
