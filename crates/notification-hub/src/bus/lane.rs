//! The way to one server: what it has, what waits to be told there, and whether it is in touch.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::link::Link;
use super::outgoing::Outgoing;
use super::server::Server;

/// Nothing moves on it unless a [`Keeper`](super::keeper::Keeper) runs it.
pub(crate) struct Lane {
    pub(super) server: Server,
    /// What is listened to there.
    pub(super) channels: Vec<String>,
    /// Whether others had some of this before: what was told there last may not have been heard by everyone.
    pub(super) is_successor: bool,
    pub(crate) outgoing: Outgoing,
    link: Mutex<Option<Link>>,
    good: AtomicBool,
    stopped: watch::Sender<bool>,
}

impl Lane {
    pub(super) fn new(
        server: Server,
        channels: Vec<String>,
        is_successor: bool,
        queue: usize,
        lost: Arc<AtomicU64>,
    ) -> Self {
        Self {
            server,
            channels,
            is_successor,
            outgoing: Outgoing::new(queue, lost),
            link: Mutex::default(),
            good: AtomicBool::new(false),
            stopped: watch::Sender::new(false),
        }
    }

    /// There while it is good.
    pub(super) fn good_link(&self) -> Option<Link> {
        if self.is_good() { self.link() } else { None }
    }

    /// There from when it is opened until it is thrown away, also when a ping is missed.
    pub(super) fn link(&self) -> Option<Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_link(&self, link: Option<Link>) {
        let before = std::mem::replace(&mut *self.link.lock().unwrap_or_else(PoisonError::into_inner), link);
        drop(before);
    }

    pub(crate) fn is_good(&self) -> bool {
        self.good.load(Ordering::Relaxed)
    }

    /// Says whether it was so before.
    pub(super) fn set_good(&self, good: bool) -> bool {
        self.good.swap(good, Ordering::Relaxed)
    }

    /// Asks its keeper to end.
    pub(super) fn stop(&self) {
        self.stopped.send_replace(true);
    }

    pub(super) async fn stopped(&self) {
        // The sender is here as long as this is.
        let _ = self.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }
}
