//! The history that is on disk, and where today's schema stands to it.

use std::collections::BTreeMap;

use protostore_evolve::{Change, Fault, History, Lock, snapshot_path};
use protostore_schema::Schema;

use crate::disk::Files;

/// The versions to emit, and what stands against them.
pub(crate) struct Past {
    /// The versions; the head is today's schema, apart from comments.
    pub(crate) history: History,
    /// Whether the texts on disk are those that the lock names, so that they stay as they are.
    pub(crate) intact: bool,
    /// What was done to the history by hand.
    pub(crate) faults: Vec<Fault>,
    /// What changed since the head.
    pub(crate) changes: Vec<Change>,
    /// Whether the lock cannot be read beside files of later versions, which an amended version 1 would leave behind.
    pub(crate) unreadable: bool,
}

/// Reads the history of a store from its files.
pub(crate) fn read(schema: &Schema, there: &Files) -> Past {
    let (migrations, snapshots) = (texts(there, "migrations/"), texts(there, "schema/"));
    let first = || History::first(schema.clone());
    let unreadable = migrations.keys().chain(snapshots.keys()).any(|path| version(path) > Some(1));
    let broken = |faults| Past { history: first(), intact: false, faults, changes: Vec::new(), unreadable };

    let Some(lock) = there.get("schema.lock") else {
        let faults = if migrations.is_empty() && snapshots.is_empty() { Vec::new() } else { vec![Fault::NoLock] };
        return broken(faults);
    };
    let lock = match Lock::from_text(&String::from_utf8_lossy(lock)) {
        Ok(lock) => lock,
        Err(error) => return broken(vec![Fault::NotALock { why: error.to_string() }]),
    };
    let mut faults = lock.verify(&migrations, &snapshots);
    let history = match History::read(&lock, |version| snapshots.get(&snapshot_path(version)).map(String::as_str)) {
        Ok(history) => history,
        Err((version, error)) => {
            let file = snapshot_path(version);
            if !faults.iter().any(|fault| fault.file() == file) {
                faults.push(Fault::NotASnapshot { file, why: error.to_string() });
            }
            None
        }
    };
    let Some(history) = history else { return broken(faults) };
    if !faults.is_empty() {
        return Past { history: history.amend(schema), intact: false, faults, changes: Vec::new(), unreadable: false };
    }
    match history.advance(schema) {
        Ok(history) => Past { history, intact: true, faults, changes: Vec::new(), unreadable: false },
        Err(changed) => {
            let (history, changes) = (history.amend(schema), changed.changes);
            Past { history, intact: false, faults, changes, unreadable: false }
        }
    }
}

/// Returns the schema of the newest version on disk, whose types keep their names; nothing where there is none that can
/// be read, which [`read`] says.
pub(crate) fn newest(there: &Files) -> Option<Schema> {
    let lock = Lock::from_text(std::str::from_utf8(there.get("schema.lock")?).ok()?).ok()?;
    let version = lock.migrations.last()?.version;
    Schema::from_snapshot(std::str::from_utf8(there.get(&snapshot_path(version))?).ok()?).ok()
}

/// Returns the history with its head made anew from today's schema, comments and all.
/// The faults remain where that would begin a history anew beside files of a longer one.
pub(crate) fn amended(past: Past, schema: &Schema) -> Past {
    let faults = if past.unreadable { past.faults } else { Vec::new() };
    Past { history: past.history.amend(schema), intact: false, faults, ..past }
}

/// Returns the version that a file of a history has in its name: `V2__add.sql`, `0002.json`.
pub(crate) fn version(path: &str) -> Option<u32> {
    let (_, name) = path.rsplit_once('/').filter(|_| path.starts_with("migrations/") || path.starts_with("schema/"))?;
    let migration = name.strip_prefix('V').and_then(|name| name.split_once("__")).map(|(number, _)| number);
    migration.or_else(|| name.strip_suffix(".json"))?.parse().ok()
}

/// Returns the files of a directory as texts.
pub(crate) fn texts(there: &Files, directory: &str) -> BTreeMap<String, String> {
    let below = there.iter().filter(|(path, _)| path.starts_with(directory));
    below.map(|(path, bytes)| (path.clone(), text(bytes))).collect()
}

/// Returns a file's text; one that is none stands for a text that no lock has the hash of, and that is no SQL.
pub(crate) fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|error| format!("no text: {error}"), str::to_owned)
}
