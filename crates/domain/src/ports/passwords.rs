//! Turning passwords into what is stored.

use async_trait::async_trait;
use thiserror::Error;

use crate::password::{Password, PasswordHash};

/// Why a password was not hashed or checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HashError {
    /// Too many are being worked on: hashing is slow on purpose, and must not take the machine from everything else.
    #[error("too many passwords are being checked")]
    Busy,
    /// The stored hash is of no scheme that is known here.
    #[error("the stored hash cannot be read")]
    Unreadable,
}

/// Hashes passwords, off the threads that serve requests and only so many at once.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// The hash to store. Every character of the password counts, however long it is.
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError>;

    /// Whether the password is the one of `hash`. Without a hash (there is no such user) the answer is no, after just
    /// as much work.
    async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<bool, HashError>;

    /// Whether a hash is of a scheme that new ones are no longer made in.
    fn is_outdated(&self, hash: &PasswordHash) -> bool;
}
