//! The history that is on disk.

use std::collections::BTreeMap;

use protostore_evolve::plan::{Plan as Upgrade, PlanError};
use protostore_evolve::{Fault, History, Lock, LockError, Locked, VersionFile, plan_path, snapshot_path};
use protostore_schema::{Schema, SnapshotError};

use crate::conflict;
use crate::disk::Files;

/// What the lock and the files of versions say.
pub(crate) struct Past {
    /// The versions; none where there is no lock, or where it or a snapshot cannot be read.
    pub(crate) history: Option<History>,
    /// The versions as the lock has them, where it can be read.
    pub(crate) locked: Vec<Locked>,
    /// What was done to the history by hand.
    pub(crate) faults: Vec<Fault>,
    /// Whether there are files of later versions and no history, so that nothing may begin it anew.
    pub(crate) unreadable: bool,
}

/// Reads the history of a store from its files.
pub(crate) fn read(there: &Files) -> Past {
    let files = texts(there);
    let later = |path: &String| VersionFile::from_path(path).is_some_and(|file| file.version > 1);
    let unreadable = files.keys().any(later);
    let broken = |faults| Past { history: None, locked: Vec::new(), faults, unreadable };

    let Some(lock) = there.get("schema.lock") else {
        return broken(if files.is_empty() { Vec::new() } else { vec![Fault::NoLock] });
    };
    let text = String::from_utf8_lossy(lock);
    if conflict::is_in(&text) {
        return Past { unreadable: true, ..broken(vec![Fault::Conflict]) };
    }
    let lock = match Lock::from_text(&text) {
        Ok(lock) => lock,
        Err(error @ (LockError::Newer { .. } | LockError::NewerMapping { .. })) => {
            let newer = Fault::Newer { file: "schema.lock".to_owned(), why: error.to_string() };
            return Past { unreadable: true, ..broken(vec![newer]) };
        }
        Err(error) => return broken(vec![Fault::NotALock { why: error.to_string() }]),
    };
    let mut faults = lock.verify(&files);
    let newer: Vec<_> = lock.versions.iter().filter_map(|locked| newer_plan(locked.version, &files, &faults)).collect();
    faults.extend(newer);
    match History::read(&lock, |version| files.get(&snapshot_path(version)).map(String::as_str)) {
        Ok(Some(history)) => Past { history: Some(history), locked: lock.versions, faults, unreadable: false },
        Ok(None) => broken(faults),
        Err((version, error)) => {
            let file = snapshot_path(version);
            if !faults.iter().any(|fault| fault.file() == file) {
                let why = error.to_string();
                faults.push(match error {
                    SnapshotError::Newer { .. } => Fault::Newer { file, why },
                    _ => Fault::NotReadable { file, why },
                });
            }
            // What a newer tool wrote is no beginning of a history.
            let is_newer = faults.iter().any(|fault| matches!(fault, Fault::Newer { .. }));
            Past { unreadable: unreadable || is_newer, ..broken(faults) }
        }
    }
}

/// Returns the fault of a plan that the lock vouches for and that a newer tool wrote.
fn newer_plan(version: u32, files: &BTreeMap<String, String>, faults: &[Fault]) -> Option<Fault> {
    let file = plan_path(version);
    let text = files.get(&file).filter(|_| !faults.iter().any(|fault| fault.file() == file))?;
    match Upgrade::check_format(text) {
        Err(error @ PlanError::Newer(_)) => Some(Fault::Newer { file, why: error.to_string() }),
        _ => None,
    }
}

impl Past {
    /// Returns the versions as the lock has them, where all files are as it says; else those alone that were dropped, of
    /// which there is nothing but what it says.
    pub(crate) fn intact(&self) -> &[Locked] {
        let dropped = self.locked.iter().take_while(|locked| locked.until.is_some()).count();
        if self.faults.is_empty() { &self.locked } else { &self.locked[..dropped] }
    }

    /// Returns the schemas of the versions, oldest first: none where there is no history yet, and nothing where it cannot
    /// be read.
    pub(crate) fn schemas(&self) -> Option<Vec<&Schema>> {
        match &self.history {
            Some(history) => Some(history.versions.iter().map(|version| &*version.schema).collect()),
            None => self.faults.is_empty().then(Vec::new),
        }
    }
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
