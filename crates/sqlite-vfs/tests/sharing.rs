//! Connections with the file system and connections without it share one database.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::path::Path;

use chatapp_sqlite_vfs::{NAME, register};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

/// Forty pieces and more.
const MANY: &str = "INSERT INTO notes (body)
    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000) SELECT hex(randomblob(500)) FROM n";

fn connect(name: &str) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(name).unwrap();
    connection.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").unwrap();
    connection
}

/// One without and one with it.
fn both(folder: &Path) -> (SqliteConnection, SqliteConnection) {
    register().unwrap();
    let file = folder.join("notes.sqlite3");
    let mut usual = connect(file.to_str().unwrap());
    usual.batch_execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)").unwrap();
    (usual, connect(&format!("file:{}?vfs={NAME}", file.display())))
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(connection: &mut SqliteConnection) -> i64 {
    diesel::sql_query("SELECT count(*) AS count FROM notes").get_result::<Count>(connection).unwrap().count
}

/// What a checkpoint says: whether it was held up, the pages of the log, and how many of them are in the database.
#[derive(Debug, QueryableByName)]
struct Copied {
    #[diesel(sql_type = Integer)]
    busy: i32,
    #[diesel(sql_type = Integer)]
    log: i32,
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

#[derive(QueryableByName)]
struct Verdict {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

#[test]
fn what_one_writes_the_other_reads() {
    let folder = tempfile::tempdir().unwrap();
    let (mut usual, mut pieces) = both(folder.path());
    for round in 1..=3 {
        pieces.batch_execute(MANY).unwrap();
        usual.batch_execute("INSERT INTO notes (body) VALUES ('between')").unwrap();
        let copied: Copied = diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result(&mut pieces).unwrap();
        assert!(copied.busy == 0 && copied.log > 0 && copied.log == copied.checkpointed, "{copied:?}");
        assert_eq!((count(&mut usual), count(&mut pieces)), (round * 10_001, round * 10_001));
    }
    pieces.batch_execute("BEGIN; DELETE FROM notes; ROLLBACK; PRAGMA wal_checkpoint(TRUNCATE); VACUUM").unwrap();
    drop(pieces);
    let verdict: Verdict = diesel::sql_query("PRAGMA integrity_check").get_result(&mut usual).unwrap();
    assert_eq!((verdict.integrity_check.as_str(), count(&mut usual)), ("ok", 30_003));
}

#[test]
fn they_heed_each_others_locks() {
    let folder = tempfile::tempdir().unwrap();
    let (mut usual, mut pieces) = both(folder.path());
    for _ in 0..2 {
        let (holder, waiter) = (&mut pieces, &mut usual);
        holder.batch_execute("BEGIN IMMEDIATE; INSERT INTO notes (body) VALUES ('mine')").unwrap();
        let refused = waiter.batch_execute("BEGIN IMMEDIATE").unwrap_err();
        assert!(refused.to_string().contains("locked"), "{refused}");
        assert_eq!(count(waiter), 0);
        holder.batch_execute("ROLLBACK").unwrap();
        waiter.batch_execute("BEGIN IMMEDIATE; ROLLBACK").unwrap();
        std::mem::swap(&mut usual, &mut pieces);
    }
}
