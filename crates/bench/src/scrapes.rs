//! What it costs to be watched: sends with and without two collectors that ask for `/metrics` each second.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::median;
use crate::figure::Figure;
use crate::http::Connection;
use crate::sends::told_rate;
use crate::stage::Stage;

const COLLECTORS: usize = 2;
const EVERY: Duration = Duration::from_secs(1);
/// Enough for a clock that counts in hundredths of a second.
const SCRAPES: u32 = 2000;

pub(crate) async fn measure(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let share = share_of_a_core(stage).await?;
    stage.add(Figure::new("two collectors each second, processor time", &[share], "% of a core"));
    let (mut with, mut without) = (Vec::new(), Vec::new());
    // In turns, so that a machine that gets slower or faster does so for both.
    for _ in 0..stage.plan.runs {
        without.push(told_rate(stage, "durable sends, unwatched").await?);
        let collectors = collect(stage.server.port);
        with.push(told_rate(stage, "durable sends, watched").await?);
        drop(collectors);
    }
    let watched = Figure::new("durable sends while two collectors ask each second", &with, "messages/s");
    stage.add(watched.of(median(&without), "unwatched"));
    Ok(())
}

/// What the two take of one processor, from the time that many scrapes take on end.
async fn share_of_a_core(stage: &Stage<'_>) -> anyhow::Result<f64> {
    let before = stage.server.process().processor_time()?;
    let mut connection = Connection::open(stage.server.port).await?;
    for _ in 0..SCRAPES {
        scrape(&mut connection).await?;
    }
    let each = (stage.server.process().processor_time()? - before) / SCRAPES;
    Ok(100.0 * COLLECTORS as f64 * each.as_secs_f64() / EVERY.as_secs_f64())
}

async fn scrape(connection: &mut Connection) -> anyhow::Result<()> {
    let status = connection.ask("GET", "/metrics", "", "").await?.status;
    anyhow::ensure!(status == 200, "/metrics answered {status}");
    Ok(())
}

/// Collectors that end with this value.
fn collect(port: u16) -> JoinSet<anyhow::Result<()>> {
    let mut tasks = JoinSet::new();
    for _ in 0..COLLECTORS {
        tasks.spawn(async move {
            let mut connection = Connection::open(port).await?;
            let mut beat = interval(EVERY);
            beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                beat.tick().await;
                scrape(&mut connection).await?;
            }
        });
    }
    tasks
}
