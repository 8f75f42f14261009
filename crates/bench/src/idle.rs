//! Thousands of sockets on which nothing happens: what each takes, and what they cost together.

use std::time::Duration;

use tokio::task::JoinSet;

use crate::Plan;
use crate::clock::during;
use crate::figure::Figure;
use crate::figure::Wanted::{AtLeast, AtMost};
use crate::floor::Served;
use crate::people::Crowd;
use crate::process::Killed;
use crate::sends::told_rate;
use crate::stage::Stage;
use crate::table::Table;
use crate::websocket::{self, Writer};

/// How many sockets each of their owners has: the server's own limit.
const EACH: usize = 10;

/// How long the processor is watched at rest.
const REST: Duration = Duration::from_secs(10);

/// A second in which a server takes this much of a processor, or less, is a quiet one.
const QUIET: Duration = Duration::from_millis(20);

/// After so many of them in a row a server has come to rest: what is left to do may pause for some.
const SETTLED: u32 = 6;

/// After so many seconds it is watched however much it takes.
const MOST_SETTLING: u32 = 300;

/// What one socket of a bare server takes, in KiB.
pub(crate) async fn floor(plan: &Plan, table: &mut Table) -> anyhow::Result<Option<f64>> {
    if plan.sockets == 0 {
        return Ok(None);
    }
    let served = Served::start()?;
    let before = served.process.memory()?;
    let crowd = Crowded::open(plan.sockets, served.port, |_| ("/echo", "")).await?;
    let each = (served.process.memory()? - before) * 1024.0 / plan.sockets as f64;
    crowd.close().await?;
    let what = format!("a bare server, each of {} idle sockets", plan.sockets);
    table.add("floor", Figure::new(what, &[each], "KiB"));
    Ok(Some(each))
}

/// Measures memory, processor at rest, and sends beside so many sockets of other people against `without` them.
pub(crate) async fn measure(stage: &mut Stage<'_>, floor: f64, without: f64) -> anyhow::Result<()> {
    let sockets = stage.plan.sockets;
    let owners = Crowd::make(&stage.server, "idle", sockets.div_ceil(EACH)).await?;
    let before = stage.server.process().memory()?;
    let whose = |n: usize| ("/ws", owners.people[n / EACH].headers.as_str());
    let crowded = during("opening idle sockets", Crowded::open(sockets, stage.server.port, whose)).await?;
    let memory = stage.server.process().memory()?;
    let each = [(memory - before) * 1024.0 / sockets as f64];
    let named = |what: &str| format!("{what}, {sockets} idle sockets");
    let socket = Figure::new(named("memory for each socket"), &each, "KiB").of(floor, "a bare server's");
    stage.add(socket.wanted(AtMost(1.2)));
    stage.add(Figure::new(named("resident memory in all"), &[memory], "MiB"));
    let share = during("at rest", at_rest(stage.server.process())).await?;
    stage.add(Figure::new(named("processor at rest"), &[100.0 * share], "% of a core").wanted(AtMost(1.0)));
    let mut rates = Vec::new();
    for _ in 0..stage.plan.runs {
        rates.push(told_rate(stage, "durable sends beside idle sockets").await?);
    }
    let sends = Figure::new(named("durable sends"), &rates, "messages/s");
    let compared = without > 0.0;
    stage.add(if compared { sends.of(without, "without them").wanted(AtLeast(0.9)) } else { sends });
    crowded.close().await
}

async fn at_rest(process: &Killed) -> anyhow::Result<f64> {
    tokio::time::sleep(Duration::from_secs(2)).await;
    settle(process).await?;
    let before = process.processor_time()?;
    tokio::time::sleep(REST).await;
    Ok((process.processor_time()? - before).as_secs_f64() / REST.as_secs_f64())
}

/// What came before left something to do, such as messages to index, which is not rest. If it does not end, it is.
async fn settle(process: &Killed) -> anyhow::Result<()> {
    let mut quiet = 0;
    for _ in 0..MOST_SETTLING {
        let before = process.processor_time()?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        quiet = if process.processor_time()? - before <= QUIET { quiet + 1 } else { 0 };
        if quiet == SETTLED {
            break;
        }
    }
    Ok(())
}

/// Open sockets that are read, so that pings are answered.
struct Crowded {
    readers: JoinSet<anyhow::Result<()>>,
    writers: Vec<Writer>,
}

impl Crowded {
    /// Opens so many; `whose` gives the path and the headers of each.
    async fn open<'a>(count: usize, port: u16, whose: impl Fn(usize) -> (&'a str, &'a str)) -> anyhow::Result<Self> {
        let (mut readers, mut writers) = (JoinSet::new(), Vec::with_capacity(count));
        for n in 0..count {
            let (path, headers) = whose(n);
            let (mut reader, writer) = websocket::open(port, path, headers).await?;
            readers.spawn(async move {
                while reader.text().await?.is_some() {}
                Ok(())
            });
            writers.push(writer);
        }
        Ok(Self { readers, writers })
    }

    async fn close(mut self) -> anyhow::Result<()> {
        for writer in &self.writers {
            writer.close()?;
        }
        while let Some(outcome) = self.readers.join_next().await {
            outcome??;
        }
        Ok(())
    }
}
