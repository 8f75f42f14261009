//! How many connections and how long to wait.

use std::time::Duration;

use crate::url::DatabaseUrl;

/// What a database is opened with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which database.
    pub url: DatabaseUrl,
    /// Reading connections to SQLite.
    pub readers: u32,
    /// Connections to MySQL, besides the one that writes messages.
    pub connections: u32,
    /// How many writes may wait for each of SQLite's writers, or messages for MySQL's; one more is refused as busy.
    pub queue: usize,
    /// How many messages one transaction holds at most.
    pub batch: usize,
    /// How long a unit of work waits for a connection.
    pub wait: Duration,
    /// How long a unit of work may take in all before its caller is told that the database is away.
    pub answer: Duration,
}

impl Settings {
    /// The defaults for a database.
    pub fn new(url: DatabaseUrl) -> Self {
        Self {
            url,
            readers: 4,
            connections: 10,
            queue: 1024,
            batch: 256,
            wait: Duration::from_secs(2),
            answer: Duration::from_secs(10),
        }
    }
}
