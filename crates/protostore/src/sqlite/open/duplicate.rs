//! A copy of a database: a database of its own, with a salt of its own, that opens without a log.
//!
//! It is whole and on the disk before it gets its name, so that a copy which was interrupted is never taken for one.

use std::fs;
use std::io;
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB};
use rustix::fs::statvfs;

use super::cipher::{self, Cipher};
use super::create::{self, sync};
use super::place::{PAGE, Place};
use super::refusal::Refusal;
use super::settings::{self, Role};
use super::state::{self, State};
use super::{Access, connect, integrity, names};
use crate::key::KeyId;

/// How many pages are copied at a time, between two reports.
const PAGES: i32 = 256;

/// How far a copy is, in pages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pages {
    pub(super) done: u64,
    pub(super) of: u64,
}

/// Who is told how far a copy is, and may end it.
pub(super) type Tick<'t> = &'t mut dyn FnMut(Pages) -> Result<(), Refusal>;

/// What a copy is once it is whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    /// The sequence of the newest commit in it.
    pub(super) sequence: u64,
    /// How many pages it has.
    pub(super) pages: u64,
    /// The id of its key; none where it is not encrypted.
    pub(super) key: Option<KeyId>,
}

/// Refuses where the disk of a directory has less room than a number of sizes of the database.
pub(super) fn room(connection: &Connection, directory: &Path, times: u64, what: &'static str) -> Result<(), Refusal> {
    let pages: u64 = connection
        .query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0))
        .map(|pages| pages.unsigned_abs())
        .map_err(|why| Refusal::Engine("say how large it is", why))?;
    let needs = pages * PAGE * times;
    let system = statvfs(directory).map_err(|why| Refusal::Io("ask how much room its disk has", why.into()))?;
    let free = system.f_bavail * system.f_frsize;
    if free < needs { Err(Refusal::NoRoom(what, needs, free)) } else { Ok(()) }
}

/// Copies the database of a connection into a file that has not got its name yet.
///
/// A connection in a snapshot is copied as of that snapshot, whatever is written meanwhile.
pub(super) fn make(from: &Connection, unfinished: &Place, access: Access<'_>, tick: Tick<'_>) -> Result<Made, Refusal> {
    let failed = |why| Refusal::Engine("be copied", why);
    let (mut to, cipher) = create::empty(unfinished, access)?;
    // The file is written through when it is whole; if that is interrupted, it has not got its name.
    to.execute_batch("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF").map_err(failed)?;
    {
        let backup = Backup::new(from, &mut to).map_err(failed)?;
        loop {
            let step = backup.step(PAGES).map_err(failed)?;
            let progress = backup.progress();
            let (left, of) = (progress.remaining.unsigned_abs().into(), progress.pagecount.unsigned_abs().into());
            match step {
                StepResult::Done => break,
                StepResult::More => tick(Pages { done: u64::saturating_sub(of, left), of })?,
                _ => return Err(Refusal::Locked(None)),
            }
        }
    }
    // A page that was not the last of a long value reads as zeros where it cannot be decrypted, and nothing else says so.
    if cipher::has_failed(from) || from.is_readonly(MAIN_DB).map_err(failed)? {
        return Err(Refusal::Damaged("a page of it cannot be decrypted, so that it cannot be copied".to_owned()));
    }
    to.close().map_err(|(_, why)| failed(why))?;
    let to = connect::bare(&unfinished.path, false)?;
    cipher.unlock(&to)?;
    settings::apply(&to, Role::Writer, create::CACHE)?;
    let sequence = close(&to).map_err(failed)?;
    let pages: i64 = to.query_row("PRAGMA page_count", [], |row| row.get(0)).map_err(failed)?;
    integrity::checkpoint(&to)?;
    to.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(failed)?;
    to.close().map_err(|(_, why)| failed(why))?;
    Ok(Made { sequence, pages: pages.unsigned_abs(), key: cipher.id() })
}

/// Says in the copy that it was closed, and that no log belongs to it: it is the beginning of a history of its own.
fn close(copy: &Connection) -> rusqlite::Result<u64> {
    let sequence = State::read(copy)?.map_or(0, |state| state.sequence);
    let stamped = i64::try_from(sequence).unwrap_or(i64::MAX);
    let log = state::number().map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))?;
    state::mark(copy, [log, log, stamped], true)?;
    Ok(sequence)
}

/// Opens a copy as anyone would, and searches all of it for damage; nothing of it is changed.
pub(super) fn check(copy: &Place, access: Access<'_>) -> Result<(), Refusal> {
    let connection = connect::bare(&copy.path, false)?;
    let checked = check_over(&connection, access).map_err(|refusal| refusal.on(&connection));
    connect::leave(connection, false);
    checked
}

fn check_over(connection: &Connection, access: Access<'_>) -> Result<(), Refusal> {
    let cipher = match access {
        Access::Keyed(key) => Cipher::of_file(connection, key)?,
        Access::Plain(key) => Cipher::plain(key),
    };
    cipher.unlock(connection)?;
    connect::probe(connection, &cipher)?;
    let state = State::read(connection).map_err(|why| Refusal::unreadable("its state", why))?;
    match state {
        Some(state) if state.closed && state.log == state.next => integrity::check(connection),
        _ => Err(Refusal::Damaged("the copy does not say that it needs no log".to_owned())),
    }
}

/// Gives a copy its name: in place of the file that has it where that is asked for.
pub(super) fn publish(unfinished: &Place, place: &Place, replace: bool) -> Result<(), Refusal> {
    let renamed = |why| Refusal::Io("give the copy its name", why);
    sync(&unfinished.path)?;
    if replace {
        stale(place)?;
        names::rename(&unfinished.path, &place.path).map_err(renamed)?;
    } else {
        match names::rename_new(&unfinished.path, &place.path, || absent(place).is_ok()) {
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => return Err(Refusal::Exists),
            done => done.map_err(renamed)?,
        }
    }
    sync(&place.directory)
}

/// Removes what belongs to the file that is about to be replaced, and to no other.
fn stale(place: &Place) -> Result<(), Refusal> {
    for suffix in ["-wal", "-shm", "-journal"] {
        let failed = |why| Refusal::Io("remove the log of the file that is replaced", why);
        names::remove(&place.beside(suffix)).map_err(failed)?;
    }
    Ok(())
}

/// Refuses where something has the name already.
pub(super) fn absent(place: &Place) -> Result<(), Refusal> {
    match fs::symlink_metadata(&place.path) {
        Ok(_) => Err(Refusal::Exists),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(why) => Err(Refusal::Io("be looked at", why)),
    }
}

/// Refuses to replace what is not a file that a store could have made; says whether there is one.
pub(super) fn replaceable(place: &Place) -> Result<bool, Refusal> {
    match fs::symlink_metadata(&place.path) {
        Ok(there) => match super::place::stranger(&there) {
            None => Ok(true),
            Some(what) => Err(Refusal::NotReplaced(what)),
        },
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(why) => Err(Refusal::Io("be looked at", why)),
    }
}
