//! What the server does by itself, at a slow beat, until it stops.

mod counting;
mod index;
mod retention;

use std::sync::Arc;
use std::time::Duration;

use chatapp_domain::accounts::Accounts;
use chatapp_domain::departures::Departures;
use chatapp_domain::moderation::Moderation;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::events::EventStore;
use chatapp_domain::presence::Presence;
use chatapp_domain::reconciliation::Reconciliation;
use chatapp_domain::recovery::Recovery;
use chatapp_domain::retention::Retention;
use chatapp_domain::search::Indexing;
use chatapp_domain::sign_up::SignUps;
use chatapp_domain::time::Clock;
use chatapp_domain::tokens::Tokens;
use chatapp_notification_hub::{Bus, Cluster};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};

use crate::failure::chain;

/// How far apart comparisons that were asked for are, at most: all nodes ask at once when Redis comes back.
const COMPARED_WITHIN: Duration = Duration::from_millis(500);
/// How often what is past its time is forgotten.
const PURGE_EVERY: Duration = Duration::from_secs(60 * 60);
/// The first time is not part of the start.
const FIRST_PURGE: Duration = Duration::from_secs(60);
/// How long events can be followed, as the API promises.
const EVENTS_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How often it is noted who left, and who is here.
const DEPARTED_EVERY: Duration = Duration::from_secs(2);
const PRESENT_EVERY: Duration = Duration::from_secs(60);
/// How long a round under way may take to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the rounds work with.
pub(crate) struct Upkeep {
    pub(crate) moderation: Moderation,
    pub(crate) retention: Retention,
    /// 0: messages are kept for ever.
    pub(crate) retention_days: u32,
    pub(crate) indexing: Indexing,
    pub(crate) presence: Presence,
    pub(crate) reconciliation: Reconciliation,
    /// The longest that a lost wake-up can cost.
    pub(crate) compare_every: Duration,
    /// The other nodes, and the way to them.
    pub(crate) cluster: Option<(Cluster, Bus)>,
    pub(crate) accounts: Accounts,
    pub(crate) tokens: Tokens,
    pub(crate) sign_ups: SignUps,
    pub(crate) recovery: Recovery,
    pub(crate) departures: Departures,
    pub(crate) events: Arc<dyn EventStore>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The running tasks.
pub(crate) struct Background {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    presence: Presence,
}

impl Background {
    /// Starts them on the current runtime.
    pub(crate) fn start(mut upkeep: Upkeep) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let (reconciliation, period) = (upkeep.reconciliation.clone(), upkeep.compare_every);
        let compare = async move || note("compare connections with the store", reconciliation.round().await);
        match upkeep.cluster.take() {
            None => drop(tasks.spawn(every(period, period, stopped.clone(), compare))),
            Some((cluster, bus)) => {
                tasks.spawn(every_or_asked(period, cluster, stopped.clone(), compare));
                let mut stopped = stopped.clone();
                tasks.spawn(bus.run(async move { drop(stopped.changed().await) }));
            }
        }
        tasks.spawn(index::keep(upkeep.indexing.clone(), stopped.clone()));
        tasks.spawn(counting::keep(upkeep.moderation.clone(), stopped.clone()));
        if upkeep.retention_days > 0 {
            tasks.spawn(retention::keep(upkeep.retention.clone(), upkeep.retention_days, stopped.clone()));
        }
        let presence = upkeep.presence.clone();
        let left = upkeep.presence.clone();
        let departed = async move || note("note who left", left.note_departed().await);
        tasks.spawn(every(DEPARTED_EVERY, DEPARTED_EVERY, stopped.clone(), departed));
        let here = upkeep.presence.clone();
        let present = async move || note("note who is here", here.note_present().await);
        tasks.spawn(every(PRESENT_EVERY, PRESENT_EVERY, stopped.clone(), present));
        let purge = async move || note("forget what is past its time", upkeep.purge().await);
        tasks.spawn(every(FIRST_PURGE, PURGE_EVERY, stopped, purge));
        Self { stop, tasks, presence }
    }

    /// Lets rounds under way end, but not for long.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = timeout(PATIENCE, async { while self.tasks.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            self.tasks.shutdown().await;
        }
        // Everyone has just left.
        if let Ok(outcome) = timeout(PATIENCE, self.presence.note_departed()).await {
            note("note who left", outcome);
        }
    }
}

impl Upkeep {
    async fn purge(&self) -> Result<(), StoreError> {
        let (sessions, tokens) = (self.accounts.purge_sessions().await?, self.tokens.purge().await?);
        let events = self.events.purge(self.clock.now().before(EVENTS_KEPT)).await?;
        let (sign_ups, links) = (self.sign_ups.purge().await?, self.recovery.purge().await?);
        log::debug!(
            "forgot {sessions} sessions, {tokens} tokens, {events} events, {sign_ups} sign-ups and {links} links"
        );
        self.departures.clear_out().await
    }
}

async fn every<F>(first: Duration, period: Duration, mut stopped: watch::Receiver<bool>, mut work: F)
where
    F: AsyncFnMut(),
{
    let mut beat = interval_at(Instant::now() + first, period);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = beat.tick() => work().await,
            _ = stopped.changed() => return,
        }
    }
}

/// At least once in each period; and soon after the cluster asks for it.
async fn every_or_asked<F>(period: Duration, cluster: Cluster, mut stopped: watch::Receiver<bool>, mut work: F)
where
    F: AsyncFnMut(),
{
    let mut beat = interval_at(Instant::now() + period, period);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            () = cluster.comparison() => sleep(COMPARED_WITHIN.mul_f64(rand::random())).await,
            _ = stopped.changed() => return,
        }
        work().await;
    }
}

fn note(what: &str, outcome: Result<(), StoreError>) {
    if let Err(error) = outcome {
        log::warn!("failed to {what}: {}", chain(&error));
    }
}
