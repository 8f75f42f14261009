//! The migrations of both engines, built into the binary.

pub(crate) mod age;
mod lease;

use diesel::migration::{Migration, MigrationSource};
use diesel::mysql::Mysql;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::{AnyConnection, Manager};
use crate::looks;
use crate::migrations::lease::Lease;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const MYSQL: EmbeddedMigrations = embed_migrations!("../../migrations/mysql");

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The names of those that have not run.
pub(crate) fn pending(connection: &mut AnyConnection) -> Result<Vec<String>, Failure> {
    match connection {
        AnyConnection::Sqlite(sqlite) => Ok(names::<Sqlite>(&sqlite.pending_migrations(SQLITE)?)),
        AnyConnection::Mysql(mysql) => Ok(names::<Mysql>(&mysql.pending_migrations(MYSQL)?)),
    }
}

fn names<DB: diesel::backend::Backend>(migrations: &[Box<dyn Migration<DB>>]) -> Vec<String> {
    migrations.iter().map(|migration| migration.name().to_string()).collect()
}

/// The versions of all that this program knows for SQLite.
pub(crate) fn sqlite_versions() -> Result<Vec<String>, Failure> {
    let known: Vec<Box<dyn Migration<Sqlite>>> = SQLITE.migrations()?;
    Ok(known.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// Runs those that have not run, and gives their names. A second process waits for the first: on MySQL, which has no
/// transactions for changes of tables, by a lease; on SQLite by the file's own lock.
pub(crate) fn run(connection: &mut AnyConnection, manager: &Manager) -> Result<Vec<String>, Failure> {
    if pending(connection)?.is_empty() {
        return Ok(Vec::new());
    }
    let AnyConnection::Mysql(mysql) = connection else {
        return run_pending(connection);
    };
    let lease = Lease::take(mysql, manager)?;
    let outcome = run_pending(connection);
    lease.give_back(connection)?;
    outcome
}

fn run_pending(connection: &mut AnyConnection) -> Result<Vec<String>, Failure> {
    let names = pending(connection)?;
    let outcome = match connection {
        AnyConnection::Sqlite(sqlite) => sqlite.run_pending_migrations(SQLITE).map(drop),
        AnyConnection::Mysql(mysql) => mysql.run_pending_migrations(MYSQL).map(drop),
    };
    match outcome {
        Ok(()) => {
            looks::fill_in(connection)?;
            Ok(names)
        }
        Err(error) => {
            let left = pending(connection)?;
            if left.is_empty() {
                // Another process was faster; what counts is that nothing is left.
                return Ok(Vec::new());
            }
            // It was faster with some of them only, and may be at the next.
            if left.len() < names.len() { run_pending(connection) } else { Err(error) }
        }
    }
}
