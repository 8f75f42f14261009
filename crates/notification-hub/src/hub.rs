//! The hub's two faces: services tell it what happened, connections listen to it.

use std::pin::Pin;
use std::sync::Arc;

use chatapp_domain::credential::Credential;
use chatapp_domain::event::Event;
use chatapp_domain::ports::figures::{Figure, Figures};
use chatapp_domain::ports::notifications::{EventFeed, FeedFull, Notifier, Subscription, Watched, Whisper};
use chatapp_domain::user::UserId;

use crate::registry::Registry;
use crate::settings::HubSettings;
use crate::subscription::HubSubscription;

/// Tells the connections of one process what was committed. Cheap to clone; clones are the same hub.
#[derive(Clone)]
pub struct Hub {
    registry: Arc<Registry>,
}

impl Hub {
    /// A hub without connections.
    pub fn new(settings: HubSettings) -> Self {
        Self { registry: Arc::new(Registry::new(settings)) }
    }

    pub(crate) fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry)
    }

    /// How many connections there are here, displaced ones that have not closed yet included.
    pub fn connections(&self) -> usize {
        self.registry.connections()
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(HubSettings::default())
    }
}

impl Notifier for Hub {
    fn notify(&self, to: UserId, event: Event) {
        self.registry.tell(to, event);
    }

    fn whisper(&self, to: UserId, whisper: Whisper) {
        self.registry.whisper(to, &whisper);
    }
}

impl EventFeed for Hub {
    fn subscribe(
        &self,
        user: &Watched,
        credential: Option<Credential>,
    ) -> Result<Pin<Box<dyn Subscription>>, FeedFull> {
        Ok(Box::pin(HubSubscription::open(Arc::clone(&self.registry), user.id, credential)?))
    }

    fn is_online(&self, user: UserId) -> bool {
        self.registry.is_online(user)
    }

    fn connected_users(&self) -> Vec<UserId> {
        self.registry.connected_users()
    }

    fn connected_credentials(&self) -> Vec<(UserId, Credential)> {
        self.registry.connected_credentials()
    }
}

impl Figures for Hub {
    fn figures(&self) -> Vec<Figure> {
        vec![
            Figure::gauge("connections", "Sockets and waiting polls that are open here.", self.connections()),
            Figure::gauge("people_connected", "People with a connection here.", self.registry.people()),
        ]
    }
}
