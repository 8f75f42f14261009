//! The file system that SQLite is told of.

use std::ffi::{CStr, c_char, c_int};
use std::sync::OnceLock;

use libsqlite3_sys as ffi;
use thiserror::Error;

use crate::file::{self, Tail};

/// What to name in a connection's URI: `file:/path?vfs=` and this.
pub const NAME: &str = "chatapp-pieces";
const C_NAME: &CStr = c"chatapp-pieces";
/// Whose files these are.
const UNIX: &CStr = c"unix";

/// Why SQLite does not know the file system. Connections can be opened without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RegisterError {
    /// SQLite was built for another system.
    #[error("SQLite has no file system named unix")]
    NotUnix,
    /// SQLite refused it.
    #[error("SQLite refused a file system with code {0}")]
    Refused(i32),
}

/// SQLite's description of a file system, and which one it stands on.
#[repr(C)]
struct Shim {
    described: ffi::sqlite3_vfs,
    unix: *mut ffi::sqlite3_vfs,
}

/// Lets SQLite know the file system under [`NAME`], once for the process, and not as the one it takes by itself.
pub fn register() -> Result<(), RegisterError> {
    static REGISTERED: OnceLock<Result<(), RegisterError>> = OnceLock::new();
    *REGISTERED.get_or_init(try_to_register)
}

fn try_to_register() -> Result<(), RegisterError> {
    // SAFETY: the name ends with a zero. SQLite initialises itself first.
    let unix = unsafe { ffi::sqlite3_vfs_find(UNIX.as_ptr()) };
    if unix.is_null() {
        return Err(RegisterError::NotUnix);
    }
    // SAFETY: SQLite's file systems live as long as the process; one that is registered changes only in where its list goes on.
    let described = unsafe { unix.read() };
    let (Some(_), Ok(size)) = (described.xOpen, c_int::try_from(Tail::room_behind(described.szOsFile))) else {
        return Err(RegisterError::NotUnix);
    };
    // All but opening is the other's: its functions for paths, time and chance do not ask whose they are.
    let described = ffi::sqlite3_vfs {
        szOsFile: size,
        pNext: std::ptr::null_mut(),
        zName: C_NAME.as_ptr(),
        xOpen: Some(open),
        ..described
    };
    // Never freed: SQLite keeps the pointer for as long as the process lives.
    let shim = Box::into_raw(Box::new(Shim { described, unix }));
    // SAFETY: the description is whole, the first field of what never moves nor ends.
    match unsafe { ffi::sqlite3_vfs_register(shim.cast(), 0) } {
        ffi::SQLITE_OK => Ok(()),
        code => Err(RegisterError::Refused(code)),
    }
}

/// SQLite's `xOpen`.
unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands over what was registered, which is the first field of a `Shim` that is never freed.
    let unix = unsafe { (*vfs.cast::<Shim>()).unix };
    // SAFETY: it was there when the shim was registered, and stays.
    let ffi::sqlite3_vfs { xOpen: Some(inner), szOsFile: size, .. } = (unsafe { unix.read() }) else {
        return ffi::SQLITE_CANTOPEN;
    };
    let name: *const c_char = name;
    // SAFETY: what SQLite gave is passed on, to whom it would have given it. There is more room than is needed for `file`.
    let code = unsafe { inner(unix, name, file, flags, out_flags) };
    if code == ffi::SQLITE_OK && flags & (ffi::SQLITE_OPEN_MAIN_DB | ffi::SQLITE_OPEN_WAL) != 0 {
        // SAFETY: the file is open, nobody else knows it yet, and the room behind it was asked for in `szOsFile`.
        unsafe { file::flush_in_pieces(file, size) };
    }
    code
}

#[cfg(test)]
mod tests {
    use std::ptr::null;

    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};

    use super::*;
    use crate::file::EARLY;

    /// Makes a database, and copies its log into it. Gives how often there was a flush that SQLite did not ask for.
    fn early_flushes(name: &str) -> usize {
        EARLY.set(0);
        let mut connection = SqliteConnection::establish(name).unwrap();
        connection
            .batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
            .unwrap();
        connection
            .batch_execute("CREATE TABLE notes (body BLOB); INSERT INTO notes VALUES (randomblob(4000000))")
            .unwrap();
        let written = EARLY.get();
        connection.batch_execute("PRAGMA wal_checkpoint(PASSIVE)").unwrap();
        assert_eq!(EARLY.get() - written, written, "the log and the database are as long");
        written
    }

    #[test]
    fn large_writes_are_flushed_in_pieces_and_only_where_that_is_asked_for() {
        register().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let usual = folder.path().join("usual.sqlite3");
        assert_eq!(early_flushes(usual.to_str().unwrap()), 0);
        let pieces = format!("file:{}?vfs={NAME}", folder.path().join("pieces.sqlite3").display());
        assert_eq!(early_flushes(&pieces), 15, "of 256 KiB each");
    }

    #[test]
    fn it_is_registered_once_and_is_not_what_sqlite_takes_by_itself() {
        assert_eq!((register(), register()), (Ok(()), Ok(())));
        // SAFETY: they are names that end with a zero, or none.
        let [usual, ours, unix] =
            [null(), C_NAME.as_ptr(), UNIX.as_ptr()].map(|name| unsafe { ffi::sqlite3_vfs_find(name) });
        assert!(!ours.is_null() && usual == unix && usual != ours);
    }
}
