//! The history that is on disk, and where today's schema stands to it.

use std::collections::BTreeMap;

use protostore_evolve::{Change, Fault, History, Lock, LockError, VersionFile, snapshot_path};
use protostore_schema::Schema;

use crate::disk::Files;

/// The versions to emit, and what stands against them.
pub(crate) struct Past {
    /// The versions; the head is today's schema, apart from comments.
    pub(crate) history: History,
    /// How many versions, from the first, have texts on disk that the lock names, so that they stay as they are.
    pub(crate) kept: usize,
    /// What was done to the history by hand.
    pub(crate) faults: Vec<Fault>,
    /// What changed since the head.
    pub(crate) changes: Vec<Change>,
    /// Whether the lock cannot be read beside files of later versions, which an amended version 1 would leave behind.
    pub(crate) unreadable: bool,
}

/// Reads the history of a store from its files.
pub(crate) fn read(schema: &Schema, there: &Files) -> Past {
    let files = texts(there);
    let first = || History::first(schema.clone());
    let later = |path: &String| VersionFile::from_path(path).is_some_and(|file| file.version > 1);
    let unreadable = files.keys().any(later);
    let broken = |faults| Past { history: first(), kept: 0, faults, changes: Vec::new(), unreadable };

    let Some(lock) = there.get("schema.lock") else {
        return broken(if files.is_empty() { Vec::new() } else { vec![Fault::NoLock] });
    };
    let lock = match Lock::from_text(&String::from_utf8_lossy(lock)) {
        Ok(lock) => lock,
        Err(error @ LockError::Newer { .. }) => {
            let newer = Fault::Newer { file: "schema.lock".to_owned(), why: error.to_string() };
            return Past { unreadable: true, ..broken(vec![newer]) };
        }
        Err(error) => return broken(vec![Fault::NotALock { why: error.to_string() }]),
    };
    let mut faults = lock.verify(&files);
    let history = match History::read(&lock, |version| files.get(&snapshot_path(version)).map(String::as_str)) {
        Ok(history) => history,
        Err((version, error)) => {
            let file = snapshot_path(version);
            if !faults.iter().any(|fault| fault.file() == file) {
                faults.push(Fault::NotReadable { file, why: error.to_string() });
            }
            None
        }
    };
    let Some(history) = history else { return broken(faults) };
    let before = history.versions.len() - 1;
    if !faults.is_empty() {
        let history = history.amend(schema);
        return Past { history, kept: before, faults, changes: Vec::new(), unreadable: false };
    }
    match history.advance(schema) {
        Ok(history) => Past { history, kept: before + 1, faults, changes: Vec::new(), unreadable: false },
        Err(changed) => {
            let (history, changes) = (history.amend(schema), changed.changes);
            Past { history, kept: before, faults, changes, unreadable: false }
        }
    }
}

/// Returns the schemas of the versions on disk, the oldest first: none where there is no history yet, and nothing where it
/// cannot be read, which [`read`] says.
pub(crate) fn schemas(there: &Files) -> Option<Vec<Schema>> {
    let Some(lock) = there.get("schema.lock") else { return Some(Vec::new()) };
    let lock = Lock::from_text(std::str::from_utf8(lock).ok()?).ok()?;
    let of = |version| Schema::from_snapshot(std::str::from_utf8(there.get(&snapshot_path(version))?).ok()?).ok();
    lock.versions.iter().map(|locked| of(locked.version)).collect()
}

/// Returns the history with its head made anew from today's schema, comments and all.
/// The faults remain where that would begin a history anew beside files of a longer one.
pub(crate) fn amended(past: Past, schema: &Schema) -> Past {
    let faults = if past.unreadable { past.faults } else { Vec::new() };
    let history = past.history.amend(schema);
    Past { kept: history.versions.len() - 1, history, faults, ..past }
}

/// Returns the files that versions are made of, as texts.
pub(crate) fn texts(there: &Files) -> BTreeMap<String, String> {
    let versions = there.iter().filter(|(path, _)| path.starts_with("migrations/") || path.starts_with("schema/"));
    versions.map(|(path, bytes)| (path.clone(), text(bytes))).collect()
}

/// Returns a file's text; one that is none stands for a text that no lock has the hash of, and that is no SQL.
pub(crate) fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|error| format!("no text: {error}"), str::to_owned)
}
