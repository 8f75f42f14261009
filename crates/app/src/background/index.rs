//! Fills the index of what was said, behind whoever sends.

use std::time::Duration;

use chatapp_domain::search::{Indexing, Step};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::failure::chain;

/// Between two blocks there is at least so long, and at least as long as the block took: it works half of the time at
/// most, and only ever at one block.
const SHORTEST: Duration = Duration::from_millis(1);
/// While people write a lot, between two blocks there is so many times as long as a block takes. Whoever looks for
/// something finds it all the same: what is in no block yet is read by itself.
const REST_WHILE_BUSY: u32 = 30;
/// From so many events a second on, people write a lot.
const MANY: f64 = 1000.0;
/// Between two steps of a walk over everyone.
const STRIDE: Duration = Duration::from_millis(50);
/// How often it is looked whether somebody waits.
const IDLE: Duration = Duration::from_millis(500);
/// How often everyone is walked over, for those of whom no hint came.
const WALK_EVERY: Duration = Duration::from_secs(10 * 60);
/// After a failure: the database is away, or has too much to do.
const RETRY: Duration = Duration::from_secs(5);

/// Indexes until the server stops.
pub(super) async fn keep(indexing: Indexing, mut stopped: watch::Receiver<bool>) {
    let mut walked = Instant::now();
    let mut pace = Pace { since: Instant::now(), told: indexing.told() };
    loop {
        let began = Instant::now();
        let pause = match indexing.step().await {
            Ok(Step::Worked) if pace.events_per_second(indexing.told()) >= MANY => began.elapsed() * REST_WHILE_BUSY,
            Ok(Step::Worked) => began.elapsed().max(SHORTEST),
            Ok(Step::Walked) => STRIDE,
            Ok(Step::Done) => IDLE,
            Err(error) => {
                log::warn!("failed to index what was said: {}", chain(&error));
                RETRY
            }
        };
        if walked.elapsed() >= WALK_EVERY {
            walked = Instant::now();
            indexing.walk_again();
        }
        tokio::select! {
            () = sleep(pause) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// How fast events come.
struct Pace {
    since: Instant,
    told: u64,
}

impl Pace {
    /// Since this was asked the last time, given how many there have been so far.
    #[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
    fn events_per_second(&mut self, told: u64) -> f64 {
        let events = told.saturating_sub(self.told) as f64;
        let seconds = self.since.elapsed().as_secs_f64();
        *self = Self { since: Instant::now(), told };
        events / seconds.max(f64::EPSILON)
    }
}
