//! How SQLite's transactions go: into the intake, into the main database with everything filed first, or aside.

use std::sync::Arc;

use diesel::result::QueryResult;
use diesel::{RunQueryDsl, SqliteConnection};
use parking_lot::MutexGuard;

use super::batch::{appends, run_all};
use super::{Job, in_transaction};
use crate::append::Appender;
use crate::connection::{AnyConnection, Manager};
use crate::intake::{Entry, Filing, Touched};

/// Lets messages into SQLite's intake, if there is nothing else to do and if that is enough; gives whether it was.
pub(super) fn take_in(
    entry: &mut Option<Entry>,
    filing: &Arc<Filing>,
    manager: &Manager,
    main: &mut SqliteConnection,
    appender: &mut Appender,
    batch: &mut [Job],
    reached: &mut bool,
) -> QueryResult<bool> {
    let Some(database) = manager.sqlite_path().filter(|_| batch.iter().all(Job::is_append)) else { return Ok(false) };
    let entry = match entry {
        Some(entry) => entry,
        None => entry.insert(Entry::open(main, database, Arc::clone(filing))?),
    };
    entry.take(main, appender, &mut appends(batch), reached)
}

/// One transaction of SQLite's main database, in which everything is filed first.
pub(super) fn file(
    filing: &Filing,
    connection: &mut AnyConnection,
    appender: &mut Appender,
    batch: &mut [Job],
    reached: &mut bool,
) -> QueryResult<()> {
    let outcome = in_turn(filing, connection, reached, |connection| {
        if let AnyConnection::Sqlite(sqlite) = connection {
            appender.note_touched(Touched.get_result(sqlite)?, || filing.take_spare());
        }
        run_all(connection, appender, batch)
    });
    if outcome.is_ok() {
        filing.note_all_filed();
        appender.note_filed();
    }
    outcome
}

/// One transaction of SQLite's main database for what has to do with no message: others are taken in meanwhile.
pub(super) fn aside(
    filing: &Filing,
    connection: &mut AnyConnection,
    appender: &mut Appender,
    batch: &mut [Job],
    reached: &mut bool,
) -> QueryResult<()> {
    in_turn(filing, connection, reached, |connection| run_all(connection, appender, batch))
}

/// One transaction of the main database, while nobody else of this process writes to it.
fn in_turn(
    filing: &Filing,
    connection: &mut AnyConnection,
    reached: &mut bool,
    work: impl FnOnce(&mut AnyConnection) -> QueryResult<()>,
) -> QueryResult<()> {
    let turn = filing.turn();
    let outcome = in_transaction(connection, |connection| {
        work(connection)?;
        *reached = true;
        Ok(())
    });
    MutexGuard::unlock_fair(turn);
    outcome
}
