//! Between nodes: Redis carries news at most once, and nobody waits for it. Whatever it does not carry, the other nodes
//! find in the database.

mod doubts;
mod envelope;
mod keeper;
mod lane;
mod limits;
mod link;
mod look;
mod messenger;
mod moved;
mod names;
mod outage;
mod outgoing;
mod peers;
mod presence;
mod probe;
mod routes;
mod server;
mod settings;
mod supervisor;
mod topology;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chatapp_domain::event::Event;
use chatapp_domain::ports::nodes::{BusState, SharedLimit};
use chatapp_domain::user::UserId;
use redis::{Pipeline, RedisError};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

pub(crate) use self::envelope::{News, NodeId};
use self::lane::Lane;
use self::limits::Limits;
pub use self::link::LinkError;
use self::link::{Link, Listener};
pub use self::messenger::Messenger;
use self::moved::Moved;
use self::names::Names;
use self::peers::Peers;
pub use self::probe::probe;
use self::routes::Routes;
use self::server::Server;
pub use self::settings::{BusSettings, Prefix, PrefixError, RedisUrl, RedisUrlError};
pub use self::supervisor::Bus;
use self::topology::Topology;
use crate::registry::Registry;

/// What is done with an event of another node's before anybody is told. It must not block.
pub type Heard = Box<dyn Fn(&Event) + Send + Sync>;

/// What the cluster, the supervisor and the connections share.
pub(crate) struct Shared {
    pub(crate) node: NodeId,
    pub(crate) registry: Arc<Registry>,
    pub(crate) moved: Moved,
    heard: Heard,
    /// How much news waits for each server.
    queue: usize,
    lost: Arc<AtomicU64>,
    /// Up to how much that was lost the other nodes were asked to look in the database.
    asked_for: AtomicU64,
    names: Names,
    peers: Peers,
    limits: Limits,
    /// How long a count is waited for.
    limit_patience: Duration,
    routes: watch::Sender<Arc<Routes>>,
    state: watch::Sender<BusState>,
    /// The connection to whoever has what is written down about nodes, while there is one.
    home: watch::Sender<Option<Link>>,
    /// There may be something in the database that nobody here was told of.
    compare: Notify,
    /// The work may be divided between the servers in another way by now.
    look: Notify,
}

impl Shared {
    pub(crate) fn new(registry: Arc<Registry>, settings: &BusSettings, heard: Heard) -> Self {
        let names = Names::new(&settings.prefix);
        Self {
            node: NodeId::random(),
            moved: Moved::default(),
            heard,
            queue: settings.queue,
            lost: Arc::default(),
            asked_for: AtomicU64::new(0),
            limits: Limits::new(names.clone()),
            limit_patience: settings.limit_patience,
            peers: Peers::new(Arc::clone(&registry)),
            names,
            registry,
            routes: watch::Sender::default(),
            state: watch::Sender::new(BusState::Away),
            home: watch::Sender::new(None),
            compare: Notify::new(),
            look: Notify::new(),
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

    pub(crate) fn routes(&self) -> Arc<Routes> {
        Arc::clone(&self.routes.borrow())
    }

    /// How much news was never told, ever.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// How much of that the others were not asked to look for.
    fn not_asked_for(&self) -> u64 {
        self.lost().saturating_sub(self.asked_for.load(Ordering::Relaxed))
    }

    /// Puts news where it waits to be told; or counts it as lost, if nobody would tell it soon.
    pub(crate) fn push(&self, user: UserId, news: News) {
        match self.routes.borrow().lane(&self.names.of_user(user)) {
            Some(lane) => lane.outgoing.push(user, news),
            None => {
                self.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Resolves when positions should be compared with the database; soon after it was asked for, not at once.
    pub(crate) async fn comparison(&self) {
        self.compare.notified().await;
    }

    pub(crate) async fn take(&self, limit: &SharedLimit) -> Option<Result<(), Duration>> {
        let link = self.good_link(&self.limits.key(limit))?;
        match timeout(self.limit_patience, self.limits.take(&mut link.connection(), limit)).await {
            Ok(Ok(taken)) => Some(taken),
            Ok(Err(error)) => {
                self.note(error);
                None
            }
            Err(_) => None,
        }
    }

    pub(crate) async fn give_back(&self, limit: &SharedLimit) {
        let Some(link) = self.good_link(&self.limits.key(limit)) else { return };
        // What cannot be given back is made up for with time.
        let _ = timeout(self.limit_patience, self.limits.give_back(&mut link.connection(), limit)).await;
    }

    fn note(&self, error: RedisError) {
        log::warn!("a limit of all nodes could not be asked: {error}");
        if LinkError::from(error).is_of_cluster() {
            self.look_again();
        }
    }

    /// The connection to whoever has a channel or a key, while it is good.
    fn good_link(&self, name: &str) -> Option<Link> {
        self.routes.borrow().lane(name).and_then(|lane| lane.good_link())
    }

    /// A server was lost, or says that it no longer has something.
    fn look_again(&self) {
        self.look.notify_one();
    }

    /// Counts together what became of the lanes; after each change of one, and of the routes.
    fn assess(&self) {
        self.state.send_if_modified(|state| {
            let now = if self.routes().is_good() { BusState::Connected } else { BusState::Away };
            std::mem::replace(state, now) != now
        });
        self.home.send_if_modified(|home| {
            let now = self.routes().lane(&self.names.nodes()).and_then(|lane| lane.link());
            let is_same = home.as_ref().map(Link::identity) == now.as_ref().map(Link::identity);
            *home = now;
            !is_same
        });
    }

    /// The connection on which presence is kept, now and whenever it is another one.
    fn homes(&self) -> watch::Receiver<Option<Link>> {
        self.home.subscribe()
    }

    /// Tells all nodes at once, if whoever has their channel is in touch. Says whether it did; what it did not tell the
    /// others find out in time. Never within a transaction: up to 7.2, Redis breaks its own protocol when what is published
    /// there comes back to the same connection.
    async fn tell_nodes(&self, news: &News) -> bool {
        let channel = self.names.of_all();
        let (Some(link), Some(bytes)) = (self.good_link(&channel), envelope::close(self.node, news)) else {
            return false;
        };
        let mut one = Pipeline::new();
        link.publish(&mut one, channel, bytes);
        match link.send::<()>(&one).await {
            Ok(()) => true,
            Err(error) => {
                link.doubt(error);
                false
            }
        }
    }

    /// Asks the other nodes to look in the database for what was never told. If that fails, they look by themselves.
    async fn ask_to_compare(&self) {
        let lost = self.lost();
        if self.tell_nodes(&News::Compare).await {
            self.asked_for.fetch_max(lost, Ordering::Relaxed);
        }
    }

    fn lane(&self, server: Server, channels: Vec<String>, is_successor: bool) -> Lane {
        Lane::new(server, channels, is_successor, self.queue, Arc::clone(&self.lost))
    }

    fn hear(&self, from: NodeId, news: News) {
        match news {
            News::Event(to, event) => {
                (self.heard)(&event);
                self.registry.tell(to, event);
            }
            News::Whisper(to, whisper) => self.registry.whisper(to, &whisper),
            News::Presence { seq, came, went } => self.peers.changed(from, seq, &came, &went),
            News::Rewritten { seq } => self.peers.is_at(from, seq),
            News::Left => self.peers.gone(from),
            News::Compare => self.compare.notify_one(),
        }
    }
}

/// What the connections hear.
struct Ear {
    shared: Arc<Shared>,
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
}
