//! One, two and four nodes on this machine, with one database and one Redis: what more nodes give, and what it costs to
//! tell people on another one. On one machine they share its processors, so this shows the price and not the gain.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use hdrhistogram::Histogram;

use crate::clock::{during, histogram, median, millis, note};
use crate::figure::Figure;
use crate::hammer::{hammer, paced};
use crate::people::Crowd;
use crate::plan::Plan;
use crate::server::Server;
use crate::sockets::{Sockets, check_told};
use crate::stage::sends_among;
use crate::table::Table;

/// Nodes that share nothing but this know each other's sessions.
const SECRET_KEY: &str = "8d0f6c1b52a94e7733c9e1d4b7a60f25";

/// How many connections send, over all nodes.
const CONNECTIONS: usize = 64;

/// Measures on a MySQL database whose people nobody else measures with.
pub(crate) async fn measure(plan: &Plan, database: &str, redis: &str, table: &mut Table) -> anyhow::Result<()> {
    let mut crowd: Option<Crowd> = None;
    for count in [1, 2, 4] {
        let mut nodes = Vec::new();
        for _ in 0..count {
            let settings = [("CHATAPP_REDIS_URL", redis), ("CHATAPP_SECRET_KEY", SECRET_KEY)];
            nodes.push(Server::start_with(&plan.server, Some(database), &settings).await?);
        }
        if crowd.is_none() {
            crowd = Some(Crowd::make(&nodes[0], "node", Crowd::SIZE).await?);
        }
        let Some(crowd) = &crowd else { continue };
        Group { plan, nodes: &nodes, crowd }.measure(table).await?;
    }
    Ok(())
}

/// Nodes of one installation, and everyone.
struct Group<'a> {
    plan: &'a Plan,
    nodes: &'a [Server],
    crowd: &'a Crowd,
}

impl Group<'_> {
    async fn measure(&self, table: &mut Table) -> anyhow::Result<()> {
        let on = match self.nodes.len() {
            1 => "1 node".to_owned(),
            some => format!("{some} nodes"),
        };
        let (mut rates, mut within, mut across) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.plan.runs {
            let rate = during("sends on nodes", self.rate()).await?;
            let told = during("latency on nodes", self.told(rate / 2.0)).await?;
            rates.push(rate);
            within.push(told.within);
            across.extend(told.across);
        }
        let what = "durable sends, 64 connections over all nodes, all told";
        table.add(&on, Figure::new(what, &rates, "messages/s"));
        quantiles(&on, "within a node", &within, table);
        if !across.is_empty() {
            quantiles(&on, "from one node to another", &across, table);
        }
        Ok(())
    }

    fn length(&self) -> Duration {
        Duration::from_secs(self.plan.seconds)
    }

    /// Everyone listens at one node: they take turns.
    async fn listen(&self) -> anyhow::Result<Vec<Sockets>> {
        let mut all = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let turn = self.crowd.people.iter().skip(at).step_by(self.nodes.len());
            all.push(Sockets::open_for(node, turn).await?);
        }
        Ok(all)
    }

    async fn rate(&self) -> anyhow::Result<f64> {
        let sockets = self.listen().await?;
        let each = CONNECTIONS / self.nodes.len();
        let sending = self.nodes.iter().map(|node| hammer(each, self.length(), node.port, sends_among(self.crowd)));
        let hammered = try_join_all(sending).await?;
        let mut told = Vec::new();
        for ears in sockets {
            told.extend(ears.close().await?);
        }
        check_told(hammered.iter().flat_map(|hammered| &hammered.answers).map(|(id, _)| *id), &told)?;
        Ok(hammered.iter().map(|hammered| hammered.rate).sum())
    }

    async fn told(&self, rate: f64) -> anyhow::Result<Told> {
        let sockets = self.listen().await?;
        let each = rate / self.nodes.len() as f64;
        let sending = self.nodes.iter().map(|node| paced(node.port, each, self.length(), sends_among(self.crowd)));
        let mut sent: HashMap<i64, (usize, Instant)> = HashMap::new();
        for (node, messages) in try_join_all(sending).await?.into_iter().enumerate() {
            sent.extend(messages.into_iter().map(|(id, asked, _)| (id, (node, asked))));
        }
        let (mut within, mut across) = (histogram()?, histogram()?);
        for (here, ears) in sockets.into_iter().enumerate() {
            for (id, arrived) in ears.close().await? {
                let Some((node, asked)) = sent.get(&id) else { continue };
                let times = if *node == here { &mut within } else { &mut across };
                note(times, arrived.saturating_duration_since(*asked));
            }
        }
        let both = |times: &Histogram<u64>| (millis(times, 0.5), millis(times, 0.99));
        Ok(Told { within: both(&within), across: (!across.is_empty()).then(|| both(&across)) })
    }
}

/// From a POST to its notification, p50 and p99 in milliseconds.
struct Told {
    within: (f64, f64),
    across: Option<(f64, f64)>,
}

fn quantiles(on: &str, way: &str, runs: &[(f64, f64)], table: &mut Table) {
    let (p50s, p99s): (Vec<f64>, Vec<f64>) = runs.iter().copied().unzip();
    table.add(on, Figure::new(format!("POST to notification {way}, p50"), &p50s, "ms"));
    let slow = Figure::new(format!("POST to notification {way}, p99"), &p99s, "ms");
    table.add(on, slow.of(median(&p50s), "p50"));
}
