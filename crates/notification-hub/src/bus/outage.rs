//! Mentions an outage in the log when it begins, now and then while it lasts, and at its end.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

/// How often a lasting outage is mentioned.
const REMIND_EVERY: Duration = Duration::from_secs(60);

/// One, or none.
#[derive(Default)]
pub(super) struct Outage(Option<Times>);

struct Times {
    began: Instant,
    mentioned: Instant,
}

impl Outage {
    /// It goes on, or begins. `what` is not to be had.
    pub(super) fn goes_on(&mut self, what: impl fmt::Display, error: impl fmt::Display) {
        let now = Instant::now();
        match &mut self.0 {
            None => {
                self.0 = Some(Times { began: now, mentioned: now });
                log::warn!(
                    "not in touch with the other nodes: Redis at {what}: {error}. Meanwhile the database is looked at often"
                );
            }
            Some(times) if now - times.mentioned >= REMIND_EVERY => {
                times.mentioned = now;
                let seconds = (now - times.began).as_secs();
                log::warn!("not in touch with the other nodes for {seconds} s: Redis at {what}: {error}");
            }
            Some(_) => {}
        }
    }

    /// It is over; gives how long it was, if there was one.
    pub(super) fn is_over(&mut self) -> Option<Duration> {
        self.0.take().map(|times| times.began.elapsed())
    }
}
