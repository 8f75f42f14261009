//! Between nodes: Redis carries news at most once, and nobody waits for it. Whatever it does not carry, the other nodes
//! find in the database.

mod envelope;
mod limits;
mod link;
mod messenger;
mod names;
mod outgoing;
mod peers;
mod presence;
mod settings;
mod supervisor;

use std::sync::Arc;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chatapp_domain::ports::nodes::{BusState, SharedLimit};
use redis::aio::MultiplexedConnection;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

pub(crate) use self::envelope::{News, NodeId};
use self::limits::Limits;
use self::link::Listener;
pub use self::link::{LinkError, probe};
pub use self::messenger::Messenger;
use self::names::Names;
pub(crate) use self::outgoing::Outgoing;
use self::peers::Peers;
pub use self::settings::{BusSettings, Prefix, PrefixError, RedisUrl, RedisUrlError};
pub use self::supervisor::Bus;
use crate::registry::Registry;

/// How long somebody who logs in may wait for the count of all nodes.
const LIMIT_PATIENCE: Duration = Duration::from_millis(300);

/// What the cluster, the supervisor and the connection share.
pub(crate) struct Shared {
    pub(crate) node: NodeId,
    pub(crate) registry: Arc<Registry>,
    pub(crate) outgoing: Outgoing,
    names: Names,
    peers: Peers,
    limits: Limits,
    state: watch::Sender<BusState>,
    /// There while it is good.
    connection: Mutex<Option<MultiplexedConnection>>,
    /// There may be something in the database that nobody here was told of.
    compare: Notify,
}

impl Shared {
    pub(crate) fn new(registry: Arc<Registry>, settings: &BusSettings) -> Self {
        let names = Names::new(&settings.prefix);
        Self {
            node: NodeId::random(),
            outgoing: Outgoing::new(settings.queue),
            limits: Limits::new(names.clone()),
            peers: Peers::new(Arc::clone(&registry)),
            names,
            registry,
            state: watch::Sender::new(BusState::Away),
            connection: Mutex::default(),
            compare: Notify::new(),
        }
    }

    pub(crate) fn state(&self) -> BusState {
        *self.state.borrow()
    }

    pub(crate) fn other_nodes(&self) -> usize {
        self.peers.count()
    }

    pub(crate) fn states(&self) -> watch::Receiver<BusState> {
        self.state.subscribe()
    }

    /// Resolves when positions should be compared with the database; soon after it was asked for, not at once.
    pub(crate) async fn comparison(&self) {
        self.compare.notified().await;
    }

    pub(crate) async fn take(&self, limit: &SharedLimit) -> Option<Result<(), Duration>> {
        let mut connection = self.good_connection()?;
        match timeout(LIMIT_PATIENCE, self.limits.take(&mut connection, limit)).await {
            Ok(Ok(taken)) => Some(taken),
            Ok(Err(error)) => {
                log::warn!("a limit of all nodes could not be asked: {error}");
                None
            }
            Err(_) => None,
        }
    }

    pub(crate) async fn give_back(&self, limit: &SharedLimit) {
        let Some(mut connection) = self.good_connection() else { return };
        // What cannot be given back is made up for with time.
        let _ = timeout(LIMIT_PATIENCE, self.limits.give_back(&mut connection, limit)).await;
    }

    fn good_connection(&self) -> Option<MultiplexedConnection> {
        if self.state() != BusState::Connected {
            return None;
        }
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_connection(&self, connection: Option<MultiplexedConnection>) {
        let before =
            std::mem::replace(&mut *self.connection.lock().unwrap_or_else(PoisonError::into_inner), connection);
        drop(before);
    }

    fn hear(&self, from: NodeId, news: News) {
        match news {
            News::Event(to, event) => self.registry.tell(to, event),
            News::Whisper(to, whisper) => self.registry.whisper(to, &whisper),
            News::Presence { seq, came, went } => self.peers.changed(from, seq, &came, &went),
            News::Rewritten { seq } => self.peers.is_at(from, seq),
            News::Left => self.peers.gone(from),
            News::Compare => self.compare.notify_one(),
        }
    }
}

/// What one connection hears.
struct Ear {
    shared: Arc<Shared>,
    /// The connection is closed.
    closed: Notify,
}

impl Listener for Ear {
    fn published(&self, bytes: &[u8]) {
        match envelope::open(bytes) {
            envelope::Opened::News(node, _) if node == self.shared.node => {}
            envelope::Opened::News(node, news) => self.shared.hear(node, news),
            envelope::Opened::TooNew => log::debug!("a newer node told something that this one does not understand"),
            envelope::Opened::Unreadable => log::warn!("something on the bus is not from a node of ours"),
        }
    }

    fn closed(&self) {
        self.closed.notify_one();
    }
}
