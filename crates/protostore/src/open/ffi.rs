//! The one call into the engine that rusqlite does not offer: handing over a key.
//!
//! `PRAGMA key` would do the same with the key as part of an SQL text, which is traced, kept in the parser's memory and
//! never wiped.
#![allow(unsafe_code, reason = "sqlite3_key_v2 takes the raw handle of a connection")]

use std::ffi::c_int;

use rusqlite::{Connection, Error, ffi};

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
