//! Messages in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chatapp_domain::conversation::{Pair, Participation};
use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::{Draft, IdempotencyKey, Message, MessageId, Seq};
use chatapp_domain::page::{Cursor, History, NoSuchPage, Numbered, PageNumber, PageSize};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::messages::{AfterAppend, AppendError, Appended, Extent, MessageStore, PageError, Saved};
use chatapp_domain::user::{Identity, UserId};

use super::{MemoryStores, State, count};

#[async_trait]
impl MessageStore for MemoryStores {
    async fn append(&self, draft: Draft, then: AfterAppend) -> Result<Saved, AppendError> {
        self.unit(|state| {
            if let Some(message) = state.sent_before(&draft)? {
                return Ok(Saved::Repeat(message));
            }
            let appended = state.append(draft)?;
            // Still under the lock, so that two senders' calls come in the order of their commits.
            then(&appended);
            Ok(Saved::New(appended.message))
        })?
    }

    async fn find(&self, reader: UserId, ids: Vec<MessageId>) -> Result<Vec<Message>, StoreError> {
        self.unit(|state| {
            let ids: BTreeSet<MessageId> = ids.into_iter().collect();
            let found = ids.iter().filter_map(|id| state.messages.get(id));
            found.filter(|message| message.sender.id == reader || message.recipient.id == reader).cloned().collect()
        })
    }

    async fn history(&self, place: &Participation, cursor: Cursor, size: PageSize) -> Result<History, StoreError> {
        self.unit(|state| {
            let all = state.thread(place.pair());
            let last_seq = all.last().map_or(Seq(0), |message| message.seq);
            let forgotten_seq = Seq(state.threads.get(&place.pair()).map_or(0, |thread| thread.forgotten));
            let (all, size) = (all.into_iter(), count(size.get()));
            let messages = match cursor {
                Cursor::After(seq) => all.filter(|message| message.seq > seq).take(size).cloned().collect(),
                Cursor::Before(seq) => all.rev().filter(|message| message.seq < seq).take(size).cloned().collect(),
            };
            History { messages, forgotten_seq, last_seq }
        })
    }

    async fn page(&self, place: &Participation, number: PageNumber, size: PageSize) -> Result<Numbered, PageError> {
        Ok(self.unit(|state| cut(state.thread(place.pair()), number, size))??)
    }

    async fn extent(&self, reader: UserId) -> Result<Extent, StoreError> {
        self.unit(|state| Extent {
            count: i64::try_from(state.messages_of(reader).len()).unwrap_or(i64::MAX),
            latest: state.journals.get(&reader).map_or(Pos(0), |journal| journal.latest()),
        })
    }

    async fn between(
        &self,
        reader: UserId,
        after: Pos,
        to: Pos,
        size: PageSize,
    ) -> Result<Vec<(Pos, Message)>, StoreError> {
        self.unit(|state| {
            let all = state.messages_of(reader).into_iter();
            let placed =
                all.filter_map(|message| Some((*state.positions.get(&(reader, message.id))?, message.clone())));
            placed.filter(|(pos, _)| *pos > after && *pos <= to).take(count(size.get())).collect()
        })
    }

    async fn page_of_all(&self, reader: UserId, number: PageNumber, size: PageSize) -> Result<Numbered, PageError> {
        Ok(self.unit(|state| cut(state.messages_of(reader), number, size))??)
    }
}

/// The page of a list that is given oldest first.
fn cut(messages: Vec<&Message>, number: PageNumber, size: PageSize) -> Result<Numbered, NoSuchPage> {
    let total = i64::try_from(messages.len()).unwrap_or(i64::MAX);
    let (number, skip) = number.resolve(total, size)?;
    let messages = messages.into_iter().rev().skip(count(skip)).take(count(size.get())).cloned().collect();
    Ok(Numbered { count: total, number, has_next: skip + size.get() < total, messages })
}

impl State {
    fn sent_before(&self, draft: &Draft) -> Result<Option<Message>, AppendError> {
        let Some(key) = &draft.key else { return Ok(None) };
        let id = self.sends.get(&(draft.sender.id, key.clone()));
        let Some(message) = id.and_then(|id| self.messages.get(id)) else { return Ok(None) };
        if message.recipient.id != draft.recipient.id || message.body != draft.body {
            return Err(AppendError::KeyReused);
        }
        Ok(Some(message.clone()))
    }

    fn append(&mut self, draft: Draft) -> Result<Appended, AppendError> {
        let Draft { sender, recipient, body, key, at } = draft;
        let is_there = |id: &UserId| self.users.get(id).is_some_and(|person| !person.user.is_deleted());
        if !is_there(&sender.id) || !is_there(&recipient.id) {
            return Err(AppendError::NoSuchUser);
        }
        if self.are_apart(sender.id, recipient.id) {
            return Err(AppendError::Blocked);
        }
        let pair = Pair::of(sender.id, recipient.id);
        let last = self.thread(pair).last().map_or((Seq(0), at), |message| (message.seq, message.at));
        let id = self.next_message_id();
        let message = Message { id, seq: Seq(last.0.0 + 1), sender, recipient, body, at: at.max(last.1), key };
        let (sender_pos, recipient_pos) = self.record_message(&message);
        if let Some(key) = &message.key {
            self.sends.insert((message.sender.id, key.clone()), id);
        }
        self.threads.entry(pair).or_default().messages.push(id);
        self.messages.insert(id, message.clone());
        Ok(Appended { message, sender_pos, recipient_pos })
    }

    /// 2, 1, 4, 3, ...: unique, and plainly not in commit order, so that nobody takes an id for a cursor.
    fn next_message_id(&mut self) -> MessageId {
        self.last_message += 1;
        MessageId(((self.last_message - 1) ^ 1) + 1)
    }

    /// Which message got an id, counted from 1.
    pub(super) fn turn_of(id: MessageId) -> i64 {
        ((id.0 - 1) ^ 1) + 1
    }

    fn record_message(&mut self, message: &Message) -> (Pos, Pos) {
        let Message { id, seq, sender, recipient, key, at, .. } = message;
        let change = |key: Option<&IdempotencyKey>| Change::Message { id: *id, seq: *seq, key: key.cloned() };
        let mut record = |to: &Identity, peer: &Identity, key| {
            let pos = self.record(to.id, *at, |pos| Event { pos, peer: peer.username.clone(), change: change(key) });
            self.positions.insert((to.id, *id), pos);
            pos
        };
        let sender_pos = record(sender, recipient, key.as_ref());
        let to_oneself = sender.id == recipient.id;
        (sender_pos, if to_oneself { sender_pos } else { record(recipient, sender, None) })
    }

    /// What was said between two people, oldest first.
    pub(super) fn thread(&self, pair: Pair) -> Vec<&Message> {
        let thread = self.threads.get(&pair);
        let ids = thread.into_iter().flat_map(|thread| &thread.messages);
        ids.filter_map(|id| self.messages.get(id)).collect()
    }

    /// What somebody sent or received, oldest first in the order of their events.
    pub(super) fn messages_of(&self, reader: UserId) -> Vec<&Message> {
        let journal = self.journals.get(&reader);
        let events = journal.into_iter().flat_map(|journal| journal.events());
        let ids = events.filter_map(|event| match &event.change {
            Change::Message { id, .. } => Some(id),
            Change::Read { .. } | Change::Delete { .. } => None,
        });
        ids.filter_map(|id| self.messages.get(id)).collect()
    }
}
