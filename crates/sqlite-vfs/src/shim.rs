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
    // SAFETY: SQLite's file systems live as long as the process, and are not changed once they are registered.
    let Some(described) = (unsafe { unix.as_ref() }) else { return Err(RegisterError::NotUnix) };
    let (Some(_), Ok(size)) = (described.xOpen, c_int::try_from(Tail::room_behind(described.szOsFile))) else {
        return Err(RegisterError::NotUnix);
    };
    // All but opening is the other's: its functions for paths, time and chance do not ask whose they are.
    let described = ffi::sqlite3_vfs {
        szOsFile: size,
        pNext: std::ptr::null_mut(),
        zName: C_NAME.as_ptr(),
        xOpen: Some(open),
        ..*described
    };
    // SQLite keeps the pointer for as long as the process lives.
    let shim: &'static mut Shim = Box::leak(Box::new(Shim { described, unix }));
    // SAFETY: the description is whole, and never moves nor ends.
    match unsafe { ffi::sqlite3_vfs_register(&raw mut shim.described, 0) } {
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
    // SAFETY: as above; `unix` was looked at when it was found.
    let (Some(inner), size) = (unsafe { ((*unix).xOpen, (*unix).szOsFile) }) else { return ffi::SQLITE_CANTOPEN };
    let name: *const c_char = name;
    // SAFETY: what SQLite gave is passed on, to whom it would have given it. There is more room than is needed for `file`.
    let code = unsafe { inner(unix, name, file, flags, out_flags) };
    if code == ffi::SQLITE_OK && flags & (ffi::SQLITE_OPEN_MAIN_DB | ffi::SQLITE_OPEN_WAL) != 0 {
        // SAFETY: the file is open, nobody else knows it yet, and the room behind it was asked for in `szOsFile`.
        unsafe { file::flush_in_pieces(file, size) };
    }
    code
}
