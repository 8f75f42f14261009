//! Conversations in memory.

use std::cmp::Reverse;
use std::collections::HashMap;

use async_trait::async_trait;
use chatapp_domain::conversation::{Conversation, Participation};
use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::{MessageId, Seq};
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::conversations::{AfterRead, ConversationStore, ReadMoved};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Identity, UserId};

use super::{MemoryStores, State, count};

/// What two people said, by place, and how far each has read.
#[derive(Default)]
pub(super) struct Thread {
    pub(super) messages: Vec<MessageId>,
    read: HashMap<UserId, Seq>,
}

#[async_trait]
impl ConversationStore for MemoryStores {
    async fn list(&self, me: &Identity, before: Option<Pos>, size: PageSize) -> Result<Vec<Conversation>, StoreError> {
        self.unit(|state| {
            let places = state.threads.keys().filter_map(|pair| {
                let peer = match me.id {
                    id if id == pair.low() => pair.high(),
                    id if id == pair.high() => pair.low(),
                    _ => return None,
                };
                Some(Participation::of(me.clone(), state.users.get(&peer)?.user.identity()))
            });
            let mut seen: Vec<Conversation> = places.filter_map(|place| state.seen_from(&place)).collect();
            seen.retain(|conversation| before.is_none_or(|before| conversation.activity < before));
            seen.sort_by_key(|conversation| Reverse(conversation.activity));
            seen.truncate(count(size.get()));
            seen
        })
    }

    async fn find(&self, place: &Participation) -> Result<Option<Conversation>, StoreError> {
        self.unit(|state| state.seen_from(place))
    }

    async fn mark_read(
        &self,
        place: &Participation,
        seq: Seq,
        then: AfterRead,
    ) -> Result<Option<Conversation>, StoreError> {
        let now = self.clock.now();
        self.unit(|state| {
            if let Some(moved) = state.read_on(place, seq, now) {
                then(&moved);
            }
            state.seen_from(place)
        })
    }
}

impl State {
    fn seen_from(&self, place: &Participation) -> Option<Conversation> {
        let messages = self.thread(place.pair());
        let last = *messages.last()?;
        let thread = self.threads.get(&place.pair())?;
        let read = |user: UserId| thread.read.get(&user).copied().unwrap_or_default();
        let (me, peer) = (place.me().id, place.peer().id);
        let news = messages.iter().filter(|message| message.sender.id != me && message.seq > read(me));
        Some(Conversation {
            peer: self.users.get(&peer)?.user.clone(),
            last_message: last.clone(),
            last_seq: last.seq,
            read_seq: read(me),
            peer_read_seq: read(peer),
            unread: i64::try_from(news.count()).unwrap_or(i64::MAX),
            activity: *self.positions.get(&(me, last.id))?,
        })
    }

    /// What moved, if anything did.
    fn read_on(&mut self, place: &Participation, seq: Seq, now: Timestamp) -> Option<ReadMoved> {
        let (me, peer) = (place.me(), place.peer());
        let thread = self.threads.get_mut(&place.pair())?;
        let last = Seq(i64::try_from(thread.messages.len()).unwrap_or(i64::MAX));
        let read = thread.read.entry(me.id).or_default();
        let seq = seq.min(last);
        if seq <= *read {
            return None;
        }
        *read = seq;
        let change = Change::Read { reader: me.username.clone(), seq };
        let mut record = |to: &Identity, peer: &Identity| {
            self.record(to.id, now, |pos| Event { pos, peer: peer.username.clone(), change: change.clone() })
        };
        let reader_pos = record(me, peer);
        let peer_pos = if place.is_with_oneself() { reader_pos } else { record(peer, me) };
        Some(ReadMoved { seq, reader_pos, peer_pos })
    }
}
