//! Databases of so many facts, and whether a file is a whole one: for harnesses of upkeep.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;

use life::Fact;
use protostore::Key;
use protostore::upkeep::{Anchor, Database};

use crate::work;

/// The key that a rotation ends with.
#[must_use]
pub fn renewed() -> Key {
    Key::from_secret([10; 32])
}

/// Returns a fact that its id determines.
#[must_use]
pub fn fact(id: &str) -> Fact {
    Fact { id: id.to_owned(), subject: format!("{id} ").repeat(40), words: vec![id.to_owned(); 3], ..Fact::default() }
}

/// Makes a database of so many facts, and closes it.
///
/// # Panics
/// If that fails.
pub fn database(path: &Path, facts: usize) {
    let store = work::open(path).expect("opens");
    add(&store, 0..facts);
    store.close().expect("closes");
}

/// Writes facts in one transaction.
///
/// # Panics
/// If that fails.
pub fn add(store: &life::Store, numbers: Range<usize>) {
    let facts: Vec<_> = numbers.map(|number| fact(&format!("f{number}"))).collect();
    store.write(move |tx| facts.iter().try_for_each(|fact| tx.insert(fact).map(drop))).expect("writes");
}

/// Writes facts into a closed database, and leaves its file and its log as a crash does.
///
/// # Panics
/// If that fails.
pub fn crash(path: &Path, numbers: Range<usize>) {
    let store = work::open(path).expect("opens");
    add(&store, numbers);
    let log = path.with_extension("db-wal");
    let pair = [path, &log].map(|file| fs::read(file).expect("reads"));
    store.close().expect("closes");
    for (file, bytes) in [path, &log].into_iter().zip(pair) {
        fs::write(file, bytes).expect("writes");
    }
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(&log, mode).expect("sets the mode");
}

/// Returns the ids of the facts of a store; each is as it was written.
///
/// # Errors
/// What is wrong with it.
pub fn all(store: &life::Store) -> Result<BTreeSet<String>, String> {
    let page = store.read(|r| r.page::<Fact>(None, 1_000_000)).map_err(|e| format!("cannot be read: {e:?}"))?;
    page.records
        .into_iter()
        .map(|mut found| {
            found.create_time = None;
            if found == fact(&found.id) { Ok(found.id) } else { Err(format!("{} is there in part", found.id)) }
        })
        .collect()
}

/// Opens a file, which is searched as a whole, and returns the ids of its facts.
///
/// # Errors
/// What is wrong with it.
pub fn whole(path: &Path, key: &Key) -> Result<BTreeSet<String>, String> {
    let mut database = Database::open(path, key).map_err(|e| format!("{} does not open: {e:?}", path.display()))?;
    let report = database.verify(&Anchor::new()).map_err(|e| format!("{e:?}"))?;
    if !report.is_sound() {
        return Err(format!("{} is damaged:\n{report}", path.display()));
    }
    drop(database);
    let store = life::Options::new().readers(1).reserve(0).open(path, key).map_err(|e| format!("{e:?}"))?;
    let found = all(&store);
    store.close().map_err(|e| format!("{e:?}"))?;
    found
}
