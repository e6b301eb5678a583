//! Directories that hold the history of a store which no store message writes there any more.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use protostore_evolve::{Lock, snapshot_path};
use protostore_lower::read_regular;
use protostore_schema::Schema;

use crate::cache::hash::{self, Hash};
use crate::plan::Plan;
use crate::{Failure, Finding, Project, Protos};

/// The history in a directory of no store, as it is on disk.
pub(crate) struct History {
    lock: Vec<u8>,
    /// The snapshot of the newest version, where the lock can be read and there is one.
    snapshot: Option<Vec<u8>>,
}

/// A directory with a history, beside those of the plans.
struct Left {
    dir: PathBuf,
    name: String,
    /// Full name of the store message that wrote it, where the lock can be read.
    store: Option<String>,
    /// The names that it had before.
    formerly: Vec<String>,
    /// The newest version, where it can be read.
    newest: Option<Schema>,
}

/// Reads the histories in the directories that belong to no store, by the names of these.
pub(crate) fn histories(out: &Path, is_store: impl Fn(&str) -> bool) -> Result<BTreeMap<String, History>, Failure> {
    let mut found = BTreeMap::new();
    if !out.is_dir() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(out).map_err(Failure::at(out))? {
        let entry = entry.map_err(Failure::at(out))?;
        let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path().join("schema.lock"));
        if path.is_file() && !is_store(&name) {
            let lock = read_regular(&path, u64::MAX).map_err(Failure::at(&path))?;
            let snapshot = self::lock(&lock).map(|lock| entry.path().join(snapshot_path(lock.head)));
            // One that is missing is none, which its own store's check says.
            let snapshot = snapshot.filter(|path| path.is_file());
            let read = |path: PathBuf| read_regular(&path, u64::MAX).map_err(Failure::at(&path));
            found.insert(name, History { lock, snapshot: snapshot.map(read).transpose()? });
        }
    }
    Ok(found)
}

/// Reads the histories beside those of the plans.
pub(crate) fn of(project: &Project, plans: &[Plan]) -> Result<BTreeMap<String, History>, Failure> {
    histories(&project.out, |name| plans.iter().any(|plan| plan.name == name))
}

impl History {
    /// Returns a history's name and the hashes of its lock and of its newest snapshot.
    pub(crate) fn seen((name, history): (&String, &Self)) -> (String, (Hash, Option<Hash>)) {
        let Self { lock, snapshot } = history;
        (name.clone(), (hash::of(lock), snapshot.as_ref().map(|snapshot| hash::of(snapshot))))
    }
}

fn lock(bytes: &[u8]) -> Option<Lock> {
    Lock::from_text(std::str::from_utf8(bytes).ok()?).ok()
}

/// Returns histories that belong to a store which would begin another one elsewhere.
pub(crate) fn moved(project: &Project, plans: &[Plan], histories: &BTreeMap<String, History>) -> Vec<Finding> {
    let left = left(&project.out, histories);
    left.iter().filter_map(|left| finding_of_moved(left, plans).or_else(|| finding_of_twin(left, plans))).collect()
}

/// Returns all histories that belong to no store message.
pub(crate) fn orphans(project: &Project, plans: &[Plan], histories: &BTreeMap<String, History>) -> Vec<Finding> {
    let left = left(&project.out, histories);
    let findings =
        left.iter().filter_map(|left| match finding_of_moved(left, plans).or_else(|| finding_of_twin(left, plans)) {
            Some(finding) => Some(finding),
            None if matches!(project.protos, Protos::Below(_)) => Some(finding_of_orphan(left)),
            // With files given one by one, the others may well be stores of other files.
            None => None,
        });
    findings.collect()
}

fn left(out: &Path, histories: &BTreeMap<String, History>) -> Vec<Left> {
    let left = histories.iter().map(|(name, history)| {
        let (store, formerly) = lock(&history.lock).map(|lock| (lock.store, lock.formerly)).unzip();
        // A snapshot that cannot be read is none, which its own store's check says.
        let text = history.snapshot.as_deref().and_then(|snapshot| std::str::from_utf8(snapshot).ok());
        let newest = text.and_then(|text| Schema::from_snapshot(text).ok());
        Left { dir: out.join(name), name: name.clone(), store, formerly: formerly.unwrap_or_default(), newest }
    });
    left.collect()
}

/// Returns the finding for a history whose tables a store has that would begin a history of its own: its message and its
/// directory have other names at once.
fn finding_of_twin(left: &Left, plans: &[Plan]) -> Option<Finding> {
    let newest = left.newest.as_ref()?;
    let shares = |plan: &&Plan| {
        let key = |table: &protostore_schema::Table| (table.number, table.name.proto.clone());
        let same = newest.tables.iter().filter(|old| plan.schema.tables.iter().any(|new| key(new) == key(old))).count();
        plan.there.is_empty() && same > 0 && same * 2 >= newest.tables.len()
    };
    let plan = plans.iter().find(shares)?;
    let (from, to, name) = (left.dir.display(), plan.dir.display(), &plan.name);
    Some(Finding::new(
        format!("`{}` would begin a history in {to}, and has the tables of the history in {from}", plan.schema.store),
        Vec::new(),
        format!(
            "if it is the same store, move the history along: `git mv {from} {to}`; if `{name}` is another store, move \
             {from} out of {}",
            out(left)
        ),
    ))
}

/// Returns the finding for a history whose store message writes to another directory.
fn finding_of_moved(left: &Left, plans: &[Plan]) -> Option<Finding> {
    let store = left.store.as_deref()?;
    let plan = plans.iter().find(|plan| plan.schema.store == store || left.formerly.contains(&plan.schema.store))?;
    let (from, to, name) = (left.dir.display(), plan.dir.display(), &left.name);
    let keep = format!("write `option (protostore.v1.store) = {{name: \"{name}\"}};` in `{store}` again");
    let remedy = if plan.there.is_empty() {
        format!("{keep}, or move the history along: `git mv {from} {to}`")
    } else {
        format!("{keep}, or keep the older of the two histories in {to} and the other one outside of {}", out(left))
    };
    Some(Finding::new(
        format!("{from} holds the history of `{store}`, which is now named `{}`", plan.name),
        Vec::new(),
        remedy,
    ))
}

fn finding_of_orphan(left: &Left) -> Finding {
    let (dir, name) = (left.dir.display(), &left.name);
    let of = left.store.as_ref().map_or_else(String::new, |store| format!(" of `{store}`"));
    let title = format!("{dir} holds the history{of}, and belongs to no store message");
    let remedy = format!(
        "if a store message continues it, write `option (protostore.v1.store) = {{name: \"{name}\"}};` there; if the \
         store is retired, move the directory out of {} and keep it as long as a database of it exists",
        out(left)
    );
    Finding::new(title, Vec::new(), remedy)
}

fn out(left: &Left) -> std::path::Display<'_> {
    left.dir.parent().unwrap_or(&left.dir).display()
}
