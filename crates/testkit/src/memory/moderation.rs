//! Everybody's messages in memory.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use chatapp_domain::audit::{Action, Actor};
use chatapp_domain::calendar::Day;
use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::{Message, MessageBody, MessageId};
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::moderation::{
    AfterDelete, Deleted, Deletion, Listed, MessageFilter, ModerationStore, Place,
};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Identity, UserId, UsernameKey};

use super::{MemoryStores, State, count};

#[async_trait]
impl ModerationStore for MemoryStores {
    async fn list(&self, filter: MessageFilter, from: Option<Place>, size: PageSize) -> Result<Listed, StoreError> {
        self.unit(|state| state.list_all(&filter, from, count(size.get())))
    }

    async fn days(&self, sender: Option<UserId>, recipient: Option<UserId>) -> Result<Vec<(Day, i64)>, StoreError> {
        let filter = MessageFilter { sender, recipient, ..MessageFilter::default() };
        self.unit(|state| {
            let mut days: BTreeMap<Day, i64> = BTreeMap::new();
            let admitted = |m: &&Message| filter.admits(m.sender.id, m.recipient.id, m.at);
            for message in state.messages.values().filter(admitted) {
                *days.entry(Day::of(message.at)).or_default() += 1;
            }
            days.into_iter().collect()
        })
    }

    async fn count_ahead(&self) -> Result<bool, StoreError> {
        self.unit(|_| false)
    }

    async fn is_a_name(&self, prefix: &UsernameKey) -> Result<bool, StoreError> {
        self.unit(|state| state.users.values().any(|person| begins(&person.user.identity(), prefix)))
    }

    async fn find(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        self.unit(|state| state.messages.get(&id).cloned())
    }

    async fn delete(&self, id: MessageId, by: Actor, then: AfterDelete) -> Result<Deletion, StoreError> {
        self.unit(|state| match state.messages.get(&id) {
            None => Deletion::NotFound,
            Some(message) if message.is_deleted() => Deletion::Before,
            Some(_) => {
                state.log.push(by.did(Action::MessageDelete, id.0));
                if let Some(deleted) = state.delete(id, by.at) {
                    then(&deleted);
                }
                Deletion::Done
            }
        })
    }
}

fn begins(person: &Identity, prefix: &UsernameKey) -> bool {
    person.username.key().as_str().starts_with(prefix.as_str())
}

impl State {
    /// The places of a list are simply counted, from its end.
    fn list_all(&self, filter: &MessageFilter, from: Option<Place>, size: usize) -> Listed {
        let words = |m: &Message| filter.words.as_ref().is_none_or(|words| words.find_in(m.body.as_str()).is_some());
        let name =
            |m: &Message| filter.name.as_ref().is_none_or(|name| begins(&m.sender, name) || begins(&m.recipient, name));
        let mut all: Vec<&Message> = self.messages.values().collect();
        all.retain(|m| filter.admits(m.sender.id, m.recipient.id, m.at) && words(m) && name(m));
        let first = |m: &Message| {
            let people = [&m.sender, &m.recipient].into_iter();
            let meant = people.filter(|person| filter.name.as_ref().is_some_and(|name| begins(person, name)));
            meant.map(|person| person.username.key().as_str().to_owned()).min()
        };
        all.sort_by_key(|m| (first(m), Reverse(Self::turn_of(m.id))));
        let skipped = from.map_or(0, |place| count(-place.before));
        let messages: Vec<Message> = all.iter().skip(skipped).take(size).map(|message| (*message).clone()).collect();
        let reached = skipped + messages.len();
        let before = -i64::try_from(reached).unwrap_or_default();
        Listed { messages, next: (reached < all.len()).then_some(Place { person: None, before }) }
    }

    fn delete(&mut self, id: MessageId, at: Timestamp) -> Option<Deleted> {
        let message = self.messages.get_mut(&id)?;
        (message.body, message.key) = (MessageBody::deleted(), None);
        let message = message.clone();
        self.sends.retain(|_, sent| *sent != id);
        let change = Change::Delete { id, seq: message.seq };
        let mut tell = |to: &Identity, peer: &Identity| -> Option<Pos> {
            let event = |pos| Event { pos, peer: peer.username.clone(), change: change.clone() };
            (!self.is_gone(to.id)).then(|| self.record(to.id, at, event))
        };
        let sender_pos = tell(&message.sender, &message.recipient);
        let to_oneself = message.sender.id == message.recipient.id;
        let recipient_pos = if to_oneself { sender_pos } else { tell(&message.recipient, &message.sender) };
        Some(Deleted { message, sender_pos, recipient_pos })
    }
}
