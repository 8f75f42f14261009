//! Coming back after any absence and missing nothing.

use std::sync::Arc;

use thiserror::Error;

use crate::event::{Epoch, Event, Pos};
use crate::message::MessageId;
use crate::ports::StoreError;
use crate::ports::events::{EventStore, Following};
use crate::user::UserId;

/// Why events cannot be followed from a cursor.
#[derive(Debug, Error)]
pub enum CatchUpError {
    /// The cursor is of another history, ahead of this one, or older than what is kept: load everything anew.
    #[error("the cursor does not lead here")]
    Reset {
        /// Where the present is: events can be followed from here.
        epoch: Epoch,
        /// The latest position.
        latest: Pos,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Events after a cursor.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Which history the positions are of.
    pub epoch: Epoch,
    /// The user's latest position when this was read.
    pub latest: Pos,
    /// Oldest first, dense.
    pub events: Vec<Event>,
}

/// Follows a user's events by position.
#[derive(Clone)]
pub struct CatchUp {
    events: Arc<dyn EventStore>,
}

impl CatchUp {
    /// A service over the given store.
    pub fn new(events: Arc<dyn EventStore>) -> Self {
        Self { events }
    }

    /// Where the present is.
    pub async fn present(&self, user: UserId) -> Result<(Epoch, Pos), StoreError> {
        Ok((self.events.epoch().await?, self.events.latest(user).await?))
    }

    /// At most `limit` events after `after`; `epoch` is the one the cursor was given with, if the client says.
    pub async fn after(
        &self,
        user: UserId,
        epoch: Option<&str>,
        after: Pos,
        limit: i64,
    ) -> Result<Batch, CatchUpError> {
        let current = self.events.epoch().await?;
        if epoch.is_some_and(|epoch| epoch != current.0) {
            let latest = self.events.latest(user).await?;
            return Err(CatchUpError::Reset { epoch: current, latest });
        }
        match self.events.after(user, after, limit).await? {
            Following::Events { events, latest } => Ok(Batch { epoch: current, latest, events }),
            Following::Gone { latest } => Err(CatchUpError::Reset { epoch: current, latest }),
        }
    }

    /// Where a message stands among the user's events, for clients that remember only the last message they saw.
    pub async fn position_of(&self, user: UserId, message: MessageId) -> Result<Option<Pos>, StoreError> {
        self.events.position_of(user, message).await
    }
}
