//! Who migrates a MySQL database: one process at a time. A row says who, and until when, so that whoever dies on the way
//! keeps the others waiting no longer than that. Named locks would be simpler, but a cluster has none.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::result::QueryResult;
use diesel::{RunQueryDsl, sql_query};
use rand::Rng;

use crate::connection::{AnyConnection, Manager};
use crate::error::is_conflict;
use crate::mysql_connection::MysqlConnection;

/// For how long a row counts, in seconds by the database's clock.
const LASTS: u64 = 60;
/// How often it is written anew.
const RENEW_EVERY: Duration = Duration::from_secs(15);
/// How often whoever waits looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long a migration of somebody else may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// Leave to migrate, until it is given back.
pub(super) struct Lease {
    holder: u64,
    renewal: JoinHandle<()>,
    done: Sender<()>,
}

impl Lease {
    /// Waits until nobody else migrates. The connection is for this alone; `manager` opens the one that keeps the lease.
    pub(super) fn take(connection: &mut MysqlConnection, manager: &Manager) -> Result<Self, super::Failure> {
        connection.batch_execute(
            "CREATE TABLE IF NOT EXISTS migration_lease (
                 id TINYINT NOT NULL PRIMARY KEY, holder BIGINT UNSIGNED NOT NULL, until BIGINT NOT NULL
             ) ENGINE = InnoDB;
             INSERT IGNORE INTO migration_lease (id, holder, until) VALUES (1, 0, 0)",
        )?;
        let holder = rand::rng().random_range(1..u64::MAX);
        let deadline = Instant::now() + PATIENCE;
        while !write(connection, holder, LASTS, "until < UNIX_TIMESTAMP()")? {
            if Instant::now() >= deadline {
                return Err("another process has been migrating for ten minutes".into());
            }
            std::thread::sleep(LOOK_EVERY);
        }
        let (done, is_done) = channel();
        let manager = manager.clone();
        let renew = move || {
            while is_done.recv_timeout(RENEW_EVERY) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = renew(&manager, holder) {
                    log::warn!("others may begin to migrate as well: {error}");
                }
            }
        };
        let renewal = std::thread::Builder::new().name("chatapp-migration".to_owned()).spawn(renew)?;
        Ok(Self { holder, renewal, done })
    }

    /// Gives it back.
    pub(super) fn give_back(self, connection: &mut AnyConnection) -> QueryResult<()> {
        drop(self.done);
        // A renewal that panicked is over too.
        let _ = self.renewal.join();
        let AnyConnection::Mysql(mysql) = connection else { return Ok(()) };
        write(mysql, self.holder, 0, &is_held_by(self.holder)).map(drop)
    }
}

fn renew(manager: &Manager, holder: u64) -> Result<(), super::Failure> {
    if let AnyConnection::Mysql(mysql) = &mut manager.open()? {
        write(mysql, holder, LASTS, &is_held_by(holder))?;
    }
    Ok(())
}

fn is_held_by(holder: u64) -> String {
    format!("holder = {holder}")
}

/// Writes the row where it is as it must be. Gives whether it was; losing against somebody else is a no.
fn write(connection: &mut MysqlConnection, holder: u64, lasts: u64, condition: &str) -> QueryResult<bool> {
    let until = if lasts == 0 { "0".to_owned() } else { format!("UNIX_TIMESTAMP() + {lasts}") };
    let query = format!("UPDATE migration_lease SET holder = {holder}, until = {until} WHERE id = 1 AND {condition}");
    match sql_query(query).execute(connection) {
        Ok(changed) => Ok(changed == 1),
        Err(error) if is_conflict(&error) => Ok(false),
        Err(error) => Err(error),
    }
}
