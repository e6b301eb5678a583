//! The calls into the engine that rusqlite does not offer: starting it, handing over a key, and asking for its memory.
//!
//! `PRAGMA key` would do the same with the key as part of an SQL text, which is traced, kept in the parser's memory and
//! never wiped.
#![allow(unsafe_code, reason = "they are calls into C, and sqlite3_key_v2 takes the raw handle of a connection")]

use std::ffi::c_int;
use std::sync::Once;

use rusqlite::{Connection, Error, ffi};

/// Starts the engine, for all threads that wait for it here.
///
/// SQLite lets other threads go on before SQLCipher, which is started last, is ready: a key that is set in that moment is
/// refused with "SQL logic error".
pub(super) fn start() {
    static STARTED: Once = Once::new();
    // SAFETY: the call has no requirements; it may be made at any time, by any thread. Where it fails, so does the next
    // thing that is asked of the engine, which says why.
    STARTED.call_once(|| {
        let _ = unsafe { ffi::sqlite3_initialize() };
    });
}

/// Returns how many bytes the engine has from the allocator, in the whole process.
pub(crate) fn memory_used() -> u64 {
    // SAFETY: the call has no requirements; it reads a counter of the engine under the engine's own lock.
    u64::try_from(unsafe { ffi::sqlite3_memory_used() }).unwrap_or(0)
}

/// Returns how many pages a connection has found in its cache since this was asked last, and how many it has not.
pub(crate) fn cache_lookups(connection: &Connection) -> (u64, u64) {
    let count = |what: c_int| {
        let (mut now, mut highest) = (0, 0);
        // SAFETY: the handle lives as long as the connection that is borrowed here, and both places are valid for the call.
        let code = unsafe { ffi::sqlite3_db_status(connection.handle(), what, &raw mut now, &raw mut highest, 1) };
        if code == ffi::SQLITE_OK { u64::try_from(now).unwrap_or(0) } else { 0 }
    };
    (count(ffi::SQLITE_DBSTATUS_CACHE_HIT), count(ffi::SQLITE_DBSTATUS_CACHE_MISS))
}

/// Returns how many bytes the page cache of a connection holds.
pub(crate) fn cache_used(connection: &Connection) -> u64 {
    let (mut now, mut highest) = (0, 0);
    let what = ffi::SQLITE_DBSTATUS_CACHE_USED;
    // SAFETY: the handle lives as long as the connection that is borrowed here, and both places are valid for the call.
    let code = unsafe { ffi::sqlite3_db_status(connection.handle(), what, &raw mut now, &raw mut highest, 0) };
    if code == ffi::SQLITE_OK { u64::try_from(now).unwrap_or(0) } else { 0 }
}

/// Sets the key of the main database; nothing is read or written yet.
#[cfg(feature = "sqlcipher")]
pub(super) fn set_key(connection: &Connection, key: &[u8]) -> Result<(), Error> {
    let length =
        c_int::try_from(key.len()).map_err(|_| Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_TOOBIG), None))?;
    // SAFETY: the handle lives as long as the connection that is borrowed here and is not closed by the call, the name is
    // a C string, `key` is valid for `length` bytes, and the engine makes a copy of it.
    let code = unsafe { ffi::sqlite3_key_v2(connection.handle(), c"main".as_ptr(), key.as_ptr().cast(), length) };
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(Error::SqliteFailure(ffi::Error::new(code), None)) }
}

/// Refuses: this program has no SQLCipher, and a file that is not encrypted must not seem to be.
#[cfg(not(feature = "sqlcipher"))]
pub(super) fn set_key(_connection: &Connection, _key: &[u8]) -> Result<(), Error> {
    let _: c_int = ffi::SQLITE_OK;
    Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_MISUSE), None))
}
