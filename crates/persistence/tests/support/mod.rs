//! Databases for tests: a file of its own for each, or a schema of its own on the server that the environment names.
#![allow(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chatapp_persistence::{Database, DatabaseUrl, Settings};
use chatapp_testkit::contract::Stores;
use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel_async::AsyncMysqlConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;

/// Names the MariaDB server for tests: a URL whose user may create databases.
pub(crate) const MYSQL_VARIABLE: &str = "CHATAPP_TEST_MYSQL_URL";

/// Longer than anything takes unless something is broken, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A database that goes away with this value.
pub(crate) struct Scratch {
    pub(crate) database: Database,
    pub(crate) url: DatabaseUrl,
    pub(crate) name: String,
    _folder: Option<tempfile::TempDir>,
}

/// A new SQLite database, migrated.
pub(crate) fn sqlite() -> Scratch {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite(folder.path().join("chat.sqlite3"));
    let database = open(&Settings::new(url.clone()));
    Scratch { database, url, name: String::new(), _folder: Some(folder) }
}

/// A new, migrated database on the test server; says so and gives nothing where there is no server.
pub(crate) fn mysql() -> Option<Scratch> {
    let (name, url) = empty_mysql("CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")?;
    let database = open(&Settings::new(url.clone()));
    Some(Scratch { database, url, name, _folder: None })
}

/// A new, empty database on the test server, made with the given options: its name and its URL.
pub(crate) fn empty_mysql(options: &str) -> Option<(String, DatabaseUrl)> {
    if std::env::var(MYSQL_VARIABLE).is_err() {
        eprintln!("SKIPPED: {MYSQL_VARIABLE} is not set, so MariaDB is not tested");
        return None;
    }
    let name = format!("chatapp_p{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let statement = format!("CREATE DATABASE {name} {options}");
    on_server("", move |connection| connection.batch_execute(&statement).unwrap());
    let url = DatabaseUrl::parse(&url_of(&name)).unwrap();
    Some((name, url))
}

/// The test server's URL with another database in it.
fn url_of(name: &str) -> String {
    let server = std::env::var(MYSQL_VARIABLE).unwrap();
    let mut url = url::Url::parse(&server).unwrap();
    if !name.is_empty() {
        url.set_path(name);
    }
    url.into()
}

/// Runs statements on the test server, in the given database, apart from the stores.
pub(crate) fn on_server(
    name: &str,
    work: impl FnOnce(&mut AsyncConnectionWrapper<AsyncMysqlConnection>) + Send + 'static,
) {
    let url = url_of(name);
    let thread = std::thread::spawn(move || work(&mut Connection::establish(&url).unwrap()));
    thread.join().unwrap();
}

fn open(settings: &Settings) -> Database {
    let settings = Settings { wait: PATIENCE, answer: PATIENCE, ..settings.clone() };
    // A thread of its own: opening blocks, which an async test must not.
    let thread = std::thread::spawn(move || {
        let database = Database::open(&settings).unwrap();
        database.migrate().unwrap();
        database
    });
    thread.join().unwrap()
}

/// The same database as another process opens it. That blocks, which an async test must not.
pub(crate) async fn another(settings: Settings) -> Database {
    tokio::task::spawn_blocking(move || Database::open(&settings).unwrap()).await.unwrap()
}

/// The stores of a database, for the contract.
pub(crate) fn stores(database: &Database) -> Stores {
    Stores {
        users: database.users(),
        sessions: database.sessions(),
        tokens: database.tokens(),
        blocks: database.blocks(),
        reports: database.reports(),
        messages: database.messages(),
        conversations: database.conversations(),
        events: database.events(),
        sign_ups: database.sign_ups(),
        invitations: database.invitations(),
        recovery: database.recovery(),
        search: database.search(),
        avatars: database.avatars(),
        audit: database.audit(),
        roster: database.roster(),
        departures: database.departures(),
        moderation: database.moderation(),
        retention: database.retention(),
        health: database.health(),
    }
}
