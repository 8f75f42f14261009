//! Whether the counters of a database say what its rows say. Everything is only read, in short transactions, so that it can be
//! done beside a serving node; what looks wrong is looked at once more in one transaction, since it may have been under way.

mod conversations;
mod events;
mod others;

use std::fmt;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use thiserror::Error as ThisError;

use crate::backup::Progress;
use crate::connection::{AnyConnection, Manager, Purpose, on_engine};
use crate::database::OpenError;
use crate::intake;
use crate::members::first_writable;
use crate::migrations;
use crate::schema::{messages, users};
use crate::url::DatabaseUrl;

/// How many findings are kept; more are only counted.
const MOST: usize = 1_000;

/// Why a database was not verified.
#[derive(Debug, ThisError)]
pub enum VerifyError {
    /// It cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is none.
    #[error("{0} does not exist")]
    Missing(DatabaseUrl),
    /// It is of another version.
    #[error("migrations of {0} are pending: run chatapp migrate first")]
    Pending(DatabaseUrl),
    /// It failed.
    #[error("the database failed: {0}")]
    Database(#[from] diesel::result::Error),
}

/// Something that does not add up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What it is about: "conversation 7", "user 3".
    pub about: String,
    /// What is wrong with it.
    pub what: String,
}

/// What was looked at, and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many users.
    pub users: u64,
    /// How many conversations.
    pub conversations: u64,
    /// How many messages.
    pub messages: u64,
    /// How many blocks the search index has to catch up with, which the server does by itself.
    pub search_behind: u64,
    /// How much does not add up.
    pub wrong: u64,
    /// That, the first thousand of it.
    pub findings: Vec<Finding>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.what)
    }
}

/// Compares the counters of a database with its rows: places in conversations and in people's events, what is read and
/// unread, the search index, the days, and rows that name what is not there. Blocks.
pub fn verify(url: &DatabaseUrl, progress: Progress) -> Result<Verified, VerifyError> {
    let mut connection = open(url)?;
    let mut work = Work::begin(&mut connection, progress)?;
    conversations::check(&mut connection, &mut work)?;
    events::check(&mut connection, &mut work)?;
    others::check(&mut connection, &mut work)?;
    Ok(work.verified)
}

fn open(url: &DatabaseUrl) -> Result<AnyConnection, VerifyError> {
    if url.sqlite_path().is_some_and(|path| !path.exists()) {
        return Err(VerifyError::Missing(url.clone()));
    }
    let manager = Manager::new(first_writable(url)?, Purpose::Read);
    let cause = |error: diesel::r2d2::Error| OpenError::Connect { url: url.clone(), cause: error.to_string() };
    intake::settle(url).map_err(cause)?;
    let mut connection = manager.open().map_err(cause)?;
    let pending = migrations::pending(&mut connection)
        .map_err(|error| OpenError::Migrate { url: url.clone(), cause: error.to_string() })?;
    if !pending.is_empty() {
        return Err(VerifyError::Pending(url.clone()));
    }
    if let AnyConnection::Mysql(mysql) = &mut connection {
        // Counting a big table takes longer than a request may.
        mysql.batch_execute(
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;
             SET SESSION innodb_lock_wait_timeout = 5 /*M! , SESSION max_statement_time = 0 */",
        )?;
    }
    Ok(connection)
}

/// The work under way.
struct Work<'a> {
    verified: Verified,
    progress: Progress<'a>,
    done: u64,
    total: u64,
}

impl<'a> Work<'a> {
    /// Of which most is reading each message for its conversation, and again for its people.
    fn begin(connection: &mut AnyConnection, progress: Progress<'a>) -> QueryResult<Self> {
        let messages: i64 = on_engine!(connection, c => messages::table.count().get_result(c))?;
        let users: i64 = on_engine!(connection, c => users::table.count().get_result(c))?;
        let total = (messages + users).unsigned_abs();
        Ok(Self { verified: Verified::default(), progress, done: 0, total })
    }

    fn step(&mut self, by: u64) {
        self.done += by;
        (self.progress)(self.done.min(self.total), self.total);
    }

    fn found(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            self.verified.wrong += 1;
            if self.verified.findings.len() < MOST {
                self.verified.findings.push(finding);
            }
        }
    }

    fn one(&mut self, about: impl Into<String>, what: impl Into<String>) {
        self.found(vec![Finding { about: about.into(), what: what.into() }]);
    }
}

/// Looks at one state of the database.
fn at_one_moment<T>(
    connection: &mut AnyConnection,
    look: impl FnOnce(&mut AnyConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    connection.transaction(look)
}
