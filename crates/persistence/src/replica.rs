//! A copy that follows the database, for reads that may be a few seconds late.
//!
//! It is asked only while it is known to be close behind: a number that is written down in the database every second must
//! have arrived there. Whatever is wrong with it costs a reader no more than a try: the database itself answers then.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use chatapp_domain::ports::StoreError;
use diesel::result::QueryResult;
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use crate::connection::{AnyConnection, Manager, Purpose};
use crate::database::{Database, Inner, OpenError};
use crate::settings::Settings;
use crate::url::DatabaseUrl;

/// How far apart it is looked how far behind the replica is.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Whoever says nothing for so long is not there.
const LOOK_WITHIN: Duration = Duration::from_secs(1);
/// How far behind it may be, in milliseconds of the database's clock. It was as close a look ago, or two: what is read there
/// is at most five seconds old.
const MOST_LAG: u64 = 2_000;
/// How long a look is believed.
const BELIEVED: Duration = Duration::from_secs(3);
/// How long a query may take there. After that it is asked again where it cannot fail.
const ANSWERING: Duration = Duration::from_secs(3);
/// How long it is left alone after a query has failed.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// What is written down every second, and its name in the table of settings.
const BEAT: &str = "INSERT INTO settings (name, value) \
     VALUES ('replica_beat', CAST(UNIX_TIMESTAMP(NOW(6)) * 1000 AS UNSIGNED)) \
     ON DUPLICATE KEY UPDATE value = VALUES(value)";
const READ_BEAT: &str = "SELECT CAST(value AS UNSIGNED) FROM settings WHERE name = 'replica_beat'";

/// Connections to the replica, and whether it may be asked now. Its watch ends with this value.
pub(crate) struct Replica {
    url: DatabaseUrl,
    pool: r2d2::Pool<Manager>,
    permits: Arc<Semaphore>,
    trust: Arc<Trust>,
    answered: AtomicU64,
    _stop: oneshot::Sender<()>,
}

/// Whether the replica is trusted.
#[derive(Default)]
struct Trust(Mutex<Grounds>);

#[derive(Default)]
struct Grounds {
    /// It was close behind, which is believed until then.
    until: Option<Instant>,
    /// It has failed, and is not tried again before.
    again: Option<Instant>,
}

impl Trust {
    /// What a look has found. Says whether that is news.
    fn set(&self, until: Option<Instant>) -> bool {
        let before = std::mem::replace(&mut self.lock().until, until);
        before.is_some() != until.is_some()
    }

    /// It has failed, whatever a look may find.
    fn fail(&self) {
        self.lock().again = Some(Instant::now() + AFTER_FAILURE);
    }

    fn holds(&self) -> bool {
        let (now, grounds) = (Instant::now(), self.lock());
        grounds.until.is_some_and(|until| now < until) && grounds.again.is_none_or(|again| now >= again)
    }

    fn lock(&self) -> MutexGuard<'_, Grounds> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Replica {
    /// Of a database. Nothing is connected yet; a replica that is not there is found out in time.
    pub(crate) fn of(database: Weak<Inner>, url: &DatabaseUrl, settings: &Settings) -> Result<Self, OpenError> {
        let pool = r2d2::Pool::builder()
            .max_size(settings.connections)
            .min_idle(Some(0))
            .connection_timeout(LOOK_WITHIN)
            .build_unchecked(Manager::new(url.clone(), Purpose::Read));
        let permits = Arc::new(Semaphore::new(usize::try_from(settings.connections).unwrap_or(1)));
        let (trust, (stop, stopped)) = (Arc::<Trust>::default(), oneshot::channel());
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let watching = watch(database, url.clone(), Arc::clone(&trust));
        let watch = async move {
            tokio::select! {
                () = watching => {}
                _ = stopped => {}
            }
        };
        std::thread::Builder::new().name("chatapp-replica".to_owned()).spawn(move || runtime.block_on(watch))?;
        Ok(Self { url: url.clone(), pool, permits, trust, answered: AtomicU64::new(0), _stop: stop })
    }

    /// Whether it may be asked now.
    pub(crate) fn is_trusted(&self) -> bool {
        self.trust.holds()
    }

    /// How many queries it has answered.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Runs a query there, unless it is late, busy or gone.
    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Option<T> {
        if !self.is_trusted() {
            return None;
        }
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
        let pool = self.pool.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut pooled = pool.get().map_err(|error| error.to_string())?;
            query(&mut pooled.connection).map_err(|error| error.to_string())
        });
        let error = match timeout(ANSWERING, task).await {
            Ok(Ok(Ok(answer))) => {
                self.answered.fetch_add(1, Ordering::Relaxed);
                return Some(answer);
            }
            Ok(Ok(Err(error))) => error,
            Ok(Err(panic)) => panic.to_string(),
            Err(_) => format!("no answer within {} s", ANSWERING.as_secs()),
        };
        self.trust.fail();
        log::warn!("the replica {} failed, and the database answers instead: {error}", self.url);
        None
    }
}

impl Database {
    /// From now on asks a replica for what may be late, whenever it is close behind. It need not be there. Does nothing if
    /// there is one already.
    pub fn follow_with(&self, replica: &DatabaseUrl) -> Result<(), OpenError> {
        let inner = self.inner();
        let replica = Replica::of(Arc::downgrade(inner), replica, inner.settings())?;
        inner.set_replica(replica);
        Ok(())
    }

    /// Runs a query whose answer may be up to five seconds old: on the replica, if there is one that follows closely, and
    /// otherwise as a [`Database::read`]. Not for what decides whether somebody may do something, nor for what a client was
    /// just told of or has just changed, and goes on from.
    pub(crate) async fn read_late<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Clone + Send + 'static,
    ) -> Result<T, StoreError> {
        if let Some(replica) = self.inner().replica()
            && let Some(answer) = replica.read(query.clone()).await
        {
            return Ok(answer);
        }
        self.read(query).await
    }
}

/// Looks for ever how far behind the replica is.
async fn watch(database: Weak<Inner>, replica: DatabaseUrl, trust: Arc<Trust>) {
    let mut connections = Connections::default();
    while let Some(primary) = database.upgrade().map(|database| database.member()) {
        let looked = connections.look(&primary, &replica).await;
        let until = looked.is_ok().then(|| Instant::now() + BELIEVED);
        if trust.set(until) {
            match &looked {
                Ok(()) => log::info!("the replica {replica} is close behind, and answers what may be late"),
                Err(why) => log::warn!("the replica {replica} is not asked for now: {why}"),
            }
        }
        sleep(LOOK_EVERY).await;
    }
}

/// To the database, wherever it is now, and to its replica.
#[derive(Default)]
struct Connections {
    primary: Option<(DatabaseUrl, Conn)>,
    replica: Option<Conn>,
}

impl Connections {
    /// Whether the replica is close behind, or why not.
    async fn look(&mut self, primary: &DatabaseUrl, replica: &DatabaseUrl) -> Result<(), String> {
        let here = self.primary.take().filter(|(url, _)| url == primary).map(|(_, connection)| connection);
        let (connection, written) = within(beat(primary, here)).await.map_err(|why| format!("{primary}: {why}"))?;
        self.primary = Some((primary.clone(), connection));
        let (connection, arrived) = within(read_beat(replica, self.replica.take())).await?;
        self.replica = Some(connection);
        let arrived = arrived.ok_or("nothing has arrived there yet")?;
        let lag = written.unwrap_or_default().saturating_sub(arrived);
        if lag <= MOST_LAG { Ok(()) } else { Err(format!("it is {lag} ms behind")) }
    }
}

type Beat = (Conn, Option<u64>);

/// Writes the beat down, and reads it.
async fn beat(url: &DatabaseUrl, connection: Option<Conn>) -> mysql_async::Result<Beat> {
    let mut connection = connected(url, connection).await?;
    connection.query_drop(BEAT).await?;
    read_beat(url, Some(connection)).await
}

async fn read_beat(url: &DatabaseUrl, connection: Option<Conn>) -> mysql_async::Result<Beat> {
    let mut connection = connected(url, connection).await?;
    let beat = connection.query_first(READ_BEAT).await?;
    Ok((connection, beat))
}

async fn connected(url: &DatabaseUrl, connection: Option<Conn>) -> mysql_async::Result<Conn> {
    match connection {
        Some(connection) => Ok(connection),
        None => Conn::new(mysql_async::Opts::from_url(&url.expose())?).await,
    }
}

async fn within(look: impl Future<Output = mysql_async::Result<Beat>>) -> Result<Beat, String> {
    match timeout(LOOK_WITHIN, look).await {
        Ok(looked) => looked.map_err(|error| error.to_string()),
        Err(_) => Err("it does not answer".to_owned()),
    }
}
