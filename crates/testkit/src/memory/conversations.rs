//! Conversations in memory.

use std::cmp::Reverse;
use std::collections::HashMap;

use async_trait::async_trait;
use chatapp_domain::conversation::{Conversation, Participation};
use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::{Message, MessageId, Seq};
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::conversations::{AfterDelivered, AfterRead, ConversationStore, ReadMoved};
use chatapp_domain::privacy::Privacy;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Identity, UserId};

use super::{MemoryStores, State, count};

/// What two people said, by place, and how far each has read.
#[derive(Default)]
pub(super) struct Thread {
    pub(super) messages: Vec<MessageId>,
    /// How many of the oldest are gone.
    pub(super) forgotten: i64,
    read: HashMap<UserId, Seq>,
    delivered: HashMap<UserId, Seq>,
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

    async fn mark_delivered(&self, place: &Participation, seq: Seq, then: AfterDelivered) -> Result<bool, StoreError> {
        self.unit(|state| {
            let shared = state.share_receipts(place);
            let Some(thread) = state.threads.get_mut(&place.pair()) else { return false };
            let seq = seq.min(thread.last());
            if seq > thread.delivered_to(place.me().id) {
                thread.delivered.insert(place.me().id, seq);
                if shared && !place.is_with_oneself() {
                    then(seq);
                }
            }
            true
        })
    }
}

impl Thread {
    fn last(&self) -> Seq {
        Seq(self.forgotten + i64::try_from(self.messages.len()).unwrap_or(i64::MAX))
    }

    /// What is gone counts as read.
    pub(super) fn read_at_least(&mut self, user: UserId, seq: Seq) {
        let read = self.read.entry(user).or_default();
        *read = seq.max(*read);
    }

    fn read_to(&self, user: UserId) -> Seq {
        self.read.get(&user).copied().unwrap_or_default()
    }

    fn delivered_to(&self, user: UserId) -> Seq {
        self.delivered.get(&user).copied().unwrap_or_default().max(self.read_to(user))
    }
}

impl State {
    fn seen_from(&self, place: &Participation) -> Option<Conversation> {
        let messages = self.thread(place.pair());
        let last = *messages.last()?;
        let thread = self.threads.get(&place.pair())?;
        let (me, peer) = (place.me().id, place.peer().id);
        let is_news =
            |message: &&&Message| message.sender.id != me && message.seq > thread.read_to(me) && !message.is_deleted();
        let news = messages.iter().filter(is_news);
        let shown = |seq: Seq| if self.share_receipts(place) { seq } else { Seq(0) };
        Some(Conversation {
            peer: self.users.get(&peer)?.user.clone(),
            last_message: last.clone(),
            last_seq: last.seq,
            read_seq: thread.read_to(me),
            peer_read_seq: shown(thread.read_to(peer)),
            peer_delivered_seq: shown(thread.delivered_to(peer)),
            unread: i64::try_from(news.count()).unwrap_or(i64::MAX),
            activity: *self.positions.get(&(me, last.id))?,
        })
    }

    fn share_receipts(&self, place: &Participation) -> bool {
        let privacy = |user: UserId| self.users.get(&user).map_or(Privacy::OPEN, |person| person.user.privacy);
        place.is_with_oneself() || privacy(place.me().id).share_receipts(privacy(place.peer().id))
    }

    /// What moved, if anything did.
    fn read_on(&mut self, place: &Participation, seq: Seq, now: Timestamp) -> Option<ReadMoved> {
        let is_gone = self.users.get(&place.peer().id).is_none_or(|person| person.user.is_deleted());
        let (me, peer, shared) = (place.me(), place.peer(), !is_gone && self.share_receipts(place));
        let thread = self.threads.get_mut(&place.pair())?;
        let seq = seq.min(thread.last());
        let read = thread.read.entry(me.id).or_default();
        if seq <= *read {
            return None;
        }
        *read = seq;
        let change = Change::Read { reader: me.username.clone(), seq };
        let mut record = |to: &Identity, peer: &Identity| {
            self.record(to.id, now, |pos| Event { pos, peer: peer.username.clone(), change: change.clone() })
        };
        let reader_pos = record(me, peer);
        let peer_pos = if place.is_with_oneself() { Some(reader_pos) } else { shared.then(|| record(peer, me)) };
        Some(ReadMoved { seq, reader_pos, peer_pos })
    }
}
