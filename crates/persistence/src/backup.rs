//! Backups: everything that a database holds in one file, taken while others read and write, and brought back.
//!
//! The file is an SQLite database with ChatApp's own tables, whichever engine it was taken from, so that it can be brought
//! back into either. Whoever wants to look into it needs no tool of ours.

mod restore;
mod verify;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use thiserror::Error as ThisError;

pub use self::restore::{Restore, restore};
use crate::connection::{AnyConnection, Manager, Purpose};
use crate::copy::{self, CopyError, CopyProgress};
use crate::database::OpenError;
use crate::intake;
use crate::url::DatabaseUrl;

/// How often the growing file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Why there is no backup, or why it was not brought back.
#[derive(Debug, ThisError)]
pub enum BackupError {
    /// The database cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database, or the file as one, failed.
    #[error("the database failed: {0}")]
    Database(#[from] diesel::result::Error),
    /// The rows could not be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// A file cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A backup never replaces a file.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// The tables are not those of this program.
    #[error("{0}")]
    Foreign(String),
    /// The file is not what it was.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// A restore never replaces what people wrote.
    #[error("{0} has users or messages in it; a backup is restored into an empty database only")]
    NotEmpty(DatabaseUrl),
    /// Somebody has the database open.
    #[error("{0} is in use: stop the server first")]
    InUse(DatabaseUrl),
}

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// How many users.
    pub users: i64,
    /// How many messages.
    pub messages: i64,
}

/// Hears how far the work is: so much is done, of so much in all. The unit is the engine's own.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// Writes everything that a database holds, as it is at one moment, into a new file that only its owner can read, and checks
/// the file. People go on reading and writing meanwhile. Either the whole file is there in the end, and on the disk, or
/// none. Blocks.
pub fn back_up(url: &DatabaseUrl, file: &Path, progress: Progress) -> Result<Contents, BackupError> {
    if file.exists() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    let draft = Draft::begin(file)?;
    match url.sqlite_path() {
        Some(path) => vacuum(&mut existing(path)?, &draft.path, progress)?,
        None => copy_rows(url, &DatabaseUrl::sqlite(&draft.path), progress)?,
    }
    intake::remove(&draft.path).map_err(|cause| BackupError::File { path: draft.path.clone(), cause })?;
    // A log beside the file would not go with it.
    open(&draft.path, Purpose::Write)?.batch_execute("PRAGMA journal_mode = DELETE")?;
    let contents = verify::check(&draft.path)?;
    draft.finish(file)?;
    Ok(contents)
}

/// Each row is copied once and then compared.
fn copy_rows(from: &DatabaseUrl, to: &DatabaseUrl, progress: Progress) -> Result<(), BackupError> {
    copy::copy(from, to, |at: CopyProgress| progress(at.done + if at.comparing { at.of } else { 0 }, at.of * 2))?;
    Ok(())
}

/// A file under another name until it is whole; without [`finish`](Self::finish) it goes away.
struct Draft {
    path: PathBuf,
    is_kept: bool,
}

impl Draft {
    fn begin(file: &Path) -> Result<Self, BackupError> {
        let mut name = file.as_os_str().to_owned();
        name.push(".partial");
        let path = PathBuf::from(name);
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        match made {
            Ok(_) => Ok(Self { path, is_kept: false }),
            Err(cause) => Err(BackupError::File { path, cause }),
        }
    }

    /// Gives the file its name, once it is on the disk.
    fn finish(mut self, file: &Path) -> Result<(), BackupError> {
        let kept = File::open(&self.path).and_then(|draft| draft.sync_all()).and_then(|()| {
            std::fs::rename(&self.path, file)?;
            sync_folder(file)
        });
        self.is_kept = kept.is_ok();
        kept.map_err(|cause| BackupError::File { path: file.to_owned(), cause })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_kept {
            // What went wrong is being told already.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A new name is only on the disk when its folder is.
fn sync_folder(file: &Path) -> std::io::Result<()> {
    match file.parent() {
        Some(folder) if folder != Path::new("") => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Opens a file as a database.
fn open(file: &Path, purpose: Purpose) -> Result<AnyConnection, BackupError> {
    let url = DatabaseUrl::sqlite(file);
    let opened = Manager::new(url.clone(), purpose).open();
    opened.map_err(|error| OpenError::Connect { url, cause: error.to_string() }.into())
}

/// The same for one that must be there: opening would make it.
fn existing(file: &Path) -> Result<AnyConnection, BackupError> {
    std::fs::metadata(file).map_err(|cause| BackupError::File { path: file.to_owned(), cause })?;
    let url = DatabaseUrl::sqlite(file);
    intake::settle(&url).map_err(|error| OpenError::Connect { url, cause: error.to_string() })?;
    open(file, Purpose::Write)
}

/// Writes a file's content, as it is at one moment, into another file. Nobody waits for it.
fn vacuum(source: &mut AnyConnection, file: &Path, progress: Progress) -> Result<(), BackupError> {
    let AnyConnection::Sqlite(source) = source else { return Ok(()) };
    let (size, name) = (verify::size(source)?, file.to_string_lossy().into_owned());
    let vacuum = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(name);
    with_watch(file, size, progress, || vacuum.execute(source))?;
    Ok(())
}

/// Tells how large a file has become while `work` writes it.
fn with_watch<T: Send>(file: &Path, size: u64, progress: Progress, work: impl FnOnce() -> T) -> T {
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            while is_done.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                let written = std::fs::metadata(file).map_or(0, |file| file.len());
                progress(written.min(size), size);
            }
            progress(size, size);
        });
        let outcome = work();
        drop(done);
        outcome
    })
}
