//! The store of messages.

use async_trait::async_trait;
use thiserror::Error;

use crate::conversation::Participation;
use crate::event::Pos;
use crate::message::{Draft, Message, MessageId};
use crate::page::{Cursor, History, NoSuchPage, Numbered, PageNumber, PageSize};
use crate::ports::StoreError;
use crate::user::UserId;

/// A message that was saved just now, with the places it took in both people's events.
#[derive(Clone, Debug)]
pub struct Appended {
    /// The message.
    pub message: Message,
    /// Its place among the sender's events.
    pub sender_pos: Pos,
    /// Its place among the recipient's events; the same as the sender's in a note to oneself.
    pub recipient_pos: Pos,
}

/// What became of a draft.
#[derive(Clone, Debug)]
pub enum Saved {
    /// It was saved.
    New(Message),
    /// It had been saved before under the same key: the message of that time.
    Repeat(Message),
}

/// Why a draft was not saved.
#[derive(Debug, Error)]
pub enum AppendError {
    /// Its sender used the key before, for another recipient or body.
    #[error("the idempotency key was used for another message")]
    KeyReused,
    /// One of the two blocks the other.
    #[error("kept apart by a block")]
    Blocked,
    /// The recipient or the sender has been deleted.
    #[error("no such user")]
    NoSuchUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Called by the store exactly once for a new message, after its commit, in commit order for each user, whether or not
/// anybody still waits for the answer. It must not block.
pub type AfterAppend = Box<dyn FnOnce(&Appended) + Send>;

/// How much somebody sent and received so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// How many messages.
    pub count: i64,
    /// The place of the newest among their events, or a later one.
    pub latest: Pos,
}

/// Why a numbered page was not given.
#[derive(Debug, Error)]
pub enum PageError {
    /// It does not exist.
    #[error(transparent)]
    NoSuchPage(#[from] NoSuchPage),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps messages in order.
#[async_trait]
pub trait MessageStore: Send + Sync {
    /// Saves a draft: gives it the next `Seq` of its conversation (which is made if there is none) and the next `Pos`
    /// of both people, all in one transaction that is durable before this answers.
    ///
    /// A key that the sender used before, for the same recipient and body, gives the message of that time, also when
    /// both arrive at once; for another one it is refused. That comes before blocks, so that a sender can always ask what became of a message.
    async fn append(&self, draft: Draft, then: AfterAppend) -> Result<Saved, AppendError>;

    /// Those of the messages that `reader` sent or received, in ascending order of their ids.
    async fn find(&self, reader: UserId, ids: Vec<MessageId>) -> Result<Vec<Message>, StoreError>;

    /// A stretch of a conversation. The cost does not depend on its length.
    async fn history(&self, place: &Participation, cursor: Cursor, size: PageSize) -> Result<History, StoreError>;

    /// A numbered page of a conversation, newest first.
    async fn page(&self, place: &Participation, number: PageNumber, size: PageSize) -> Result<Numbered, PageError>;

    /// How much `reader` sent and received so far.
    async fn extent(&self, reader: UserId) -> Result<Extent, StoreError>;

    /// Messages that `reader` sent or received, in commit order, with their places among the reader's events: those after
    /// one place, up to another. The cost does not depend on how many there are.
    async fn between(
        &self,
        reader: UserId,
        after: Pos,
        to: Pos,
        size: PageSize,
    ) -> Result<Vec<(Pos, Message)>, StoreError>;

    /// A numbered page of everything that `reader` sent or received, newest first in commit order.
    async fn page_of_all(&self, reader: UserId, number: PageNumber, size: PageSize) -> Result<Numbered, PageError>;
}
