//! `just bench`: what ChatApp does on this machine, each figure beside the floor that the machine itself sets, measured
//! in the same run. Ratios can be compared between machines; absolute times cannot.

mod clock;
mod floor;
mod http;
mod people;
mod reads;
mod rest;
mod sends;
mod server;
mod sockets;
mod table;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Measures a release build of ChatApp.
#[derive(Parser)]
struct Arguments {
    /// The server's binary.
    #[arg(long, default_value = "target/release/chatapp")]
    server: PathBuf,
    /// Measures on this (empty) MySQL database too: mysql://user:password@host:port/name.
    #[arg(long)]
    mysql_url: Option<String>,
    /// How many runs each figure is the median of.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// How long each run of a throughput takes, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Subcommand)]
enum Part {
    /// Serves the bare handler that everything is compared with; started by the bench itself.
    #[command(hide = true)]
    Floor,
}

/// What a run of the bench goes by.
pub(crate) struct Plan {
    server: PathBuf,
    runs: usize,
    seconds: u64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if matches!(arguments.part, Some(Part::Floor)) {
        return floor::serve();
    }
    let plan = Plan { server: arguments.server, runs: arguments.runs, seconds: arguments.seconds };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure(&plan, arguments.mysql_url.as_deref()))
}

async fn measure(plan: &Plan, mysql_url: Option<&str>) -> anyhow::Result<()> {
    let mut table = table::Table::default();
    let bare = floor::measure(plan).await?;
    table.add("floor", "bare handler, 64 connections", &bare.throughput, "requests/s", None);
    table.add("floor", "bare handler, 1 connection, p50", &bare.single_p50, "ms", None);
    let flush = floor::flush_millis()?;
    table.add("floor", "4 KiB append and fsync, p50", &[flush], "ms", None);
    engine(plan, "SQLite", None, &bare, flush, &mut table).await?;
    if let Some(url) = mysql_url {
        engine(plan, "MySQL", Some(url), &bare, flush, &mut table).await?;
    }
    println!("\n{table}");
    Ok(())
}

async fn engine(
    plan: &Plan,
    name: &str,
    database: Option<&str>,
    bare: &floor::Bare,
    flush: f64,
    table: &mut table::Table,
) -> anyhow::Result<()> {
    let server = server::Server::start(&plan.server, database).await?;
    let people = people::Crowd::make(&server).await?;
    rest::measure(name, &server, table)?;
    let top = sends::measure(plan, name, &server, &people, bare, flush, table).await?;
    sends::latency(plan, name, &server, &people, top / 2.0, bare, flush, table).await?;
    reads::measure(plan, name, &server, &people, bare, table).await?;
    rest::restart(plan, name, server, table).await
}
