//! The ways in which things break, one file each.

mod backup;
mod calm;
mod clients_flood;
mod clock_jumps;
mod database_frozen;
mod database_killed;
mod descriptors_exhausted;
mod disk_full;
mod locked;
mod member_killed;
mod node_frozen;
mod node_killed;
mod pool_exhausted;
mod power_cut;
mod redis_cut;
mod redis_frozen;
mod redis_killed;
mod redis_master_killed;
mod server_killed;
mod slow_sockets;
mod sockets;
mod stopped;
mod two_nodes;
mod writer_killed;

use futures_util::future::BoxFuture;

use crate::stage::{Engine, Kind, Stage};

/// A way in which things break.
#[derive(Clone, Copy)]
pub struct Fault {
    /// What it is asked for by.
    pub name: &'static str,
    /// What happens, for the report.
    pub what: &'static str,
    /// On which databases it makes sense.
    pub engines: &'static [Engine],
    /// What the database stands on.
    pub ground: Kind,
    /// How many servers there are.
    pub nodes: Nodes,
    /// Whether the clock that the servers read can be set.
    pub clock: bool,
    /// Settings of the servers.
    pub settings: &'static [(&'static str, &'static str)],
    /// Breaks it, and mends it.
    pub strike: for<'a> fn(&'a mut Stage) -> BoxFuture<'a, anyhow::Result<()>>,
}

/// How many servers there are, and what is between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nodes {
    /// One that is alone.
    One,
    /// Two, with a Redis between them.
    Two,
    /// Two, with a Redis Cluster between them.
    TwoOnCluster,
}

const BOTH: &[Engine] = &[Engine::Sqlite, Engine::Mariadb];

/// All of them.
pub const FAULTS: &[Fault] = &[
    calm::FAULT,
    server_killed::FAULT,
    power_cut::FAULT,
    database_killed::FAULT,
    database_frozen::FAULT,
    locked::FAULT,
    pool_exhausted::FAULT,
    disk_full::FAULT,
    stopped::FAULT,
    slow_sockets::FAULT,
    descriptors_exhausted::FAULT,
    clients_flood::FAULT,
    clock_jumps::FAULT,
    backup::FAULT,
    two_nodes::FAULT,
    node_killed::FAULT,
    node_frozen::FAULT,
    redis_killed::FAULT,
    redis_frozen::FAULT,
    redis_cut::FAULT,
    redis_master_killed::FAULT,
    member_killed::FAULT,
    writer_killed::FAULT,
];

/// The fault with this name.
pub fn named(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().find(|fault| fault.name == name)
}
