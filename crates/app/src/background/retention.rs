//! Deletes messages that are older than they are kept, behind whoever sends.

use std::time::Duration;

use chatapp_domain::ports::StoreError;
use chatapp_domain::retention::{Retention, Round};
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
        let mut round = retention.older_than(days);
        let outcome = tokio::select! {
            outcome = sweep(&mut round) => outcome,
            _ = stopped.changed() => Ok(()),
        };
        // However the round ended: what is deleted is in the log.
        match outcome.and(round.finish().await) {
            Ok(()) if round.deleted() > 0 => log::info!("deleted {} messages older than {days} days", round.deleted()),
            Ok(()) => {}
            Err(error) => log::warn!("failed to delete old messages: {}", chain(&error)),
        }
        if *stopped.borrow() {
            return;
        }
        pause = EVERY;
    }
}

async fn sweep(round: &mut Round) -> Result<(), StoreError> {
    loop {
        let began = Instant::now();
        if round.sweep().await?.is_none() {
            return Ok(());
        }
        sleep(began.elapsed().max(SHORTEST)).await;
    }
}
