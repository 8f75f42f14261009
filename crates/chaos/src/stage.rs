//! What a run is played on: a server process, a database that can be broken, and the disk below.

mod clock;
mod galera;
mod ground;
mod mariadb;
mod meter;
mod redis;
mod server;
mod stillness;
mod way;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::crowd::Person;
use crate::faults::Fault;
use crate::history::{Micros, Outcome, Record};
use crate::recorder::Recorder;

pub use self::clock::Clock;
pub use self::galera::Galera;
pub use self::ground::{Ground, Kind};
pub use self::mariadb::Mariadb;
pub use self::meter::Peaks;
pub use self::redis::Redis;
pub use self::server::Server;
pub use self::way::Way;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// In a file.
    Sqlite,
    /// On a throwaway MariaDB.
    Mariadb,
    /// On three of them that are one cluster.
    Galera,
}

impl Engine {
    /// How people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Mariadb => "MariaDB",
            Self::Galera => "Galera",
        }
    }
}

/// Everything that a fault may break. What it started ends with it.
pub struct Stage {
    /// The server; of several, the first.
    pub server: Server,
    /// The other nodes, and what is between all of them.
    pub others: Option<Others>,
    /// The database's process, if it has one.
    pub mariadb: Option<Mariadb>,
    /// The cluster of such processes, if it is one.
    pub galera: Option<Galera>,
    /// The disk below the database.
    pub ground: Ground,
    /// The clock that the servers read, if it can be set.
    pub clock: Option<Clock>,
    /// Where what happens is written down.
    pub recorder: Arc<Recorder>,
    /// The people who chat.
    pub people: Vec<Arc<Person>>,
    /// Whether there is little time.
    pub short: bool,
    /// What the report should say besides.
    pub notes: Vec<String>,
}

/// Further nodes, and the Redis between all.
pub struct Others {
    /// All but the first.
    pub servers: Vec<Server>,
    /// What the nodes tell each other through.
    pub redis: Redis,
    /// The last node's way to it.
    pub way: Way,
}

impl Stage {
    /// Sets up a disk, a database and a server that runs, for a fault; or several, with a Redis.
    pub async fn set_up(
        folder: &Path,
        binary: &Path,
        engine: Engine,
        fault: &Fault,
        settings: &[(&'static str, String)],
        recorder: Arc<Recorder>,
    ) -> anyhow::Result<Self> {
        let nodes = fault.nodes;
        let ground = Ground::prepare(folder, fault.ground).await?;
        let clock = fault.clock.then(|| Clock::set_up(folder)).transpose()?;
        let mut settings = settings.to_vec();
        settings.extend(fault.settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        settings.extend(clock.iter().flat_map(Clock::settings));
        let (mut mariadb, mut galera) = (None, None);
        match engine {
            Engine::Sqlite => {}
            Engine::Mariadb => mariadb = Some(Mariadb::set_up(folder, ground.path()).await?),
            Engine::Galera => galera = Some(Galera::set_up(folder, ground.path()).await?),
        }
        let database = mariadb.as_ref().map(Mariadb::url).or_else(|| galera.as_ref().map(Galera::url));
        let data = ground.path().join("data");
        let build = |redis: Option<String>| {
            let mut settings = settings.clone();
            settings.extend(redis.map(|url| ("CHATAPP_REDIS_URL", url)));
            Server::new(binary, folder, &data, database.clone(), &settings)
        };
        let (server, others) = if nodes < 2 {
            (build(None)?, None)
        } else {
            let redis = Redis::set_up(folder).await?;
            let way = Way::to(redis.port()).await?;
            let urls = (2..nodes).map(|_| redis.url()).chain([format!("redis://{}", way.address())]);
            let servers = urls.map(|url| build(Some(url))).collect::<anyhow::Result<Vec<_>>>()?;
            (build(Some(redis.url()))?, Some(Others { servers, redis, way }))
        };
        server.command("migrate").await?;
        let (people, notes) = Default::default();
        let mut stage = Self { server, others, mariadb, galera, ground, clock, recorder, people, short: false, notes };
        for server in stage.servers_mut() {
            server.start().await?;
        }
        Ok(stage)
    }

    /// Every node.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        std::iter::once(&self.server).chain(self.others.iter().flat_map(|others| &others.servers))
    }

    fn servers_mut(&mut self) -> impl Iterator<Item = &mut Server> {
        std::iter::once(&mut self.server).chain(self.others.iter_mut().flat_map(|others| &mut others.servers))
    }

    /// The other nodes, and what is between.
    pub fn others(&mut self) -> anyhow::Result<&mut Others> {
        self.others.as_mut().context("this run has one node")
    }

    /// Whether this machine has what is needed, or why not.
    pub async fn is_possible(engine: Engine, fault: &Fault) -> Result<(), String> {
        if fault.clock && !Clock::is_installed() {
            return Err("libfaketime is not installed".to_owned());
        }
        if fault.nodes > 1 && !Redis::is_installed() {
            return Err("Redis is not installed".to_owned());
        }
        if engine == Engine::Mariadb && !Mariadb::is_installed() {
            return Err("MariaDB is not installed".to_owned());
        }
        if engine == Engine::Galera {
            Galera::is_possible()?;
        }
        Ground::is_possible(fault.ground).await
    }

    /// The time on the run's clock.
    pub fn now(&self) -> Micros {
        self.recorder.now()
    }

    /// Says what was broken until now.
    pub fn mended(&self, what: &str, from: Micros) {
        self.recorder.note(Record::Trouble { what: what.to_owned(), from, until: self.recorder.now() });
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        match (&self.mariadb, &self.galera) {
            (_, Some(_)) => Engine::Galera,
            (Some(_), None) => Engine::Mariadb,
            (None, None) => Engine::Sqlite,
        }
    }

    /// SQLite's file.
    pub fn sqlite(&self) -> PathBuf {
        self.ground.path().join("data/chatapp.sqlite3")
    }

    /// The database's process.
    pub fn mariadb(&mut self) -> anyhow::Result<&mut Mariadb> {
        self.mariadb.as_mut().context("this run has no MariaDB")
    }

    /// The cluster.
    pub fn galera(&mut self) -> anyhow::Result<&mut Galera> {
        self.galera.as_mut().context("this run has no cluster")
    }

    /// Notes for how long nothing was acknowledged since a moment, at most.
    pub fn note_silence(&mut self, since: Micros, what: &str) {
        let acked = |record: &Record| match record {
            Record::Send { outcome: Outcome::Ok, done, .. } => Some(*done),
            _ => None,
        };
        let mut acks: Vec<Micros> =
            self.recorder.history().iter().filter_map(acked).filter(|at| *at >= since).collect();
        acks.extend([since, self.now()]);
        acks.sort_unstable();
        let longest = acks.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
        self.notes.push(format!("{what}: nothing was acknowledged for {} ms", longest / 1000));
    }
}
