//! Backups, restoring them, and rotating the key: each a copy that is checked before it gets its name.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::cold::Cold;
use super::duplicate::{self, Made, Pages};
use super::lock::Lock;
use super::place::Place;
use super::refusal::Refusal;
use super::{Access, Connector, create, integrity};
use crate::error::Result;
use crate::key::Key;
use crate::sqlite::SqliteOptions;
use crate::sqlite::upkeep::{Copied, CopyOptions, CopyProgress, Stage};

/// How much room a copy needs, in sizes of the database.
const TIMES: u64 = 1;

/// A copy that is whole and has not got its name yet; it is removed where it never gets it.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    place: Place,
    unfinished: Place,
    access: Access<'a>,
    options: &'a CopyOptions,
    made: Option<Made>,
    start: Instant,
    /// Of the file that it becomes; none where whoever copies has it.
    _lock: Option<Lock>,
}

impl<'a> Draft<'a> {
    pub(super) fn begin(
        place: Place,
        suffix: &str,
        access: Access<'a>,
        options: &'a CopyOptions,
    ) -> Result<Self, Refusal> {
        let unfinished = Place { path: place.beside(suffix), ..place.clone() };
        create::sweep(&unfinished)?;
        Ok(Self { place, unfinished, access, options, made: None, start: Instant::now(), _lock: None })
    }

    /// Copies what a connection sees; `goes_on` may end it.
    pub(super) fn fill(
        &mut self,
        from: &Connection,
        goes_on: &mut dyn FnMut() -> Result<(), String>,
    ) -> Result<(), Refusal> {
        duplicate::room(from, &self.place.directory, TIMES, "be copied")?;
        let options = self.options;
        let made = duplicate::make(from, &self.unfinished, self.access, &mut |Pages { done, of }| {
            goes_on().map_err(Refusal::GivenUp)?;
            tell(options, Stage::Copies, done, of)
        });
        self.made = Some(made.map_err(|refusal| refusal.on(from))?);
        Ok(())
    }

    /// Changes the copy; it must need no log afterwards.
    pub(super) fn change(&mut self, change: impl FnOnce(&Place) -> Result<(), Refusal>) -> Result<(), Refusal> {
        change(&self.unfinished)?;
        if self.unfinished.has_log() { Err(Refusal::Locked(None)) } else { Ok(()) }
    }

    /// Searches the copy for damage.
    pub(super) fn check(&self) -> Result<Made, Refusal> {
        let made = self.made.ok_or_else(|| Refusal::Unfit("was not copied".to_owned()))?;
        tell(self.options, Stage::Checks, made.pages, made.pages)?;
        duplicate::check(&self.unfinished, self.access).map(|()| made)
    }

    pub(super) fn publish(&mut self, made: Made, replace: bool) -> Result<Copied, Refusal> {
        duplicate::publish(&self.unfinished, &self.place, replace)?;
        Ok(Copied {
            path: self.place.path.clone(),
            key_id: made.key.map(|id| id.to_string()),
            sequence: made.sequence,
            bytes: made.pages * super::place::PAGE,
            took: self.start.elapsed(),
        })
    }

    /// Checks a backup and gives it its name.
    pub(crate) fn finish(mut self) -> Result<Copied> {
        let made = self.check();
        let done = made.and_then(|made| self.publish(made, self.options.replace));
        done.map_err(|refusal| refusal.about(&self.place.path))
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        // Where it has got its name, nothing is there any more. Left there, it would only take up a disk that may be full.
        let _ = create::sweep(&self.unfinished);
    }
}

impl Connector {
    /// Copies what a connection of the store sees, as a file that has not got its name yet; `goes_on` may end it.
    pub(crate) fn draft<'a>(
        &self,
        from: &Connection,
        to: &Path,
        key: &'a Key,
        options: &'a CopyOptions,
        goes_on: &mut dyn FnMut() -> Result<(), String>,
    ) -> Result<Draft<'a>> {
        let access = if self.is_encrypted() { Access::Keyed(key) } else { Access::Plain(key) };
        draft(from, &self.path, to, access, options, goes_on).map_err(|refusal| refusal.about(to))
    }
}

/// Copies the database of a connection, which is at `source`, as a file that has not got its name yet.
pub(super) fn draft<'a>(
    from: &Connection,
    source: &Path,
    to: &Path,
    access: Access<'a>,
    options: &'a CopyOptions,
    goes_on: &mut dyn FnMut() -> Result<(), String>,
) -> Result<Draft<'a>, Refusal> {
    let place = Place::of(to)?;
    if place.path == source {
        return Err(Refusal::Itself);
    }
    let lock = Lock::take(&place.beside(".lock"), Duration::ZERO)?;
    wanted(&place, options)?;
    let mut draft = Draft::begin(place, ".creating", access, options)?;
    draft._lock = Some(lock);
    draft.fill(from, goes_on)?;
    Ok(draft)
}

/// Puts a backup in the place of a database.
pub(crate) fn restore(
    backup: &Path,
    to: &Path,
    key: &Key,
    settings: &SqliteOptions,
    options: &CopyOptions,
) -> Result<Copied> {
    let about = |path| move |refusal: Refusal| refusal.about(path);
    let (access, theirs) = match settings.plaintext {
        true => (Access::Plain(key), Access::Plain(key)),
        false => (Access::Keyed(key), Access::Keyed(options.other.as_ref().unwrap_or(key))),
    };
    let source = Place::of(backup).map_err(about(backup))?;
    let place = Place::of(to).map_err(about(to))?;
    if source.path == place.path {
        return Err(Refusal::Itself.about(to));
    }
    let _lock = Lock::take(&place.beside(".lock"), settings.wait).map_err(about(to))?;
    let replaces = wanted(&place, options).map_err(about(to))?;
    let cold = Cold::lock(source, settings, theirs, Duration::ZERO).map_err(about(backup))?;
    let from = cold.connection();
    if !cold.place.has_log() {
        integrity::check(from).map_err(|refusal| refusal.on(from).about(backup))?;
    }
    let mut draft = Draft::begin(place.clone(), ".restoring", access, options).map_err(about(to))?;
    draft.fill(from, &mut || Ok(())).map_err(|refusal| match refusal {
        Refusal::Damaged(_) => refusal.about(backup),
        refusal => refusal.about(to),
    })?;
    let restored = draft.check().and_then(|made| {
        if replaces {
            settle(&place, settings, access);
        }
        draft.publish(made, replaces)
    });
    restored.map_err(about(to))
}

/// Moves the log of a file that is about to be replaced into it, so that it is whole at each moment until then. Where it
/// cannot be opened, which may be why it is replaced, it stays as it is.
fn settle(place: &Place, settings: &SqliteOptions, access: Access<'_>) {
    let settled = Cold::open(place.clone(), settings, access, None).and_then(|mut old| old.settle());
    if let Err(refusal) = settled {
        tracing::warn!(path = %place.path.display(), why = %refusal, "the database that is replaced cannot be opened");
    }
}

/// Encrypts a database anew, under another key and with another salt.
pub(crate) fn rotate(
    path: &Path,
    old: &Key,
    new: &Key,
    settings: &SqliteOptions,
    options: &CopyOptions,
) -> Result<Copied> {
    if settings.plaintext {
        return Err(Refusal::Unfit("is not encrypted, so that it has no key to rotate".to_owned()).about(path));
    }
    let rotated = Place::of(path).and_then(|place| {
        let cold = Cold::lock(place, settings, Access::Keyed(old), settings.wait)?;
        rotate_cold(cold, Access::Keyed(new), options)
    });
    rotated.map_err(|refusal| refusal.about(path))
}

/// The same for a file that is open.
pub(super) fn rotate_cold(mut cold: Cold, new: Access<'_>, options: &CopyOptions) -> Result<Copied, Refusal> {
    // From here on the file needs no log, so that replacing it takes one step.
    cold.settle()?;
    let mut draft = Draft::begin(cold.place.clone(), ".rotating", new, options)?;
    draft.fill(cold.connection(), &mut || Ok(()))?;
    let made = draft.check()?;
    cold.close();
    if cold.place.has_log() {
        return Err(Refusal::Locked(None));
    }
    // The lock, which the database has, is let go once the new file has its name.
    draft.publish(made, true)
}

/// Opens the file with the first of the previous keys that fits, where the current one does not, and rotates it to that;
/// returns the id of the key that it had.
pub(super) fn rotate_previous(
    place: &Place,
    settings: &SqliteOptions,
    current: Access<'_>,
) -> Result<Option<String>, Refusal> {
    let Err(refused @ Refusal::WrongKey(_)) = Cold::open(place.clone(), settings, current, None) else {
        return Ok(None);
    };
    for previous in &settings.previous_keys {
        match Cold::open(place.clone(), settings, Access::Keyed(previous), None) {
            Err(Refusal::WrongKey(_)) => {}
            Err(refusal) => return Err(refusal),
            Ok(cold) => {
                let from = cold.cipher.id().map(|id| id.to_string());
                let rotated = rotate_cold(cold, current, &CopyOptions::new())?;
                let (from_id, to_id) = (from.as_deref().unwrap_or(""), rotated.key_id.as_deref().unwrap_or(""));
                tracing::info!(path = %place.path.display(), from_id, to_id, "rotated the key of the database");
                return Ok(from);
            }
        }
    }
    Err(refused)
}

/// Says whether a file is replaced; refuses where that was not asked for.
fn wanted(place: &Place, options: &CopyOptions) -> Result<bool, Refusal> {
    if options.replace { duplicate::replaceable(place) } else { duplicate::absent(place).map(|()| false) }
}

fn tell(options: &CopyOptions, stage: Stage, done: u64, of: u64) -> Result<(), Refusal> {
    match options.tell(&CopyProgress { stage, done, of }).is_break() {
        true => Err(Refusal::GivenUp("whoever was told how far it was has ended it".to_owned())),
        false => Ok(()),
    }
}
