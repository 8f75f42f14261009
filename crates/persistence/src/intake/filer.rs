//! The thread that files.

use std::ops::Range;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use parking_lot::MutexGuard;
use rustix::process::setpriority_process;
use rustix::thread::gettid;

use super::FILED;
use super::filing::{Filing, file};
use crate::append::reserve_numbers;
use crate::connection::{AnyConnection, Manager};

/// After so long without another message what waits is filed, whether somebody waits for that or not.
const PAUSE: Duration = Duration::from_millis(20);
/// What waits so long is filed although more comes.
const OLDEST: Duration = Duration::from_millis(500);
/// So many are filed although more come, and in one transaction: the more of them together, the fewer pages each costs.
/// Others who write to the main database wait meanwhile.
const MANY: i64 = 10_000;
/// How long it waits when filing has failed, unless somebody waits for it.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// On a busy machine it gets less of the processor, and files more at once.
const NICENESS: i32 = 10;

/// Ends the thread with itself.
pub(crate) struct Filer {
    filing: Arc<Filing>,
    thread: Option<JoinHandle<()>>,
}

impl Filer {
    /// Starts the thread; it opens its connection when there is something to file.
    pub(crate) fn start(manager: Manager, filing: Arc<Filing>) -> std::io::Result<Self> {
        let mut worker = Worker { manager, filing: Arc::clone(&filing), connection: None, is_failing: false };
        let thread = std::thread::Builder::new().name("chatapp-filer".to_owned()).spawn(move || worker.serve())?;
        Ok(Self { filing, thread: Some(thread) })
    }
}

impl Drop for Filer {
    /// What waits is filed first.
    fn drop(&mut self) {
        self.filing.stop();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            log::error!("the thread that files messages ended with a panic");
        }
    }
}

struct Worker {
    manager: Manager,
    filing: Arc<Filing>,
    connection: Option<AnyConnection>,
    /// Whether that was said.
    is_failing: bool,
}

impl Worker {
    fn serve(&mut self) {
        if let Err(error) = setpriority_process(Some(gettid()), NICENESS) {
            log::debug!("messages are filed with the same priority as all else: {error}");
        }
        while !self.filing.has_stopped() {
            self.filing.doze(None, Filing::has_work);
            if !self.filing.has_work() {
                continue;
            }
            self.gather();
            match self.file() {
                Ok(()) if self.is_failing => {
                    log::info!("messages are filed again");
                    self.is_failing = false;
                }
                Ok(()) => {}
                Err(error) => self.fail(&*error),
            }
        }
        while self.filing.has_work() {
            if let Err(error) = self.file() {
                log::warn!("messages are left in the intake until the next start: {error}");
                return;
            }
        }
    }

    fn fail(&mut self, error: &dyn std::error::Error) {
        if !self.is_failing {
            log::warn!("messages cannot be filed, and wait: {error}");
        }
        self.is_failing = true;
        self.connection = None;
        self.filing.note_failure();
        self.filing.doze(Some(AFTER_FAILURE), Filing::is_urgent);
    }

    /// Lets messages gather, but nobody wait for them.
    fn gather(&self) {
        let begun = Instant::now();
        loop {
            let before = self.filing.taken();
            self.filing.doze(Some(PAUSE), Filing::is_urgent);
            let has_enough = self.filing.waiting() >= MANY || begun.elapsed() >= OLDEST;
            if self.filing.is_urgent() || has_enough || self.filing.taken() == before || self.filing.has_stopped() {
                return;
            }
        }
    }

    fn file(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            None => self.connection.insert(self.manager.open()?),
        };
        let AnyConnection::Sqlite(connection) = connection else { return Ok(()) };
        self.filing.hear_the_urgent();
        let turn = self.filing.turn();
        let (filed, spare) = transact(connection, !self.filing.has_spare())?;
        if let Some(spare) = spare {
            self.filing.put_spare(spare);
        }
        MutexGuard::unlock_fair(turn);
        self.filing.note_filed(filed);
        Ok(())
    }
}

/// One transaction of the main database only: messages are taken in meanwhile. Gives up to where everything is filed now,
/// and numbers that it has reserved.
fn transact(connection: &mut SqliteConnection, reserve: bool) -> QueryResult<(i64, Option<Range<i64>>)> {
    AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN")?;
    let outcome = work(connection, reserve).and_then(|done| {
        AnsiTransactionManager::commit_transaction(connection)?;
        Ok(done)
    });
    if outcome.is_err() {
        // An engine that has rolled back by itself refuses this one, which is as good.
        let _ = AnsiTransactionManager::rollback_transaction(connection);
    }
    outcome
}

fn work(connection: &mut SqliteConnection, reserve: bool) -> QueryResult<(i64, Option<Range<i64>>)> {
    use crate::schema::sequences::dsl::{next, sequences};
    // The first statement takes the write lock; and something must change, or there is nothing to flush.
    connection.batch_execute(
        "INSERT INTO main.sequences (name, next) VALUES ('filing', 1) ON CONFLICT (name) DO UPDATE SET next = next + 1",
    )?;
    let filed = match file(connection, MANY)? {
        Some(filed) => filed,
        None => sequences.find(FILED).select(next).first(connection).optional()?.unwrap_or_default(),
    };
    let spare = if reserve { Some(reserve_numbers(connection)?) } else { None };
    Ok((filed, spare))
}
