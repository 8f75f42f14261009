//! Counts the days of messages that have been sent, so that whoever administers need not wait for it.

use std::time::Duration;

use chatapp_domain::moderation::Moderation;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::failure::chain;

/// Between two steps there is at least so long, and at least as long as the step took.
const SHORTEST: Duration = Duration::from_millis(50);
/// How often it is looked whether there is something to count.
const EVERY: Duration = Duration::from_secs(60);

/// Counts until the server stops.
pub(super) async fn keep(moderation: Moderation, mut stopped: watch::Receiver<bool>) {
    loop {
        let began = Instant::now();
        let pause = match moderation.count_ahead().await {
            Ok(true) => began.elapsed().max(SHORTEST),
            Ok(false) => EVERY,
            Err(error) => {
                log::warn!("failed to count the days of messages: {}", chain(&error));
                EVERY
            }
        };
        tokio::select! {
            () = sleep(pause) => {}
            _ = stopped.changed() => return,
        }
    }
}
