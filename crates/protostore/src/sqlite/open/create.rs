//! Making a database: under another name, whole and on the disk, before it gets its own.
//!
//! An empty file under the right name would open as an empty database, and a half-made one not at all; this way there is
//! never either, wherever the power fails.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;

use super::cipher::Cipher;
use super::identity::Class;
use super::integrity;
use super::place::{PAGE, Place};
use super::refusal::Refusal;
use super::settings::{self, Role};
use super::{Access, connect, migrate, names};
use crate::schema::Schema;

/// Makes the database at a place where there is nothing; the lock is held.
pub(super) fn create(place: &Place, schema: &Schema, class: Class, access: Access<'_>) -> Result<(), Refusal> {
    let unfinished = Place { path: place.beside(".creating"), directory: place.directory.clone() };
    sweep(&unfinished)?;
    let made = make(&unfinished, schema, class, access).and_then(|()| publish(&unfinished, place));
    if made.is_err() {
        // Left there, it would only take up a disk that may be full.
        let _ = sweep(&unfinished);
    }
    made
}

fn make(unfinished: &Place, schema: &Schema, class: Class, access: Access<'_>) -> Result<(), Refusal> {
    let failed = |why| Refusal::Engine("be created", why);
    let (mut connection, _) = empty(unfinished, access)?;
    // Both are fixed once the first table is there.
    connection.execute_batch("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL").map_err(failed)?;
    settings::apply(&connection, Role::Writer, CACHE)?;
    migrate::lay(&mut connection, schema, class)?;
    expect(&connection, "page_size", PAGE, "4096")?;
    expect(&connection, "auto_vacuum", 2, "INCREMENTAL")?;
    integrity::checkpoint(&connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(failed)?;
    connection.close().map_err(|(_, why)| failed(why))
}

/// The page cache of the one connection that fills a new file.
pub(super) const CACHE: u64 = 4 << 20;

/// Makes an empty file that is ours alone, and connects to it, with a salt of its own.
pub(super) fn empty(unfinished: &Place, access: Access<'_>) -> Result<(Connection, Cipher), Refusal> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished.path).map_err(io("be created"))?;
    let connection = connect::bare(&unfinished.path, false)?;
    let cipher = match access {
        Access::Keyed(key) => Cipher::fresh(key)?,
        Access::Plain(key) => Cipher::plain(key),
    };
    cipher.unlock(&connection)?;
    Ok((connection, cipher))
}

/// Reads back what cannot be changed any more; SQLCipher answers for the page size, and in text.
fn expect(connection: &Connection, pragma: &'static str, value: u64, name: &'static str) -> Result<(), Refusal> {
    let now: Value = connection
        .pragma_query_value(None, pragma, |row| row.get(0))
        .map_err(|why| Refusal::Engine("be created", why))?;
    let same = match now {
        Value::Integer(number) => u64::try_from(number) == Ok(value),
        Value::Text(digits) => digits.parse() == Ok(value),
        _ => false,
    };
    if same { Ok(()) } else { Err(Refusal::Setting(pragma, name)) }
}

/// Gives the file its name, unless another has it by now; no connection is open.
fn publish(unfinished: &Place, place: &Place) -> Result<(), Refusal> {
    sync(&unfinished.path)?;
    let is_free = || matches!(place.inspect(), Ok(false));
    names::rename_new(&unfinished.path, &place.path, is_free).map_err(io("get its name"))?;
    sync(&place.directory)
}

/// Writes a file, or the names in a directory, through to the disk.
pub(super) fn sync(path: &Path) -> Result<(), Refusal> {
    names::sync(path).map_err(io("be written to the disk"))
}

/// Removes what a creation that was interrupted has left; no caller was ever told of it.
pub(super) fn sweep(unfinished: &Place) -> Result<(), Refusal> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        names::remove(&unfinished.beside(suffix)).map_err(io("clear away an unfinished creation"))?;
    }
    Ok(())
}

fn io(what: &'static str) -> impl Fn(io::Error) -> Refusal {
    move |why| Refusal::Io(what, why)
}
