//! What belongs to one member of a database: connections, and the thread that writes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::commits::Commits;
use crate::connection::{Manager, Purpose};
use crate::database::OpenError;
use crate::intake::Filing;
use crate::mysql_connection::Retirement;
use crate::own_places::OwnPlaces;
use crate::settings::Settings;
use crate::url::DatabaseUrl;
use crate::writer::Writer;

/// How often it is looked whether a member that is given up has nothing more to do.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The way to one member.
pub(crate) struct Lane {
    pub(crate) url: DatabaseUrl,
    pub(crate) pool: r2d2::Pool<Manager>,
    /// Whoever has one finds a connection in the pool, or can open one.
    pub(crate) permits: Arc<Semaphore>,
    pub(crate) writer: Writer,
    /// On SQLite, for what has to do with no message.
    pub(crate) aside: Option<Writer>,
    pub(crate) commits: Commits,
    pub(crate) own_places: OwnPlaces,
    /// How far SQLite's messages are filed; on MySQL none ever wait.
    pub(crate) filing: Arc<Filing>,
    size: u32,
    retirement: Retirement,
}

impl Lane {
    /// To a database of one member. Connections are opened when they are needed.
    pub(crate) fn to(url: &DatabaseUrl, settings: &Settings) -> Result<Self, OpenError> {
        let (purpose, size) =
            if url.is_sqlite() { (Purpose::Read, settings.readers) } else { (Purpose::Write, settings.connections) };
        let (retirement, commits) = <(Retirement, Commits)>::default();
        let manager = |purpose| Manager::new(url.clone(), purpose).of_member(retirement.clone(), commits.clone());
        let pool = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(settings.wait)
            .build_unchecked(manager(purpose));
        let filing = Arc::<Filing>::default();
        let own_places = OwnPlaces::default();
        let start = |purpose| {
            let (filing, own_places) = (Arc::clone(&filing), own_places.clone());
            Writer::start(manager(purpose), filing, own_places, settings.queue, settings.batch)
        };
        let writer = start(Purpose::Append)?;
        let aside = url.is_sqlite().then(|| start(Purpose::Aside)).transpose()?;
        let permits = Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1)));
        Ok(Self { url: url.clone(), pool, permits, writer, aside, commits, own_places, filing, size, retirement })
    }

    /// Every thread that writes.
    pub(crate) fn writers(&self) -> impl Iterator<Item = &Writer> {
        std::iter::once(&self.writer).chain(&self.aside)
    }

    /// Lets what has begun here end, but not for longer than `patience`; what is left then is refused each further
    /// statement. Nothing new may come meanwhile. Blocks.
    pub(crate) fn retire(&self, patience: Duration) {
        self.writers().for_each(Writer::stop_taking);
        let deadline = Instant::now() + patience;
        let is_idle =
            || self.permits.available_permits() >= self.size as usize && self.writers().all(Writer::has_ended);
        while !is_idle() && Instant::now() < deadline {
            std::thread::sleep(LOOK_EVERY);
        }
        self.retirement.begin();
    }
}
