//! The command that compares: files, history, replay.

use std::path::Path;

use crate::codegen::changed;
use crate::difference::difference;
use crate::plan::{Plan, plans};
use crate::sync::is_generated;
use crate::{Failure, Finding, Mode, Project, Protos, Report, disk};

/// Compares every store of a project with what is there, and writes nothing.
///
/// # Errors
/// If it cannot be computed what should be there.
pub fn check(project: &Project) -> Result<Report, Failure> {
    let plans = plans(project, Mode::Write)?;
    let mut report = Report::new("check", &plans);
    for plan in &plans {
        report.findings.extend(history(project, plan, Mode::Write));
        report.findings.extend(files(project, plan));
        report.findings.extend(replay(project, plan));
    }
    report.findings.extend(orphans(project, &plans)?);
    Ok(report)
}

/// What was done to the history by hand, and what changed since.
pub(crate) fn history(project: &Project, plan: &Plan, mode: Mode) -> Vec<Finding> {
    let amend = project.invocation.command("codegen", "--amend");
    let faults = plan.past.faults.iter().map(|fault| {
        let path = fault.file();
        Finding {
            title: format!("{}: {fault}", plan.dir.display()),
            details: lines(plan, path),
            remedy: format!("restore {} with git, or, as nothing is released yet, run {amend}", place(plan, path)),
        }
    });
    let changed = match mode {
        Mode::Write => changed(project, plan),
        Mode::Amend => None,
    };
    faults.chain(changed).collect()
}

/// Files that are not what codegen would write; those that the history speaks of aside.
fn files(project: &Project, plan: &Plan) -> Vec<Finding> {
    if !plan.past.changes.is_empty() {
        return Vec::new();
    }
    let faulty = |path: &str| plan.past.faults.iter().any(|fault| fault.file() == path);
    let flags = if plan.past.faults.is_empty() { "" } else { "--amend" };
    let codegen = project.invocation.command("codegen", flags);
    let finding = |path: &str, what: &str, remedy: String| Finding {
        title: format!("{} {what}", place(plan, path)),
        details: lines(plan, path),
        remedy,
    };
    let write = format!("to write it, run {codegen}");
    if plan.there.is_empty() {
        let title = format!("{} is missing", plan.dir.display());
        return vec![Finding { title, details: Vec::new(), remedy: write }];
    }
    let mut findings = Vec::new();
    for (path, wanted) in plan.files.iter().filter(|(path, _)| !faulty(path)) {
        match plan.there.get(path) {
            None => findings.push(finding(path, "is missing", write.clone())),
            Some(there) if there == wanted => {}
            Some(_) => findings.push(finding(path, "is not what the protos say", write.clone())),
        }
    }
    for (path, bytes) in plan.there.iter().filter(|(path, _)| !plan.files.contains_key(*path) && !faulty(path)) {
        findings.push(if is_generated(path, bytes) {
            finding(path, "is stale", format!("to remove it, run {codegen}"))
        } else {
            let place = place(plan, path);
            finding(path, "is not generated", format!("codegen will not touch it; move it away, or run `rm {place}`"))
        });
    }
    findings
}

/// What SQLite says against it.
pub(crate) fn replay(project: &Project, plan: &Plan) -> Vec<Finding> {
    let amend = project.invocation.command("codegen", "--amend");
    let finding = |sentence: &String| Finding {
        title: format!("{}: {sentence}", plan.dir.display()),
        details: Vec::new(),
        remedy: format!("to write version {} anew, run {amend}", plan.past.history.head().number),
    };
    plan.refused.iter().map(finding).collect()
}

/// Directories of stores that are no more.
fn orphans(project: &Project, plans: &[Plan]) -> Result<Vec<Finding>, Failure> {
    // With files given one by one, the others may well be stores of other files.
    if matches!(project.protos, Protos::Files(_)) || !project.out.exists() {
        return Ok(Vec::new());
    }
    let mut findings = Vec::new();
    for path in disk::paths(&project.out)? {
        let Some(name) = path.strip_suffix("/schema.lock").filter(|name| !name.contains('/')) else { continue };
        if !plans.iter().any(|plan| plan.name == name) {
            let dir = project.out.join(Path::new(name)).display().to_string();
            let title = format!("{dir} belongs to no store message");
            findings.push(Finding {
                title,
                details: Vec::new(),
                remedy: format!("to remove it, run `git rm -r {dir}`"),
            });
        }
    }
    Ok(findings)
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
