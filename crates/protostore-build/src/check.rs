//! The command that compares: files, history, replay.

use std::path::PathBuf;

use protostore_evolve::{Fault, VersionFile, plan_path};

use crate::base::Base;
use crate::cache::Cache;
use crate::difference::difference;
use crate::plan::{GENERATOR, Plan, Plans, plans};
use crate::sync::is_stale;
use crate::{Failure, Finding, MadeVersion, Project, Report, Request, asked, conflict, moved, past};

/// Paths that a finding about several files shows.
const SHOWN: usize = 5;

/// What a check compares with, besides the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// A commit, branch or tag of git: versions that it has must be as they are there, and those that it has not are
    /// shown with what they do to whom.
    pub against: Option<String>,
    /// Where it is kept that everything agrees, by hashes of all that this follows from: the directory that Cargo builds
    /// in. Without it everything is computed, as it must be where others trust the answer.
    pub cache: Option<PathBuf>,
}

/// Compares every store of a project with what is there, and writes nothing.
///
/// # Errors
/// If it cannot be computed what should be there.
pub fn check(project: &Project, with: &Comparison) -> Result<Report, Failure> {
    let cache = Cache::open(with.cache.as_deref(), project);
    let is_plain = with.against.is_none();
    if let Some(report) = cache.as_ref().filter(|_| is_plain).and_then(|cache| cache.answer("check")) {
        return Ok(report);
    }
    let Plans { plans, notes, mut seen } = plans(project, &Request::default(), cache.as_ref(), false)?;
    let histories = moved::of(project, &plans)?;
    let base = with.against.as_ref().map(|reference| Base::read(project, reference)).transpose()?;
    let mut report = Report::new("check", &plans, notes);
    for plan in &plans {
        report.findings.extend(obstacles(plan));
        if plan.obstacles.is_empty() {
            report.findings.extend(history(project, plan));
            report.findings.extend(base.iter().flat_map(|base| base.rewritten(project, plan)));
            report.findings.extend(asked::changed(project, plan));
            report.findings.extend(asked::asks(project, plan, &Request::default()));
            report.findings.extend(files(project, plan));
            report.findings.extend(replay(project, plan, false));
        }
        for added in base.iter().flat_map(|base| base.added(project, plan)) {
            match added {
                Ok(version) => report.versions.push(version),
                Err(finding) => report.findings.push(finding),
            }
        }
        report.versions.extend(MadeVersion::of(project, plan));
    }
    report.findings.extend(crlf(project, &plans));
    report.findings.extend(moved::orphans(project, &plans, &histories));
    report.findings.extend(base.iter().flat_map(|base| base.lost(&plans)));
    if let Some(cache) = cache.as_ref().filter(|_| is_plain) {
        seen.left = histories.iter().map(moved::History::seen).collect();
        cache.keep(&report, &seen);
    }
    Ok(report)
}

/// What is in the way of the files, through which codegen does not write.
pub(crate) fn obstacles(plan: &Plan) -> Vec<Finding> {
    let finding = |(path, kind): (&String, &&str)| {
        let place = if path.is_empty() { plan.dir.display().to_string() } else { place(plan, path) };
        let wanted = if plan.files.contains_key(path) { "a file" } else { "a directory" };
        let remedy = match *kind {
            "a link" => format!("put {wanted} with the same contents in place of the link"),
            _ => format!("move it elsewhere: codegen writes {wanted} there"),
        };
        let title = format!("{place} is {kind}, and codegen writes only to files and directories");
        Finding::new(title, Vec::new(), remedy)
    };
    plan.obstacles.iter().map(finding).collect()
}

/// What was done to the history by hand.
pub(crate) fn history(project: &Project, plan: &Plan) -> Vec<Finding> {
    let fault = |fault: &Fault| {
        let path = fault.file();
        let title = format!("{}: {fault}", plan.dir.display());
        let details = match fault {
            Fault::Conflict => {
                plan.there.get(path).map(|bytes| conflict::versions(&past::text(bytes))).unwrap_or_default()
            }
            _ => lines(plan, path),
        };
        Finding::new(title, details, repair(project, plan, fault)).at(place(plan, path), 0)
    };
    plan.next.faults.iter().map(fault).collect()
}

/// How a fault in the history is repaired, without the loss of a version.
fn repair(project: &Project, plan: &Plan, fault: &Fault) -> String {
    let place = place(plan, fault.file());
    let of_version = VersionFile::from_path(fault.file()).map(|file| file.version);
    let head = plan.next.history.head().number;
    match fault {
        Fault::Conflict => {
            let rebase = project.invocation.command("codegen", "--rebase");
            format!(
                "resolve the conflicts of the protos, then run {rebase}, which puts the versions of one branch on top of those \
                 of the other"
            )
        }
        Fault::Fork { .. } => {
            let rebase = project.invocation.command("codegen", "--rebase <BASE>");
            format!(
                "codegen alone writes migrations and snapshots: move {place} elsewhere, or restore the lock with it; where two \
                 branches each added the version, run {rebase} with the branch whose versions stay"
            )
        }
        Fault::Unlocked { .. } => {
            format!(
                "codegen alone writes migrations and snapshots: move {place} elsewhere, or restore the lock with it"
            )
        }
        Fault::Newer { .. } => "run the version of protostore that wrote it, or a newer one".to_owned(),
        Fault::NotReadable { file, .. } if of_version.is_some_and(|version| *file == plan_path(version)) => {
            let amend = project.invocation.command("codegen", "--amend");
            format!(
                "restore {place} with git: it has what was answered when version {head} was made; if it is lost, remove the \
                 file, and {amend} asks again"
            )
        }
        _ if plan.past.unreadable => format!("restore {place} with git: the lock chains all versions"),
        // What only an older version has cannot be made again.
        _ if head > 1 && of_version != Some(head) => format!("restore {place} with git: the lock chains all versions"),
        _ => {
            let amend = project.invocation.command("codegen", "--amend");
            format!("restore {place} with git, or, if no database has version {head} yet, run {amend}")
        }
    }
}

/// Files that are not what codegen would write; those that the history speaks of aside.
fn files(project: &Project, plan: &Plan) -> Vec<Finding> {
    // What a merge that is not settled leaves in them is no news.
    if plan.next.upgrade.is_some() || plan.next.faults.contains(&Fault::Conflict) {
        return Vec::new();
    }
    let faulty = |path: &str| plan.next.faults.iter().any(|fault| fault.file() == path);
    let codegen = project.invocation.command("codegen", "");
    let first = if plan.next.faults.is_empty() { "" } else { "when the history is repaired, " };
    let finding = |path: &str, what: &str, remedy: String| {
        Finding::new(format!("{} {what}", place(plan, path)), lines(plan, path), remedy).at(place(plan, path), 0)
    };
    let write = format!("{first}to write it, run {codegen}");
    if plan.there.is_empty() && plan.others.is_empty() {
        let title = format!("{} is missing", plan.dir.display());
        return vec![Finding::new(title, Vec::new(), write)];
    }
    if let Some(finding) = another_tool(project, plan, first) {
        return vec![finding];
    }
    // Codegen writes LF together with the file that keeps it, which the one finding about line endings says.
    let said = |path: &str| faulty(path) || (path == ".gitattributes" && !plan.crlf.is_empty());
    let mut findings = Vec::new();
    for (path, wanted) in plan.files.iter().filter(|(path, _)| !said(path)) {
        match plan.there.get(path) {
            None => findings.push(finding(path, "is missing", write.clone())),
            Some(there) if there == wanted => {}
            Some(_) => findings.push(finding(path, "is not what the protos say", write.clone())),
        }
    }
    for (path, bytes) in plan.there.iter().filter(|(path, _)| !plan.files.contains_key(*path) && !faulty(path)) {
        if is_stale(path, bytes) {
            findings.push(finding(path, "is stale", format!("{first}to remove it, run {codegen}")));
        } else if !plan.past.unreadable {
            findings.push(stray(plan, path, "is not generated"));
        }
    }
    findings.extend(plan.others.iter().map(|(path, kind)| stray(plan, path, &format!("is {kind}, and not generated"))));
    findings
}

/// What another version of this tool wrote: it may differ in every file, which is one thing to know.
fn another_tool(project: &Project, plan: &Plan, first: &str) -> Option<Finding> {
    let theirs = generator(plan.there.get("Cargo.toml")?)?;
    if theirs == GENERATOR {
        return None;
    }
    let differs = |path: &&String| plan.there.get(*path) != plan.files.get(*path);
    let differing: Vec<_> = plan.files.keys().filter(differs).map(|path| place(plan, path)).collect();
    let count = differing.len();
    let mut details: Vec<_> = differing.into_iter().take(SHOWN).collect();
    details.extend((count > SHOWN).then(|| format!("… and {} more", count - SHOWN)));
    let title = format!(
        "{} was written by protostore {theirs}, and this is {GENERATOR}, which writes {count} of its {} files otherwise",
        plan.dir.display(),
        plan.files.len()
    );
    let codegen = project.invocation.command("codegen", "");
    let remedy = format!("{first}to write it anew, run {codegen}, or check with protostore {theirs}");
    Some(Finding::new(title, details, remedy).at(place(plan, "Cargo.toml"), 0))
}

/// Returns the version of the tool that a generated manifest names.
fn generator(manifest: &[u8]) -> Option<String> {
    let manifest: toml::Table = std::str::from_utf8(manifest).ok()?.parse().ok()?;
    let said = manifest.get("package")?.get("metadata")?.get("protostore-generated")?.get("by")?;
    said.as_str().map(str::to_owned)
}

/// Something of unknown origin, which is never removed.
fn stray(plan: &Plan, path: &str, what: &str) -> Finding {
    let title = format!("{} {what}", place(plan, path));
    let remedy = format!("codegen leaves it alone: move it out of {}", plan.dir.display());
    Finding::new(title, Vec::new(), remedy)
}

/// Files of all stores that a checkout gave CRLF line endings.
fn crlf(project: &Project, plans: &[Plan]) -> Option<Finding> {
    let paths: Vec<_> = plans.iter().flat_map(|plan| plan.crlf.iter().map(|path| place(plan, path))).collect();
    let mut details: Vec<_> = paths.iter().take(SHOWN).cloned().collect();
    details.extend((paths.len() > SHOWN).then(|| format!("… and {} more", paths.len() - SHOWN)));
    let (title, write) = match paths.len() {
        0 => return None,
        1 => ("1 generated file has CRLF line endings".to_owned(), "it"),
        several => (format!("{several} generated files have CRLF line endings"), "them"),
    };
    let codegen = project.invocation.command("codegen", "");
    let remedy = format!(
        "to write {write} with LF, run {codegen}; the `.gitattributes` of each generated crate, which says `* text eol=lf`, makes \
         git keep it: commit it"
    );
    Some(Finding::new(title, details, remedy))
}

/// What SQLite says against it.
pub(crate) fn replay(project: &Project, plan: &Plan, is_new: bool) -> Vec<Finding> {
    if plan.next.faults.contains(&Fault::Conflict) {
        return Vec::new();
    }
    let number = plan.next.history.head().number;
    let report = "report it with the protos as a fault of protostore";
    let remedy = match (is_new, plan.next.faults.is_empty()) {
        (_, false) => "repair the history first".to_owned(),
        (false, true) => {
            let amend = project.invocation.command("codegen", "--amend");
            format!("if no database has version {number} yet, rewrite it: run {amend}; otherwise {report}")
        }
        (true, true) if plan.next.backfills() => format!(
            "correct the `backfill`, which is SQL over the columns that the row had, with names in double quotes and text in \
             single ones; if it is right, {report}"
        ),
        (true, true) => report.to_owned(),
    };
    let finding =
        |sentence: &String| Finding::new(format!("{}: {sentence}", plan.dir.display()), Vec::new(), remedy.clone());
    plan.refused.iter().map(finding).collect()
}

fn place(plan: &Plan, path: &str) -> String {
    plan.dir.join(path).display().to_string()
}

/// The diff from what is there to what should be, where there are both.
fn lines(plan: &Plan, path: &str) -> Vec<String> {
    match (plan.there.get(path), plan.files.get(path)) {
        (Some(there), Some(wanted)) if there != wanted => difference(there, wanted),
        _ => Vec::new(),
    }
}
