//! The command that writes.

use protostore_evolve::Change;

use crate::plan::{Plan, plans};
use crate::{Failure, Finding, Project, Report, check, moved, sync};

/// What to do with a schema that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Refuse it, and say what changed.
    Write,
    /// Rewrite the newest version, as long as nothing of it is released.
    Amend,
}

/// Writes every store of a project, or nothing if anything stands against it.
///
/// # Errors
/// If the files cannot be computed, or cannot be written.
pub fn codegen(project: &Project, mode: Mode) -> Result<Report, Failure> {
    let (plans, left_out) = plans(project, mode)?;
    let mut report = Report::new("codegen", &plans, left_out);
    for plan in &plans {
        report.findings.extend(check::obstacles(plan));
        if plan.obstacles.is_empty() {
            report.findings.extend(check::history(project, plan, mode));
            report.findings.extend(check::replay(project, plan, mode));
        }
    }
    report.findings.extend(moved::moved(project, &plans)?);
    if !report.is_ok() {
        return Ok(report);
    }
    for plan in &plans {
        let done = sync::write(plan)?;
        let place = |path: String| plan.dir.join(path).display().to_string();
        report.notes.extend(amended(plan, mode, &done));
        report.written.extend(done.written.into_iter().map(place));
        report.removed.extend(done.removed.into_iter().map(place));
        let left = |path| format!("{} is not generated, and was left alone", place(path));
        report.notes.extend(done.unknown.into_iter().map(left));
    }
    Ok(report)
}

fn amended(plan: &Plan, mode: Mode, done: &sync::Done) -> Option<String> {
    let head = plan.past.history.head();
    let migration = format!("V{}__", head.number);
    let rewritten = mode == Mode::Amend && done.written.iter().any(|path| path.contains(&migration));
    let changes: Vec<_> = plan.past.changes.iter().map(Change::to_string).collect();
    let changes = if changes.is_empty() { String::new() } else { format!(": {}", changes.join("; ")) };
    rewritten.then(|| format!("version {} of `{}` was written anew{changes}", head.number, plan.name))
}

/// A schema that changed, as a finding.
pub(crate) fn changed(project: &Project, plan: &Plan) -> Option<Finding> {
    let number = plan.past.history.head().number;
    let amend = project.invocation.command("codegen", "--amend");
    (!plan.past.changes.is_empty()).then(|| Finding {
        title: format!("the protos of `{}` changed since version {number}", plan.name),
        details: plan.past.changes.iter().map(Change::to_string).collect(),
        remedy: format!("if no database has version {number} yet, rewrite it: run {amend}"),
    })
}
