//! The only way to a connection. How work is scheduled is decided here and nowhere else.

mod reading;
mod unit;
mod writing;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chatapp_domain::event::Event;
use chatapp_domain::ports::StoreError;
use thiserror::Error as ThisError;
use tokio::sync::{RwLock, RwLockReadGuard};
use tokio::time::timeout;

pub(crate) use self::unit::{Never, WriteError};
use crate::connection::{AnyConnection, Manager, Purpose};
use crate::health;
use crate::intake;
use crate::lane::Lane;
use crate::members::{Watch, first_writable};
use crate::memory::Memory;
use crate::migrations::{self, age::Age};
use crate::replica::Replica;
use crate::settings::Settings;
use crate::url::DatabaseUrl;
use crate::writer::Writer;

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

/// How much of a database's queues and connections is in use.
pub(crate) struct Load {
    /// In the longest queue: each refuses by itself when it is full.
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
        let queued = lane.writers().map(Writer::waiting).max().unwrap_or_default();
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

    /// To be called with what another node did, before anybody is told: what is remembered here may be wrong by it.
    pub fn heard_of(&self, event: &Event) {
        self.memory().messages.heed(event);
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.inner.memory
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
