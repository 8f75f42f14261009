//! Fills the index of what was said, behind whoever sends.

use std::time::Duration;

use chatapp_domain::search::{Indexing, Step};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::failure::chain;

/// Between two blocks there is at least so long, and at least as long as the block took: it works half of the time at
/// most, and only ever at one block.
const SHORTEST: Duration = Duration::from_millis(1);
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
    loop {
        let began = Instant::now();
        let pause = match indexing.step().await {
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
