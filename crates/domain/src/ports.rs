//! What the services need from the outside. Each store method is one unit of work: its transaction, if it needs one,
//! lives inside it.

pub mod audit;
pub mod avatars;
pub mod blocks;
pub mod conversations;
pub mod departures;
pub mod events;
pub mod figures;
pub mod invitations;
pub mod mail;
pub mod messages;
pub mod moderation;
pub mod nodes;
pub mod notifications;
pub mod passwords;
pub mod recovery;
pub mod reports;
pub mod retention;
pub mod roster;
pub mod search;
pub mod secrets;
pub mod sessions;
pub mod sign_ups;
pub mod status;
pub mod tokens;
pub mod users;

use async_trait::async_trait;
use thiserror::Error;

/// What went wrong underneath, for the log; never shown to a client.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A store could not do its work. Nothing of the unit was kept, or (after a lost connection) it cannot be known.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Too much work is waiting already. Try again in a moment.
    #[error("the store is busy")]
    Busy,
    /// The database is away, frozen or full.
    #[error("the store is unavailable: {0}")]
    Unavailable(#[source] Cause),
    /// The database refused something that should have worked: a defect.
    #[error("the store failed: {0}")]
    Failed(#[source] Cause),
}

/// Whether the database answers.
#[async_trait]
pub trait StoreHealth: Send + Sync {
    /// Asks the database for an answer, within the store's own time limit.
    async fn check(&self) -> Result<(), StoreError>;
}
