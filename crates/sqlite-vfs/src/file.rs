//! A file that is flushed while it is written.

use std::ffi::{c_int, c_void};
use std::mem::{align_of, size_of};

use libsqlite3_sys as ffi;

/// After so many bytes there is a flush: pages of 4 KiB, which cost a disk a millisecond or two wherever they belong. Smaller pieces
/// cost more flushes and spare nobody much.
const PIECE: usize = 64 * 4096;

/// What is kept of an open file, in the room behind what the engine itself keeps of it.
#[repr(C)]
pub(crate) struct Tail {
    /// What SQLite calls instead of the engine's functions. First, so that the tail is found by a file's functions.
    methods: ffi::sqlite3_io_methods,
    /// The engine's functions.
    inner: &'static ffi::sqlite3_io_methods,
    unflushed: usize,
}

impl Tail {
    /// The size of a file whose own part has this one.
    pub(crate) fn room_behind(own: c_int) -> usize {
        Self::offset(own) + size_of::<Self>()
    }

    fn offset(own: c_int) -> usize {
        usize::try_from(own).unwrap_or_default().next_multiple_of(align_of::<Self>())
    }
}

/// From now on flushes `file`, whose own part has a size of `own`, while it is written.
///
/// # Safety
///
/// The engine has opened the file, there are [`Tail::room_behind`] bytes for it, aligned as for [`Tail`], and nobody uses it
/// meanwhile.
pub(crate) unsafe fn flush_in_pieces(file: *mut ffi::sqlite3_file, own: c_int) {
    // SAFETY: an open file has functions, and the engine's are constants of it.
    let Some(inner) = (unsafe { (*file).pMethods.as_ref::<'static>() }) else { return };
    let methods = ffi::sqlite3_io_methods { xWrite: Some(write), ..*inner };
    // SAFETY: the room ends behind the tail.
    let tail = unsafe { file.cast::<u8>().add(Tail::offset(own)) }.cast::<Tail>();
    // SAFETY: the place is aligned, large enough and nobody else's.
    unsafe { tail.write(Tail { methods, inner, unflushed: 0 }) };
    // SAFETY: the file is not moved while it is open, so its functions stay where they are.
    unsafe { (*file).pMethods = &raw const (*tail).methods };
}

/// SQLite's `xWrite`. A flush that fails fails the write: what was written before it may be lost.
unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, length: c_int, at: i64) -> c_int {
    // SAFETY: only files of `flush_in_pieces` have this function, and of these the functions are the tail's first field.
    // Whoever writes to a file has it alone.
    let tail = unsafe { &mut *(*file).pMethods.cast_mut().cast::<Tail>() };
    let (Some(write), Some(flush)) = (tail.inner.xWrite, tail.inner.xSync) else { return ffi::SQLITE_IOERR_WRITE };
    // SAFETY: what SQLite gave is passed on, to whom it would have given it.
    let code = unsafe { write(file, from, length, at) };
    if code != ffi::SQLITE_OK {
        return code;
    }
    tail.unflushed += usize::try_from(length).unwrap_or_default();
    if tail.unflushed < PIECE {
        return code;
    }
    tail.unflushed = 0;
    // SAFETY: the file is open, and SQLite asks for a flush in the same way.
    unsafe { flush(file, ffi::SQLITE_SYNC_NORMAL | ffi::SQLITE_SYNC_DATAONLY) }
}

#[cfg(test)]
mod tests {
    use std::mem::MaybeUninit;
    use std::ptr::null;

    use super::*;

    /// A file of an engine that counts.
    #[repr(C)]
    struct Counted {
        file: ffi::sqlite3_file,
        written: usize,
        flushes: usize,
        /// What a flush answers.
        answer: c_int,
        room: MaybeUninit<Tail>,
    }

    unsafe extern "C" fn count(file: *mut ffi::sqlite3_file, _from: *const c_void, length: c_int, _at: i64) -> c_int {
        // SAFETY: the tests hand over nothing else.
        unsafe { (*file.cast::<Counted>()).written += usize::try_from(length).unwrap() };
        ffi::SQLITE_OK
    }

    unsafe extern "C" fn flush(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
        assert_eq!(flags, ffi::SQLITE_SYNC_NORMAL | ffi::SQLITE_SYNC_DATAONLY);
        // SAFETY: the tests hand over nothing else.
        let counted = unsafe { &mut *file.cast::<Counted>() };
        counted.flushes += 1;
        counted.answer
    }

    /// Writes so often so much, until a write fails. Gives how much was written, and how often it was flushed.
    fn written_in_pieces(times: usize, length: c_int, answer: c_int) -> (usize, usize, c_int) {
        // SAFETY: all of its fields are numbers or functions that may be missing.
        let none: ffi::sqlite3_io_methods = unsafe { MaybeUninit::zeroed().assume_init() };
        let engine = Box::leak(Box::new(ffi::sqlite3_io_methods { xWrite: Some(count), xSync: Some(flush), ..none }));
        let file = ffi::sqlite3_file { pMethods: engine };
        let mut counted = Counted { file, written: 0, flushes: 0, answer, room: MaybeUninit::uninit() };
        let own = c_int::try_from(std::mem::offset_of!(Counted, room)).unwrap();
        assert_eq!(Tail::room_behind(own), size_of::<Counted>());
        let pointer = (&raw mut counted).cast::<ffi::sqlite3_file>();
        // SAFETY: the room for the tail is where the tail is put, and there is no other user.
        unsafe { flush_in_pieces(pointer, own) };
        let mut code = ffi::SQLITE_OK;
        for _ in 0..times {
            // SAFETY: the file lives, and its functions are those that were just put there.
            code = unsafe { (*(*pointer).pMethods).xWrite.unwrap()(pointer, null(), length, 0) };
            if code != ffi::SQLITE_OK {
                break;
            }
        }
        // SAFETY: as above; read through the pointer that wrote.
        unsafe { ((*pointer.cast::<Counted>()).written, (*pointer.cast::<Counted>()).flushes, code) }
    }

    #[test]
    fn there_is_a_flush_after_each_piece() {
        assert_eq!(written_in_pieces(63, 4096, ffi::SQLITE_OK), (63 * 4096, 0, ffi::SQLITE_OK));
        assert_eq!(written_in_pieces(400, 4096, ffi::SQLITE_OK), (400 * 4096, 6, ffi::SQLITE_OK));
        assert_eq!(written_in_pieces(3, 1 << 20, ffi::SQLITE_OK), (3 << 20, 3, ffi::SQLITE_OK));
    }

    #[test]
    fn a_flush_that_fails_fails_the_write() {
        let failed = ffi::SQLITE_IOERR_FSYNC;
        assert_eq!(written_in_pieces(100, 4096, failed), (64 * 4096, 1, failed));
    }
}
