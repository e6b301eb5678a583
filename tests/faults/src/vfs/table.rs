//! The table of functions that SQLite calls: each looks at the state, then hands on to the VFS below.

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr::null_mut;
use std::sync::OnceLock;

use rusqlite::ffi;

use super::{Call, Event, Failure, count, note, watched};
use crate::images::SECTOR;

/// The VFS that a store asks for, and whose name the layer takes.
const NAME: &CStr = c"unix-excl";

/// The VFS below, as an address: it lives as long as the process.
static BELOW: OnceLock<usize> = OnceLock::new();

/// A file of ours: the file of the VFS below follows it in memory.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    /// The path of a watched file, from `Box::into_raw`; null for any other.
    path: *mut PathBuf,
}

/// Takes the name of the VFS below.
pub(super) fn install() {
    BELOW.get_or_init(|| {
        // SAFETY: the VFS found has static storage; the one registered is leaked.
        unsafe {
            assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
            let below = ffi::sqlite3_vfs_find(NAME.as_ptr());
            assert!(!below.is_null(), "SQLite has no VFS of this name");
            assert_eq!(ffi::sqlite3_vfs_unregister(below), ffi::SQLITE_OK);
            let mut own = *below;
            own.iVersion = 2;
            own.szOsFile += c_int::try_from(size_of::<File>()).unwrap();
            own.pNext = null_mut();
            own.xOpen = Some(open);
            own.xDelete = Some(delete);
            let own = Box::into_raw(Box::new(own));
            assert_eq!(ffi::sqlite3_vfs_register(own, 0), ffi::SQLITE_OK);
            below as usize
        }
    });
}

fn below() -> *mut ffi::sqlite3_vfs {
    *BELOW.get().expect("is installed") as *mut ffi::sqlite3_vfs
}

/// The file of the VFS below.
unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: `szOsFile` reserves room for it right after ours.
    unsafe { file.cast::<File>().add(1).cast() }
}

/// The functions of the file below.
unsafe fn methods<'a>(file: *mut ffi::sqlite3_file) -> &'a ffi::sqlite3_io_methods {
    // SAFETY: SQLite calls only for files that were opened, whose table is static.
    unsafe { &*(*real(file)).pMethods }
}

/// The path, where the file is watched.
unsafe fn path<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a Path> {
    // SAFETY: either null or from `Box::into_raw`, until `close`.
    unsafe { (*file.cast::<File>()).path.as_ref().map(PathBuf::as_path) }
}

unsafe fn named(name: *const c_char) -> Option<PathBuf> {
    if name.is_null() {
        return None;
    }
    // SAFETY: SQLite passes a C string.
    let path = Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes())).to_path_buf();
    watched(&path).then_some(path)
}

unsafe extern "C" fn open(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: the arguments are SQLite's own; `file` has `szOsFile` bytes.
    unsafe {
        (*file).pMethods = std::ptr::null();
        let path = named(name);
        if path.is_some() && count(Call::Open).is_some() {
            return ffi::SQLITE_CANTOPEN;
        }
        let code = (*below()).xOpen.unwrap()(below(), name, real(file), flags, out);
        if (*real(file)).pMethods.is_null() {
            return code;
        }
        if let Some(path) = &path {
            note(|| Event::Opened(path.clone()));
        }
        (*file.cast::<File>()).path = path.map_or(null_mut(), |path| Box::into_raw(Box::new(path)));
        (*file).pMethods = &METHODS;
        code
    }
}

unsafe extern "C" fn delete(_vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: the arguments are SQLite's own.
    unsafe {
        let path = named(name);
        if path.is_some() && count(Call::Delete).is_some() {
            return ffi::SQLITE_IOERR_DELETE;
        }
        let code = (*below()).xDelete.unwrap()(below(), name, sync);
        if let Some(path) = path
            && code == ffi::SQLITE_OK
        {
            note(|| Event::Deleted(path, sync != 0));
        }
        code
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // Without the functions of version 3: the store maps no file into memory.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once.
    unsafe {
        let own = file.cast::<File>();
        if !(*own).path.is_null() {
            drop(Box::from_raw((*own).path));
            (*own).path = null_mut();
        }
        methods(file).xClose.unwrap()(real(file))
    }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, amount: c_int, offset: i64) -> c_int {
    // SAFETY: the arguments are SQLite's own, as in every function below.
    unsafe {
        if path(file).is_some() && count(Call::Read).is_some() {
            return ffi::SQLITE_IOERR_READ;
        }
        methods(file).xRead.unwrap()(real(file), to, amount, offset)
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, amount: c_int, offset: i64) -> c_int {
    // SAFETY: as in `read`.
    unsafe {
        let below = methods(file).xWrite.unwrap();
        let Some(path) = path(file) else { return below(real(file), from, amount, offset) };
        match count(Call::Write) {
            None => {}
            Some(Failure::Io) => return ffi::SQLITE_IOERR_WRITE,
            Some(Failure::Full) => return ffi::SQLITE_FULL,
            Some(Failure::Short) => {
                below(real(file), from, whole_sectors(amount / 2, offset), offset);
                return ffi::SQLITE_FULL;
            }
            Some(Failure::Swallowed) => return ffi::SQLITE_OK,
        }
        let code = below(real(file), from, amount, offset);
        if code == ffi::SQLITE_OK {
            note(|| {
                let bytes = std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(amount).unwrap_or(0));
                Event::Written(path.to_path_buf(), u64::try_from(offset).unwrap_or(0), bytes.to_vec())
            });
        }
        code
    }
}

/// Returns how many of the bytes at an offset end with a sector: a disk writes part of one no more than a power cut does.
fn whole_sectors(amount: c_int, offset: i64) -> c_int {
    let sector = SECTOR as i64;
    let end = (offset + i64::from(amount)) / sector * sector;
    c_int::try_from((end - offset).max(0)).unwrap_or(0)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    // SAFETY: as in `read`.
    unsafe {
        let path = path(file);
        if path.is_some() && count(Call::Truncate).is_some() {
            return ffi::SQLITE_IOERR_TRUNCATE;
        }
        let code = methods(file).xTruncate.unwrap()(real(file), length);
        if let Some(path) = path
            && code == ffi::SQLITE_OK
        {
            note(|| Event::Truncated(path.to_path_buf(), u64::try_from(length).unwrap_or(0)));
        }
        code
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: as in `read`.
    unsafe {
        let Some(path) = path(file) else { return methods(file).xSync.unwrap()(real(file), flags) };
        if count(Call::Sync).is_some() {
            return ffi::SQLITE_IOERR_FSYNC;
        }
        // The machine stays up: what the disk would hold is worked out from the recording.
        note(|| Event::Synced(path.to_path_buf()));
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, to: *mut i64) -> c_int {
    // SAFETY: as in `read`.
    unsafe {
        if path(file).is_some() && count(Call::Size).is_some() {
            return ffi::SQLITE_IOERR_FSTAT;
        }
        methods(file).xFileSize.unwrap()(real(file), to)
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: as in `read`.
    unsafe { methods(file).xLock.unwrap()(real(file), level) }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: as in `read`.
    unsafe { methods(file).xUnlock.unwrap()(real(file), level) }
}

unsafe extern "C" fn reserved(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: as in `read`.
    unsafe { methods(file).xCheckReservedLock.unwrap()(real(file), out) }
}

unsafe extern "C" fn control(file: *mut ffi::sqlite3_file, what: c_int, argument: *mut c_void) -> c_int {
    // SAFETY: as in `read`.
    unsafe { methods(file).xFileControl.unwrap()(real(file), what, argument) }
}

unsafe extern "C" fn sector(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: as in `read`.
    unsafe { methods(file).xSectorSize.unwrap()(real(file)) }
}

unsafe extern "C" fn characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: as in `read`.
    unsafe { methods(file).xDeviceCharacteristics.unwrap()(real(file)) }
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: as in `read`.
    unsafe { methods(file).xShmMap.unwrap()(real(file), page, size, extend, out) }
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, n: c_int, flags: c_int) -> c_int {
    // SAFETY: as in `read`.
    unsafe { methods(file).xShmLock.unwrap()(real(file), offset, n, flags) }
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: as in `read`.
    unsafe { methods(file).xShmBarrier.unwrap()(real(file)) }
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    // SAFETY: as in `read`.
    unsafe { methods(file).xShmUnmap.unwrap()(real(file), delete) }
}
