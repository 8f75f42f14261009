//! What a process tells the nodes that is none of them: a command that ends somebody's sessions, say.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chatapp_domain::event::Event;
use chatapp_domain::ports::notifications::{Notifier, Whisper};
use chatapp_domain::user::UserId;
use redis::Pipeline;
use tokio::time::timeout;

use super::envelope::{self, News, NodeId};
use super::link::{Link, LinkError, Listener};
use super::look::{look, named};
use super::names::Names;
use super::server::Server;
use super::settings::BusSettings;

/// How long the telling may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Keeps what is told until it is [delivered](Self::deliver) to all nodes; without a bus there is nobody to tell.
pub struct Messenger {
    bus: Option<BusSettings>,
    news: Mutex<Vec<(UserId, News)>>,
}

impl Messenger {
    /// Of an installation whose nodes have this bus, if they have one.
    pub fn new(bus: Option<BusSettings>) -> Self {
        Self { bus, news: Mutex::default() }
    }

    /// Tells the nodes, and waits until Redis has it. Whoever is not reached looks into the database before long.
    pub async fn deliver(&self) -> Result<(), LinkError> {
        let news = std::mem::take(&mut *self.news.lock().unwrap_or_else(PoisonError::into_inner));
        match &self.bus {
            Some(bus) if !news.is_empty() => {
                timeout(PATIENCE, publish(bus, &news)).await.map_err(|_| LinkError::Silent)?
            }
            _ => Ok(()),
        }
    }

    fn keep(&self, to: UserId, news: News) {
        self.news.lock().unwrap_or_else(PoisonError::into_inner).push((to, news));
    }
}

impl Notifier for Messenger {
    fn notify(&self, to: UserId, event: Event) {
        self.keep(to, News::Event(to, event));
    }

    fn whisper(&self, to: UserId, whisper: Whisper) {
        if News::crosses(&whisper) {
            self.keep(to, News::Whisper(to, whisper));
        }
    }
}

/// What goes to one server: to which channel, and what.
type Parcel = Vec<(String, Vec<u8>)>;

async fn publish(bus: &BusSettings, news: &[(UserId, News)]) -> Result<(), LinkError> {
    let (names, node) = (Names::new(&bus.prefix), NodeId::random());
    let topology = look(&bus.url, named(&bus.url)).await?;
    let mut parcels = vec![Parcel::new(); topology.masters().len()];
    for (to, news) in news {
        let channel = names.of_user(*to);
        let master = topology.master_of(&channel).ok_or(LinkError::Unserved)?;
        parcels[master].extend(envelope::close(node, news).map(|bytes| (channel, bytes)));
    }
    let mut outcome = Ok(());
    for (server, parcel) in topology.masters().iter().zip(parcels).filter(|(_, parcel)| !parcel.is_empty()) {
        // One that fails is no reason not to tell the others.
        outcome = outcome.and(deliver(server, parcel).await);
    }
    outcome
}

async fn deliver(server: &Server, parcel: Parcel) -> Result<(), LinkError> {
    let channels: Vec<String> = parcel.iter().map(|(channel, _)| channel.clone()).collect();
    // Listening shows in which form the server tells.
    let link = Link::open(server, &channels, Arc::new(Deaf)).await?;
    let mut all = Pipeline::new();
    for (channel, bytes) in parcel {
        link.publish(&mut all, channel, bytes);
    }
    link.send(&all).await
}

/// Does not care what others tell.
struct Deaf;

impl Listener for Deaf {
    fn published(&self, _: &[u8]) {}
}
