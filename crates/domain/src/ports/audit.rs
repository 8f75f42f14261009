//! The store of the log.

use async_trait::async_trait;

use crate::audit::{Action, Entry, EntryId, NewEntry, Target};
use crate::ports::StoreError;
use crate::user::UserId;

/// Which entries to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only what this one did.
    pub actor: Option<UserId>,
    /// Only what was done so.
    pub action: Option<Action>,
    /// Only what was done to one of these; a handful at most.
    pub targets: Option<Vec<Target>>,
    /// Only those before this one.
    pub before: Option<EntryId>,
    /// At most so many.
    pub limit: i64,
}

/// Keeps the log. An entry that is there is neither changed nor deleted by anybody.
///
/// The stores of what is done write the entry of it in the same transaction: either both are there, or neither.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Adds an entry that stands for itself.
    async fn write(&self, entry: NewEntry) -> Result<(), StoreError>;

    /// Entries, the newest first.
    async fn list(&self, query: AuditQuery) -> Result<Vec<Entry>, StoreError>;
}
