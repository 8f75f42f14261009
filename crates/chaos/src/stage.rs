//! What a run is played on: a server process, a database that can be broken, and the disk below.

mod clock;
mod galera;
mod ground;
mod mariadb;
mod meter;
mod ports;
mod redis;
mod redis_cluster;
mod replicated;
mod server;
mod stillness;
mod way;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::crowd::Person;
use crate::faults::{Fault, Nodes};
use crate::history::{Micros, Outcome, Record};
use crate::recorder::Recorder;

pub use self::clock::Clock;
pub use self::galera::Galera;
pub use self::ground::{Ground, Kind};
pub use self::mariadb::Mariadb;
pub use self::meter::Peaks;
pub use self::ports::{free_port, free_ports};
pub use self::redis::Redis;
pub use self::redis_cluster::RedisCluster;
pub use self::replicated::Replicated;
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
    others: Vec<Server>,
    between: Between,
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

/// What the nodes tell each other through.
enum Between {
    Nothing,
    /// And the last node's way to it.
    Redis(Box<Redis>, Way),
    Cluster(RedisCluster),
}

impl Between {
    async fn set_up(folder: &Path, nodes: Nodes) -> anyhow::Result<Self> {
        match nodes {
            Nodes::One => Ok(Self::Nothing),
            Nodes::Two => {
                let redis = Redis::set_up(folder).await?;
                let way = Way::to(redis.port()).await?;
                Ok(Self::Redis(Box::new(redis), way))
            }
            Nodes::TwoOnCluster => Ok(Self::Cluster(RedisCluster::set_up(folder).await?)),
        }
    }

    /// For the settings of each node: the first, and those after it.
    fn urls(&self) -> (Option<String>, Vec<String>) {
        match self {
            Self::Nothing => (None, Vec::new()),
            Self::Redis(redis, way) => (Some(redis.url()), vec![format!("redis://{}", way.address())]),
            Self::Cluster(cluster) => (Some(cluster.url()), vec![cluster.url()]),
        }
    }
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
        let between = Between::set_up(folder, fault.nodes).await?;
        let (url, urls) = between.urls();
        let server = build(url)?;
        let others = urls.into_iter().map(|url| build(Some(url))).collect::<anyhow::Result<_>>()?;
        server.command("migrate").await?;
        let (people, notes) = Default::default();
        let mut stage =
            Self { server, others, between, mariadb, galera, ground, clock, recorder, people, short: false, notes };
        for server in stage.servers_mut() {
            server.start().await?;
        }
        Ok(stage)
    }

    /// Every node.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        std::iter::once(&self.server).chain(&self.others)
    }

    fn servers_mut(&mut self) -> impl Iterator<Item = &mut Server> {
        std::iter::once(&mut self.server).chain(&mut self.others)
    }

    /// All nodes but the first.
    pub fn other_servers(&mut self) -> &mut [Server] {
        &mut self.others
    }

    /// What the nodes tell each other through.
    pub fn redis(&mut self) -> anyhow::Result<&mut Redis> {
        match &mut self.between {
            Between::Redis(redis, _) => Ok(redis),
            _ => anyhow::bail!("this run has no Redis"),
        }
    }

    /// The last node's way to it.
    pub fn way(&self) -> anyhow::Result<&Way> {
        match &self.between {
            Between::Redis(_, way) => Ok(way),
            _ => anyhow::bail!("this run has no Redis"),
        }
    }

    /// What the nodes tell each other through, if it is a cluster.
    pub fn redis_cluster(&mut self) -> anyhow::Result<&mut RedisCluster> {
        match &mut self.between {
            Between::Cluster(cluster) => Ok(cluster),
            _ => anyhow::bail!("this run has no Redis Cluster"),
        }
    }

    /// Whether this machine has what is needed, or why not.
    pub async fn is_possible(engine: Engine, fault: &Fault) -> Result<(), String> {
        if fault.clock && !Clock::is_installed() {
            return Err("libfaketime is not installed".to_owned());
        }
        if fault.nodes != Nodes::One && !Redis::is_installed() {
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
