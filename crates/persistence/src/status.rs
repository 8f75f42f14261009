//! How the database is doing. What takes a query of its own is asked at most once in ten seconds, by whoever comes first.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::status::{StatusStore, StoreKind, StoreLoad, StoreStatus};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tokio::sync::Mutex as Turn;

use crate::connection::{AnyConnection, on_engine};
use crate::database::Database;
use crate::days::Days;
use crate::schema::users;

/// For how long an answer is good.
const GOOD_FOR: Duration = Duration::from_secs(10);
/// The `standing` of what is left of an account.
const DELETED: i16 = 2;

impl Database {
    /// How the database is doing.
    pub fn status(&self) -> Arc<dyn StatusStore> {
        Arc::new(Status { database: self.clone(), turn: Turn::default(), known: Arc::default() })
    }
}

struct Status {
    database: Database,
    /// When it was asked last. Whoever looks while it is being asked waits for the answer.
    turn: Turn<Option<Instant>>,
    known: Arc<Mutex<StoreStatus>>,
}

#[async_trait]
impl StatusStore for Status {
    fn kind(&self) -> StoreKind {
        let version = self.database.engine();
        let engine = if version.starts_with("SQLite") { "sqlite" } else { "mysql" };
        StoreKind { engine, version }
    }

    fn load(&self) -> StoreLoad {
        let load = self.database.load();
        let idle = load.open.saturating_sub(load.busy);
        StoreLoad { writes: (load.queued, load.queue), in_use: load.busy, idle, most: load.connections }
    }

    fn known(&self) -> StoreStatus {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn status(&self) -> Result<StoreStatus, StoreError> {
        let mut asked = self.turn.lock().await;
        if asked.is_none_or(|asked| asked.elapsed() >= GOOD_FOR) {
            // Whoever asked may not wait for the answer: the look goes on all the same, alone, and is remembered.
            *asked = Some(Instant::now());
            let known = Arc::clone(&self.known);
            let looked = self.database.read(move |connection| {
                let status = look(connection)?;
                *known.lock().unwrap_or_else(PoisonError::into_inner) = status;
                Ok(())
            });
            looked.await?;
        }
        Ok(self.known())
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn look(connection: &mut AnyConnection) -> QueryResult<StoreStatus> {
    let people = users::table.filter(users::standing.lt(DELETED)).count();
    Ok(StoreStatus {
        bytes: size(connection)?,
        users: on_engine!(connection, c => people.get_result(c))?,
        messages: Days::load(connection)?.sums().into_iter().map(|(_, count)| count).sum(),
        search_behind: behind(connection)?,
    })
}

fn size(connection: &mut AnyConnection) -> QueryResult<i64> {
    let size: Number = match connection {
        AnyConnection::Sqlite(c) => {
            let query = "SELECT page_count * page_size AS number FROM pragma_page_count, pragma_page_size";
            diesel::sql_query(query).get_result(c)?
        }
        AnyConnection::Mysql(c) => {
            let query = "SELECT CAST(COALESCE(SUM(data_length + index_length), 0) AS SIGNED) AS number
                         FROM information_schema.tables WHERE table_schema = DATABASE()";
            diesel::sql_query(query).get_result(c)?
        }
    };
    Ok(size.number)
}

/// How many blocks of people's events are full and in no dictionary yet.
pub(crate) fn behind(connection: &mut AnyConnection) -> QueryResult<i64> {
    let (div, integer) = match connection {
        AnyConnection::Sqlite(_) => ("/", "INTEGER"),
        AnyConnection::Mysql(_) => ("DIV", "SIGNED"),
    };
    let query = format!(
        "SELECT CAST(COALESCE(SUM(full - blocks), 0) AS {integer}) AS number FROM (
             SELECT (last_pos + 1) {div} 64 AS full,
                    COALESCE((SELECT MAX(block) + 1 FROM search_blocks
                              WHERE search_blocks.user_id = feeds.user_id AND level = 0 AND shard = 0), 0) AS blocks
             FROM feeds WHERE feeds.user_id >= 0 AND last_pos >= 63
         ) AS people WHERE blocks < full"
    );
    let behind: Number = match connection {
        AnyConnection::Sqlite(c) => diesel::sql_query(query).get_result(c)?,
        AnyConnection::Mysql(c) => diesel::sql_query(query).get_result(c)?,
    };
    Ok(behind.number)
}
