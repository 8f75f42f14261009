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
    /// The place among the other person's events; the same as the reader's in a note to oneself. None if the two do not
    /// share how far they have read, or the other's account is deleted: then the other person's events stay as they are.
    pub peer_pos: Option<Pos>,
}

/// Called by the store exactly once if a read position moved, after its commit. It must not block.
pub type AfterRead = Box<dyn FnOnce(&ReadMoved) + Send>;

/// Called by the store once if a position of what was received moved and both people share it, after its commit, with the
/// new position. It must not block.
pub type AfterDelivered = Box<dyn FnOnce(Seq) + Send>;

/// Keeps conversations.
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// The conversations of `me`, latest activity first: those with an activity before `before`, or from the latest.
    async fn list(&self, me: &Identity, before: Option<Pos>, size: PageSize) -> Result<Vec<Conversation>, StoreError>;

    /// One conversation, if anything was said in it.
    async fn find(&self, place: &Participation) -> Result<Option<Conversation>, StoreError>;

    /// Moves my read position forward to `seq`, or to the newest message if `seq` is past it; never back. A move takes
    /// a place in my events, and in the other person's if both share how far they have read. `None` if nothing was said
    /// in the conversation.
    async fn mark_read(
        &self,
        place: &Participation,
        seq: Seq,
        then: AfterRead,
    ) -> Result<Option<Conversation>, StoreError>;

    /// Moves forward up to where I have received, to `seq` or to the newest message if `seq` is past it; never back.
    /// What was read was received. It takes no place in anybody's events. `false` if nothing was said in the
    /// conversation.
    async fn mark_delivered(&self, place: &Participation, seq: Seq, then: AfterDelivered) -> Result<bool, StoreError>;
}
