//! A hub that is one of many.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chatapp_domain::credential::Credential;
use chatapp_domain::event::Event;
use chatapp_domain::ports::figures::{Figure, Figures};
use chatapp_domain::ports::nodes::{BusState, Nodes, SharedLimit};
use chatapp_domain::ports::notifications::{EventFeed, FeedFull, Notifier, Subscription, Watched, Whisper};
use chatapp_domain::user::UserId;
use tokio::sync::watch;

use crate::bus::{Bus, BusSettings, Heard, News, Shared};
use crate::hub::Hub;
use crate::settings::HubSettings;

/// Tells the connections of this process, and then the other nodes, what was committed. Cheap to clone; clones are the
/// same node.
#[derive(Clone)]
pub struct Cluster {
    hub: Hub,
    shared: Arc<Shared>,
}

impl Cluster {
    /// A node without connections, and its way to the others, which its owner must run. `heard` is called with each event
    /// that another node tells of, before any connection here is told.
    pub fn new(hub: HubSettings, bus: &BusSettings, heard: Heard) -> (Self, Bus) {
        let hub = Hub::new(hub);
        let shared = Arc::new(Shared::new(hub.registry(), bus, heard));
        let witness = Arc::downgrade(&shared);
        hub.registry().observe(Box::new(move |user| {
            if let Some(shared) = witness.upgrade() {
                shared.moved.note(user);
            }
        }));
        let bus = Bus::new(Arc::clone(&shared), bus.url.clone());
        (Self { hub, shared }, bus)
    }

    /// The connections of this process alone: what is told there goes no further.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Resolves when something may have been missed: the bus is back, or another node could not tell all of its news.
    /// Then every connection's position should be compared with the database.
    pub async fn comparison(&self) {
        self.shared.comparison().await;
    }

    /// How much news was never told to the other nodes, because too much waited or the bus was away.
    pub fn lost(&self) -> u64 {
        self.shared.lost()
    }

    /// The bus's state, now and whenever it changes.
    pub fn states(&self) -> watch::Receiver<BusState> {
        self.shared.states()
    }
}

impl Notifier for Cluster {
    fn notify(&self, to: UserId, event: Event) {
        self.hub.notify(to, event.clone());
        self.shared.push(to, News::Event(to, event));
    }

    fn whisper(&self, to: UserId, whisper: Whisper) {
        let news = News::crosses(&whisper).then(|| News::Whisper(to, whisper.clone()));
        self.hub.whisper(to, whisper);
        if let Some(news) = news {
            self.shared.push(to, news);
        }
    }
}

impl EventFeed for Cluster {
    fn subscribe(
        &self,
        user: &Watched,
        credential: Option<Credential>,
    ) -> Result<Pin<Box<dyn Subscription>>, FeedFull> {
        self.hub.subscribe(user, credential)
    }

    fn is_online(&self, user: UserId) -> bool {
        self.hub.is_online(user)
    }

    fn connected_users(&self) -> Vec<UserId> {
        self.hub.connected_users()
    }

    fn connected_credentials(&self) -> Vec<(UserId, Credential)> {
        self.hub.connected_credentials()
    }
}

#[async_trait]
impl Nodes for Cluster {
    fn bus(&self) -> BusState {
        self.shared.state()
    }

    fn count(&self) -> usize {
        self.shared.other_nodes() + 1
    }

    async fn take(&self, limit: &SharedLimit) -> Option<Result<(), Duration>> {
        self.shared.take(limit).await
    }

    async fn give_back(&self, limit: &SharedLimit) {
        self.shared.give_back(limit).await;
    }
}

impl Figures for Cluster {
    fn figures(&self) -> Vec<Figure> {
        let mut figures = self.hub.figures();
        let connected = usize::from(self.bus() == BusState::Connected);
        let routes = self.shared.routes();
        let waiting = routes.lanes().iter().map(|lane| lane.outgoing.waiting()).sum();
        let in_touch = routes.lanes().iter().filter(|lane| lane.is_good()).count();
        figures.extend([
            Figure::gauge("bus_connected", "Whether the other nodes are told at once: 1 or 0.", connected),
            Figure::gauge("bus_servers", "Servers of Redis that news goes to.", routes.lanes().len()),
            Figure::gauge("bus_servers_connected", "Those of them that are in touch.", in_touch),
            Figure::gauge("bus_queue", "News that waits for Redis.", waiting),
            Figure::counter("bus_lost_total", "News that was never told to the other nodes.", self.lost()),
        ]);
        figures
    }
}
