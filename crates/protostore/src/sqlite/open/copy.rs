//! Before an upgrade: whether the disk has room for it, and a copy of the database as it was.
//!
//! The copy is whole and on the disk before it gets its name. It is a database of its own: the same key, another salt, and
//! a log that it does not need, so that it opens by itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rustix::fs::statvfs;

use super::create::{self, sync};
use super::migrate::Reporter;
use super::place::{PAGE, Place};
use super::refusal::Refusal;
use super::settings::{self, Role};
use super::state::{self, State};
use super::{Access, connect, integrity};
use crate::schema::Schema;

/// How many pages are copied at a time, between two reports.
const PAGES: i32 = 1024;

/// How much room an upgrade needs, in sizes of the database: its copy, the log, and what tables become that are rebuilt.
const TIMES: u64 = 3;

/// Refuses where the disk has less room than an upgrade may take.
pub(super) fn room(connection: &Connection, place: &Place) -> Result<(), Refusal> {
    let pages: u64 = connection
        .query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0))
        .map(|pages| pages.unsigned_abs())
        .map_err(|why| Refusal::Engine("say how large it is", why))?;
    let needs = pages * PAGE * TIMES;
    let system = statvfs(&place.directory).map_err(|why| Refusal::Io("ask how much room its disk has", why.into()))?;
    let free = system.f_bavail * system.f_frsize;
    if free < needs { Err(Refusal::NoRoom(needs, free)) } else { Ok(()) }
}

/// Copies the database to `<file>.before-<version>` and returns that path; `version` is the one that it is upgraded to.
pub(super) fn copy(
    connection: &Connection,
    place: &Place,
    access: Access<'_>,
    schema: &Schema,
    reporter: &Reporter,
) -> Result<PathBuf, Refusal> {
    let path = place.beside(&format!("{BEFORE}{}", schema.version));
    let unfinished = Place { path: place.beside(&format!("{BEFORE}{}.creating", schema.version)), ..place.clone() };
    create::sweep(&unfinished)?;
    reporter.stage(schema.version, "copy the database");
    let made = make(connection, &unfinished, access, reporter).and_then(|()| publish(&unfinished, place, &path));
    if made.is_err() {
        // Left there, it would only take up a disk that may be full.
        let _ = create::sweep(&unfinished);
    }
    made.map(|()| path)
}

/// What the name of a copy has after that of the database, before the version.
const BEFORE: &str = ".before-";

fn make(from: &Connection, unfinished: &Place, access: Access<'_>, reporter: &Reporter) -> Result<(), Refusal> {
    let failed = |why| Refusal::Engine("be copied before its upgrade", why);
    let (mut to, cipher) = create::empty(unfinished, access)?;
    // The file is written through when it is whole; if that is interrupted, it has not got its name.
    to.execute_batch("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF").map_err(failed)?;
    {
        let backup = Backup::new(from, &mut to).map_err(failed)?;
        loop {
            match backup.step(PAGES).map_err(failed)? {
                StepResult::Done => break,
                StepResult::More => reporter.tick(),
                // Nobody else has the database.
                _ => return Err(Refusal::Locked(None)),
            }
        }
    }
    to.close().map_err(|(_, why)| failed(why))?;
    let to = connect::bare(&unfinished.path, false)?;
    cipher.unlock(&to)?;
    settings::apply(&to, Role::Writer, create::CACHE)?;
    close(&to).map_err(failed)?;
    integrity::checkpoint(&to)?;
    to.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(failed)?;
    to.close().map_err(|(_, why)| failed(why))
}

/// Says in the copy that it was closed, and that no log belongs to it: it is the beginning of a history of its own.
fn close(copy: &Connection) -> rusqlite::Result<()> {
    let sequence = State::read(copy)?.map_or(0, |state| i64::try_from(state.sequence).unwrap_or(i64::MAX));
    let log = state::number().map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))?;
    state::mark(copy, [log, log, sequence], true)
}

fn publish(unfinished: &Place, place: &Place, path: &Path) -> Result<(), Refusal> {
    let renamed = |why| Refusal::Io("name the copy of it", why);
    sync(&unfinished.path)?;
    // What is there under this name is the copy of an upgrade that failed; whatever else it is, is left.
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => return Err(renamed(io::ErrorKind::AlreadyExists.into())),
        _ => {}
    }
    fs::rename(&unfinished.path, path).map_err(renamed)?;
    sync(&place.directory)
}

/// Removes the copies of earlier upgrades, and what is left of those that were interrupted: the newest has taken their place.
pub(super) fn replace(place: &Place, newest: &Path) {
    let Some(name) = place.path.file_name().and_then(|name| name.to_str()) else { return };
    let Ok(entries) = fs::read_dir(&place.directory) else { return };
    for entry in entries.flatten() {
        let of = entry.file_name().to_str().and_then(|file| file.strip_prefix(name)?.strip_prefix(BEFORE)).map(is_copy);
        let is_older = of == Some(true) && entry.path() != newest;
        if is_older
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Err(why) = fs::remove_file(entry.path())
        {
            tracing::warn!(error = %why, path = %entry.path().display(), "an older copy could not be removed");
        }
    }
}

/// Says whether the end of a name is that of a copy, whole or unfinished: a version, and what a creation adds to it.
fn is_copy(end: &str) -> bool {
    let rest = end.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < end.len() && ["", ".creating", ".creating-wal", ".creating-shm", ".creating-journal"].contains(&rest)
}
