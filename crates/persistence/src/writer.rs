//! The thread that commits together whatever is waiting.
//!
//! On SQLite everything that writes goes through it; on MySQL the messages do. A caller is answered after the commit,
//! never before. Should a transaction of many fail, each piece of work gets one of its own, so that a bad one fails
//! alone. If the thread dies, its queue closes and every write answers that the database is away.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chatapp_domain::ports::StoreError;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::r2d2::R2D2Connection;
use diesel::result::{Error, QueryResult};
use rand::Rng;

#[cfg(feature = "planted-faults")]
use crate::append::announce_early;
use crate::append::{Append, Appender};
use crate::checkpoint::Checkpointer;
use crate::connection::{AnyConnection, Manager};
use crate::error::{is_conflict, store_error};
#[cfg(feature = "planted-faults")]
use crate::planted;

/// How often a transaction that lost against another one is repeated.
pub(crate) const CONFLICT_RETRIES: u32 = 5;

/// Something to be done in a transaction.
pub(crate) enum Job {
    /// A message to save; neighbours are saved with common statements.
    Append(Append),
    /// Anything else.
    Unit(Box<dyn Unit>),
}

/// A unit of work that knows whom to answer.
pub(crate) trait Unit: Send {
    /// Does the work, in a savepoint; what the store itself refuses is kept for the answer. An error spoils the whole
    /// transaction.
    fn run(&mut self, connection: &mut AnyConnection) -> QueryResult<()>;

    /// Whether it leaves alone what sends count with: feeds, conversations and who takes part in them.
    fn is_aside(&self) -> bool;

    /// Answers, after the commit or after the failure.
    fn settle(self: Box<Self>, committed: Result<(), StoreError>);

    /// Whether nobody waits any more, so that the work need not begin.
    fn is_abandoned(&self) -> bool;
}

/// The sending end.
pub(crate) struct Writer {
    jobs: Mutex<Option<flume::Sender<Job>>>,
    sender: flume::WeakSender<Job>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread; it opens its connection when the first job arrives.
    pub(crate) fn start(manager: Manager, queue: usize, batch: usize) -> std::io::Result<Self> {
        let (sender, jobs) = flume::bounded(queue);
        let checkpointer = manager.is_sqlite().then(|| Checkpointer::start(manager.clone())).transpose()?;
        let appender = Appender::default();
        let mut worker = Worker { manager, connection: None, appender, checkpointer, batch, has_reached_commit: false };
        let thread =
            std::thread::Builder::new().name("chatapp-writer".to_owned()).spawn(move || worker.serve(&jobs))?;
        Ok(Self { sender: sender.downgrade(), jobs: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Queues a job; a full queue refuses at once.
    pub(crate) fn submit(&self, job: Job) -> Result<(), StoreError> {
        let sender = self.sender.upgrade().ok_or_else(writer_is_gone)?;
        sender.try_send(job).map_err(|error| match error {
            flume::TrySendError::Full(_) => StoreError::Busy,
            flume::TrySendError::Disconnected(_) => writer_is_gone(),
        })
    }

    /// How many jobs wait.
    pub(crate) fn waiting(&self) -> usize {
        self.sender.upgrade().map_or(0, |sender| sender.len())
    }

    /// From now on takes nothing; what is queued is still done.
    pub(crate) fn stop_taking(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Whether everything that was queued is done.
    pub(crate) fn has_ended(&self) -> bool {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Lets the thread finish what is queued, and waits for it.
    pub(crate) fn close(&self) {
        self.stop_taking();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            log::error!("the writer thread ended with a panic");
        }
    }
}

/// The answer to whoever waits for a writer that does not exist any more.
pub(crate) fn writer_is_gone() -> StoreError {
    StoreError::Unavailable("the writer has stopped".into())
}

struct Worker {
    manager: Manager,
    connection: Option<AnyConnection>,
    appender: Appender,
    /// Keeps SQLite's log short.
    checkpointer: Option<Checkpointer>,
    batch: usize,
    /// Whether the last transaction got as far as its commit. If that failed, nobody knows what became of it.
    has_reached_commit: bool,
}

impl Worker {
    fn serve(&mut self, jobs: &flume::Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = vec![first];
            batch.extend(jobs.try_iter().take(self.batch - 1));
            batch.retain(|job| !job.is_abandoned());
            let writes = batch.len();
            // A defect in one unit must not end all writing: its batch is answered by the drop of its channels.
            if catch_unwind(AssertUnwindSafe(|| self.commit_together(batch))).is_err() {
                log::error!("a panic in the writer; its transaction is rolled back");
                self.connection = None;
                self.appender.forget();
            }
            if let Some(checkpointer) = &mut self.checkpointer {
                checkpointer.note(writes);
            }
        }
    }

    fn commit_together(&mut self, mut batch: Vec<Job>) {
        match self.transaction(&mut batch) {
            Ok(()) => settle_all(batch, None),
            // A message without a key that was committed all the same must not be saved a second time.
            Err(error) if batch.len() == 1 || (self.has_reached_commit && !is_conflict(&error)) => {
                settle_all(batch, Some(error));
            }
            Err(error) => {
                log::debug!("a transaction of {} is repeated one by one: {error}", batch.len());
                for job in batch {
                    let mut alone = vec![job];
                    let outcome = self.transaction(&mut alone);
                    settle_all(alone, outcome.err());
                }
            }
        }
    }

    /// One transaction around all jobs, repeated if it lost against another one.
    fn transaction(&mut self, batch: &mut [Job]) -> QueryResult<()> {
        let mut attempt = 0;
        loop {
            let was_kept = self.connection.is_some();
            match self.try_transaction(batch) {
                // The connection had died since the transaction before.
                Err(_) if was_kept && self.connection.is_none() && !self.has_reached_commit => {}
                Err(error) if is_conflict(&error) && attempt < CONFLICT_RETRIES => {
                    std::thread::sleep(pause_before_retry(attempt));
                    attempt += 1;
                }
                Err(error) if self.appender.expect_repeats_after(&error) => {}
                outcome => {
                    self.appender.expect_no_repeats();
                    return outcome;
                }
            }
        }
    }

    fn try_transaction(&mut self, batch: &mut [Job]) -> QueryResult<()> {
        self.has_reached_commit = false;
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.manager.open().map_err(connection_error)?,
        };
        let (appender, reached) = (&mut self.appender, &mut self.has_reached_commit);
        let outcome = match &mut connection {
            AnyConnection::Sqlite(_) => in_transaction(&mut connection, |connection| {
                run_all(connection, appender, batch)?;
                *reached = true;
                Ok(())
            }),
            AnyConnection::Mysql(mysql) => appender.transact(mysql, &mut appends(batch), reached),
        };
        if outcome.is_err() {
            self.appender.forget();
        }
        if !connection.is_broken() {
            self.connection = Some(connection);
        }
        outcome
    }
}

fn run_all(connection: &mut AnyConnection, appender: &mut Appender, batch: &mut [Job]) -> QueryResult<()> {
    for run in batch.chunk_by_mut(|one, next| one.is_append() && next.is_append()) {
        if let [Job::Unit(unit)] = run {
            if !unit.is_aside() {
                appender.forget();
            }
            unit.run(connection)?;
        } else {
            appender.run(connection, &mut appends(run))?;
        }
    }
    #[cfg(feature = "planted-faults")]
    {
        planted::panic_now_and_then();
        announce_early(&mut appends(batch));
    }
    Ok(())
}

fn appends(batch: &mut [Job]) -> Vec<&mut Append> {
    batch.iter_mut().filter_map(Job::as_append).collect()
}

fn settle_all(batch: Vec<Job>, error: Option<Error>) {
    let error = error.map(Arc::new);
    let outcome = || match &error {
        None => Ok(()),
        Some(error) => Err(shared(error)),
    };
    let mut done: Vec<Append> = Vec::new();
    for job in batch {
        match job {
            Job::Append(append) => done.push(append),
            Job::Unit(unit) => {
                Append::settle_all(std::mem::take(&mut done), outcome);
                unit.settle(outcome());
            }
        }
    }
    Append::settle_all(done, outcome);
}

/// An error of many, for each of them.
fn shared(error: &Arc<Error>) -> StoreError {
    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    struct Shared(Arc<Error>);
    let copy = match &**error {
        Error::DatabaseError(kind, info) => Error::DatabaseError(kind_of(kind), Box::new(info.message().to_owned())),
        _ => return StoreError::Failed(Box::new(Shared(Arc::clone(error)))),
    };
    store_error(copy)
}

fn kind_of(kind: &diesel::result::DatabaseErrorKind) -> diesel::result::DatabaseErrorKind {
    use diesel::result::DatabaseErrorKind as Kind;
    match kind {
        Kind::ClosedConnection => Kind::ClosedConnection,
        Kind::SerializationFailure => Kind::SerializationFailure,
        Kind::UniqueViolation => Kind::UniqueViolation,
        Kind::ForeignKeyViolation => Kind::ForeignKeyViolation,
        Kind::NotNullViolation => Kind::NotNullViolation,
        Kind::CheckViolation => Kind::CheckViolation,
        _ => Kind::Unknown,
    }
}

/// A connection that could not be opened, as the transaction's error.
pub(crate) fn connection_error(error: diesel::r2d2::Error) -> Error {
    use diesel::result::DatabaseErrorKind::ClosedConnection;
    Error::DatabaseError(ClosedConnection, Box::new(error.to_string()))
}

/// Runs `work` between BEGIN and COMMIT; anything that fails rolls back.
///
/// SQLite's transaction takes the write lock at once: one that starts reading and then wants to write is refused
/// whenever another process wrote in between, however long it is willing to wait.
pub(crate) fn in_transaction<T, E: From<Error>>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?,
        AnyConnection::Mysql(_) => Transactions::begin_transaction(connection)?,
    }
    let outcome = work(connection).and_then(|value| {
        Transactions::commit_transaction(connection)?;
        Ok(value)
    });
    if outcome.is_err() && has_open_transaction(connection) {
        // An engine that has rolled back by itself (a full disk, a deadlock) refuses this one, which is as good.
        let _ = Transactions::rollback_transaction(connection);
    }
    outcome
}

type Transactions = <AnyConnection as diesel::Connection>::TransactionManager;

fn has_open_transaction(connection: &mut AnyConnection) -> bool {
    let status = Transactions::transaction_manager_status_mut(connection);
    status.transaction_depth().is_ok_and(|depth| depth.is_some())
}

/// 5 to 80 ms, longer each time, never the same for two that met.
pub(crate) fn pause_before_retry(attempt: u32) -> Duration {
    let most = 5_u64 << attempt.min(4);
    Duration::from_millis(rand::rng().random_range(most / 2..=most))
}

impl Job {
    fn is_append(&self) -> bool {
        matches!(self, Self::Append(_))
    }

    fn as_append(&mut self) -> Option<&mut Append> {
        match self {
            Self::Append(append) => Some(append),
            Self::Unit(_) => None,
        }
    }

    fn is_abandoned(&self) -> bool {
        match self {
            Self::Append(append) => append.is_abandoned(),
            Self::Unit(unit) => unit.is_abandoned(),
        }
    }
}
