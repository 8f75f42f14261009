//! Making the intake, and opening it beside the main database.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::filing::waiting;
use super::{FILED, file_of, unfiled_messages};
use crate::connection::{AnyConnection, Manager, Purpose};
use crate::schema::{sequences, settings};
use crate::url::DatabaseUrl;
use crate::writer::in_transaction;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS intake.unfiled_messages (
        id INTEGER PRIMARY KEY NOT NULL,
        conversation_id BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        sender_id BIGINT NOT NULL,
        sender_pos BIGINT NOT NULL,
        recipient_id BIGINT NOT NULL,
        recipient_pos BIGINT NOT NULL,
        low_sent BIGINT NOT NULL,
        sent_at BIGINT NOT NULL,
        client_key TEXT,
        body TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS intake.intake_state (
        -- There is one row.
        id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
        -- Of the database that these messages belong to.
        epoch TEXT NOT NULL,
        touched BIGINT NOT NULL
    );
    INSERT OR IGNORE INTO intake.intake_state (id, epoch, touched) VALUES (1, '', 0);";

diesel::table! {
    intake_state (id) {
        id -> BigInt,
        epoch -> Text,
        touched -> BigInt,
    }
}

/// Lets a connection to the main database see its intake as the schema `intake`, if there is one. A transaction that takes
/// the write lock at once takes those of both.
pub(crate) fn attach(connection: &mut SqliteConnection, database: &Path) -> QueryResult<()> {
    let intake = file_of(database);
    if !intake.exists() {
        return Ok(());
    }
    open(connection, &intake)
}

/// Nothing but `touched` is written this way, which need not survive a power cut.
fn open(connection: &mut SqliteConnection, intake: &Path) -> QueryResult<()> {
    diesel::sql_query("ATTACH DATABASE ? AS intake").bind::<Text, _>(intake.to_string_lossy()).execute(connection)?;
    connection.batch_execute("PRAGMA intake.journal_mode = WAL; PRAGMA intake.synchronous = NORMAL")
}

/// Makes the intake of a database, and files what a process that was killed has left in it. The inner error says why the
/// messages in it cannot be filed. To be called on a connection that has none attached, or has.
pub(crate) fn prepare(connection: &mut AnyConnection, database: &Path) -> QueryResult<Result<(), String>> {
    let AnyConnection::Sqlite(sqlite) = connection else { return Ok(Ok(())) };
    let intake = file_of(database);
    if !intake.exists() {
        open(sqlite, &intake)?;
    }
    sqlite.batch_execute(TABLES)?;
    let newest: Option<i64> = unfiled_messages::table.select(max(unfiled_messages::id)).first(sqlite)?;
    if newest.is_none() {
        return Ok(Ok(()));
    }
    let owner: String = intake_state::table.find(1).select(intake_state::epoch).first(sqlite)?;
    if epoch(sqlite)? != Some(owner) {
        let held: i64 = unfiled_messages::table.count().get_result(sqlite)?;
        return Ok(Err(format!(
            "{} holds {held} messages of another database: put it back beside the one that it belongs to, or away",
            intake.display(),
        )));
    }
    if waiting(sqlite)?.is_some() {
        in_transaction(connection, |_| QueryResult::Ok(()))?;
    }
    Ok(Ok(()))
}

/// Files what waits, for whoever reads a database of its own accord.
pub(crate) fn settle(url: &DatabaseUrl) -> Result<(), diesel::r2d2::Error> {
    let Some(path) = url.sqlite_path().filter(|path| path.exists() && file_of(path).exists()) else { return Ok(()) };
    let mut connection = Manager::new(url.clone(), Purpose::Write).open()?;
    prepare(&mut connection, path)
        .map_err(diesel::r2d2::Error::QueryError)?
        .map_err(|reason| diesel::r2d2::Error::ConnectionError(ConnectionError::BadConnection(reason)))
}

/// Takes the intake of a database away, in which nothing waits.
pub(crate) fn remove(database: &Path) -> std::io::Result<()> {
    let intake = file_of(database);
    for suffix in ["", "-wal", "-shm"] {
        let mut file = intake.clone().into_os_string();
        file.push(suffix);
        match std::fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Notes which database the intake belongs to, and in the database that nothing is filed: before the first message comes in.
pub(super) fn adopt(connection: &mut SqliteConnection) -> QueryResult<()> {
    let Some(epoch) = epoch(connection)? else { return Ok(()) };
    let mark = (sequences::name.eq(FILED), sequences::next.eq(0));
    diesel::insert_or_ignore_into(sequences::table).values(mark).execute(connection)?;
    let other = intake_state::table.filter(intake_state::id.eq(1).and(intake_state::epoch.ne(&epoch)));
    diesel::update(other).set(intake_state::epoch.eq(&epoch)).execute(connection)?;
    Ok(())
}

/// What a database is told from its copies by; none before the first migration.
fn epoch(connection: &mut SqliteConnection) -> QueryResult<Option<String>> {
    let has_settings = diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(
        "EXISTS (SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND name = 'settings')",
    ));
    if !has_settings.get_result::<bool>(connection)? {
        return Ok(None);
    }
    settings::table.find("epoch").select(settings::value).first(connection).optional()
}
