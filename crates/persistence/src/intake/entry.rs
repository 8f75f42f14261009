//! Taking messages in.

use std::collections::{HashSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind::ClosedConnection;
use diesel::result::Error;

use super::filing::{Filing, Touch};
use super::opening::adopt;
use super::{file_of, unfiled_messages};
use crate::append::{Append, Appender, take_in};
use crate::connection::AnyConnection;
#[cfg(feature = "planted-faults")]
use crate::planted;
use crate::writer::in_transaction;

/// So many may wait. Then the writer files them itself.
const MOST: i64 = 50_000;
/// How many that are filed are removed at a time.
const CLEARED_AT_ONCE: i64 = 500;

/// The writer's own way into the intake.
pub(crate) struct Entry {
    connection: AnyConnection,
    filing: Arc<Filing>,
    waiting: Keys,
    /// Up to where the intake is cleared.
    cleared: i64,
}

/// The keys of the messages that wait.
#[derive(Default)]
struct Keys {
    all: HashSet<(i64, String)>,
    /// In the order of the messages' numbers.
    numbered: VecDeque<(i64, (i64, String))>,
}

impl Entry {
    /// Opens the intake of a database. `main` is a connection to the latter.
    pub(crate) fn open(main: &mut SqliteConnection, database: &Path, filing: Arc<Filing>) -> QueryResult<Self> {
        adopt(main)?;
        let unreachable = |error: ConnectionError| Error::DatabaseError(ClosedConnection, Box::new(error.to_string()));
        let mut sqlite = SqliteConnection::establish(&file_of(database).to_string_lossy()).map_err(unreachable)?;
        // The same promises as in the main database, which see; another connection copies the log here, too.
        sqlite.batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
             PRAGMA wal_autocheckpoint = 16000; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -4096;
             PRAGMA secure_delete = ON",
        )?;
        #[cfg(feature = "planted-faults")]
        if planted::is(planted::Planted::SynchronousOff) {
            sqlite.batch_execute("PRAGMA synchronous = OFF")?;
        }
        let (connection, waiting) = (AnyConnection::Sqlite(sqlite), Keys::default());
        Ok(Self { connection, filing, waiting, cleared: 0 })
    }

    /// Saves drafts here and nowhere else, if that can be done; gives whether it was. `has_reached_commit` says, if it
    /// fails, whether it got so far.
    pub(crate) fn take(
        &mut self,
        main: &mut SqliteConnection,
        appender: &mut Appender,
        drafts: &mut [&mut Append],
        has_reached_commit: &mut bool,
    ) -> QueryResult<bool> {
        let Self { connection, filing, waiting, cleared } = self;
        // In this order: a key that is not among those that wait any more is found in the main database.
        waiting.forget(filing.filed());
        if filing.waiting() >= MOST
            || !appender.decide_alone(main, drafts, |key| waiting.all.contains(key), || filing.take_spare())?
        {
            return Ok(false);
        }
        let clear = (*cleared + CLEARED_AT_ONCE).min(filing.filed());
        let saved = in_transaction(connection, |connection| {
            let AnyConnection::Sqlite(sqlite) = connection else { return Err(Error::NotInTransaction) };
            if !appender.note_touched(Touch.get_result(sqlite)?, || filing.take_spare()) {
                return Ok(false);
            }
            take_in(sqlite, drafts)?;
            if clear > *cleared {
                remove(sqlite, clear)?;
            }
            #[cfg(feature = "planted-faults")]
            {
                planted::panic_now_and_then();
                crate::append::announce_early(drafts);
            }
            *has_reached_commit = true;
            Ok(true)
        })?;
        if saved {
            *cleared = clear.max(*cleared);
            let new = || drafts.iter().filter_map(|append| append.new_number().map(|number| (number, append)));
            new().for_each(|(number, append)| waiting.note(number, append.key()));
            if let Some(newest) = new().map(|(number, _)| number).max() {
                filing.take(newest);
            }
        }
        Ok(saved)
    }

    /// Removes what is filed, and copies the log, which has their texts too.
    pub(crate) fn clear(&mut self) -> QueryResult<()> {
        let filed = self.filing.filed();
        if filed <= self.cleared {
            return Ok(());
        }
        in_transaction(&mut self.connection, |connection| {
            let AnyConnection::Sqlite(sqlite) = connection else { return Err(Error::NotInTransaction) };
            remove(sqlite, filed)
        })?;
        self.cleared = filed;
        // Nobody waits for somebody who reads.
        self.connection
            .batch_execute("PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 5000")
    }
}

fn remove(connection: &mut SqliteConnection, to: i64) -> QueryResult<()> {
    diesel::delete(unfiled_messages::table.filter(unfiled_messages::id.le(to))).execute(connection)?;
    Ok(())
}

impl Keys {
    fn note(&mut self, number: i64, key: Option<(i64, String)>) {
        if let Some(key) = key {
            self.all.insert(key.clone());
            self.numbered.push_back((number, key));
        }
    }

    /// Those up to this number do not wait any more.
    fn forget(&mut self, filed: i64) {
        while let Some((_, key)) = self.numbered.pop_front_if(|(number, _)| *number <= filed) {
            self.all.remove(&key);
        }
    }
}
