//! SQLite's own limit.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use super::{PEOPLE, statements};

/// Rows a second, `batch` in each transaction, into a copy of the tables that a message changes.
pub(super) fn rate(file: &Path, batch: i64, length: Duration) -> anyhow::Result<f64> {
    let beside = tempfile::Builder::new().suffix(".sqlite3").tempfile_in(file.parent().unwrap_or(Path::new(".")))?;
    let mut connection = SqliteConnection::establish(&beside.path().to_string_lossy())?;
    connection.batch_execute(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;
         PRAGMA wal_autocheckpoint = 4000;
         CREATE TABLE bench_feeds (user_id INTEGER PRIMARY KEY, last_pos BIGINT NOT NULL);
         WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {PEOPLE})
         INSERT INTO bench_feeds SELECT id, 0 FROM n;
         CREATE TABLE bench_messages (id INTEGER PRIMARY KEY, conversation_id BIGINT, seq BIGINT, sender_id BIGINT,
             sender_pos BIGINT, recipient_id BIGINT, recipient_pos BIGINT, low_sent BIGINT, sent_at BIGINT,
             client_key TEXT, body TEXT);
         CREATE UNIQUE INDEX bench_seq ON bench_messages (conversation_id, seq);
         CREATE UNIQUE INDEX bench_sender ON bench_messages (sender_id, sender_pos);
         CREATE UNIQUE INDEX bench_recipient ON bench_messages (recipient_id, recipient_pos);
         CREATE INDEX bench_key ON bench_messages (sender_id, client_key);"
    ))?;
    let started = Instant::now();
    let mut rows = 0;
    while started.elapsed() < length {
        let transaction = statements(rows + 1, batch).join(";\n");
        connection.batch_execute(&format!("BEGIN IMMEDIATE;\n{transaction};\nCOMMIT"))?;
        rows += batch;
    }
    Ok(rows as f64 / started.elapsed().as_secs_f64())
}
