//! Bringing the tables of a database up to date, so that one can go back: what a newer version needs is never done to the
//! only copy of a file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chatapp_persistence::{BackupError, Database, DatabaseUrl};

/// Refuses a database that a newer version changed in a way that this one cannot work with.
pub(crate) fn refuse_newer(database: &Database, url: &DatabaseUrl) -> anyhow::Result<()> {
    let age = database.age()?;
    if let Some(version) = age.demanded {
        bail!("{url} belongs to a newer version of chatapp, which knows {version}: use that one, or restore a backup");
    }
    if !age.unknown.is_empty() {
        log::warn!("a newer version of chatapp has extended {url}: {}", age.unknown.join(", "));
    }
    Ok(())
}

/// Runs the migrations that are pending, and gives their names. A file with something in it is copied before.
pub(crate) fn bring_up_to_date(database: &Database, url: &DatabaseUrl) -> anyhow::Result<Vec<String>> {
    refuse_newer(database, url)?;
    let pending = database.pending_migrations()?;
    if let (Some(file), Some(first)) = (url.sqlite_path(), pending.first())
        && !database.age()?.is_new
    {
        let snapshot = snapshot_of(file, first);
        match chatapp_persistence::back_up(url, &snapshot, &|_, _| ()) {
            Ok(_) => log::warn!("before {first}, everything was copied to {}", snapshot.display()),
            // From a migration that was begun before, and did not come to its end.
            Err(BackupError::Exists(_)) => {}
            Err(error) => return Err(error).with_context(|| format!("no copy could be made before {first}")),
        }
    }
    Ok(database.migrate()?)
}

/// Beside the file, named after the first migration that it does not have.
fn snapshot_of(file: &Path, first: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(format!(".before-{first}"));
    name.into()
}
