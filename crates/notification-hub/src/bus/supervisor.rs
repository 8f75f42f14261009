//! Finds out which servers there are, keeps a lane to each that is written to, and looks again when one is lost.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};

use super::keeper::Keeper;
use super::look::{self, Witness, look};
use super::outage::Outage;
use super::presence::{self, Presence, Progress};
use super::settings::RedisUrl;
use super::{Routes, Shared, Topology};

/// How often a cluster is asked whether the work is still divided in the same way. When something goes wrong it is asked at
/// once; this is for a server that goes on as if nothing had happened.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// Between two looks when things go wrong: at least this, and at most twice as much.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a farewell may take, and the end of all lanes.
const FAREWELL: Duration = Duration::from_secs(1);

/// The way from and to the other nodes. Nothing moves on it unless it [runs](Self::run).
pub struct Bus {
    shared: Arc<Shared>,
    url: RedisUrl,
}

impl Bus {
    pub(crate) fn new(shared: Arc<Shared>, url: RedisUrl) -> Self {
        Self { shared, url }
    }

    /// Keeps the nodes in touch until `stop` resolves; then says goodbye to the others.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut lanes = Lanes { shared: Arc::clone(&self.shared), url: self.url, tasks: JoinSet::new() };
        let mut progress = Progress::begin();
        tokio::select! {
            () = stop => {}
            never = lanes.keep() => match never {},
            never = presence::keep_up(&self.shared, &mut progress) => match never {},
        }
        let home = self.shared.homes().borrow().clone();
        if let Some(link) = home {
            // Whoever does not hear it sees the sign of life expire.
            let _ = timeout(FAREWELL, Presence::new(&self.shared, &link, &mut progress).leave()).await;
        }
        lanes.end().await;
    }
}

/// A lane to each master, each run by a task.
struct Lanes {
    shared: Arc<Shared>,
    url: RedisUrl,
    tasks: JoinSet<()>,
}

impl Lanes {
    async fn keep(&mut self) -> Infallible {
        let mut outage = Outage::default();
        loop {
            match look(&self.url, self.witnesses()).await {
                Ok(topology) => {
                    outage.is_over();
                    self.arrange(topology);
                }
                // Whoever has lanes hears of it from them.
                Err(error) if self.shared.routes().lanes().is_empty() => {
                    outage.goes_on(&self.url, &error);
                    self.shared.look_again();
                }
                Err(error) => log::debug!("Redis at {}: {error}", self.url),
            }
            self.until_the_next_look().await;
        }
    }

    /// Those who are in touch first, then whoever was known the last time, then those who are named.
    fn witnesses(&self) -> Vec<Witness> {
        let routes = self.shared.routes();
        let mut witnesses: Vec<Witness> = Vec::new();
        for lane in routes.lanes() {
            if let Some(link) = lane.good_link() {
                witnesses.push(Witness { server: lane.server.clone(), connection: Some(link.connection()) });
            }
        }
        let others = routes.topology().members().map(|server| Witness { server: server.clone(), connection: None });
        for witness in others.chain(look::named(&self.url)) {
            if !witnesses.iter().any(|known| known.server == witness.server) {
                witnesses.push(witness);
            }
        }
        witnesses
    }

    async fn until_the_next_look(&mut self) {
        let is_cluster = self.shared.routes().topology().is_cluster();
        let mut routine = pin!(sleep(LOOK_EVERY));
        loop {
            tokio::select! {
                () = &mut routine, if is_cluster => return,
                () = self.shared.look.notified() => return sleep(PAUSE.mul_f64(1.0 + rand::random::<f64>())).await,
                Some(ended) = self.tasks.join_next() => pass_on(ended),
            }
        }
    }

    fn arrange(&mut self, topology: Topology) {
        let before = self.shared.routes();
        if *before.topology() == topology {
            return;
        }
        if topology.is_cluster() && before.topology().masters() != topology.masters() {
            log::info!("Redis at {} is a cluster, whose masters are {:?}", self.url, topology.masters());
        }
        let is_change = !before.lanes().is_empty();
        let open = |server, channels| self.shared.lane(server, channels, is_change);
        let after = Arc::new(before.changed_to(topology, &self.shared.names, open));
        self.shared.routes.send_replace(Arc::clone(&after));
        self.shared.assess();
        before.without(&after).for_each(|lane| lane.stop());
        for lane in after.without(&before) {
            self.tasks.spawn(Keeper::new(Arc::clone(&self.shared), Arc::clone(lane)).run());
        }
    }

    /// Stops them all. What does not end soon is ended.
    async fn end(mut self) {
        let routes: Arc<Routes> = self.shared.routes();
        routes.lanes().iter().for_each(|lane| lane.stop());
        let ended = timeout(FAREWELL, async { while self.tasks.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            self.tasks.shutdown().await;
        }
    }
}

/// A task that panicked must not be missed in silence.
fn pass_on(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}
