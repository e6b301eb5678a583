//! What is set on a connection before it serves, and asserted: a setting that is not known or does not take says nothing.

use rusqlite::limits::Limit;
use rusqlite::{Connection, OptionalExtension};

use super::refusal::Refusal;
use crate::schema::Recursion;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The one that writes.
    Writer,
    /// One of those that only read.
    Reader,
}

/// A pragma, what it is set to, and how that reads back.
type Setting = (&'static str, &'static str, i64);

/// For every connection.
const ALL: [Setting; 8] = [
    // A commit that was acknowledged is on the disk.
    ("synchronous", "FULL", 2),
    // On macOS an fsync alone leaves it in the drive's cache; elsewhere both change nothing.
    ("fullfsync", "ON", 1),
    ("checkpoint_fullfsync", "ON", 1),
    ("foreign_keys", "ON", 1),
    // Temporary tables and sorters would be plain text on the disk.
    ("temp_store", "MEMORY", 2),
    ("cell_size_check", "ON", 1),
    // Without it, REPLACE passes by the triggers that keep a table append-only.
    ("recursive_triggers", "ON", 1),
    // A file that shrinks under a mapping kills the process.
    ("mmap_size", "0", 0),
];

const READER: [Setting; 1] = [("query_only", "ON", 1)];

/// The store moves the log into the file itself, and a log that has grown beyond 64 MiB gives the rest back when it begins anew.
const WRITER: [Setting; 2] = [("wal_autocheckpoint", "0", 0), ("journal_size_limit", "67108864", 67_108_864)];

/// Limits that only statements of a stranger would reach.
const LIMITS: [(Limit, &str, i32); 4] = [
    (Limit::SQLITE_LIMIT_ATTACHED, "limit of attached databases", 0),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, "limit of worker threads", 0),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, "limit of the length of a statement", 1 << 20),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, "limit of the depth of triggers", Recursion::DEEPEST),
];

/// Sets and asserts all of it, with a page cache of so many bytes.
pub(super) fn apply(connection: &Connection, role: Role, cache: u64) -> Result<(), Refusal> {
    log(connection)?;
    let own: &[Setting] = match role {
        Role::Writer => &WRITER,
        Role::Reader => &READER,
    };
    for setting in ALL.iter().chain(own) {
        set(connection, setting)?;
    }
    let kibibytes = i64::try_from(cache / 1024).unwrap_or(i64::MAX);
    connection.pragma_update(None, "cache_size", -kibibytes).map_err(|why| Refusal::Engine("size its cache", why))
}

/// Sets the limits, which would be in the way of a migration.
pub(super) fn limit(connection: &Connection) -> Result<(), Refusal> {
    for (limit, name, value) in LIMITS {
        let failed = |why| Refusal::Engine(name, why);
        connection.set_limit(limit, value).map_err(failed)?;
        if connection.limit(limit).map_err(failed)? != value {
            return Err(Refusal::Setting(name, "set"));
        }
    }
    Ok(())
}

fn log(connection: &Connection) -> Result<(), Refusal> {
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(|why| Refusal::Engine("use a write-ahead log", why))?;
    if mode == "wal" { Ok(()) } else { Err(Refusal::Setting("journal_mode", "WAL")) }
}

fn set(connection: &Connection, (name, value, read): &Setting) -> Result<(), Refusal> {
    let failed = |why| Refusal::Engine(name, why);
    connection.execute_batch(&format!("PRAGMA {name} = {value}")).map_err(failed)?;
    let now = connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).optional();
    // What is compiled out has no value, which is as good as none.
    if now.map_err(failed)?.unwrap_or(0) == *read { Ok(()) } else { Err(Refusal::Setting(name, value)) }
}
