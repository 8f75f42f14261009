//! A MariaDB database for one test, on the server that the environment names.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};
use tokio::sync::oneshot;

/// Names the test server: a URL whose user may make databases.
const VARIABLE: &str = "CHATAPP_TEST_MYSQL_URL";

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A database that goes away with this value.
pub(crate) struct MysqlDatabase {
    server: String,
    name: String,
}

impl MysqlDatabase {
    /// A new, empty database; says so and gives nothing where there is no server.
    pub(crate) fn make() -> Option<Self> {
        let Ok(server) = std::env::var(VARIABLE) else {
            eprintln!("SKIPPED: {VARIABLE} is not set, so MariaDB is not tested; scripts/with-services sets it");
            return None;
        };
        let name = format!("chatapp_a{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        execute(&server, format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"));
        Some(Self { server, name })
    }

    /// The URL for the program.
    pub(crate) fn url(&self) -> String {
        format!("{}/{}", self.server.trim_end_matches('/'), self.name)
    }
}

impl MysqlDatabase {
    /// Runs statements in it.
    pub(crate) fn execute(&self, statements: &str) {
        execute(&self.url(), statements.to_owned());
    }

    /// Lets nobody write to a table until the value is dropped; reading goes on.
    pub(crate) fn lock(&self, table: &str) -> Lock {
        let (options, statement) = (Opts::from_url(&self.url()).unwrap(), format!("LOCK TABLES {table} READ"));
        let ((locked, is_locked), (release, released)) = (oneshot::channel(), oneshot::channel::<()>());
        let thread = thread::spawn(move || {
            runtime().block_on(async {
                let mut connection = Conn::new(options).await.unwrap();
                connection.query_drop(statement).await.unwrap();
                locked.send(()).unwrap();
                let _ = released.await;
                connection.disconnect().await.unwrap();
            });
        });
        on_own_thread(async { is_locked.await.unwrap() });
        Lock { release: Some(release), thread: Some(thread) }
    }

    /// How many rows a table has; none if there is no such table.
    pub(crate) fn rows_of(&self, table: &str) -> u64 {
        let (options, query) = (Opts::from_url(&self.url()).unwrap(), format!("SELECT COUNT(*) FROM {table}"));
        on_own_thread(async move {
            let mut connection = Conn::new(options).await.unwrap();
            let count = connection.query_first(query).await.ok().flatten().unwrap_or(0);
            connection.disconnect().await.unwrap();
            count
        })
    }
}

impl Drop for MysqlDatabase {
    fn drop(&mut self) {
        execute(&self.server, format!("DROP DATABASE {}", self.name));
    }
}

/// A table that nobody writes to.
pub(crate) struct Lock {
    release: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.release.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn execute(server: &str, statement: String) {
    let options = Opts::from_url(server).unwrap();
    on_own_thread(async move {
        let mut connection = Conn::new(options).await.unwrap();
        connection.query_drop(statement).await.unwrap();
        connection.disconnect().await.unwrap();
    });
}

/// Blocks, also where the caller is asynchronous.
fn on_own_thread<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    thread::spawn(move || runtime().block_on(work)).join().unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
