//! Searching in memory: everything is read.

use async_trait::async_trait;
use chatapp_domain::event::Pos;
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::search::{SearchStore, Walked};
use chatapp_domain::search::{Found, Hit, SearchQuery};
use chatapp_domain::user::{Identity, UserId};

use super::{MemoryStores, State, count};

#[async_trait]
impl SearchStore for MemoryStores {
    async fn search(
        &self,
        me: &Identity,
        query: &SearchQuery,
        peer: Option<UserId>,
        before: Option<Pos>,
        size: PageSize,
    ) -> Result<Found, StoreError> {
        self.unit(|state| state.search(me.id, query, peer, before, size))
    }

    async fn index_next(&self, _: UserId) -> Result<bool, StoreError> {
        self.unit(|_| false)
    }

    async fn lagging(&self, _: UserId, _: i64) -> Result<Walked, StoreError> {
        self.unit(|_| Walked { lagging: Vec::new(), next: None })
    }
}

impl State {
    fn search(
        &self,
        me: UserId,
        query: &SearchQuery,
        peer: Option<UserId>,
        before: Option<Pos>,
        size: PageSize,
    ) -> Found {
        let mut found = Vec::new();
        for message in self.messages_of(me).into_iter().rev() {
            let other = if message.sender.id == me { message.recipient.id } else { message.sender.id };
            let Some(pos) = self.positions.get(&(me, message.id)).copied() else { continue };
            let wanted = before.is_none_or(|before| pos < before) && peer.is_none_or(|peer| peer == other);
            if let Some(places) = query.find_in(message.body.as_str()).filter(|_| wanted) {
                found.push((pos, Hit { message: message.clone(), places }));
            }
        }
        let size = count(size.get());
        let next = if found.len() > size { found.get(size - 1).map(|(pos, _)| *pos) } else { None };
        Found { hits: found.into_iter().take(size).map(|(_, hit)| hit).collect(), next }
    }
}
