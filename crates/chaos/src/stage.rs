//! What a run is played on: a server process, a database that can be broken, and the disk below.

mod ground;
mod mariadb;
mod meter;
mod server;
mod stillness;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::crowd::Person;
use crate::history::{Micros, Record};
use crate::recorder::Recorder;

pub use self::ground::{Ground, Kind};
pub use self::mariadb::Mariadb;
pub use self::meter::Peaks;
pub use self::server::Server;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// In a file.
    Sqlite,
    /// On a throwaway MariaDB.
    Mariadb,
}

impl Engine {
    /// How people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Mariadb => "MariaDB",
        }
    }
}

/// Everything that a fault may break. What it started ends with it.
pub struct Stage {
    /// The server.
    pub server: Server,
    /// The database's process, if it has one.
    pub mariadb: Option<Mariadb>,
    /// The disk below the database.
    pub ground: Ground,
    /// Where what happens is written down.
    pub recorder: Arc<Recorder>,
    /// The people who chat.
    pub people: Vec<Arc<Person>>,
    /// Whether there is little time.
    pub short: bool,
    /// What the report should say besides.
    pub notes: Vec<String>,
}

impl Stage {
    /// Sets up a disk, a database and a server that runs.
    pub async fn set_up(
        folder: &Path,
        binary: &Path,
        engine: Engine,
        kind: Kind,
        settings: &[(&'static str, String)],
        recorder: Arc<Recorder>,
    ) -> anyhow::Result<Self> {
        let ground = Ground::prepare(folder, kind).await?;
        let mariadb = match engine {
            Engine::Sqlite => None,
            Engine::Mariadb => Some(Mariadb::set_up(folder, ground.path()).await?),
        };
        let database = mariadb.as_ref().map(Mariadb::url);
        let mut server = Server::new(binary, folder, &ground.path().join("data"), database, settings)?;
        server.command("migrate").await?;
        server.start().await?;
        Ok(Self { server, mariadb, ground, recorder, people: Vec::new(), short: false, notes: Vec::new() })
    }

    /// Whether this machine has what is needed, or why not.
    pub async fn is_possible(engine: Engine, kind: Kind) -> Result<(), String> {
        if engine == Engine::Mariadb && !Mariadb::is_installed() {
            return Err("MariaDB is not installed".to_owned());
        }
        Ground::is_possible(kind).await
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
        if self.mariadb.is_some() { Engine::Mariadb } else { Engine::Sqlite }
    }

    /// SQLite's file.
    pub fn sqlite(&self) -> PathBuf {
        self.ground.path().join("data/chatapp.sqlite3")
    }

    /// The database's process.
    pub fn mariadb(&mut self) -> anyhow::Result<&mut Mariadb> {
        self.mariadb.as_mut().context("this run has no MariaDB")
    }
}
