//! A clock that goes only when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chatapp_domain::time::{Clock, Timestamp};

use crate::builders::NEW_YEAR;

/// Clones share one time.
#[derive(Clone, Debug)]
pub struct SetClock {
    micros: Arc<AtomicI64>,
}

impl SetClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self { micros: Arc::new(AtomicI64::new(now.as_micros())) }
    }

    /// Sets it, forward or back.
    pub fn set(&self, now: Timestamp) {
        self.micros.store(now.as_micros(), Ordering::SeqCst);
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().after(by));
    }
}

impl Default for SetClock {
    /// Shows [`NEW_YEAR`].
    fn default() -> Self {
        Self::at(NEW_YEAR)
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }
}
