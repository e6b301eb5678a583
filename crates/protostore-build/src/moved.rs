//! Directories that hold the history of a store which no store message writes there any more.

use std::path::{Path, PathBuf};

use protostore_evolve::Lock;
use protostore_lower::read_regular;

use crate::plan::Plan;
use crate::{Failure, Finding, Project, Protos};

/// A directory with a history, beside those of the plans.
struct Left {
    dir: PathBuf,
    name: String,
    /// Full name of the store message that wrote it, where the lock can be read.
    store: Option<String>,
}

/// Returns histories that belong to a store which would begin another one elsewhere.
pub(crate) fn moved(project: &Project, plans: &[Plan]) -> Result<Vec<Finding>, Failure> {
    let left = left(&project.out, plans)?;
    Ok(left.iter().filter_map(|left| finding_of_moved(left, plans)).collect())
}

/// Returns all histories that belong to no store message.
pub(crate) fn orphans(project: &Project, plans: &[Plan]) -> Result<Vec<Finding>, Failure> {
    let left = left(&project.out, plans)?;
    let findings = left.iter().filter_map(|left| match finding_of_moved(left, plans) {
        Some(finding) => Some(finding),
        None if matches!(project.protos, Protos::Below(_)) => Some(finding_of_orphan(left)),
        // With files given one by one, the others may well be stores of other files.
        None => None,
    });
    Ok(findings.collect())
}

fn left(out: &Path, plans: &[Plan]) -> Result<Vec<Left>, Failure> {
    let mut found = Vec::new();
    if !out.is_dir() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(out).map_err(Failure::at(out))? {
        let entry = entry.map_err(Failure::at(out))?;
        let (name, lock) = (entry.file_name().to_string_lossy().into_owned(), entry.path().join("schema.lock"));
        if lock.is_file() && !plans.iter().any(|plan| plan.name == name) {
            let text = read_regular(&lock, u64::MAX).map_err(Failure::at(&lock))?;
            let lock = std::str::from_utf8(&text).ok().and_then(|text| Lock::from_text(text).ok());
            found.push(Left { dir: out.join(&name), name, store: lock.map(|lock| lock.store) });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Returns the finding for a history whose store message writes to another directory.
fn finding_of_moved(left: &Left, plans: &[Plan]) -> Option<Finding> {
    let store = left.store.as_deref()?;
    let plan = plans.iter().find(|plan| plan.past.history.head().schema.store == store)?;
    let (from, to, name) = (left.dir.display(), plan.dir.display(), &left.name);
    let keep = format!("write `option (protostore.v1.store) = {{name: \"{name}\"}};` in `{store}` again");
    let remedy = if plan.there.is_empty() {
        format!("{keep}, or move the history along: `git mv {from} {to}`")
    } else {
        format!("{keep}, or keep the older of the two histories in {to} and the other one outside of {}", out(left))
    };
    Some(Finding {
        title: format!("{from} holds the history of `{store}`, which is now named `{}`", plan.name),
        details: Vec::new(),
        remedy,
    })
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
    Finding { title, details: Vec::new(), remedy }
}

fn out(left: &Left) -> std::path::Display<'_> {
    left.dir.parent().unwrap_or(&left.dir).display()
}
