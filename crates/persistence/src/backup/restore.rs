//! Bringing a backup back: into an empty database, whole or not at all, and as a new history.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{BackupError, Contents, Draft, Progress, copy_rows, open, vacuum, verify};
use crate::connection::{AnyConnection, Manager, Purpose, on_engine};
use crate::database::OpenError;
use crate::intake;
use crate::migrations;
use crate::schema::{sessions, settings, tokens};
use crate::url::DatabaseUrl;

/// What to bring back, and where to.
#[derive(Clone, Debug)]
pub struct Restore<'a> {
    /// The backup; it is only read.
    pub file: &'a Path,
    /// Where it is brought back to.
    pub url: &'a DatabaseUrl,
    /// A folder for a copy that can be brought up to date; for SQLite the database's own counts.
    pub scratch: &'a Path,
    /// Whether everybody has to log in again, and programs need new tokens. Otherwise whoever was logged in when the backup
    /// was made is so again, even if they have logged out since.
    pub end_sessions: bool,
}

/// Brings a backup of this or an older version back. The database must be empty, and no server may use it. Its history is
/// a new one: clients that know the old one are told to load everything anew. Blocks.
pub fn restore(wish: &Restore, progress: Progress) -> Result<Contents, BackupError> {
    match wish.url.sqlite_path() {
        Some(path) => {
            refuse_a_file_in_use(wish.url, path)?;
            let (draft, contents) = renewed_copy(wish, path, progress)?;
            remove(path)?;
            draft.finish(path)?;
            Ok(contents)
        }
        None => {
            let (draft, contents) = renewed_copy(wish, &wish.scratch.join("restored.sqlite3"), &|_, _| {})?;
            copy_rows(&DatabaseUrl::sqlite(&draft.path), wish.url, progress)?;
            Ok(contents)
        }
    }
}

fn refuse_a_full_one(url: &DatabaseUrl, target: &mut AnyConnection) -> Result<(), BackupError> {
    match verify::contents(target)? {
        Contents { users: 0, messages: 0 } => Ok(()),
        _ => Err(BackupError::NotEmpty(url.clone())),
    }
}

/// A file that is there may be replaced if nobody wrote into it, and nobody has it open: the journal's mode is changed only
/// for whoever is alone.
fn refuse_a_file_in_use(url: &DatabaseUrl, path: &Path) -> Result<(), BackupError> {
    if !path.exists() {
        return Ok(());
    }
    let mut target = open(path, Purpose::Write)?;
    migrate(&mut target, path)?;
    refuse_a_full_one(url, &mut target)?;
    let alone = target.batch_execute("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE");
    alone.map_err(|_| BackupError::InUse(url.clone()))
}

/// A copy of the backup beside `path`, checked, brought up to date and with a history of its own.
fn renewed_copy(wish: &Restore, path: &Path, progress: Progress) -> Result<(Draft, Contents), BackupError> {
    let draft = Draft::begin(path)?;
    vacuum(&mut read_only(wish.file)?, &draft.path, progress)?;
    let mut copy = open(&draft.path, Purpose::Write)?;
    bring_up_to_date(&mut copy, &draft.path, wish.file)?;
    let epoch = format!("{:016x}", rand::random::<u64>());
    let renewed = diesel::update(settings::table.find("epoch")).set(settings::value.eq(epoch));
    on_engine!(&mut copy, c => renewed.execute(c))?;
    if wish.end_sessions {
        on_engine!(&mut copy, c => diesel::delete(sessions::table).execute(c))?;
        on_engine!(&mut copy, c => diesel::delete(tokens::table).execute(c))?;
    }
    copy.batch_execute("PRAGMA journal_mode = DELETE")?;
    drop(copy);
    let contents = verify::check(&draft.path)?;
    Ok((draft, contents))
}

/// The file as it is: not even a journal is written beside it.
fn read_only(file: &Path) -> Result<AnyConnection, BackupError> {
    let url = DatabaseUrl::sqlite(file);
    let failed = |error: ConnectionError| OpenError::Connect { url: url.clone(), cause: error.to_string() };
    let escaped = file.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let name = format!("file:{escaped}?mode=ro");
    Ok(SqliteConnection::establish(&name).map(AnyConnection::Sqlite).map_err(failed)?)
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    version: String,
}

/// A newer program's backup has steps that nobody here knows.
fn bring_up_to_date(copy: &mut AnyConnection, path: &Path, file: &Path) -> Result<(), BackupError> {
    let AnyConnection::Sqlite(sqlite) = copy else { return Ok(()) };
    let found = "SELECT version FROM __diesel_schema_migrations";
    let steps: Vec<Step> = diesel::sql_query(found)
        .load(sqlite)
        .map_err(|_| BackupError::Foreign(format!("{} is no backup of ChatApp", file.display())))?;
    let known = migrations::sqlite_versions().map_err(|error| BackupError::Foreign(error.to_string()))?;
    if let Some(Step { version }) = steps.into_iter().find(|step| !known.contains(&step.version)) {
        let why = format!("{} was made by a newer version of ChatApp: {version} is not known", file.display());
        return Err(BackupError::Foreign(why));
    }
    migrate(copy, path)
}

fn migrate(database: &mut AnyConnection, path: &Path) -> Result<(), BackupError> {
    let manager = Manager::new(DatabaseUrl::sqlite(path), Purpose::Write);
    migrations::run(database, &manager).map(drop).map_err(|error| BackupError::Foreign(error.to_string()))
}

/// An empty database makes room; what belongs to it goes with it.
fn remove(path: &Path) -> Result<(), BackupError> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let path = PathBuf::from(name);
        match std::fs::remove_file(&path) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(BackupError::File { path, cause });
            }
            _ => {}
        }
    }
    intake::remove(path).map_err(|cause| BackupError::File { path: path.to_owned(), cause })
}
