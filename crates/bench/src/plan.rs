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
    /// Only on these engines, with commas between; each of which there is a database unless given.
    #[arg(long, value_delimiter = ',')]
    engine: Vec<Engine>,
    /// How many sockets are left open.
    #[arg(long, default_value_t = 10_000)]
    sockets: usize,
    /// Fills the database with so many messages, such as 10000000, and measures again.
    #[arg(long, default_value_t = 0)]
    growth: u64,
    /// The folder in which each run keeps its results.
    #[arg(long, default_value = "target/bench")]
    results: PathBuf,
    /// Says where the time of a send goes, by samples that `perf` takes, and draws a flame graph; the server's binary needs
    /// its symbols and frame pointers.
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

/// What messages are kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Sqlite,
    Mysql,
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
    /// More sends than can be answered.
    Overload,
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
    pub(crate) results: PathBuf,
    pub(crate) profile: bool,
    only: Vec<Part>,
    engines: Vec<Engine>,
}

impl Arguments {
    pub(crate) fn plan(self) -> Plan {
        let Self {
            server,
            mysql_url,
            nodes_url,
            redis_url,
            runs,
            seconds,
            quick,
            only,
            engine,
            sockets,
            growth,
            results,
            profile,
            command: _,
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
            results,
            profile,
            only,
            engines: engine,
        }
    }
}

impl Plan {
    pub(crate) fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// The engines to measure on: their names, and the database if that is not the embedded one.
    pub(crate) fn engines(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        let wants = |engine| self.engines.is_empty() || self.engines.contains(&engine);
        let sqlite = wants(Engine::Sqlite).then_some(("SQLite", None));
        let mysql = self.mysql_url.as_deref().filter(|_| wants(Engine::Mysql)).map(|url| ("MySQL", Some(url)));
        sqlite.into_iter().chain(mysql)
    }
}
