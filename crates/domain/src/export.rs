//! Everything that is kept of a person, for the person: in pieces, so that nobody needs it in memory.

use std::sync::Arc;

use crate::event::Pos;
use crate::message::Message;
use crate::page::PageSize;
use crate::ports::StoreError;
use crate::ports::messages::{Extent, MessageStore};
use crate::user::UserId;

/// Reads all messages of a person.
#[derive(Clone)]
pub struct Export {
    messages: Arc<dyn MessageStore>,
}

impl Export {
    /// A service over the given store.
    pub fn new(messages: Arc<dyn MessageStore>) -> Self {
        Self { messages }
    }

    /// How much there is just now.
    pub async fn extent(&self, user: UserId) -> Result<Extent, StoreError> {
        self.messages.extent(user).await
    }

    /// The messages that follow a place, in order, and the place to go on from: none, once all of `extent` were read.
    pub async fn messages(
        &self,
        user: UserId,
        after: Pos,
        extent: Extent,
    ) -> Result<(Vec<Message>, Option<Pos>), StoreError> {
        let read = self.messages.between(user, after, extent.latest, PageSize::FULL).await?;
        let next = read.last().map(|(pos, _)| *pos);
        Ok((read.into_iter().map(|(_, message)| message).collect(), next))
    }
}
