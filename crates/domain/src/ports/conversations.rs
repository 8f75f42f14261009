//! The store of conversations.

use async_trait::async_trait;

use crate::conversation::{Conversation, Participation};
use crate::event::Pos;
use crate::message::Seq;
use crate::page::PageSize;
use crate::ports::StoreError;
use crate::user::Identity;

/// A read position that moved, with the places the news took in both people's events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadMoved {
    /// Up to where has been read.
    pub seq: Seq,
    /// The place among the reader's events.
    pub reader_pos: Pos,
    /// The place among the other person's events; the same as the reader's in a note to oneself.
    pub peer_pos: Pos,
}

/// Called by the store exactly once if a read position moved, after its commit. It must not block.
pub type AfterRead = Box<dyn FnOnce(&ReadMoved) + Send>;

/// Keeps conversations.
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// The conversations of `me`, latest activity first: those with an activity before `before`, or from the latest.
    async fn list(&self, me: &Identity, before: Option<Pos>, size: PageSize) -> Result<Vec<Conversation>, StoreError>;

    /// One conversation, if anything was said in it.
    async fn find(&self, place: &Participation) -> Result<Option<Conversation>, StoreError>;

    /// Moves my read position forward to `seq`, or to the newest message if `seq` is past it; never back. A move takes
    /// a place in both people's events. `None` if nothing was said in the conversation.
    async fn mark_read(
        &self,
        place: &Participation,
        seq: Seq,
        then: AfterRead,
    ) -> Result<Option<Conversation>, StoreError>;
}
