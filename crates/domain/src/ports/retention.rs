//! The store of what is old.

use async_trait::async_trait;

use crate::ports::StoreError;
use crate::time::Timestamp;

/// A conversation, as a place to go on from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConversationId(pub i64);

/// What a step found or did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    /// How many messages.
    pub messages: i64,
    /// After which conversation to go on, unless that was all.
    pub next: Option<ConversationId>,
}

/// Deletes old messages.
#[async_trait]
pub trait RetentionStore: Send + Sync {
    /// Counts messages from before `before` in some of the conversations after `after`.
    async fn count_old(&self, before: Timestamp, after: ConversationId) -> Result<Swept, StoreError>;

    /// Deletes some messages from before `before` in conversations after `after`, the oldest of each first, in one short
    /// transaction. They are gone: nobody is told, and a cursor in anybody's events that stands before one of them counts
    /// no more. What was unread of them is not unread any more. Of the newest message of a conversation the place stays,
    /// without a text.
    async fn sweep(&self, before: Timestamp, after: ConversationId) -> Result<Swept, StoreError>;
}
