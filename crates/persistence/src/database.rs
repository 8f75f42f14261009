//! The only way to a connection. How work is scheduled is decided here and nowhere else.

mod unit;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chatapp_domain::event::Event;
use chatapp_domain::message::MessageId;
use chatapp_domain::ports::StoreError;
use diesel::result::QueryResult;
use r2d2::PooledConnection;
use thiserror::Error as ThisError;
use tokio::sync::{OwnedSemaphorePermit, RwLock, RwLockReadGuard, oneshot};
use tokio::time::timeout;

pub(crate) use self::unit::{Never, WriteError};
use self::unit::{PlainUnit, repeat_on_conflict};
use crate::connection::{AnyConnection, Manager, Purpose};
use crate::error::{UnitError, store_error};
use crate::health;
use crate::intake;
use crate::lane::Lane;
use crate::members::{Watch, first_writable};
use crate::memory::Memory;
use crate::migrations::{self, age::Age};
use crate::replica::Replica;
use crate::settings::Settings;
use crate::url::DatabaseUrl;
use crate::writer::{Job, Writer, writer_is_gone};

/// Why a database cannot be used.
#[derive(Debug, ThisError)]
pub enum OpenError {
    /// It does not answer, or not to us.
    #[error("cannot open {url}: {cause}")]
    Connect {
        /// Which, without its password.
        url: DatabaseUrl,
        /// Why, in the driver's words.
        cause: String,
    },
    /// It answers, but messages would be damaged or lost in it.
    #[error("{url} cannot be used: {reason}")]
    Unsuitable {
        /// Which, without its password.
        url: DatabaseUrl,
        /// What to change.
        reason: String,
    },
    /// A migration failed.
    #[error("cannot migrate {url}: {cause}")]
    Migrate {
        /// Which, without its password.
        url: DatabaseUrl,
        /// Why, in the driver's words.
        cause: String,
    },
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    settings: Settings,
    engine: String,
    /// The way to the member that is used.
    lane: Mutex<Arc<Lane>>,
    /// Closed while the database moves from one member to another.
    gate: RwLock<()>,
    watch: Mutex<Option<Watch>>,
    replica: OnceLock<Replica>,
    pub(crate) memory: Memory,
}

/// How much of a database's queue and connections is in use.
pub(crate) struct Load {
    pub(crate) queued: usize,
    pub(crate) queue: usize,
    pub(crate) busy: usize,
    pub(crate) open: usize,
    pub(crate) connections: usize,
}

impl Database {
    /// Opens a database, after checking that messages are safe in it. A file that does not exist is made, and so is
    /// its folder. Blocks; does not migrate.
    pub fn open(settings: &Settings) -> Result<Self, OpenError> {
        let url = &settings.url;
        let connect = |cause: String| OpenError::Connect { url: url.clone(), cause };
        if let Some(folder) = url.sqlite_path().and_then(std::path::Path::parent) {
            std::fs::create_dir_all(folder).map_err(|error| connect(error.to_string()))?;
        }
        let member = first_writable(url)?;
        let writing = Manager::new(member.clone(), Purpose::Write);
        let mut first = writing.open().map_err(|error| connect(error.to_string()))?;
        let engine = health::engine(&mut first).map_err(|error| connect(error.to_string()))?;
        health::check_suitability(&mut first)
            .map_err(|error| connect(error.to_string()))?
            .map_err(|reason| OpenError::Unsuitable { url: url.clone(), reason })?;
        if let Some(path) = member.sqlite_path() {
            intake::prepare(&mut first, path)
                .map_err(|error| connect(error.to_string()))?
                .map_err(|reason| OpenError::Unsuitable { url: url.clone(), reason })?;
        }
        let lane = Mutex::new(Arc::new(Lane::to(&member, settings)?));
        let (gate, watch, replica, memory) = Default::default();
        let settings = settings.clone();
        let inner = Arc::new(Inner { settings, engine, lane, gate, watch, replica, memory });
        if url.members().len() > 1 {
            let watch = Watch::over(Arc::downgrade(&inner), url)?;
            *inner.watch.lock().unwrap_or_else(PoisonError::into_inner) = Some(watch);
        }
        Ok(Self { inner })
    }

    /// The engine and its version.
    pub fn engine(&self) -> String {
        self.inner.engine.clone()
    }

    /// How much is under way.
    pub(crate) fn load(&self) -> Load {
        let (settings, lane) = (&self.inner.settings, self.inner.lane());
        let queued = lane.writers().map(Writer::waiting).sum();
        let connections = usize::try_from(lane.pool.max_size()).unwrap_or_default();
        let busy = connections.saturating_sub(lane.permits.available_permits());
        let open = usize::try_from(lane.pool.state().connections).unwrap_or_default();
        Load { queued, queue: settings.queue, busy, open, connections }
    }

    /// The names of the migrations that have not run yet. Blocks.
    pub fn pending_migrations(&self) -> Result<Vec<String>, OpenError> {
        self.with_own_connection(|connection, _| migrations::pending(connection))
    }

    /// Whether it is older or newer than this program. Blocks.
    pub fn age(&self) -> Result<Age, OpenError> {
        self.with_own_connection(|connection, _| migrations::age::of(connection))
    }

    /// Runs the pending migrations and gives their names; of two processes at once one waits for the other. Blocks.
    pub fn migrate(&self) -> Result<Vec<String>, OpenError> {
        self.with_own_connection(migrations::run)
    }

    pub(crate) fn with_own_connection<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection, &Manager) -> Result<T, Box<dyn std::error::Error + Send + Sync>>,
    ) -> Result<T, OpenError> {
        let url = &self.inner.settings.url;
        let manager = Manager::new(self.inner.member(), Purpose::Write);
        let mut connection =
            manager.open().map_err(|error| OpenError::Connect { url: url.clone(), cause: error.to_string() })?;
        work(&mut connection, &manager)
            .map_err(|error| OpenError::Migrate { url: url.clone(), cause: error.to_string() })
    }

    /// Lets queued writes finish and stops the writer. Blocks for as long as that takes.
    pub fn close(self) {
        drop(self.inner.watch.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.inner.lane().writers().for_each(Writer::close);
    }

    /// Another node did something: what is remembered here may have become wrong by it.
    pub fn heard_of(&self, event: &Event) {
        self.memory().messages.heed(event);
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.inner.memory
    }

    /// Runs a query on a connection of the pool. It finds whatever was answered before.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.caught_up().await?;
        self.read_unfiled(query).await
    }

    /// The same for what does not depend on which messages there are: nobody waits until they are filed.
    pub(crate) async fn read_unfiled<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.on_pool(move |connection| query(connection).map_err(store_error)).await
    }

    /// Runs a query that finds a few rows by their keys.
    ///
    /// On SQLite it runs right here: it takes less time than waking another thread would, and no writer makes it wait.
    /// If all connections are in use it is a [`Database::read`] like any other.
    pub(crate) async fn look_up<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.caught_up().await?;
        self.look_up_unfiled(query).await
    }

    /// The same for what does not depend on which messages there are.
    pub(crate) async fn look_up_unfiled<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self.spare() {
            Some((_permit, mut pooled)) => query(&mut pooled.connection).map_err(store_error),
            None => self.read_unfiled(query).await,
        }
    }

    /// About how many messages are not filed yet, on SQLite.
    pub(crate) fn unfiled(&self) -> Option<usize> {
        let waiting = self.inner.settings.url.is_sqlite().then(|| self.inner.lane().filing.waiting())?;
        usize::try_from(waiting).ok()
    }

    /// Whether a message may be one that is not filed yet.
    pub(crate) fn may_wait(&self, message: MessageId) -> bool {
        self.inner.settings.url.is_sqlite() && self.inner.lane().filing.may_wait(message.0)
    }

    /// Waits until the messages that were answered before are filed.
    async fn caught_up(&self) -> Result<(), StoreError> {
        if !self.inner.settings.url.is_sqlite() {
            return Ok(());
        }
        let filing = Arc::clone(&self.inner.lane().filing);
        filing.caught_up(self.inner.settings.answer).await
    }

    /// A reading connection to SQLite that nobody uses.
    fn spare(&self) -> Option<(OwnedSemaphorePermit, PooledConnection<Manager>)> {
        if !self.inner.settings.url.is_sqlite() {
            return None;
        }
        let lane = self.inner.lane();
        let permit = Arc::clone(&lane.permits).try_acquire_owned().ok()?;
        Some((permit, lane.pool.try_get()?))
    }

    /// Runs a unit of work in a transaction and answers after its commit; `then` is called in between, exactly once
    /// and also if nobody waits for the answer any more. The unit may run again if it lost against another one.
    pub(crate) async fn write<T, E>(
        &self,
        unit: impl FnMut(&mut AnyConnection) -> Result<T, UnitError<E>> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.write_on(|lane| &lane.writer, unit, then).await
    }

    /// The same for what needs to find no message that was just sent, and leaves alone everything that sends count with
    /// (feeds, and which conversations there are): on SQLite sends go on meanwhile.
    pub(crate) async fn write_aside<T, E>(
        &self,
        unit: impl FnMut(&mut AnyConnection) -> Result<T, UnitError<E>> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.write_on(|lane| lane.aside.as_ref().unwrap_or(&lane.writer), unit, then).await
    }

    /// Runs a unit on a thread of SQLite's, or on a connection of MySQL's.
    async fn write_on<T, E>(
        &self,
        writer: impl FnOnce(&Lane) -> &Writer,
        unit: impl FnMut(&mut AnyConnection) -> Result<T, UnitError<E>> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        if !self.inner.settings.url.is_sqlite() {
            return self.on_pool(move |connection| repeat_on_conflict(connection, unit, then)).await;
        }
        let (reply, answer) = oneshot::channel();
        let unit = PlainUnit::new(unit, then, reply);
        {
            let _passage = self.inner.passage().await?;
            writer(&self.inner.lane()).submit(Job::Unit(Box::new(unit)))?;
        }
        self.answer(answer).await?
    }

    /// Waits until what was read before the call is on the disk, too: on MySQL a transaction is seen a moment before its
    /// log is flushed. What other nodes commit at that moment is not known here.
    pub(crate) async fn settled(&self) -> Result<(), StoreError> {
        let settled = self.inner.lane().commits.clone();
        let answer = self.inner.settings.answer;
        timeout(answer, settled.settled()).await.map_err(|_| no_answer(answer))
    }

    /// Hands a job to the writer of messages.
    pub(crate) async fn submit(&self, job: Job) -> Result<(), StoreError> {
        let _passage = self.inner.passage().await?;
        self.inner.lane().writer.submit(job)
    }

    /// Waits for the writer's answer, but not for ever.
    pub(crate) async fn answer<T>(&self, answer: oneshot::Receiver<T>) -> Result<T, StoreError> {
        match timeout(self.inner.settings.answer, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(writer_is_gone()),
            Err(_) => Err(no_answer(self.inner.settings.answer)),
        }
    }

    async fn on_pool<T, E>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let settings = &self.inner.settings;
        let passage = self.inner.passage().await?;
        let lane = self.inner.lane();
        // The wait for a connection costs no thread. Whoever has a permit finds a connection, or can open one.
        let permit = match timeout(settings.wait, Arc::clone(&lane.permits).acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) | Err(_) => return Err(StoreError::Busy.into()),
        };
        drop(passage);
        let pool = lane.pool.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut pooled = pool.get().map_err(|error| StoreError::Unavailable(error.into()))?;
            work(&mut pooled.connection)
        });
        match timeout(settings.answer, task).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panic)) => Err(StoreError::Failed(panic.into()).into()),
            Err(_) => Err(no_answer(settings.answer).into()),
        }
    }
}

impl Inner {
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Who is asked for what may be late, if there is somebody.
    pub(crate) fn replica(&self) -> Option<&Replica> {
        self.replica.get()
    }

    /// There is somebody from now on, unless there is one already.
    pub(crate) fn set_replica(&self, replica: Replica) {
        let _ = self.replica.set(replica);
    }

    /// The member that is used.
    pub(crate) fn member(&self) -> DatabaseUrl {
        self.lane().url.clone()
    }

    /// Uses another member from now on, unless it is used already. What has begun on the one before may end within
    /// `patience`, and nothing begins on the new one before, nor before `settle` is over. Blocks.
    pub(crate) fn move_to(&self, member: &DatabaseUrl, patience: Duration, settle: Duration) -> Result<(), OpenError> {
        let begun = Instant::now();
        if self.member() == *member {
            return Ok(());
        }
        let new = Arc::new(Lane::to(member, &self.settings)?);
        let _closed = self.gate.blocking_write();
        self.lane().retire(patience);
        std::thread::sleep(settle.saturating_sub(begun.elapsed()));
        *self.lane.lock().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    pub(crate) fn lane(&self) -> Arc<Lane> {
        Arc::clone(&self.lane.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Leave to begin something on the member that is used; waits while the database moves.
    async fn passage(&self) -> Result<RwLockReadGuard<'_, ()>, StoreError> {
        timeout(self.settings.wait, self.gate.read()).await.map_err(|_| StoreError::Busy)
    }
}

fn no_answer(after: Duration) -> StoreError {
    StoreError::Unavailable(format!("no answer from the database within {} s", after.as_secs()).into())
}

#[cfg(test)]
mod tests;
