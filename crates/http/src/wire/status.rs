//! How the server is doing.

use serde::Serialize;
use utoipa::ToSchema;

use super::Stamp;

/// How this node is doing. Figures are of this node, and of the database and the bus as it sees them.
#[derive(Serialize, ToSchema)]
pub(crate) struct Status {
    /// The program's version.
    #[schema(example = "1.0.0")]
    pub(crate) version: &'static str,
    /// When this node started.
    pub(crate) started: Stamp,
    /// The name of this node: its machine and its process.
    #[schema(example = "chat1:4711")]
    pub(crate) node: String,
    /// How many nodes there are, as far as this one knows.
    pub(crate) nodes: usize,
    /// How many people are connected here.
    pub(crate) people_online: u64,
    /// How many sockets and waiting polls are open here.
    pub(crate) sockets: u64,
    /// Over the last ten seconds.
    pub(crate) sends_per_second: f64,
    /// Since the start.
    pub(crate) sends_total: u64,
    pub(crate) latency_ms: Latency,
    /// Since somebody looked last.
    pub(crate) requests_per_second: f64,
    /// Answers with a status from 500 since the start.
    pub(crate) errors_total: u64,
    pub(crate) database: DatabaseStatus,
    pub(crate) bus: BusStatus,
    pub(crate) queues: Queues,
    /// Of the disk that data is kept on; null: it cannot be told.
    pub(crate) disk: Option<DiskStatus>,
    /// How much memory the program has; 0: it cannot be told.
    pub(crate) memory_bytes: u64,
    /// What was known last, while the database does not answer.
    pub(crate) counts: Counts,
    /// Whether those who administer may read other people's messages.
    pub(crate) admin_reads_messages: bool,
    /// For how many days messages are kept; 0: for ever.
    pub(crate) retention_days: u32,
}

/// How long sends took in the last minute, in milliseconds; 0: nothing was sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
}

/// The database.
#[derive(Serialize, ToSchema)]
pub(crate) struct DatabaseStatus {
    /// `sqlite` or `mysql`.
    #[schema(example = "sqlite")]
    pub(crate) engine: &'static str,
    /// The product and its version.
    #[schema(example = "SQLite 3.50.2")]
    pub(crate) version: String,
    /// Whether it answers.
    pub(crate) ok: bool,
    /// What was known last, while it does not answer.
    pub(crate) size_bytes: i64,
    pub(crate) connections: Connections,
}

/// Connections to the database.
#[derive(Serialize, ToSchema)]
pub(crate) struct Connections {
    pub(crate) in_use: usize,
    pub(crate) idle: usize,
    pub(crate) max: usize,
}

/// The way to the other nodes.
#[derive(Serialize, ToSchema)]
pub(crate) struct BusStatus {
    /// `local`, or `redis` where there can be other nodes.
    #[schema(example = "local")]
    pub(crate) kind: &'static str,
    /// Whether the others are told at once.
    pub(crate) ok: bool,
}

/// What waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct Queues {
    /// Writes that wait to be committed.
    pub(crate) writer: Queue,
    /// Passwords that are hashed or wait for it.
    pub(crate) passwords: Queue,
    /// Mail that waits to be sent.
    pub(crate) mail: Queue,
    pub(crate) search_index: Backlog,
}

/// A queue with a bound.
#[derive(Serialize, ToSchema)]
pub(crate) struct Queue {
    pub(crate) length: u64,
    /// One more is refused.
    pub(crate) limit: u64,
}

/// What the search index has not caught up with.
#[derive(Serialize, ToSchema)]
pub(crate) struct Backlog {
    /// In blocks of 64 events of one person.
    pub(crate) behind: i64,
}

/// A disk.
#[derive(Serialize, ToSchema)]
pub(crate) struct DiskStatus {
    pub(crate) used_bytes: u64,
    pub(crate) free_bytes: u64,
}

/// How much there is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Counts {
    pub(crate) users: i64,
    pub(crate) messages: i64,
}
