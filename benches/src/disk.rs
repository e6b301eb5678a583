//! A layer between SQLite and the disk, below both sides alike: it counts what goes to the files, and may make each sync take
//! longer, as a slower disk does.

#![allow(unsafe_code, reason = "a VFS is a table of C functions that SQLite calls")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use rusqlite::ffi;

static READS: AtomicU64 = AtomicU64::new(0);
static SYNCS: AtomicU64 = AtomicU64::new(0);
static DELAY: AtomicU64 = AtomicU64::new(0);

/// The VFS that a store asks for, and the one that a connection has by default.
const NAMES: [&CStr; 2] = [c"unix-excl", c"unix"];

/// How a VFS opens a file.
type Open =
    unsafe extern "C" fn(*mut ffi::sqlite3_vfs, *const c_char, *mut ffi::sqlite3_file, c_int, *mut c_int) -> c_int;

/// What opens files below, and reads and syncs them: the same for both names and all kinds of files.
static OPEN: OnceLock<Open> = OnceLock::new();
static BELOW: OnceLock<ffi::sqlite3_io_methods> = OnceLock::new();

/// The functions of this layer for each table of functions below, by its address: files without locks have another.
static ABOVE: Mutex<Vec<(usize, &'static ffi::sqlite3_io_methods)>> = Mutex::new(Vec::new());

/// What was asked of the disk so far.
#[derive(Clone, Copy)]
pub(crate) struct Disk {
    /// How many pages were read: each missed a cache.
    pub(crate) reads: u64,
    /// How many times something was brought to the disk.
    pub(crate) syncs: u64,
}

impl Disk {
    pub(crate) fn now() -> Self {
        Self { reads: READS.load(Ordering::Relaxed), syncs: SYNCS.load(Ordering::Relaxed) }
    }

    pub(crate) fn since(self) -> Self {
        let now = Self::now();
        Self { reads: now.reads - self.reads, syncs: now.syncs - self.syncs }
    }
}

/// Makes each sync take so much longer.
pub(crate) fn delay(time: Duration) {
    DELAY.store(time.as_nanos() as u64, Ordering::Relaxed);
}

/// Goes below all connections that are opened from now on.
pub(crate) fn install() {
    // SAFETY: the VFS found have static storage; those registered are leaked, and take the names of those below.
    unsafe {
        assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
        for name in NAMES {
            let below = ffi::sqlite3_vfs_find(name.as_ptr());
            assert!(!below.is_null(), "SQLite has no VFS of this name");
            let mut own = *below;
            OPEN.get_or_init(|| own.xOpen.expect("opens files"));
            assert_eq!(ffi::sqlite3_vfs_unregister(below), ffi::SQLITE_OK);
            own.pNext = null_mut();
            own.xOpen = Some(open);
            let is_default = c_int::from(name == c"unix");
            assert_eq!(ffi::sqlite3_vfs_register(Box::into_raw(Box::new(own)), is_default), ffi::SQLITE_OK);
        }
    }
}

/// Opens a file below, and puts the functions of this layer in place of those that it has.
unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: the arguments are SQLite's own; the VFS differs from the one below by this function alone.
    unsafe {
        let code = OPEN.get().expect("is installed")(vfs, name, file, flags, out);
        if !(*file).pMethods.is_null() {
            (*file).pMethods = above((*file).pMethods);
        }
        code
    }
}

/// Returns the functions of this layer over those of a file below.
///
/// # Safety
/// The pointer is to a table that lives as long as the process.
unsafe fn above(below: *const ffi::sqlite3_io_methods) -> &'static ffi::sqlite3_io_methods {
    let mut all = ABOVE.lock().expect("no panic");
    if let Some((_, above)) = all.iter().find(|(of, _)| *of == below.addr()) {
        return above;
    }
    // SAFETY: as the caller promises.
    let mut above = unsafe { *below };
    BELOW.get_or_init(|| above);
    above.xRead = Some(read);
    above.xSync = Some(sync);
    let above = Box::leak(Box::new(above));
    all.push((below.addr(), above));
    above
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, count: c_int, at: i64) -> c_int {
    READS.fetch_add(1, Ordering::Relaxed);
    // SAFETY: the arguments are SQLite's own.
    unsafe { BELOW.get().and_then(|below| below.xRead).expect("reads")(file, to, count, at) }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    SYNCS.fetch_add(1, Ordering::Relaxed);
    let delay = Duration::from_nanos(DELAY.load(Ordering::Relaxed));
    if !delay.is_zero() {
        std::thread::sleep(delay);
    }
    // SAFETY: the arguments are SQLite's own.
    unsafe { BELOW.get().and_then(|below| below.xSync).expect("syncs")(file, flags) }
}
