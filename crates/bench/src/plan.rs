//! What is asked of a run of the bench.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Measures a release build of ChatApp.
#[derive(Parser)]
pub(crate) struct Arguments {
    /// The server's binary.
    #[arg(long, default_value = "target/release/chatapp")]
    server: PathBuf,
    /// Measures on this (empty) MySQL database too: mysql://user:password@host:port/name.
    #[arg(long)]
    mysql_url: Option<String>,
    /// Measures several nodes on this (empty) MySQL database; needs --redis-url.
    #[arg(long, requires = "redis_url")]
    nodes_url: Option<String>,
    /// The Redis between those nodes.
    #[arg(long, requires = "nodes_url")]
    redis_url: Option<String>,
    /// How many runs each figure is the median of.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// How long each run of a throughput takes, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// One run of a second each: to see that everything works.
    #[arg(long)]
    quick: bool,
    /// Only these parts, with commas between; all but growth unless given.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// How many sockets are left open.
    #[arg(long, default_value_t = 9500)]
    sockets: usize,
    /// Fills the database with so many messages, such as 10000000, and measures again.
    #[arg(long, default_value_t = 0)]
    growth: u64,
    /// Says where the time of a send goes, by samples that `perf` takes; the server's binary needs its symbols.
    #[arg(long)]
    profile: bool,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serves the floor that everything is compared with; started by the bench itself.
    #[command(hide = true)]
    Floor,
}

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Memory, size and start.
    Rest,
    /// The engine alone.
    Engine,
    /// Durable sends.
    Sends,
    /// From a POST to its notification; needs `sends`.
    Latency,
    /// POST, told, GET.
    Flow,
    /// What a page asks for.
    Reads,
    /// Log-ins beside sends.
    Flood,
    /// Thousands of idle sockets.
    Idle,
    /// Sends while figures are collected.
    Scrapes,
    /// Several nodes on one database.
    Nodes,
}

/// What a run of the bench goes by.
pub(crate) struct Plan {
    pub(crate) server: PathBuf,
    pub(crate) mysql_url: Option<String>,
    /// The database and the Redis of several nodes.
    pub(crate) nodes: Option<(String, String)>,
    pub(crate) runs: usize,
    pub(crate) seconds: u64,
    pub(crate) sockets: usize,
    pub(crate) growth: u64,
    pub(crate) profile: bool,
    only: Vec<Part>,
}

impl Arguments {
    pub(crate) fn plan(self) -> Plan {
        let Self {
            server, mysql_url, nodes_url, redis_url, runs, seconds, quick, only, sockets, growth, profile, ..
        } = self;
        let (runs, seconds, sockets) = if quick { (1, 1, sockets.min(500)) } else { (runs, seconds, sockets) };
        Plan {
            server,
            mysql_url,
            nodes: nodes_url.zip(redis_url),
            runs: runs.max(1),
            seconds: seconds.max(1),
            sockets,
            growth,
            profile,
            only,
        }
    }
}

impl Plan {
    pub(crate) fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}
