//! Who is connected and who watches whom, in shards by user.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;

use chatapp_domain::credential::Credential;
use chatapp_domain::event::Event;
use chatapp_domain::ports::notifications::{FeedFull, Watched, Whisper};
use chatapp_domain::user::{UserId, Username};

use crate::bus::NodeId;
use crate::outbox::Outbox;
use crate::settings::HubSettings;

/// All connections of a hub.
pub(crate) struct Registry {
    settings: HubSettings,
    shards: Box<[Mutex<Shard>]>,
    connections: AtomicUsize,
    numbers: AtomicU64,
    witness: OnceLock<Witness>,
}

/// Told of whoever comes here first or leaves here last. Called under a lock: it must not wait, nor call the hub.
pub(crate) type Witness = Box<dyn Fn(UserId) + Send + Sync>;

/// The part of the people that one lock guards.
#[derive(Default)]
struct Shard {
    /// Oldest connection first; nobody stays without one.
    connected: HashMap<UserId, Vec<Arc<Outbox>>>,
    /// Who has a connection on which other nodes; nobody stays without one.
    elsewhere: HashMap<UserId, HashSet<NodeId>>,
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
        let (connections, numbers, witness) = (AtomicUsize::new(0), AtomicU64::new(0), OnceLock::new());
        Self { settings, shards, connections, numbers, witness }
    }

    /// From now on, once and for all, `witness` hears who comes and goes here.
    pub(crate) fn observe(&self, witness: Witness) {
        // A second one would be a defect, and is never heard.
        let _ = self.witness.set(witness);
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// How many people have a connection here.
    pub(crate) fn people(&self) -> usize {
        let count = |shard: &Mutex<Shard>| shard.lock().unwrap_or_else(PoisonError::into_inner).connected.len();
        self.shards.iter().map(count).sum()
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

    /// Tells every connection of `to` something passing; and whoever watches them, if it is about what they share.
    pub(crate) fn whisper(&self, to: UserId, whisper: &Whisper) {
        let shard = self.lock(to);
        let own = shard.connected.get(&to).into_iter().flatten();
        let mut wakers: Vec<Waker> = own.filter_map(|outbox| outbox.whisper(whisper)).collect();
        if *whisper == Whisper::SharingChanged {
            let watchers = shard.watched.get(&to).into_iter().flat_map(BTreeMap::values);
            wakers.extend(watchers.filter_map(|watcher| watcher.outbox.whisper(whisper)));
        }
        drop(shard);
        wake(wakers);
    }

    /// Takes a connection in. The user's oldest makes room for it, and whoever watches the user hears of the first.
    pub(crate) fn join(&self, user: UserId, credential: Option<Credential>) -> Result<Arc<Outbox>, FeedFull> {
        self.count_one_more()?;
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let outbox = Arc::new(Outbox::new(number, credential, self.settings.outbox));
        let mut shard = self.lock(user);
        let own = shard.connected.entry(user).or_default();
        let excess = (own.len() + 1).saturating_sub(self.settings.connections_per_user.max(1));
        let mut wakers: Vec<Waker> = own.drain(..excess).filter_map(|oldest| oldest.displace()).collect();
        let came = own.is_empty() && excess == 0;
        own.push(Arc::clone(&outbox));
        if came {
            wakers.extend(shard.presence(user, true));
            self.witnessed(user);
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
        self.witnessed(user);
        drop(shard);
        wake(wakers);
    }

    /// Somebody has, or has no longer, a connection on another node. Whoever watches hears of it unless the user is in
    /// more than one place.
    pub(crate) fn elsewhere(&self, user: UserId, node: NodeId, online: bool) {
        let mut shard = self.lock(user);
        let before = shard.elsewhere.contains_key(&user);
        if online {
            shard.elsewhere.entry(user).or_default().insert(node);
        } else if let Some(nodes) = shard.elsewhere.get_mut(&user) {
            nodes.remove(&node);
            if nodes.is_empty() {
                shard.elsewhere.remove(&user);
            }
        }
        let after = shard.elsewhere.contains_key(&user);
        let is_here = shard.connected.contains_key(&user);
        let wakers = if before == after || is_here { Vec::new() } else { shard.tell_watchers(user, online) };
        drop(shard);
        wake(wakers);
    }

    fn witnessed(&self, user: UserId) {
        if let Some(witness) = self.witness.get() {
            witness(user);
        }
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

    /// Whether the user has a connection on any node.
    pub(crate) fn is_online(&self, user: UserId) -> bool {
        let shard = self.lock(user);
        shard.connected.contains_key(&user) || shard.elsewhere.contains_key(&user)
    }

    /// Whether the user has a connection here.
    pub(crate) fn is_here(&self, user: UserId) -> bool {
        self.lock(user).connected.contains_key(&user)
    }

    pub(crate) fn connected_users(&self) -> Vec<UserId> {
        self.shards.iter().flat_map(|shard| locked(shard).connected.keys().copied().collect::<Vec<_>>()).collect()
    }

    pub(crate) fn connected_credentials(&self) -> Vec<(UserId, Credential)> {
        self.shards.iter().flat_map(|shard| locked(shard).credentials()).collect()
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
    /// The user came here first, or left here last, which is news unless there is another node where the user is.
    fn presence(&self, user: UserId, online: bool) -> Vec<Waker> {
        if self.elsewhere.contains_key(&user) { Vec::new() } else { self.tell_watchers(user, online) }
    }

    /// Tells those who watch `user`, still under the lock: a coming must not overtake a going.
    fn tell_watchers(&self, user: UserId, online: bool) -> Vec<Waker> {
        let watchers = self.watched.get(&user).into_iter().flat_map(BTreeMap::values);
        watchers
            .filter_map(|watcher| watcher.outbox.whisper(&Whisper::Presence { user: watcher.username.clone(), online }))
            .collect()
    }

    fn credentials(&self) -> Vec<(UserId, Credential)> {
        let connections = self.connected.iter().flat_map(|(user, own)| own.iter().map(|outbox| (*user, outbox)));
        connections.filter_map(|(user, outbox)| Some((user, outbox.credential()?))).collect()
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
    use chatapp_domain::session::SessionId;

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
        let outbox = registry.join(UserId(1), Some(SessionId(1).into())).unwrap();
        for id in 1..=5 {
            registry.watch(&outbox, Watched { id: UserId(id), username: Username::from_store("somebody") });
        }
        for id in 1..=5 {
            registry.unwatch(&outbox, UserId(id));
        }
        registry.leave(UserId(1), &outbox);
        for shard in &registry.shards {
            let shard = locked(shard);
            assert!(shard.connected.is_empty() && shard.watched.is_empty() && shard.elsewhere.is_empty());
        }
        assert_eq!((registry.connections(), Arc::strong_count(&outbox)), (0, 1));
    }
}
