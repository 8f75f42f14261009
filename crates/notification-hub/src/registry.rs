//! Who is connected and who watches whom, in shards by user.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use chatapp_domain::event::Event;
use chatapp_domain::ports::notifications::{FeedFull, Watched, Whisper};
use chatapp_domain::session::SessionId;
use chatapp_domain::user::{UserId, Username};

use crate::outbox::Outbox;
use crate::settings::HubSettings;

/// All connections of a hub.
pub(crate) struct Registry {
    settings: HubSettings,
    shards: Box<[Mutex<Shard>]>,
    connections: AtomicUsize,
    numbers: AtomicU64,
}

/// The part of the people that one lock guards.
#[derive(Default)]
struct Shard {
    /// Oldest connection first; nobody stays without one.
    connected: HashMap<UserId, Vec<Arc<Outbox>>>,
    /// Who is told when these people come and go, by the number of the watching connection.
    watched: HashMap<UserId, BTreeMap<u64, Watcher>>,
}

struct Watcher {
    outbox: Arc<Outbox>,
    /// Under which name the watcher knows the person.
    username: Username,
}

impl Registry {
    pub(crate) fn new(settings: HubSettings) -> Self {
        let shards = (0..settings.shards.next_power_of_two()).map(|_| Mutex::default()).collect();
        Self { settings, shards, connections: AtomicUsize::new(0), numbers: AtomicU64::new(0) }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Tells every connection of `to`. All of them share one copy of the event.
    pub(crate) fn tell(&self, to: UserId, event: Event) {
        let shard = self.lock(to);
        let Some(outboxes) = shard.connected.get(&to) else { return };
        let event = Arc::new(event);
        let wakers: Vec<Waker> = outboxes.iter().filter_map(|outbox| outbox.push(&event)).collect();
        drop(shard);
        wake(wakers);
    }

    /// Tells every connection of `to` something passing.
    pub(crate) fn whisper(&self, to: UserId, whisper: &Whisper) {
        let shard = self.lock(to);
        let Some(outboxes) = shard.connected.get(&to) else { return };
        let wakers: Vec<Waker> = outboxes.iter().filter_map(|outbox| outbox.whisper(whisper)).collect();
        drop(shard);
        wake(wakers);
    }

    /// Takes a connection in. The user's oldest makes room for it, and whoever watches the user hears of the first.
    pub(crate) fn join(&self, user: UserId, session: Option<SessionId>) -> Result<Arc<Outbox>, FeedFull> {
        self.count_one_more()?;
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let outbox = Arc::new(Outbox::new(number, session, self.settings.outbox));
        let mut shard = self.lock(user);
        let own = shard.connected.entry(user).or_default();
        let excess = (own.len() + 1).saturating_sub(self.settings.connections_per_user.max(1));
        let mut wakers: Vec<Waker> = own.drain(..excess).filter_map(|oldest| oldest.displace()).collect();
        let came = own.is_empty() && excess == 0;
        own.push(Arc::clone(&outbox));
        if came {
            wakers.extend(shard.presence(user, true));
        }
        drop(shard);
        wake(wakers);
        Ok(outbox)
    }

    /// Takes a connection out, once. Whoever watches the user hears of the last.
    pub(crate) fn leave(&self, user: UserId, outbox: &Outbox) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
        let mut shard = self.lock(user);
        let Some(own) = shard.connected.get_mut(&user) else { return };
        own.retain(|other| other.number() != outbox.number());
        if !own.is_empty() {
            return;
        }
        shard.connected.remove(&user);
        let wakers = shard.presence(user, false);
        drop(shard);
        wake(wakers);
    }

    /// From now on `outbox` hears when `person` comes and goes.
    pub(crate) fn watch(&self, outbox: &Arc<Outbox>, person: Watched) {
        let watcher = Watcher { outbox: Arc::clone(outbox), username: person.username };
        self.lock(person.id).watched.entry(person.id).or_default().insert(outbox.number(), watcher);
    }

    pub(crate) fn unwatch(&self, outbox: &Outbox, person: UserId) {
        let mut shard = self.lock(person);
        let Some(watchers) = shard.watched.get_mut(&person) else { return };
        watchers.remove(&outbox.number());
        if watchers.is_empty() {
            shard.watched.remove(&person);
        }
    }

    pub(crate) fn is_online(&self, user: UserId) -> bool {
        self.lock(user).connected.contains_key(&user)
    }

    pub(crate) fn connected_users(&self) -> Vec<UserId> {
        self.shards.iter().flat_map(|shard| locked(shard).connected.keys().copied().collect::<Vec<_>>()).collect()
    }

    pub(crate) fn connected_sessions(&self) -> Vec<(UserId, SessionId)> {
        self.shards.iter().flat_map(|shard| locked(shard).sessions()).collect()
    }

    fn count_one_more(&self) -> Result<(), FeedFull> {
        let most = self.settings.connections;
        let more = |count: usize| (count < most).then_some(count + 1);
        self.connections.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).map_or(Err(FeedFull), |_| Ok(()))
    }

    fn lock(&self, user: UserId) -> MutexGuard<'_, Shard> {
        // Ids of a cluster may step by the number of its nodes, so their low bits alone would leave shards empty.
        let spread = user.0.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let index = usize::try_from(spread).unwrap_or_default() & (self.shards.len() - 1);
        locked(&self.shards[index])
    }
}

impl Shard {
    /// Tells those who watch `user`, still under the lock: a coming must not overtake a going.
    fn presence(&self, user: UserId, online: bool) -> Vec<Waker> {
        let watchers = self.watched.get(&user).into_iter().flat_map(BTreeMap::values);
        watchers
            .filter_map(|watcher| watcher.outbox.whisper(&Whisper::Presence { user: watcher.username.clone(), online }))
            .collect()
    }

    fn sessions(&self) -> Vec<(UserId, SessionId)> {
        let connections = self.connected.iter().flat_map(|(user, own)| own.iter().map(|outbox| (*user, outbox)));
        connections.filter_map(|(user, outbox)| Some((user, outbox.session()?))).collect()
    }
}

fn locked(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wake(wakers: Vec<Waker>) {
    wakers.into_iter().for_each(Waker::wake);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn occupied(registry: &Registry) -> usize {
        registry.shards.iter().filter(|shard| !locked(shard).connected.is_empty()).count()
    }

    #[test]
    fn people_are_spread_over_all_shards_whatever_their_ids_step_by() {
        for step in [1, 2, 3, 16, 1 << 20] {
            let registry = Registry::new(HubSettings::default());
            for n in 1..=400 {
                registry.join(UserId(n * step), None).unwrap();
            }
            assert_eq!(occupied(&registry), 16, "ids in steps of {step}");
        }
    }

    #[test]
    fn whoever_left_leaves_no_trace() {
        let registry = Registry::new(HubSettings::default());
        let outbox = registry.join(UserId(1), Some(SessionId(1))).unwrap();
        for id in 1..=5 {
            registry.watch(&outbox, Watched { id: UserId(id), username: Username::from_store("somebody") });
        }
        for id in 1..=5 {
            registry.unwatch(&outbox, UserId(id));
        }
        registry.leave(UserId(1), &outbox);
        for shard in &registry.shards {
            let shard = locked(shard);
            assert!(shard.connected.is_empty() && shard.watched.is_empty());
        }
        assert_eq!((registry.connections(), Arc::strong_count(&outbox)), (0, 1));
    }
}
