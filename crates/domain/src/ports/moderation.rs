//! The store of messages as those who administer see them: everybody's.

use async_trait::async_trait;

use crate::audit::Actor;
use crate::calendar::{Day, Period};
use crate::event::Pos;
use crate::message::{Message, MessageId};
use crate::page::PageSize;
use crate::ports::StoreError;
use crate::search::SearchQuery;
use crate::user::{UserId, UsernameKey};

/// Which messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Only those that this person sent.
    pub sender: Option<UserId>,
    /// Only those that this person received.
    pub recipient: Option<UserId>,
    /// Only those of this time.
    pub period: Option<Period>,
    /// Only those in which this occurs.
    pub words: Option<SearchQuery>,
    /// Only those of people whose names begin so, one person after the other in the order of their names.
    pub name: Option<UsernameKey>,
}

/// Where a page of a list begins: a place in an order that depends on the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose messages are listed, of several people one after the other; otherwise nobody's.
    pub person: Option<UserId>,
    /// Only what stands before it.
    pub before: i64,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The newest first.
    pub messages: Vec<Message>,
    /// Where to go on, if there is more to look at. There may be no messages before it.
    pub next: Option<Place>,
}

/// A message that was deleted, with the places the news took in both people's events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// What is left of it.
    pub message: Message,
    /// The place among the sender's events; none if their account is deleted.
    pub sender_pos: Option<Pos>,
    /// The same for the recipient; in a note to oneself it is the sender's.
    pub recipient_pos: Option<Pos>,
}

/// What deleting a message did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// It is deleted now.
    Done,
    /// It was already.
    Before,
    /// There is no such message.
    NotFound,
}

/// Called by the store exactly once for a message that was deleted, after its commit. It must not block.
pub type AfterDelete = Box<dyn FnOnce(&Deleted) + Send>;

/// Everybody's messages.
#[async_trait]
pub trait ModerationStore: Send + Sync {
    /// Messages, the newest first: in the order of their numbers, or of one person's events. What one request looks at is
    /// bounded, however many messages there are.
    async fn list(&self, filter: MessageFilter, from: Option<Place>, size: PageSize) -> Result<Listed, StoreError>;

    /// How many messages there are of each day, the earliest first; days without any are left out. Of one person's messages,
    /// or of two people's, only the latest 100,000 are counted.
    async fn days(&self, sender: Option<UserId>, recipient: Option<UserId>) -> Result<Vec<(Day, i64)>, StoreError>;

    /// Counts some of the days beforehand, so that [`days`](Self::days) has less to do. Gives whether there may be more.
    async fn count_ahead(&self) -> Result<bool, StoreError>;

    /// Whether anybody's name begins so.
    async fn is_a_name(&self, prefix: &UsernameKey) -> Result<bool, StoreError>;

    /// One message.
    async fn find(&self, id: MessageId) -> Result<Option<Message>, StoreError>;

    /// Deletes a message for both people. Its place in the conversation and in their events stays taken, without a text and
    /// without a key; it is not unread any more, and not found. Both are told by an event, and the log says who did it.
    async fn delete(&self, id: MessageId, by: Actor, then: AfterDelete) -> Result<Deletion, StoreError>;
}
