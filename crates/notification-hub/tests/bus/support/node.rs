//! A node, as one process would have it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::{MessageId, Seq};
use chatapp_domain::ports::nodes::BusState;
use chatapp_domain::ports::notifications::{Delivery, EventFeed, Subscription, Watched, Whisper};
use chatapp_domain::session::SessionId;
use chatapp_domain::user::{UserId, Username};
use chatapp_notification_hub::{BusSettings, Cluster, HubSettings, Prefix, RedisUrl};
use futures_util::StreamExt;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(40);

/// A node whose bus runs.
pub(crate) struct Node {
    pub(crate) cluster: Cluster,
    /// What other nodes told of so far.
    heard: Arc<Mutex<Vec<Event>>>,
    bus: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl Node {
    /// One that waits for a count however busy the machine is.
    pub(crate) fn start(url: &str, prefix: &str) -> Self {
        Self::with(url, prefix, |settings| settings.limit_patience = PATIENCE)
    }

    /// One with the usual settings but for these.
    pub(crate) fn with(url: &str, prefix: &str, change: impl FnOnce(&mut BusSettings)) -> Self {
        let url = RedisUrl::parse(url).unwrap();
        let mut settings = BusSettings { prefix: Prefix::parse(prefix).unwrap(), ..BusSettings::new(url) };
        change(&mut settings);
        let heard: Arc<Mutex<Vec<Event>>> = Arc::default();
        let hears = Arc::clone(&heard);
        let hear = move |event: &Event| hears.lock().unwrap().push(event.clone());
        let (cluster, bus) = Cluster::new(HubSettings::default(), &settings, Box::new(hear));
        let (stop, stopped) = oneshot::channel::<()>();
        let bus = tokio::spawn(bus.run(async {
            let _ = stopped.await;
        }));
        Self { cluster, heard, bus, stop }
    }

    /// Starts a node and waits until it is in touch.
    pub(crate) async fn connected(url: &str, prefix: &str) -> Self {
        let node = Self::start(url, prefix);
        node.becomes(BusState::Connected).await;
        node
    }

    pub(crate) async fn becomes(&self, state: BusState) {
        let mut states = self.cluster.states();
        within(PATIENCE, "another state of the bus", states.wait_for(|is| *is == state)).await.unwrap();
    }

    /// Whether another node has told of this event.
    pub(crate) fn has_heard(&self, event: &Event) -> bool {
        self.heard.lock().unwrap().contains(event)
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        within(PATIENCE, "the end of a bus", self.bus).await.unwrap();
    }

    /// Ends its bus without a word, as kill -9 does.
    pub(crate) async fn kill(self) {
        self.bus.abort();
        let _ = self.bus.await;
    }

    /// Waits until `user` is online, or is not, as this node sees it.
    pub(crate) async fn sees(&self, user: i64, online: bool) {
        let looking = async {
            while self.cluster.is_online(UserId(user)) != online {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        within(PATIENCE, "somebody's presence", looking).await;
    }
}

pub(crate) async fn within<T>(limit: Duration, what: &str, work: impl Future<Output = T>) -> T {
    match timeout(limit, work).await {
        Ok(done) => done,
        Err(_) => panic!("waited {limit:?} for {what}"),
    }
}

pub(crate) type Ear = Pin<Box<dyn Subscription>>;

pub(crate) fn person(id: i64) -> Watched {
    Watched { id: UserId(id), username: Username::from_store(format!("user{id}")) }
}

pub(crate) fn connect(node: &Node, user: i64) -> Ear {
    node.cluster.subscribe(&person(user), None).unwrap()
}

pub(crate) fn connect_in(node: &Node, user: i64, session: i64) -> Ear {
    node.cluster.subscribe(&person(user), Some(SessionId(session).into())).unwrap()
}

/// What comes next, which must come.
pub(crate) async fn heard(ear: &mut Ear) -> Delivery {
    within(PATIENCE, "something to hear", ear.next()).await.unwrap()
}

/// Nothing waits to be heard.
pub(crate) fn silence(ear: &mut Ear) {
    match ear.poll_next_unpin(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => {}
        Poll::Ready(delivery) => panic!("heard {delivery:?}"),
    }
}

pub(crate) fn event(pos: i64) -> Event {
    let change = Change::Message { id: MessageId(100 + pos), seq: Seq(pos), key: None };
    Event { pos: Pos(pos), peer: person(9).username, change }
}

pub(crate) fn typing(id: i64) -> Whisper {
    Whisper::Typing { peer: person(id).username, typing: true }
}
