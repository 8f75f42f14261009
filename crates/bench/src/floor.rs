//! What the machine itself can do, measured in the same run: nothing can be faster than these.

mod bare;
mod engine;
mod flush;
mod served;

use anyhow::Context;

pub(crate) use self::bare::Bare;
pub(crate) use self::engine::measure as measure_engine;
pub(crate) use self::served::{Served, serve};
use crate::Plan;
use crate::clock::{histogram, millis, note};
use crate::figure::Figure;
use crate::table::Table;
use crate::websocket;

/// The floor under everything but the engines.
pub(crate) struct Floor {
    pub(crate) bare: Bare,
    /// The median of appending 4 KiB to a file and flushing it, in milliseconds.
    pub(crate) flush: f64,
    /// The median of a text that comes back on a bare WebSocket, in milliseconds.
    pub(crate) echo: f64,
}

impl Floor {
    /// Measures all of it.
    pub(crate) async fn measure(plan: &Plan, table: &mut Table) -> anyhow::Result<Self> {
        let served = Served::start()?;
        let bare = bare::measure(plan, served.port).await?;
        table.add("floor", Figure::new("bare handler, 64 connections", &bare.throughput, "requests/s"));
        table.add("floor", Figure::new("bare handler, 1 connection, p50", &bare.single_p50, "ms"));
        let flush = flush::millis(plan)?;
        table.add("floor", Figure::new("4 KiB append and fsync, p50", &flush, "ms"));
        let mut echoes = Vec::new();
        for _ in 0..plan.runs {
            echoes.push(echo_millis(served.port).await?);
        }
        table.add("floor", Figure::new("bare WebSocket echo, p50", &echoes, "ms"));
        Ok(Self { bare, flush: crate::clock::median(&flush), echo: crate::clock::median(&echoes) })
    }
}

async fn echo_millis(port: u16) -> anyhow::Result<f64> {
    let (mut reader, writer) = websocket::open(port, "/echo", "").await?;
    let mut times = histogram()?;
    for _ in 0..2000 {
        let asked = std::time::Instant::now();
        writer.text("{\"message\": \"123456\"}")?;
        reader.text().await?.context("the echo ended")?;
        note(&mut times, asked.elapsed());
    }
    Ok(millis(&times, 0.5))
}
