//! One connection to either engine, and how each is set up.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::{Connection, RunQueryDsl, SqliteConnection};
use url::Url;

use crate::commits::Commits;
use crate::intake;
use crate::mysql_connection::{MysqlConnection, Retirement};
use crate::url::DatabaseUrl;

/// A connection to whichever engine was chosen.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    /// The embedded engine.
    Sqlite(SqliteConnection),
    /// MySQL or MariaDB.
    Mysql(MysqlConnection),
}

/// Runs one diesel expression on the concrete connection: for the statements that diesel cannot build for both engines
/// at once, and for hot ones, which it builds and caches faster for one.
macro_rules! on_engine {
    ($connection:expr, $concrete:ident => $body:expr) => {
        match $connection {
            $crate::connection::AnyConnection::Sqlite($concrete) => $body,
            $crate::connection::AnyConnection::Mysql($concrete) => $body,
        }
    };
}
pub(crate) use on_engine;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Reads only, on SQLite.
    Read,
    /// Whatever comes.
    Write,
    /// Saving messages. On MySQL a transaction begins with the first statement, without a round trip to say so.
    Append,
    /// Writing what has to do with no message, on SQLite: without the intake, so that messages are taken in meanwhile.
    Aside,
}

/// Opens and checks connections for a pool.
#[derive(Clone, Debug)]
pub(crate) struct Manager {
    url: DatabaseUrl,
    purpose: Purpose,
    retirement: Retirement,
    commits: Commits,
    /// What is written to SQLite's files is flushed in small pieces.
    in_pieces: bool,
}

/// A connection of a pool.
pub(crate) struct Pooled {
    pub(crate) connection: AnyConnection,
    checked_at: Instant,
}

/// An idle connection is asked whether it still lives if it was not used for this long.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

impl Manager {
    /// Of connections to a database of one member.
    pub(crate) fn new(url: DatabaseUrl, purpose: Purpose) -> Self {
        let (retirement, commits) = Default::default();
        Self { url, purpose, retirement, commits, in_pieces: false }
    }

    /// The same, for threads that write much at once: what they write is flushed in small pieces, so that the flush that a
    /// sender waits for meanwhile is not behind all of it.
    pub(crate) fn in_pieces(self) -> Self {
        Self { in_pieces: true, ..self }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.url.is_sqlite()
    }

    /// Whether its connections have nothing to do with messages.
    pub(crate) fn is_aside(&self) -> bool {
        self.purpose == Purpose::Aside
    }

    pub(crate) fn sqlite_path(&self) -> Option<&Path> {
        self.url.sqlite_path()
    }

    /// The same, for as long as its member is not given up, and with their commits among those.
    pub(crate) fn of_member(self, retirement: Retirement, commits: Commits) -> Self {
        Self { retirement, commits, ..self }
    }

    /// Opens a connection with the session settings that everything here relies on.
    pub(crate) fn open(&self) -> Result<AnyConnection, diesel::r2d2::Error> {
        let mut connection = match self.url.sqlite_path() {
            Some(path) => SqliteConnection::establish(&self.sqlite_name(path)).map(AnyConnection::Sqlite),
            None => MysqlConnection::establish(&self.url.expose()).map(AnyConnection::Mysql),
        }
        .map_err(diesel::r2d2::Error::ConnectionError)?;
        if let AnyConnection::Mysql(mysql) = &mut connection {
            mysql.belong_to(self.retirement.clone(), self.commits.clone());
        }
        self.set_up(&mut connection).map_err(diesel::r2d2::Error::QueryError)?;
        Ok(connection)
    }

    fn sqlite_name(&self, path: &Path) -> String {
        let in_pieces = if self.in_pieces { name_in_pieces(path) } else { None };
        in_pieces.unwrap_or_else(|| sqlite_name(path))
    }

    fn set_up(&self, connection: &mut AnyConnection) -> diesel::QueryResult<()> {
        match connection {
            // The wait for a lock comes first: even the switch to WAL may have to wait. FULL, because in WAL mode
            // anything less loses acknowledged messages to a power cut. A checkpoint every 16 MiB of log: pages that
            // many messages changed are then written back once.
            AnyConnection::Sqlite(sqlite) => {
                sqlite.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000;
                     PRAGMA journal_size_limit = 67108864;",
                )?;
                #[cfg(feature = "planted-faults")]
                if crate::planted::is(crate::planted::Planted::SynchronousOff) {
                    sqlite.batch_execute("PRAGMA synchronous = OFF")?;
                }
                if let Some(path) = self.url.sqlite_path().filter(|_| self.purpose != Purpose::Aside) {
                    intake::attach(sqlite, path)?;
                }
                match self.purpose {
                    Purpose::Read => sqlite.batch_execute("PRAGMA query_only = ON; PRAGMA cache_size = -4096"),
                    // What is deleted is overwritten: of somebody who left nothing is to be read in the file.
                    Purpose::Write => sqlite.batch_execute("PRAGMA cache_size = -32768; PRAGMA secure_delete = ON"),
                    // Another connection copies the log more often than that.
                    Purpose::Append | Purpose::Aside => sqlite.batch_execute(
                        "PRAGMA cache_size = -32768; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 16000",
                    ),
                }
            }
            AnyConnection::Mysql(mysql) => {
                mysql.batch_execute(
                    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
                     SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,\
                     ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
                     -- MariaDB's limits, in seconds: on a statement (MySQL has another, which knows only reads), and on the
                     -- locks of who began to write and stopped, like a node that is frozen.
                     SET SESSION innodb_lock_wait_timeout = 5 \
                     /*M! , SESSION max_statement_time = 8, SESSION idle_write_transaction_timeout = 5 */",
                )?;
                read_own_writes(mysql)?;
                // Many wait with whom a lock lets the writer wait for.
                let own = "SET autocommit = 0, SESSION innodb_lock_wait_timeout = 1";
                if self.purpose == Purpose::Append { mysql.batch_execute(own) } else { Ok(()) }
            }
        }
    }
}

/// On a Galera cluster a read waits until its member has applied everything that any member had committed before: whoever
/// was told of a message finds it, wherever it was written.
fn read_own_writes(mysql: &mut MysqlConnection) -> diesel::QueryResult<()> {
    let query = diesel::sql_query("SHOW GLOBAL VARIABLES LIKE 'wsrep_on'");
    let wsrep_on: Vec<Variable> = query.load(mysql)?;
    if wsrep_on.iter().any(|variable| variable.value == "ON") {
        mysql.batch_execute("SET SESSION wsrep_sync_wait = 1")?;
    }
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct Variable {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "Value")]
    value: String,
}

/// The name with which SQLite flushes in pieces, if it can.
fn name_in_pieces(path: &Path) -> Option<String> {
    if let Err(error) = chatapp_sqlite_vfs::register() {
        log::warn!("bulk writes are not flushed in pieces, so messages may wait for them: {error}");
        return None;
    }
    let mut uri = Url::from_file_path(std::path::absolute(path).ok()?).ok()?;
    uri.query_pairs_mut().append_pair("vfs", chatapp_sqlite_vfs::NAME);
    Some(uri.into())
}

/// SQLite takes a name that starts with a colon for something special.
fn sqlite_name(path: &Path) -> String {
    let name = path.to_string_lossy();
    if path.is_absolute() { name.into_owned() } else { format!("./{name}") }
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Pooled, Self::Error> {
        Ok(Pooled { connection: self.open()?, checked_at: Instant::now() })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Self::Error> {
        let trusted = pooled.checked_at.elapsed() < TRUSTED_FOR;
        pooled.checked_at = Instant::now();
        match &mut pooled.connection {
            AnyConnection::Mysql(mysql) if !trusted => mysql.ping().map_err(diesel::r2d2::Error::QueryError),
            _ => Ok(()),
        }
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        std::thread::panicking() || pooled.connection.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(diesel::QueryableByName)]
    struct Name {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }

    /// Makes a table by one connection, and gives what tables another one finds.
    fn tables(first: &Manager, second: &Manager) -> Vec<String> {
        let (AnyConnection::Sqlite(mut first), AnyConnection::Sqlite(mut second)) =
            (first.open().unwrap(), second.open().unwrap())
        else {
            panic!("they are SQLite's");
        };
        first.batch_execute("CREATE TABLE here (id INTEGER)").unwrap();
        let query = diesel::sql_query("SELECT name FROM sqlite_schema");
        query.load::<Name>(&mut second).unwrap().into_iter().map(|row| row.name).collect()
    }

    #[test]
    fn who_stops_in_the_middle_of_writing_does_not_keep_the_locks() {
        let Some(scratch) = crate::support::mysql() else { return };
        let open = |purpose| match Manager::new(scratch.url.clone(), purpose).open().unwrap() {
            AnyConnection::Mysql(connection) => connection,
            AnyConnection::Sqlite(_) => panic!("it is MySQL's"),
        };
        let (mut stopped, mut other) = (open(Purpose::Append), open(Purpose::Write));
        let limits: Vec<Variable> =
            diesel::sql_query("SHOW VARIABLES LIKE 'idle_write_transaction_timeout'").load(&mut other).unwrap();
        if limits.is_empty() {
            eprintln!("SKIPPED: only MariaDB ends transactions that stand still");
            return;
        }
        let write = "INSERT INTO settings (name, value) VALUES ('one', 'row')";
        stopped.batch_execute(write).unwrap();
        other.batch_execute("SET SESSION innodb_lock_wait_timeout = 60, SESSION max_statement_time = 0").unwrap();
        other.batch_execute(write).unwrap();
        assert!(stopped.commit().is_err());
    }

    #[test]
    fn whoever_flushes_in_pieces_opens_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["chat.sqlite3", "a b?#%41&vfs=unix.sqlite3", "\u{fc}\u{4f60}\u{1f468}.sqlite3", "..sqlite3"] {
            let path = folder.path().join(name);
            let manager = Manager::new(DatabaseUrl::sqlite(&path), Purpose::Aside);
            assert_eq!(tables(&manager, &manager.clone().in_pieces()), ["here"], "{name}");
            assert!(path.exists(), "{name}");
        }
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("linked.sqlite3"), &link).unwrap();
        let manager = Manager::new(DatabaseUrl::sqlite(&link), Purpose::Aside);
        assert_eq!(tables(&manager.clone().in_pieces(), &manager), ["here"]);
    }
}
