//! The thread that commits together whatever is waiting.
//!
//! On SQLite there are two of it: one for messages, which are taken in first and filed elsewhere ([`intake`](crate::intake)),
//! and for what has to do with them; and one aside, for everything else. On MySQL messages go through it, and nothing else
//! does. A caller is answered after the commit, never before. Should a transaction of many fail, each piece of work gets one
//! of its own, so that a bad one fails alone. If the thread dies, its queue closes and every write answers that the database
//! is away. Where somebody else keeps rows locked on MySQL, only messages to and from those people wait.

mod batch;
mod deferred;
mod failure;
mod held;
mod job;
mod sqlite;
mod transaction;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chatapp_domain::ports::StoreError;
use diesel::r2d2::R2D2Connection;
use diesel::result::{Error, QueryResult};
use rand::Rng;

use self::batch::{appends, pieces, settle_all};
use self::deferred::Deferred;
pub(crate) use self::failure::connection_error;
use self::held::Held;
pub(crate) use self::job::{Job, Unit};
pub(crate) use self::transaction::in_transaction;
use crate::append::Appender;
use crate::checkpoint::Checkpointer;
use crate::connection::{AnyConnection, Manager};
use crate::error::{is_conflict, is_lock_wait};
use crate::intake::{Entry, Filer, Filing};
use crate::own_places::OwnPlaces;

/// How often a transaction that lost against another one is repeated.
pub(crate) const CONFLICT_RETRIES: u32 = 5;

/// After so long without a job it is looked whether there is something to tidy up.
const IDLE: Duration = Duration::from_secs(1);

/// The sending end.
pub(crate) struct Writer {
    jobs: Mutex<Option<flume::Sender<Job>>>,
    sender: flume::WeakSender<Job>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread; it opens its connection when the first job arrives. `filing` is of use on SQLite, and so is a
    /// `manager` of connections aside; `own_places` on MySQL.
    pub(crate) fn start(
        manager: Manager,
        filing: Arc<Filing>,
        own_places: OwnPlaces,
        queue: usize,
        batch: usize,
    ) -> std::io::Result<Self> {
        let (sender, jobs) = flume::bounded(queue);
        let name = if manager.is_aside() { "chatapp-aside" } else { "chatapp-writer" };
        let has_aides = manager.is_sqlite() && !manager.is_aside();
        let aides = has_aides.then(|| Aides::start(&manager, &filing)).transpose()?;
        let mut worker = Worker {
            manager,
            connection: None,
            appender: Appender::default(),
            deferred: Deferred::new(Arc::clone(&filing), batch),
            held: Held::new(queue),
            filing,
            own_places,
            entry: None,
            aides,
            batch,
            has_reached_commit: false,
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || worker.serve(&jobs))?;
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
    filing: Arc<Filing>,
    own_places: OwnPlaces,
    deferred: Deferred,
    held: Held,
    /// Into SQLite's intake; opened with the connection.
    entry: Option<Entry>,
    aides: Option<Aides>,
    batch: usize,
    /// Whether the last transaction got as far as its commit. If that failed, nobody knows what became of it.
    has_reached_commit: bool,
}

/// Who else works on the files of SQLite.
struct Aides {
    /// Keeps the logs short.
    checkpointer: Checkpointer,
    _filer: Filer,
}

impl Aides {
    fn start(manager: &Manager, filing: &Arc<Filing>) -> std::io::Result<Self> {
        let checkpointer = Checkpointer::start(manager.clone().in_pieces())?;
        let _filer = Filer::start(manager.clone().in_pieces(), Arc::clone(filing))?;
        Ok(Self { checkpointer, _filer })
    }
}

/// What became of a batch that did not fail.
enum Outcome {
    /// All of it is committed.
    Done,
    /// Nothing of it: some messages in it begin a conversation, and should wait.
    Postponed,
}

impl Worker {
    fn serve(&mut self, jobs: &flume::Receiver<Job>) {
        loop {
            let patience = self.deferred.patience().or(self.held.patience());
            match jobs.recv_timeout(patience.unwrap_or(IDLE)) {
                Ok(first) => self.serve_some(Some(first), jobs),
                Err(flume::RecvTimeoutError::Timeout) if patience.is_none() => self.tidy(),
                Err(flume::RecvTimeoutError::Timeout) => self.serve_some(None, jobs),
                Err(flume::RecvTimeoutError::Disconnected) => break,
            }
        }
        let mut last = self.deferred.end();
        last.extend(self.held.end());
        pieces(last).into_iter().for_each(|piece| self.commit(piece));
        // Files what waits.
        drop(self.aides.take());
        self.tidy();
        self.return_numbers();
    }

    fn serve_some(&mut self, first: Option<Job>, jobs: &flume::Receiver<Job>) {
        let mut batch = self.deferred.take();
        batch.extend(self.no_longer_held());
        batch.extend(first);
        batch.extend(jobs.try_iter().take(self.batch - 1));
        batch.retain(|job| !job.is_abandoned());
        if self.aides.is_some() {
            self.deferred.defer(&mut batch);
        }
        pieces(batch).into_iter().for_each(|piece| self.commit(piece));
    }

    /// The messages that waited for rows that are free by now.
    fn no_longer_held(&mut self) -> Vec<Job> {
        if !self.held.is_due() {
            return Vec::new();
        }
        let people = self.held.people().clone();
        match self.locked_elsewhere(&people) {
            Ok(locked) => self.held.keep_only(locked),
            // A transaction will tell, on a connection that works.
            Err(error) => {
                log::debug!("it is not known whose rows are locked: {error}");
                self.connection = None;
                self.held.end()
            }
        }
    }

    fn locked_elsewhere(&mut self, people: &BTreeSet<i64>) -> QueryResult<BTreeSet<i64>> {
        match &mut self.connection {
            Some(AnyConnection::Mysql(mysql)) => Appender::locked_elsewhere(mysql, people),
            _ => Ok(BTreeSet::new()),
        }
    }

    /// Leaves messages for later whose people's rows somebody else keeps locked.
    fn set_aside(&mut self, batch: &mut Vec<Job>) {
        self.held.set_aside(batch).into_iter().for_each(|job| job.refuse(StoreError::Busy));
    }

    /// Where rows of some are kept locked, those of others may be by the same transaction: one wait for all of them is enough.
    fn look_for_held(&mut self, batch: &[Job]) {
        if self.held.people().is_empty() {
            return;
        }
        let people = batch.iter().flat_map(Job::people).collect();
        // If nobody knows, the transaction itself will tell.
        let locked = self.locked_elsewhere(&people).unwrap_or_default();
        self.held.add(locked);
    }

    /// Whether it was for rows of some of these people that a transaction waited in vain. From now on those are left alone.
    fn found_held(&mut self, error: &Error, batch: &[Job]) -> bool {
        if !is_lock_wait(error) {
            return false;
        }
        let people = batch.iter().flat_map(Job::people).collect();
        let locked = self.locked_elsewhere(&people).unwrap_or_default();
        if locked.is_empty() {
            return false;
        }
        log::warn!("messages to and from {} people wait: another transaction keeps their rows locked", locked.len());
        self.held.begin(locked);
        true
    }

    fn commit(&mut self, batch: Vec<Job>) {
        if batch.is_empty() {
            return;
        }
        let writes = batch.len();
        // A defect in one unit must not end all writing: its batch is answered by the drop of its channels.
        if catch_unwind(AssertUnwindSafe(|| self.commit_together(batch))).is_err() {
            log::error!("a panic in the writer; its transaction is rolled back");
            (self.connection, self.entry) = (None, None);
            self.appender.forget();
        }
        if let Some(aides) = &mut self.aides {
            aides.checkpointer.note(writes);
        }
    }

    /// Removes from the intake what is filed.
    fn tidy(&mut self) {
        if let Some(Err(error)) = self.entry.as_mut().map(Entry::clear) {
            log::warn!("messages that are filed cannot be removed from the intake: {error}");
            self.entry = None;
            // With the entry go the keys of what waits, so the next transaction must file it.
            self.appender.forget();
        }
    }

    /// The next process goes on with the numbers that this one did not use.
    fn return_numbers(&mut self) {
        let Self { connection: Some(connection @ AnyConnection::Sqlite(_)), appender, filing, .. } = self else {
            return;
        };
        if self.manager.is_aside() {
            return;
        }
        let spare = filing.take_spare();
        let returned = in_transaction(connection, |connection| match connection {
            AnyConnection::Sqlite(sqlite) => appender.return_numbers(sqlite, spare),
            AnyConnection::Mysql(_) => Ok(()),
        });
        if let Err(error) = returned {
            log::warn!("numbers of messages are left out: {error}");
        }
    }

    fn commit_together(&mut self, mut batch: Vec<Job>) {
        self.look_for_held(&batch);
        self.set_aside(&mut batch);
        if batch.is_empty() {
            return;
        }
        match self.transaction(&mut batch) {
            Ok(Outcome::Done) => settle_all(batch, None),
            Ok(Outcome::Postponed) => self.postpone(batch),
            Err(_) if self.held.concerns(&batch) => self.commit_together(batch),
            // A message without a key that was committed all the same must not be saved a second time.
            Err(error) if batch.len() == 1 || (self.has_reached_commit && !is_conflict(&error)) => {
                settle_all(batch, Some(error));
            }
            Err(error) => {
                log::debug!("a transaction of {} is repeated one by one: {error}", batch.len());
                let still_wanted = batch.into_iter().filter(|job| !job.is_abandoned());
                still_wanted.for_each(|job| self.commit_together(vec![job]));
            }
        }
    }

    /// Leaves messages that begin a conversation for later, and saves the others now.
    fn postpone(&mut self, batch: Vec<Job>) {
        let (later, now): (Vec<Job>, Vec<Job>) = batch.into_iter().partition(|job| job.begins(&self.appender));
        self.deferred.keep(later);
        if !now.is_empty() {
            self.commit_together(now);
        }
    }

    /// One transaction around all jobs, repeated if it lost against another one.
    fn transaction(&mut self, batch: &mut [Job]) -> QueryResult<Outcome> {
        let mut attempt = 0;
        loop {
            let was_kept = self.connection.is_some();
            match self.try_transaction(batch) {
                // The connection had died since the transaction before.
                Err(_) if was_kept && self.connection.is_none() && !self.has_reached_commit => {}
                Err(error) if self.found_held(&error, batch) => return Err(error),
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

    fn try_transaction(&mut self, batch: &mut [Job]) -> QueryResult<Outcome> {
        self.has_reached_commit = false;
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.manager.open().map_err(connection_error)?,
        };
        let (appender, reached) = (&mut self.appender, &mut self.has_reached_commit);
        let outcome = match &mut connection {
            AnyConnection::Mysql(mysql) => {
                appender.heed(self.own_places.take());
                appender.transact(mysql, &mut appends(batch), reached).map(|()| Outcome::Done)
            }
            AnyConnection::Sqlite(_) if self.manager.is_aside() => {
                sqlite::aside(&self.filing, &mut connection, appender, batch, reached).map(|()| Outcome::Done)
            }
            AnyConnection::Sqlite(sqlite) => {
                match sqlite::take_in(&mut self.entry, &self.filing, &self.manager, sqlite, appender, batch, reached) {
                    Ok(true) => Ok(Outcome::Done),
                    Ok(false) if self.deferred.may_wait() && batch.iter().any(|job| job.begins(appender)) => {
                        Ok(Outcome::Postponed)
                    }
                    Ok(false) => {
                        sqlite::file(&self.filing, &mut connection, appender, batch, reached).map(|()| Outcome::Done)
                    }
                    Err(error) => Err(error),
                }
            }
        };
        if let Err(error) = &outcome {
            self.appender.heed_failure(error);
        }
        if !connection.is_broken() {
            self.connection = Some(connection);
        }
        outcome
    }
}

/// 5 to 80 ms, longer each time, never the same for two that met.
pub(crate) fn pause_before_retry(attempt: u32) -> Duration {
    let most = 5_u64 << attempt.min(4);
    Duration::from_millis(rand::rng().random_range(most / 2..=most))
}
