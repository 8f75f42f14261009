//! A file that is flushed while it is written.

#[cfg(test)]
use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem::{align_of, size_of};

use libsqlite3_sys as ffi;

/// After so many bytes there is a flush: pages of 4 KiB, which cost a disk a millisecond or two wherever they belong. Smaller
/// pieces cost more flushes and spare nobody much.
const PIECE: usize = 64 * 4096;

#[cfg(test)]
thread_local! {
    /// How often this thread flushed before SQLite asked for it.
    pub(crate) static EARLY: Cell<usize> = const { Cell::new(0) };
}

/// What is kept of an open file, in the room behind what the engine itself keeps of it.
#[repr(C, align(8))]
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
    // SAFETY: the file is open.
    let methods = unsafe { (*file).pMethods };
    // SAFETY: an open file has functions, and the engine's are constants of it.
    let Some(inner) = (unsafe { methods.as_ref::<'static>() }) else { return };
    let methods = ffi::sqlite3_io_methods { xWrite: Some(write), xSync: Some(flush), ..*inner };
    // SAFETY: the room ends behind the tail.
    let tail = unsafe { file.cast::<u8>().add(Tail::offset(own)) }.cast::<Tail>();
    // SAFETY: the place is aligned, large enough and nobody else's.
    unsafe { tail.write(Tail { methods, inner, unflushed: 0 }) };
    // The functions are the first field. The file is not moved while it is open, so they stay where they are.
    let methods = tail.cast::<ffi::sqlite3_io_methods>();
    // SAFETY: the file is open, and nobody uses it.
    unsafe { (*file).pMethods = methods };
}

/// The tail of a file of [`flush_in_pieces`].
///
/// # Safety
///
/// The file is such a one and open, and whoever asks has it alone for as long as the tail is used.
unsafe fn tail_of<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Tail {
    // SAFETY: the file is open.
    let methods = unsafe { (*file).pMethods };
    // SAFETY: they are the first field of its tail.
    unsafe { &mut *methods.cast_mut().cast::<Tail>() }
}

/// SQLite's `xWrite`. A flush that fails fails the write: what was written before it may be lost.
unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, length: c_int, at: i64) -> c_int {
    // SAFETY: no other file has this function. SQLite gives a file to one thread at a time.
    let tail = unsafe { tail_of(file) };
    let Some(write) = tail.inner.xWrite else { return ffi::SQLITE_IOERR_WRITE };
    // SAFETY: what SQLite gave is passed on, to whom it would have given it.
    let code = unsafe { write(file, from, length, at) };
    if code != ffi::SQLITE_OK {
        return code;
    }
    tail.unflushed += usize::try_from(length).unwrap_or_default();
    if tail.unflushed < PIECE {
        return code;
    }
    #[cfg(test)]
    EARLY.set(EARLY.get() + 1);
    // SAFETY: as above, and the tail is not used any more.
    unsafe { flush(file, ffi::SQLITE_SYNC_NORMAL | ffi::SQLITE_SYNC_DATAONLY) }
}

/// SQLite's `xSync`.
unsafe extern "C" fn flush(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: no other file has this function. SQLite gives a file to one thread at a time.
    let tail = unsafe { tail_of(file) };
    tail.unflushed = 0;
    let Some(flush) = tail.inner.xSync else { return ffi::SQLITE_IOERR_FSYNC };
    // SAFETY: what SQLite gave is passed on, to whom it would have given it.
    unsafe { flush(file, flags) }
}

#[cfg(test)]
mod tests {
    use std::mem::{MaybeUninit, offset_of};
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
        let counted = unsafe { &raw mut (*file.cast::<Counted>()).written };
        // SAFETY: as above.
        unsafe { *counted += usize::try_from(length).unwrap() };
        ffi::SQLITE_OK
    }

    unsafe extern "C" fn count_flush(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
        assert_eq!(flags, ffi::SQLITE_SYNC_NORMAL | ffi::SQLITE_SYNC_DATAONLY);
        // SAFETY: the tests hand over nothing else.
        let flushes = unsafe { &raw mut (*file.cast::<Counted>()).flushes };
        // SAFETY: as above.
        unsafe { *flushes += 1 };
        // SAFETY: as above.
        unsafe { (*file.cast::<Counted>()).answer }
    }

    struct Opened(Box<Counted>);

    impl Opened {
        fn answering(answer: c_int) -> Self {
            // SAFETY: all of its fields are numbers or functions that may be missing.
            let none: ffi::sqlite3_io_methods = unsafe { MaybeUninit::zeroed().assume_init() };
            let methods = ffi::sqlite3_io_methods { xWrite: Some(count), xSync: Some(count_flush), ..none };
            let file = ffi::sqlite3_file { pMethods: Box::leak(Box::new(methods)) };
            let counted = Counted { file, written: 0, flushes: 0, answer, room: MaybeUninit::uninit() };
            let mut opened = Self(Box::new(counted));
            let own = c_int::try_from(offset_of!(Counted, room)).unwrap();
            assert_eq!(Tail::room_behind(own), size_of::<Counted>());
            // SAFETY: the room for the tail is where the tail is put, and there is no other user.
            unsafe { flush_in_pieces(opened.file(), own) };
            opened
        }

        fn file(&mut self) -> *mut ffi::sqlite3_file {
            (&raw mut *self.0).cast()
        }

        /// Writes so often so much, until a write fails.
        fn write(&mut self, times: usize, length: c_int) -> c_int {
            let file = self.file();
            // SAFETY: the file has the functions that were put there, and is written by nobody else.
            let written = (0..times).map(|_| unsafe { write(file, null(), length, 0) });
            written.into_iter().find(|code| *code != ffi::SQLITE_OK).unwrap_or(ffi::SQLITE_OK)
        }
    }

    #[test]
    fn there_is_a_flush_after_each_piece() {
        for (times, length, flushes) in [(63, 4096, 0), (400, 4096, 6), (3, 1 << 20, 3)] {
            let mut opened = Opened::answering(ffi::SQLITE_OK);
            assert_eq!(opened.write(times, length), ffi::SQLITE_OK);
            assert_eq!((opened.0.written, opened.0.flushes), (times * usize::try_from(length).unwrap(), flushes));
        }
    }

    #[test]
    fn what_sqlite_flushes_itself_begins_a_piece_anew() {
        let mut opened = Opened::answering(ffi::SQLITE_OK);
        for flushes in 1..=10 {
            assert_eq!(opened.write(60, 4096), ffi::SQLITE_OK);
            let file = opened.file();
            // SAFETY: the file has the functions that were put there, and is used by nobody else.
            let code = unsafe { flush(file, ffi::SQLITE_SYNC_NORMAL | ffi::SQLITE_SYNC_DATAONLY) };
            assert_eq!((code, opened.0.flushes), (ffi::SQLITE_OK, flushes));
        }
    }

    #[test]
    fn a_flush_that_fails_fails_the_write() {
        let mut opened = Opened::answering(ffi::SQLITE_IOERR_FSYNC);
        assert_eq!(opened.write(100, 4096), ffi::SQLITE_IOERR_FSYNC);
        assert_eq!((opened.0.written, opened.0.flushes), (64 * 4096, 1));
    }
}
