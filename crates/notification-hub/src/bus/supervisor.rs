//! Keeps a connection to Redis: finds out within seconds that one is dead, however silently, and tries for ever to get
//! another.

use std::collections::HashSet;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use chatapp_domain::ports::nodes::BusState;
use chatapp_domain::user::UserId;
use redis::Pipeline;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::envelope::{self, News};
use super::link::{Link, LinkError, Pulse};
use super::presence::Presence;
use super::settings::RedisUrl;
use super::{Ear, Shared};

/// Between tries: at first, and in the end. Each time up to as much again is added, so that not all nodes come at once.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A connection that lasted for so long was no failure, and the next is tried for soon.
const STEADY: Duration = Duration::from_secs(10);
/// For how long what is known of the other nodes counts without a connection: as long as a dead node's sign of life.
const KNOWN_FOR: Duration = Duration::from_secs(20);
/// How often a lasting outage is mentioned.
const REMIND_EVERY: Duration = Duration::from_secs(60);
/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// The way from and to the other nodes. Nothing moves on it unless it [runs](Self::run).
pub struct Bus {
    shared: Arc<Shared>,
    url: RedisUrl,
    /// The number of the last change of who is here that was told.
    seq: u64,
    outage: Option<Outage>,
}

struct Outage {
    began: Instant,
    mentioned: Instant,
    lost_before: u64,
}

impl Bus {
    pub(crate) fn new(shared: Arc<Shared>, url: RedisUrl) -> Self {
        Self { shared, url, seq: 0, outage: None }
    }

    /// Keeps the nodes in touch until `stop` resolves; then says goodbye to the others.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut pauses = pauses();
        loop {
            let ear = Arc::new(Ear { shared: Arc::clone(&self.shared), closed: Notify::new() });
            let opened = tokio::select! {
                () = &mut stop => return,
                opened = Link::open(&self.url, &self.shared.names, Arc::clone(&ear) as _) => opened,
            };
            match opened {
                Err(error) => self.lost(&error),
                Ok(link) => {
                    let began = Instant::now();
                    self.begin(&link).await;
                    let ended = tokio::select! {
                        error = serve(&self.shared, &ear, &link, &mut self.seq) => Some(error),
                        () = &mut stop => None,
                    };
                    let Some(error) = ended else { return self.leave(&link).await };
                    self.end().await;
                    self.lost(&error);
                    if began.elapsed() >= STEADY {
                        pauses = self::pauses();
                    }
                }
            }
            self.forget_others_in_time();
            let pause = pauses.next().unwrap_or(LONGEST_PAUSE);
            tokio::select! {
                () = &mut stop => return,
                () = sleep(pause) => {}
            }
        }
    }

    async fn begin(&mut self, link: &Link) {
        let shared = &self.shared;
        shared.outgoing.open();
        shared.set_connection(Some(link.connection()));
        shared.state.send_replace(BusState::Connected);
        // Whatever was told while nobody listened here is in the database.
        shared.compare.notify_one();
        let described = link.describe().await;
        let Some(outage) = self.outage.take() else {
            return log::info!("in touch with the other nodes through {described} at {}", self.url);
        };
        let (took, lost) = (outage.began.elapsed().as_secs_f32(), shared.outgoing.lost() - outage.lost_before);
        log::info!(
            "in touch with the other nodes again after {took:.1} s through {described} at {}; {lost} pieces of news were \
             not told",
            self.url
        );
        if lost > 0 {
            ask_to_compare(shared, link).await;
        }
    }

    async fn leave(mut self, link: &Link) {
        let farewell = Presence::new(&self.shared, link, &mut self.seq).leave();
        // Whoever does not hear it sees the sign of life expire.
        let _ = timeout(FAREWELL, farewell).await;
        self.end().await;
    }

    async fn end(&self) {
        self.shared.state.send_replace(BusState::Away);
        self.shared.set_connection(None);
        self.shared.outgoing.close().await;
    }

    fn lost(&mut self, error: &LinkError) {
        let now = Instant::now();
        match &mut self.outage {
            None => {
                let lost_before = self.shared.outgoing.lost();
                self.outage = Some(Outage { began: now, mentioned: now, lost_before });
                log::warn!(
                    "not in touch with the other nodes: Redis at {}: {error}. Meanwhile the database is looked at often",
                    self.url
                );
            }
            Some(outage) if now - outage.mentioned >= REMIND_EVERY => {
                outage.mentioned = now;
                let seconds = (now - outage.began).as_secs();
                log::warn!("not in touch with the other nodes for {seconds} s: Redis at {}: {error}", self.url);
            }
            Some(_) => {}
        }
    }

    fn forget_others_in_time(&self) {
        if self.outage.as_ref().is_some_and(|outage| outage.began.elapsed() >= KNOWN_FOR) {
            self.shared.peers.only(&HashSet::new());
        }
    }
}

fn pauses() -> impl Iterator<Item = Duration> {
    let pauses = ExponentialBuilder::new().with_min_delay(FIRST_PAUSE).with_max_delay(LONGEST_PAUSE);
    pauses.with_jitter().without_max_times().build()
}

/// Everything that goes on at once on a connection; gives why it ended.
async fn serve(shared: &Shared, ear: &Ear, link: &Link, seq: &mut u64) -> LinkError {
    let watched = link.watch(|pulse| {
        let state = if pulse == Pulse::Good { BusState::Connected } else { BusState::Away };
        if shared.state.send_replace(state) != state && pulse == Pulse::Good {
            // Something may have been lost on the way.
            shared.compare.notify_one();
        }
    });
    tokio::select! {
        biased;
        () = ear.closed.notified() => LinkError::Closed,
        error = watched => error,
        error = publish(shared, link) => error,
        error = Presence::new(shared, link, seq).keep_up() => error,
    }
}

/// Publishes what comes, many at once.
async fn publish(shared: &Shared, link: &Link) -> LinkError {
    loop {
        let batch = shared.outgoing.next().await;
        let mut all = Pipeline::with_capacity(batch.len());
        for (user, news) in &batch {
            add(shared, link, &mut all, *user, news);
        }
        if all.is_empty() {
            continue;
        }
        if let Err(error) = link.send::<()>(&all).await {
            shared.outgoing.lose(u64::try_from(batch.len()).unwrap_or_default());
            return error;
        }
    }
}

fn add(shared: &Shared, link: &Link, all: &mut Pipeline, user: UserId, news: &News) {
    if let Some(bytes) = envelope::close(shared.node, news) {
        link.publish(all, shared.names.of_user(user), bytes);
    }
}

async fn ask_to_compare(shared: &Shared, link: &Link) {
    let Some(bytes) = envelope::close(shared.node, &News::Compare) else { return };
    let mut one = Pipeline::new();
    link.publish(&mut one, shared.names.of_all(), bytes);
    // If this fails, so does the connection, and the others look at the database by themselves.
    let _ = link.send::<()>(&one).await;
}
