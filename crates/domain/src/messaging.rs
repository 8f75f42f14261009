//! Sending and reading messages.

use std::sync::Arc;

use thiserror::Error;

use crate::conversation::Participation;
use crate::event::{Change, Event};
use crate::message::{Draft, IdempotencyKey, Message, MessageBody, MessageId};
use crate::page::{Cursor, History, NoSuchPage, Numbered, PageNumber, PageSize};
use crate::ports::StoreError;
use crate::ports::messages::{AppendError, Appended, MessageStore, PageError, Saved};
use crate::ports::notifications::Notifier;
use crate::ports::users::UserStore;
use crate::time::Clock;
use crate::user::Identity;

/// Why a message was not sent.
#[derive(Debug, Error)]
pub enum SendError {
    /// Nobody has that name.
    #[error("no such recipient")]
    NoSuchRecipient,
    /// One of the two blocks the other; it is not said who.
    #[error("You cannot message this person.")]
    Blocked,
    /// The key was used for another message.
    #[error("the idempotency key was used for another message")]
    KeyReused,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Saves messages and tells both people. It knows neither how messages are stored nor how people are told.
#[derive(Clone)]
pub struct Messaging {
    users: Arc<dyn UserStore>,
    messages: Arc<dyn MessageStore>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
}

impl Messaging {
    /// A service over the given stores, notifier and clock.
    pub fn new(
        users: Arc<dyn UserStore>,
        messages: Arc<dyn MessageStore>,
        notifier: Arc<dyn Notifier>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { users, messages, notifier, clock }
    }

    /// Saves a message and, once it is durable, tells the sender's and the recipient's connections.
    ///
    /// Dropping the returned future does not take the message back: once it is handed to the store it is saved and
    /// notified, or neither.
    pub async fn send(
        &self,
        sender: Identity,
        recipient: &str,
        body: MessageBody,
        key: Option<IdempotencyKey>,
    ) -> Result<Saved, SendError> {
        let recipient = self.users.identify(recipient).await?.ok_or(SendError::NoSuchRecipient)?;
        let draft = Draft { sender, recipient, body, key, at: self.clock.now() };
        let notifier = Arc::clone(&self.notifier);
        let saved = self.messages.append(draft, Box::new(move |appended| tell(&*notifier, appended))).await;
        saved.map_err(|error| match error {
            AppendError::KeyReused => SendError::KeyReused,
            AppendError::Blocked => SendError::Blocked,
            AppendError::NoSuchUser => SendError::NoSuchRecipient,
            AppendError::Store(error) => SendError::Store(error),
        })
    }

    /// One message that `reader` sent or received; nothing for anyone else.
    pub async fn find(&self, reader: &Identity, id: MessageId) -> Result<Option<Message>, StoreError> {
        Ok(self.messages.find(reader.id, vec![id]).await?.pop())
    }

    /// Those of the messages that `reader` sent or received.
    pub async fn find_all(&self, reader: &Identity, ids: Vec<MessageId>) -> Result<Vec<Message>, StoreError> {
        self.messages.find(reader.id, ids).await
    }

    /// A stretch of the conversation with `peer`; empty if nobody has that name.
    pub async fn history(
        &self,
        me: Identity,
        peer: &str,
        cursor: Cursor,
        size: PageSize,
    ) -> Result<History, StoreError> {
        match self.users.identify(peer).await? {
            Some(peer) => self.messages.history(&Participation::of(me, peer), cursor, size).await,
            None => Ok(History::default()),
        }
    }

    /// A numbered page of the conversation with `peer` (an empty list if nobody has that name), or of everything that
    /// `me` sent or received.
    pub async fn page(
        &self,
        me: Identity,
        peer: Option<&str>,
        number: PageNumber,
        size: PageSize,
    ) -> Result<Numbered, PageError> {
        let Some(peer) = peer else {
            return self.messages.page_of_all(me.id, number, size).await;
        };
        match self.users.identify(peer).await? {
            Some(peer) => self.messages.page(&Participation::of(me, peer), number, size).await,
            None => Ok(empty_page(number, size)?),
        }
    }
}

fn empty_page(number: PageNumber, size: PageSize) -> Result<Numbered, NoSuchPage> {
    let (number, _) = number.resolve(0, size)?;
    Ok(Numbered { count: 0, number, has_next: false, messages: Vec::new() })
}

/// Tells both people of a new message; once, if they are the same person.
fn tell(notifier: &dyn Notifier, appended: &Appended) {
    let Message { id, seq, sender, recipient, key, .. } = &appended.message;
    let event = |pos, peer: &Identity, key: Option<&IdempotencyKey>| Event {
        pos,
        peer: peer.username.clone(),
        change: Change::Message { id: *id, seq: *seq, key: key.cloned() },
    };
    notifier.notify(sender.id, event(appended.sender_pos, recipient, key.as_ref()));
    if sender.id != recipient.id {
        notifier.notify(recipient.id, event(appended.recipient_pos, sender, None));
    }
}
