//! The store of events.

use async_trait::async_trait;

use crate::event::{Epoch, Event, Pos};
use crate::message::MessageId;
use crate::ports::StoreError;
use crate::time::Timestamp;
use crate::user::UserId;

/// What follows a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Following {
    /// The events after it, oldest first, as many as asked for, and the latest position there is.
    Events {
        /// Oldest first, dense.
        events: Vec<Event>,
        /// The position of the user's latest event.
        latest: Pos,
    },
    /// The cursor is ahead of the user's events, or events after it were already forgotten.
    Gone {
        /// The position of the user's latest event.
        latest: Pos,
    },
}

/// Reads what concerned a user, in commit order.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// Which history this database tells.
    async fn epoch(&self) -> Result<Epoch, StoreError>;

    /// The position of the user's latest event; 0 before the first.
    async fn latest(&self, user: UserId) -> Result<Pos, StoreError>;

    /// The positions of many users' latest events; users without one are left out.
    async fn latest_of(&self, users: Vec<UserId>) -> Result<Vec<(UserId, Pos)>, StoreError>;

    /// At most `limit` events after `after`.
    async fn after(&self, user: UserId, after: Pos, limit: i64) -> Result<Following, StoreError>;

    /// Where a message stands among the events of a user who is in it.
    async fn position_of(&self, user: UserId, message: MessageId) -> Result<Option<Pos>, StoreError>;

    /// Forgets events other than messages (which stay with their message) from before `before`. Gives how many.
    async fn purge(&self, before: Timestamp) -> Result<usize, StoreError>;
}
