//! What becomes of the newest version of a store: it is as it was, rewritten, or followed by another.

use std::sync::Arc;

use protostore_evolve::plan::{Answers, ColumnId, Fill, Plan as Upgrade, PlanError, Step};
use protostore_evolve::{Fault, History, NotOldest, VersionFile, evolve, plan_path};
use protostore_schema::Schema;

use crate::disk::Files;
use crate::past::{self, Past};
use crate::{Mode, Release, Request};

/// The history of a store after this run, and how it came about.
pub(crate) struct Next {
    /// The versions to emit. Where the head's steps have open questions, it is still that of before.
    pub(crate) history: History,
    /// How many versions, from the first, keep the texts that they have on disk.
    pub(crate) kept: usize,
    /// The way to the head, where it is made by this run.
    pub(crate) upgrade: Option<Upgrade>,
    /// The version that is made by this run, or is no more: its files may be replaced.
    pub(crate) made: Option<u32>,
    /// What was done to the history by hand, as far as this run does not repair it.
    pub(crate) faults: Vec<Fault>,
    /// Why this run must not do what it was asked to: rewrite the newest version, or drop older ones.
    pub(crate) forbidden: Option<Forbidden>,
}

/// Why a run must not do what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forbidden {
    /// The lock says that it is released.
    Released(u32),
    /// The version that is to become the oldest cannot.
    Oldest(u32, NotOldest),
}

impl Next {
    /// Returns whether there is nothing to make: questions are open, or what was asked for must not be done.
    pub(crate) fn is_open(&self) -> bool {
        self.asks() || self.forbidden.is_some()
    }

    /// Returns whether the way to the newest version has SQL of the protos.
    pub(crate) fn backfills(&self) -> bool {
        self.upgrade.as_ref().is_some_and(|upgrade| backfills(upgrade).next().is_some())
    }

    /// Returns whether questions are open.
    pub(crate) fn asks(&self) -> bool {
        self.upgrade.as_ref().is_some_and(|upgrade| !upgrade.asks.is_empty())
    }
}

/// Decides what becomes of the newest version.
pub(crate) fn next(past: &Past, schema: &Schema, request: &Request, answers: &Answers, there: &Files) -> Next {
    let mut next = match (&past.history, request.mode) {
        (None, mode) => first(past, schema, mode),
        (Some(history), Mode::Write) => appended(past, history, schema, answers),
        (Some(history), Mode::Amend) => amended(past, history, schema, answers, there),
    };
    next.history.belong_to(&schema.store);
    if let (Some(name), Some(made), false) = (&request.name, next.made, next.asks()) {
        next.history.versions.iter_mut().filter(|version| version.number == made).for_each(|version| {
            name.as_str().clone_into(&mut version.slug);
        });
        if let Some(upgrade) = &mut next.upgrade {
            name.as_str().clone_into(&mut upgrade.slug);
        }
    }
    if let Some(release) = request.release {
        next.history.release(release == Release::Stable);
    }
    if let (Some(oldest), None) = (request.oldest, next.forbidden) {
        next.forbidden = next.history.drop_before(oldest).err().map(|why| Forbidden::Oldest(oldest, why));
    }
    next
}

/// A store without a history that can be read.
fn first(past: &Past, schema: &Schema, mode: Mode) -> Next {
    let faults = match mode {
        Mode::Amend if !past.unreadable => Vec::new(),
        Mode::Write | Mode::Amend => past.faults.clone(),
    };
    let history = History::first(schema.clone());
    Next { history, kept: 0, upgrade: None, made: Some(1), faults, forbidden: None }
}

fn appended(past: &Past, history: &History, schema: &Schema, answers: &Answers) -> Next {
    let same = |faults| {
        let kept = history.versions.len();
        Next { history: history.clone(), kept, upgrade: None, made: None, faults, forbidden: None }
    };
    if !past.faults.is_empty() {
        // The first version is made anew, so that its differences can be shown.
        return match history.head().number {
            1 => Next { kept: 0, history: rewritten_first(history, schema), ..same(past.faults.clone()) },
            _ => same(past.faults.clone()),
        };
    }
    match evolve(history, schema, &protostore_emit::objects, answers) {
        None => same(Vec::new()),
        Some(upgrade) => with(upgrade, history, schema),
    }
}

/// Returns the history with a version more, unless questions are open.
pub(crate) fn with(upgrade: Upgrade, history: &History, schema: &Schema) -> Next {
    let kept = history.versions.len();
    let made = Some(upgrade.to);
    let history = if upgrade.asks.is_empty() { history.append(&upgrade, schema) } else { history.clone() };
    Next { history, kept, upgrade: Some(upgrade), made, faults: Vec::new(), forbidden: None }
}

fn amended(past: &Past, history: &History, schema: &Schema, answers: &Answers, there: &Files) -> Next {
    let head = history.head().number;
    let blocked = |faults, forbidden| {
        let kept = history.versions.len();
        Next { history: history.clone(), kept, upgrade: None, made: None, faults, forbidden }
    };
    let remain: Vec<Fault> = past.faults.iter().filter(|fault| !is_of_head(fault, head)).cloned().collect();
    if !remain.is_empty() {
        return blocked(remain, None);
    }
    if history.released >= head {
        return blocked(Vec::new(), Some(Forbidden::Released(head)));
    }
    let Some(before) = history.before_head() else {
        let history = rewritten_first(history, schema);
        return Next { history, kept: 0, upgrade: None, made: Some(1), faults: Vec::new(), forbidden: None };
    };
    let kept = match answers_of(there, head) {
        Ok(kept) => kept,
        Err(fault) => return blocked(vec![fault], None),
    };
    let mut answers = answers.clone();
    answers.take(kept);
    match evolve(&before, schema, &protostore_emit::objects, &answers) {
        None => {
            let kept = before.versions.len();
            Next { history: before, kept, upgrade: None, made: Some(head), faults: Vec::new(), forbidden: None }
        }
        Some(mut upgrade) => {
            // The name stays where no other is given.
            history.head().slug.clone_into(&mut upgrade.slug);
            with(upgrade, &before, schema)
        }
    }
}

fn rewritten_first(history: &History, schema: &Schema) -> History {
    let mut rewritten = history.clone();
    rewritten.versions.truncate(1);
    rewritten.versions[0].schema = Arc::new(schema.clone());
    rewritten
}

/// Returns whether a rewrite of the newest version repairs this. Of a history of one version it repairs everything.
fn is_of_head(fault: &Fault, head: u32) -> bool {
    let of_head = VersionFile::from_path(fault.file()).is_some_and(|file| file.version == head);
    match fault {
        Fault::Newer { .. } => false,
        Fault::Chain { version, .. } => *version == head,
        Fault::Unlocked { .. } | Fault::Fork { .. } => head == 1 && of_head,
        _ => head == 1 || of_head,
    }
}

/// Returns what was answered when a version was made: once a `backfill` is taken out of the proto, its plan alone has it.
/// A plan that is not there has no answers, so that all is asked again; one that cannot be read may have some.
pub(crate) fn answers_of(there: &Files, version: u32) -> Result<Answers, Fault> {
    let file = plan_path(version);
    let Some(text) = there.get(&file).map(|bytes| past::text(bytes)) else { return Ok(Answers::default()) };
    let plan = Upgrade::from_file(&text).map_err(|error| {
        let why = error.to_string();
        match error {
            PlanError::Newer(_) => Fault::Newer { file, why },
            PlanError::Json(_) | PlanError::NoFormat => Fault::NotReadable { file, why },
        }
    })?;
    let backfills = backfills(&plan).map(|(column, sql)| (column.clone(), sql.clone())).collect();
    let hooks = plan.hooks().into_iter().map(|hook| ((hook.table, hook.path), hook.method)).collect();
    Ok(Answers { kept: plan.accepted.clone(), backfills, hooks, ..Answers::default() })
}

/// Returns the SQL of the protos in a plan, by column.
fn backfills(plan: &Upgrade) -> impl Iterator<Item = (&ColumnId, &String)> {
    plan.up.iter().filter_map(|step| match step {
        Step::AddColumn { column, fill: Fill::Sql(sql) } | Step::Fill { column, value: Fill::Sql(sql), .. } => {
            Some((column, sql))
        }
        _ => None,
    })
}
