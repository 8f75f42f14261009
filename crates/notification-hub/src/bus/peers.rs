//! Who is connected on which other node, as far as this one has heard.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chatapp_domain::user::UserId;
use tokio::sync::Notify;

use super::envelope::NodeId;
use crate::registry::Registry;

/// The other nodes. What is known of their people is passed on to the registry, which tells those who watch.
pub(crate) struct Peers {
    registry: Arc<Registry>,
    known: Mutex<HashMap<NodeId, Peer>>,
    outdated: Notify,
}

#[derive(Default)]
struct Peer {
    /// The number of the last change that is included.
    seq: u64,
    /// A change was missed: only Redis knows who is there.
    outdated: bool,
    users: HashSet<UserId>,
}

impl Peers {
    pub(crate) fn new(registry: Arc<Registry>) -> Self {
        Self { registry, known: Mutex::default(), outdated: Notify::new() }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// A node told of its change number `seq`. If that is not the next one, the node is read anew.
    pub(crate) fn changed(&self, node: NodeId, seq: u64, came: &[UserId], went: &[UserId]) {
        let mut known = self.lock();
        let peer = known.entry(node).or_default();
        if seq <= peer.seq {
            return;
        }
        if seq != peer.seq + 1 || peer.outdated {
            peer.outdated = true;
            drop(known);
            return self.outdated.notify_one();
        }
        peer.seq = seq;
        for user in came.iter().filter(|user| peer.users.insert(**user)) {
            self.registry.elsewhere(*user, node, true);
        }
        for user in went.iter().filter(|user| peer.users.remove(user)) {
            self.registry.elsewhere(*user, node, false);
        }
    }

    /// A node says, or Redis does, that its people are at change number `seq`.
    pub(crate) fn is_at(&self, node: NodeId, seq: u64) {
        let mut known = self.lock();
        let peer = known.entry(node).or_default();
        if seq != peer.seq || peer.outdated {
            peer.outdated = true;
            drop(known);
            self.outdated.notify_one();
        }
    }

    /// All people of a node, as of change number `seq`.
    pub(crate) fn replace(&self, node: NodeId, seq: u64, users: HashSet<UserId>) {
        let mut known = self.lock();
        let peer = known.entry(node).or_default();
        let before = std::mem::replace(&mut peer.users, users);
        (peer.seq, peer.outdated) = (seq, false);
        for user in peer.users.difference(&before) {
            self.registry.elsewhere(*user, node, true);
        }
        for user in before.difference(&peer.users) {
            self.registry.elsewhere(*user, node, false);
        }
    }

    /// A node is gone, and its people with it.
    pub(crate) fn gone(&self, node: NodeId) {
        let mut known = self.lock();
        let Some(peer) = known.remove(&node) else { return };
        for user in peer.users {
            self.registry.elsewhere(user, node, false);
        }
    }

    /// Whoever is not among these is gone.
    pub(crate) fn only(&self, alive: &HashSet<NodeId>) {
        let dead: Vec<NodeId> = self.lock().keys().filter(|node| !alive.contains(node)).copied().collect();
        dead.into_iter().for_each(|node| self.gone(node));
    }

    /// Resolves when there is a node to read anew.
    pub(crate) async fn next_outdated(&self) -> Vec<NodeId> {
        loop {
            let outdated = self.outdated();
            if !outdated.is_empty() {
                return outdated;
            }
            self.outdated.notified().await;
        }
    }

    fn outdated(&self) -> Vec<NodeId> {
        self.lock().iter().filter(|(_, peer)| peer.outdated).map(|(node, _)| *node).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<NodeId, Peer>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::HubSettings;

    const ONE: NodeId = NodeId::test(1);
    const TWO: NodeId = NodeId::test(2);

    fn peers() -> Peers {
        Peers::new(Arc::new(Registry::new(HubSettings::default())))
    }

    fn online(peers: &Peers) -> Vec<i64> {
        (1..10).filter(|id| peers.registry.is_online(UserId(*id))).collect()
    }

    fn ids(ids: &[i64]) -> Vec<UserId> {
        ids.iter().copied().map(UserId).collect()
    }

    #[test]
    fn changes_in_order_are_followed() {
        let peers = peers();
        peers.changed(ONE, 1, &ids(&[1, 2]), &[]);
        peers.changed(TWO, 1, &ids(&[2, 3]), &[]);
        assert_eq!(online(&peers), [1, 2, 3]);
        peers.changed(ONE, 2, &ids(&[4]), &ids(&[1, 2]));
        peers.changed(ONE, 2, &ids(&[9]), &[]);
        assert_eq!(online(&peers), [2, 3, 4], "whoever is on another node is still there; nothing counts twice");
        peers.gone(TWO);
        assert_eq!(online(&peers), [4]);
        peers.only(&HashSet::new());
        assert!(online(&peers).is_empty() && peers.lock().is_empty());
    }

    #[tokio::test]
    async fn a_missed_change_makes_a_node_be_read_anew() {
        let peers = peers();
        peers.changed(ONE, 5, &ids(&[1]), &[]);
        peers.is_at(TWO, 3);
        assert!(online(&peers).is_empty());
        let mut outdated = peers.next_outdated().await;
        outdated.sort_by_key(ToString::to_string);
        assert_eq!(outdated, [ONE, TWO]);
        peers.replace(ONE, 6, [UserId(1), UserId(2)].into());
        peers.changed(ONE, 7, &ids(&[3]), &[]);
        peers.replace(ONE, 9, [UserId(2), UserId(4)].into());
        peers.changed(ONE, 8, &ids(&[1]), &[]);
        assert_eq!(online(&peers), [2, 4]);
        peers.is_at(ONE, 9);
        assert_eq!(peers.next_outdated().await, [TWO]);
    }
}
