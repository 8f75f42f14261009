//! Deletes messages that are older than they are kept, behind whoever sends.

use std::time::Duration;

use chatapp_domain::ports::StoreError;
use chatapp_domain::retention::Retention;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::failure::chain;

/// The first round is not part of the start.
const FIRST: Duration = Duration::from_secs(30);
/// How long after a round the next one begins.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Between two steps there is at least so long, and at least as long as the step took: it works half of the time at most.
const SHORTEST: Duration = Duration::from_millis(5);

/// Deletes until the server stops.
pub(super) async fn keep(retention: Retention, days: u32, mut stopped: watch::Receiver<bool>) {
    let mut pause = FIRST;
    loop {
        tokio::select! {
            () = sleep(pause) => {}
            _ = stopped.changed() => return,
        }
        tokio::select! {
            outcome = round(&retention, days) => match outcome {
                Ok(0) => {}
                Ok(deleted) => log::info!("deleted {deleted} messages older than {days} days"),
                Err(error) => log::warn!("failed to delete old messages: {}", chain(&error)),
            },
            _ = stopped.changed() => return,
        }
        pause = EVERY;
    }
}

async fn round(retention: &Retention, days: u32) -> Result<i64, StoreError> {
    let (mut round, mut deleted) = (retention.older_than(days), 0);
    loop {
        let began = Instant::now();
        let Some(some) = round.sweep().await? else { return Ok(deleted) };
        deleted += some;
        sleep(began.elapsed().max(SHORTEST)).await;
    }
}
