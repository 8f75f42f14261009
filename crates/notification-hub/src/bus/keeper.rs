//! Keeps a lane to one server: finds out within seconds that a connection is dead, however silently, and tries for ever to
//! get another.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use chatapp_domain::user::UserId;
use redis::Pipeline;
use tokio::time::{Instant, sleep};

use super::envelope::{self, News};
use super::lane::Lane;
use super::link::{Link, LinkError, Pulse};
use super::outage::Outage;
use super::{Ear, Shared};

/// Between tries: at first, and in the end. Each time up to as much again is added, so that not all nodes come at once.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A connection that lasted for so long was no failure, and the next is tried for soon.
const STEADY: Duration = Duration::from_secs(10);

/// Whoever runs a lane.
pub(super) struct Keeper {
    shared: Arc<Shared>,
    lane: Arc<Lane>,
    outage: Outage,
}

impl Keeper {
    pub(super) fn new(shared: Arc<Shared>, lane: Arc<Lane>) -> Self {
        Self { shared, lane, outage: Outage::default() }
    }

    /// Goes on until the lane is stopped.
    pub(super) async fn run(mut self) {
        let lane = Arc::clone(&self.lane);
        tokio::select! {
            () = lane.stopped() => {}
            never = self.keep() => match never {},
        }
        self.end().await;
    }

    async fn keep(&mut self) -> std::convert::Infallible {
        let mut pauses = pauses();
        loop {
            let began = Instant::now();
            let error = self.use_one_connection().await;
            self.outage.goes_on(&self.lane.server, &error);
            self.end().await;
            // It may not come back where it was.
            self.shared.look_again();
            if began.elapsed() >= STEADY {
                pauses = self::pauses();
            }
            sleep(pauses.next().unwrap_or(LONGEST_PAUSE)).await;
        }
    }

    /// From its beginning to its end; gives why it ended.
    async fn use_one_connection(&mut self) -> LinkError {
        let ear = Arc::new(Ear { shared: Arc::clone(&self.shared) });
        match Link::open(&self.lane.server, &self.lane.channels, ear).await {
            Err(error) => error,
            Ok(link) => {
                self.begin(&link).await;
                self.serve(&link).await
            }
        }
    }

    async fn begin(&mut self, link: &Link) {
        let (shared, lane) = (&self.shared, &self.lane);
        lane.outgoing.open();
        lane.set_link(Some(link.clone()));
        lane.set_good(true);
        shared.assess();
        // Whatever was told while nobody listened here is in the database.
        shared.compare.notify_one();
        let (described, server, news) = (link.describe().await, &lane.server, shared.not_asked_for());
        match self.outage.is_over() {
            None => log::info!("in touch with the other nodes through {described} at {server}"),
            Some(outage) => log::info!(
                "in touch with the other nodes again after {:.1} s through {described} at {server}; {news} pieces of news \
                 were not told",
                outage.as_secs_f32()
            ),
        }
        if news > 0 || lane.is_successor {
            shared.ask_to_compare().await;
        }
    }

    /// Everything that goes on at once on a connection; gives why it ended.
    async fn serve(&self, link: &Link) -> LinkError {
        let mut lost = self.lane.outgoing.lost();
        tokio::select! {
            biased;
            error = link.doubted() => error,
            error = link.watch(|pulse| self.note(pulse, &mut lost)) => error,
            error = self.publish(link) => error,
        }
    }

    fn note(&self, pulse: Pulse, lost: &mut u64) {
        let now = self.lane.outgoing.lost();
        let overflow = now - std::mem::replace(lost, now);
        if overflow > 0 {
            log::warn!("{overflow} pieces of news for the other nodes found no room in the queue");
        }
        let is_good = pulse == Pulse::Good;
        let was_good = self.lane.set_good(is_good);
        self.shared.assess();
        if is_good && !was_good {
            // Something may have been lost on the way.
            self.shared.compare.notify_one();
        }
    }

    /// Publishes what comes, many at once.
    async fn publish(&self, link: &Link) -> LinkError {
        let outgoing = &self.lane.outgoing;
        loop {
            let batch = outgoing.next().await;
            let mut all = Pipeline::with_capacity(batch.len());
            for (user, news) in &batch {
                self.add(link, &mut all, *user, news);
            }
            if !all.is_empty()
                && let Err(error) = link.send::<()>(&all).await
            {
                return error;
            }
            outgoing.told();
        }
    }

    fn add(&self, link: &Link, all: &mut Pipeline, user: UserId, news: &News) {
        if let Some(bytes) = envelope::close(self.shared.node, news) {
            link.publish(all, self.shared.names.of_user(user), bytes);
        }
    }

    async fn end(&self) {
        self.lane.set_good(false);
        self.lane.set_link(None);
        self.shared.assess();
        self.lane.outgoing.close().await;
    }
}

fn pauses() -> impl Iterator<Item = Duration> {
    let pauses = ExponentialBuilder::new().with_min_delay(FIRST_PAUSE).with_max_delay(LONGEST_PAUSE);
    pauses.with_jitter().without_max_times().build()
}
