//! Before an upgrade: whether the disk has room for it, and a copy of the database as it was.
//!
//! The copy is whole and on the disk before it gets its name. It is a database of its own: the same key, another salt, and
//! a log that it does not need, so that it opens by itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::create::{self, sync};
use super::duplicate::{self, Tick};
use super::migrate::Reporter;
use super::place::Place;
use super::refusal::Refusal;
use super::{Access, names};
use crate::schema::Schema;

/// How much room an upgrade needs, in sizes of the database: its copy, the log, and what tables become that are rebuilt.
const TIMES: u64 = 3;

/// Refuses where the disk has less room than an upgrade may take.
pub(super) fn room(connection: &Connection, place: &Place) -> Result<(), Refusal> {
    duplicate::room(connection, &place.directory, TIMES, "be upgraded")
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
    let told: Tick<'_> = &mut |_| {
        reporter.tick();
        Ok(())
    };
    let made = duplicate::make(connection, &unfinished, access, told).and_then(|_| publish(&unfinished, place, &path));
    if made.is_err() {
        // Left there, it would only take up a disk that may be full.
        let _ = create::sweep(&unfinished);
    }
    made.map(|()| path)
}

/// What the name of a copy has after that of the database, before the version.
pub(super) const BEFORE: &str = ".before-";

fn publish(unfinished: &Place, place: &Place, path: &Path) -> Result<(), Refusal> {
    let renamed = |why| Refusal::Io("name the copy of it", why);
    sync(&unfinished.path)?;
    // What is there under this name is the copy of an upgrade that failed; whatever else it is, is left.
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => return Err(renamed(io::ErrorKind::AlreadyExists.into())),
        _ => {}
    }
    names::rename(&unfinished.path, path).map_err(renamed)?;
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
            && let Err(why) = names::remove(&entry.path())
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
