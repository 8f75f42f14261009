//! Notifications written down instead of sent, and a feed of connections that are only claimed.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use chatapp_domain::credential::Credential;
use chatapp_domain::event::Event;
use chatapp_domain::ports::notifications::{EventFeed, FeedFull, Notifier, Subscription, Watched, Whisper};
use chatapp_domain::user::UserId;

/// Remembers what it was told, in order. Clones share one memory.
#[derive(Clone, Debug, Default)]
pub struct RecordingNotifier {
    told: Arc<Mutex<Told>>,
}

#[derive(Debug, Default)]
struct Told {
    events: Vec<(UserId, Event)>,
    whispers: Vec<(UserId, Whisper)>,
}

impl RecordingNotifier {
    /// Every event so far.
    pub fn events(&self) -> Vec<(UserId, Event)> {
        self.with(|told| told.events.clone())
    }

    /// Every event for `user` so far.
    pub fn events_for(&self, user: UserId) -> Vec<Event> {
        self.events().into_iter().filter(|(to, _)| *to == user).map(|(_, event)| event).collect()
    }

    /// Every whisper so far.
    pub fn whispers(&self) -> Vec<(UserId, Whisper)> {
        self.with(|told| told.whispers.clone())
    }

    /// Forgets what it was told.
    pub fn clear(&self) {
        self.with(|told| *told = Told::default());
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Told) -> T) -> T {
        use_it(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Notifier for RecordingNotifier {
    fn notify(&self, to: UserId, event: Event) {
        self.with(|told| told.events.push((to, event)));
    }

    fn whisper(&self, to: UserId, whisper: Whisper) {
        self.with(|told| told.whispers.push((to, whisper)));
    }
}

/// Claims that these people are connected, each with these sessions and tokens; takes no further connections.
#[derive(Clone, Debug, Default)]
pub struct ClaimedFeed {
    /// Who is connected, and by what.
    pub connected: Vec<(UserId, Vec<Credential>)>,
}

impl EventFeed for ClaimedFeed {
    fn subscribe(&self, _: &Watched, _: Option<Credential>) -> Result<Pin<Box<dyn Subscription>>, FeedFull> {
        Err(FeedFull)
    }

    fn is_online(&self, user: UserId) -> bool {
        self.connected.iter().any(|(connected, _)| *connected == user)
    }

    fn connected_users(&self) -> Vec<UserId> {
        self.connected.iter().map(|(user, _)| *user).collect()
    }

    fn connected_credentials(&self) -> Vec<(UserId, Credential)> {
        self.connected.iter().flat_map(|(user, own)| own.iter().map(|credential| (*user, *credential))).collect()
    }
}
