//! One database into another, of either engine: table by table, in the order of the keys, some rows a transaction.
//!
//! How far a copy has got is in the target itself: the last row of each table. That it is one, and of which database, is
//! in the target's settings until everything was compared, and nothing is served from there so long.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use thiserror::Error as ThisError;

use crate::connection::{AnyConnection, Manager, Purpose};
use crate::database::{Database, OpenError};
use crate::intake;
use crate::members::first_writable;
use crate::migrations;
use crate::schema::settings;
use crate::settings::Settings;
use crate::tables::{Row, Table};
use crate::url::DatabaseUrl;
use crate::writer::in_transaction;

/// How many rows are read and written at once.
const ROWS: usize = 500;
/// The setting that marks a target that is not done; its value is the epoch of the source.
const UNFINISHED: &str = "copy_of";
/// The settings that are a database's own. The target's history begins with the copy, so it has an epoch of its own, and
/// which member its nodes write to is for them to agree on.
const OWN_SETTINGS: &str = "`name` IN ('epoch', 'copy_of', 'writer')";
/// What migrations put into tables that are otherwise empty; the source has its own.
const SEEDED: [&str; 2] = ["sequences", "settings"];

/// Why a copy cannot be made.
#[derive(Debug, ThisError)]
pub enum CopyError {
    /// One of the two cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is nothing to copy.
    #[error("{0} does not exist")]
    NoSource(DatabaseUrl),
    /// The source is of an older version.
    #[error("migrations of {0} are pending: run chatapp migrate there first")]
    SourcePending(DatabaseUrl),
    /// The source is the target, or itself a copy that was never finished.
    #[error("{0} cannot be copied: {1}")]
    BadSource(DatabaseUrl, &'static str),
    /// Somebody's data is there.
    #[error("{url} is not empty: it has rows in {table}")]
    NotEmpty {
        /// The target.
        url: DatabaseUrl,
        /// The first table with rows.
        table: String,
    },
    /// A copy of something else has begun there.
    #[error("{0} is an unfinished copy of another database: empty it first")]
    OtherCopy(DatabaseUrl),
    /// The two do not have the same tables.
    #[error("the two databases differ in the table {0}")]
    Shape(String),
    /// The rows are not the same.
    #[error(
        "the table {table} differs after the copy: {from_rows} rows in the source, {to_rows} in the target. If the \
         source was written to meanwhile, stop its servers, empty the target and copy again"
    )]
    Differs {
        /// Which table.
        table: String,
        /// How many rows the source has.
        from_rows: u64,
        /// How many the target has.
        to_rows: u64,
    },
    /// One of the two failed.
    #[error("the copy stopped and can be resumed: {0}")]
    Database(#[from] diesel::result::Error),
}

/// How far a copy is.
#[derive(Clone, Copy, Debug)]
pub struct CopyProgress<'a> {
    /// What is done with it: rows are first copied, then compared.
    pub comparing: bool,
    /// The table at hand.
    pub table: &'a str,
    /// How many rows are done, of all tables.
    pub done: u64,
    /// How many there are.
    pub of: u64,
}

/// A copy that was made and compared.
#[derive(Clone, Debug)]
pub struct Copied {
    /// Whether an earlier run had begun it.
    pub resumed: bool,
    /// The epoch of the target.
    pub epoch: String,
    /// Every table.
    pub tables: Vec<CopiedTable>,
}

/// A table that is the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub name: String,
    /// How many rows were compared.
    pub rows: u64,
    /// The SHA-256 of all rows in the order of their keys, in hexadecimal digits; both sides have it.
    pub checksum: String,
}

/// Copies everything in `from` to `to`, which is migrated and must be empty, or hold what an earlier run has copied. Then
/// compares both. The source is read as it was at the beginning; if it is SQLite, nobody can write to it meanwhile.
/// Blocks.
pub fn copy(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    mut progress: impl FnMut(CopyProgress<'_>),
) -> Result<Copied, CopyError> {
    if from == to {
        return Err(CopyError::BadSource(from.clone(), "it is the target as well"));
    }
    let mut source = open_source(from)?;
    let mut target = open_target(to)?;
    let tables = common_tables(&mut source, &mut target)?;
    let resumed = begin(&mut source, &mut target, to, &tables)?;
    let total = tables.iter().map(|table| table.from.count(&mut source)).sum::<QueryResult<u64>>()?;
    let mut done = 0;
    for table in &tables {
        let mut step = |rows| {
            done += rows;
            progress(CopyProgress { comparing: false, table: table.name(), done, of: total });
        };
        table.copy(&mut source, &mut target, &mut step)?;
    }
    let mut compared = Vec::new();
    let mut done = 0;
    for table in &tables {
        let step = |rows| {
            done += rows;
            progress(CopyProgress { comparing: true, table: table.name(), done, of: total });
        };
        compared.push(table.compare(&mut source, &mut target, step)?);
    }
    diesel::delete(settings::table.find(UNFINISHED)).execute(&mut target)?;
    Ok(Copied { resumed, epoch: setting(&mut target, "epoch")?.unwrap_or_default(), tables: compared })
}

impl Database {
    /// Whether somebody began to copy into this database, which is migrated, and has not finished. Blocks.
    pub fn is_unfinished_copy(&self) -> Result<bool, OpenError> {
        self.with_own_connection(|connection, _| Ok(setting(connection, UNFINISHED)?.is_some()))
    }
}

fn open_source(url: &DatabaseUrl) -> Result<AnyConnection, CopyError> {
    if url.sqlite_path().is_some_and(|path| !path.exists()) {
        return Err(CopyError::NoSource(url.clone()));
    }
    let mut source = open(url)?;
    let pending = migrations::pending(&mut source)
        .map_err(|error| OpenError::Migrate { url: url.clone(), cause: error.to_string() })?;
    if !pending.is_empty() {
        return Err(CopyError::SourcePending(url.clone()));
    }
    if setting(&mut source, UNFINISHED)?.is_some() {
        return Err(CopyError::BadSource(url.clone(), "it is itself an unfinished copy"));
    }
    // Everything is read in one transaction, which sees one state. On SQLite it also keeps others from writing.
    source.batch_execute(match source {
        AnyConnection::Sqlite(_) => "BEGIN IMMEDIATE",
        AnyConnection::Mysql(_) => {
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT"
        }
    })?;
    Ok(source)
}

fn open_target(url: &DatabaseUrl) -> Result<AnyConnection, CopyError> {
    let database = Database::open(&Settings::new(url.clone()))?;
    database.migrate()?;
    database.close();
    let mut target = open(url)?;
    // A row may come before the one that it points to. In the end everything is as in the source.
    target.batch_execute(match target {
        AnyConnection::Sqlite(_) => "PRAGMA foreign_keys = OFF",
        AnyConnection::Mysql(_) => "SET SESSION foreign_key_checks = 0",
    })?;
    Ok(target)
}

fn open(url: &DatabaseUrl) -> Result<AnyConnection, CopyError> {
    let manager = Manager::new(first_writable(url)?, Purpose::Write);
    let cause = |error: diesel::r2d2::Error| OpenError::Connect { url: url.clone(), cause: error.to_string() };
    intake::settle(url).map_err(cause)?;
    let mut connection = manager.open().map_err(cause)?;
    if let AnyConnection::Mysql(mysql) = &mut connection {
        // Counting a big table takes longer than a request may.
        mysql.batch_execute(
            "SET SESSION innodb_lock_wait_timeout = 50 \
             /*M! , SESSION max_statement_time = 0, SESSION idle_write_transaction_timeout = 0 */",
        )?;
    }
    Ok(connection)
}

/// A table on both sides. What is text on one may be bytes on the other.
struct Both {
    from: Table,
    to: Table,
}

/// The tables, which both must have.
fn common_tables(source: &mut AnyConnection, target: &mut AnyConnection) -> Result<Vec<Both>, CopyError> {
    let (from, to) = (Table::all(source)?, Table::all(target)?);
    if let Some(table) = first_unlike(&from, &to).or_else(|| first_unlike(&to, &from)) {
        return Err(CopyError::Shape(table.name().to_owned()));
    }
    let own = |table: Table| if table.name() == "settings" { table.without(OWN_SETTINGS) } else { table };
    Ok(from.into_iter().zip(to).map(|(from, to)| Both { from: own(from), to: own(to) }).collect())
}

fn first_unlike<'a>(ones: &'a [Table], others: &[Table]) -> Option<&'a Table> {
    ones.iter().find(|one| !others.iter().any(|other| other.is_like(one)))
}

/// Makes sure of a target that is empty or ours, and gives whether it is the latter.
fn begin(
    source: &mut AnyConnection,
    target: &mut AnyConnection,
    url: &DatabaseUrl,
    tables: &[Both],
) -> Result<bool, CopyError> {
    let epoch = setting(source, "epoch")?.unwrap_or_default();
    match setting(target, UNFINISHED)? {
        Some(of) if of == epoch => return Ok(true),
        Some(_) => return Err(CopyError::OtherCopy(url.clone())),
        None => {}
    }
    let (seeded, others): (Vec<&Both>, Vec<&Both>) = tables.iter().partition(|table| SEEDED.contains(&table.name()));
    for Both { to, .. } in others {
        if to.last_row(target)?.is_some() {
            return Err(CopyError::NotEmpty { url: url.clone(), table: to.name().to_owned() });
        }
    }
    in_transaction(target, |target| {
        seeded.iter().try_for_each(|table| table.to.clear(target))?;
        let mark = (settings::name.eq(UNFINISHED), settings::value.eq(&epoch));
        diesel::insert_into(settings::table).values(mark).execute(target)
    })?;
    Ok(false)
}

impl Both {
    fn name(&self) -> &str {
        self.to.name()
    }

    /// Copies what comes after the last row that is there already.
    fn copy(
        &self,
        source: &mut AnyConnection,
        target: &mut AnyConnection,
        step: &mut impl FnMut(u64),
    ) -> QueryResult<()> {
        let mut last = self.to.last_row(target)?;
        if last.is_some() {
            step(self.to.count(target)?);
        }
        loop {
            let rows = self.from.rows_after(source, last.as_ref(), ROWS)?;
            in_transaction(target, |target| self.to.insert(target, &rows))?;
            step(rows.len() as u64);
            if rows.len() < ROWS {
                return Ok(());
            }
            last = rows.into_iter().next_back();
        }
    }

    fn compare(
        &self,
        source: &mut AnyConnection,
        target: &mut AnyConnection,
        step: impl FnMut(u64),
    ) -> Result<CopiedTable, CopyError> {
        let (from_rows, expected) = checksum(&self.from, source, |_| ())?;
        let (to_rows, checksum) = checksum(&self.to, target, step)?;
        if expected != checksum {
            return Err(CopyError::Differs { table: self.name().to_owned(), from_rows, to_rows });
        }
        Ok(CopiedTable { name: self.name().to_owned(), rows: to_rows, checksum })
    }
}

/// How many rows there are, and the SHA-256 of their lines.
fn checksum(table: &Table, connection: &mut AnyConnection, mut step: impl FnMut(u64)) -> QueryResult<(u64, String)> {
    let (mut hash, mut count, mut last): (_, _, Option<Row>) = (Sha256::new(), 0, None);
    loop {
        let rows = table.rows_after(connection, last.as_ref(), ROWS)?;
        for row in &rows {
            hash.update(row.line());
            hash.update("\n");
        }
        count += rows.len() as u64;
        step(rows.len() as u64);
        if rows.len() < ROWS {
            return Ok((count, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()));
        }
        last = rows.into_iter().next_back();
    }
}

fn setting(connection: &mut AnyConnection, name: &str) -> QueryResult<Option<String>> {
    settings::table.find(name).select(settings::value).first(connection).optional()
}
