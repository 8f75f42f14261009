//! Events in memory.

use std::collections::BTreeMap;
use std::ops::Bound;

use async_trait::async_trait;
use chatapp_domain::event::{Change, Epoch, Event, Pos};
use chatapp_domain::message::MessageId;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::events::{EventStore, Following};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::UserId;

use super::{MemoryStores, State, count};

/// What concerned one person.
#[derive(Default)]
pub(super) struct Journal {
    latest: Pos,
    /// The newest event that is not here any more.
    forgotten: Pos,
    kept: BTreeMap<Pos, (Event, Timestamp)>,
}

#[async_trait]
impl EventStore for MemoryStores {
    async fn epoch(&self) -> Result<Epoch, StoreError> {
        self.unit(|state| state.epoch.clone())
    }

    async fn latest(&self, user: UserId) -> Result<Pos, StoreError> {
        self.unit(|state| state.journals.get(&user).map_or(Pos(0), |journal| journal.latest))
    }

    async fn latest_of(&self, users: Vec<UserId>) -> Result<Vec<(UserId, Pos)>, StoreError> {
        self.unit(|state| {
            let latest = |user| Some((user, state.journals.get(&user)?.latest));
            users.into_iter().filter_map(latest).collect()
        })
    }

    async fn after(&self, user: UserId, after: Pos, limit: i64) -> Result<Following, StoreError> {
        self.unit(|state| {
            let empty = Journal::default();
            let journal = state.journals.get(&user).unwrap_or(&empty);
            let latest = journal.latest;
            if after > latest || after < journal.forgotten {
                return Following::Gone { latest };
            }
            let following = journal.kept.range((Bound::Excluded(after), Bound::Unbounded));
            let events = following.take(count(limit)).map(|(_, (event, _))| event.clone()).collect();
            Following::Events { events, latest }
        })
    }

    async fn position_of(&self, user: UserId, message: MessageId) -> Result<Option<Pos>, StoreError> {
        self.unit(|state| state.positions.get(&(user, message)).copied())
    }

    async fn purge(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.unit(|state| state.journals.values_mut().map(|journal| journal.forget(before)).sum())
    }
}

impl State {
    /// Takes the next place among `user`'s events.
    pub(super) fn record(&mut self, user: UserId, at: Timestamp, event: impl FnOnce(Pos) -> Event) -> Pos {
        let journal = self.journals.entry(user).or_default();
        let pos = journal.latest.next();
        journal.latest = pos;
        journal.kept.insert(pos, (event(pos), at));
        pos
    }
}

impl Journal {
    pub(super) fn latest(&self) -> Pos {
        self.latest
    }

    /// Oldest first.
    pub(super) fn events(&self) -> impl Iterator<Item = &Event> {
        self.kept.values().map(|(event, _)| event)
    }

    pub(super) fn events_mut(&mut self) -> impl Iterator<Item = &mut Event> {
        self.kept.values_mut().map(|(event, _)| event)
    }

    /// A message is gone: whoever followed from before it cannot do so any more.
    pub(super) fn lose(&mut self, pos: Pos) {
        self.kept.remove(&pos);
        self.forgotten = self.forgotten.max(pos);
    }

    fn forget(&mut self, before: Timestamp) -> usize {
        let old = |event: &Event, at: Timestamp| !matches!(event.change, Change::Message { .. }) && at < before;
        let kept = self.kept.len();
        let forgotten = self.kept.iter().filter(|(_, (event, at))| old(event, *at)).map(|(pos, _)| *pos);
        self.forgotten = forgotten.max().unwrap_or_default().max(self.forgotten);
        self.kept.retain(|_, (event, at)| !old(event, *at));
        kept - self.kept.len()
    }
}
