//! What an update of protos that the project does not own would do, before it is taken.

use std::path::PathBuf;

use crate::config::ConfigError;
use crate::plan::{Plan, Plans, plans};
use crate::{Failure, Finding, MadeVersion, Project, Report, Request, asked, check, protos};

/// An update of protos of others: a directory with their newer files, which is tried in place of one that the project
/// includes.
///
/// ```
/// use protostore_build::Update;
///
/// let update = Update { dir: "../their-api-v2".into(), replaces: Some("../their-api".into()) };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The directory that has the newer files, from where imports begin.
    pub dir: PathBuf,
    /// The included directory in whose place it is tried; none where the project includes a single one.
    pub replaces: Option<PathBuf>,
}

/// Says what becomes of the stores of a project where files of others are those of an update: each change with what it does
/// to whom, and what must be said before. Nothing is written.
///
/// # Errors
/// Where the update does not compile with the store messages, or it is not known what it replaces.
pub fn upstream(project: &Project, update: &Update) -> Result<Report, Failure> {
    let request = Request::default();
    let today = plans(project, &request, None, false)?;
    let updated = with(project, update)?;
    let Plans { plans: next, notes, seen: _ } = plans(&updated, &request, None, true)?;
    let mut report = Report::new("upstream", &next, notes);
    for plan in &today.plans {
        report.findings.extend(check::history(project, plan));
        report.findings.extend(unwritten(project, plan));
    }
    if !report.is_ok() {
        return Ok(report);
    }
    for plan in &next {
        report.findings.extend(asked::asks(&updated, plan, &request));
        report.findings.extend(check::replay(&updated, plan, true));
        report.versions.extend(MadeVersion::of(&updated, plan));
        if plan.next.upgrade.is_none() {
            let says = "the update changes nothing that it stores, nor what stored data means";
            report.notes.push(format!("`{}`: {says}", plan.name));
        }
    }
    Ok(report)
}

/// A store whose protos changed already: its changes would be taken for those of the update.
fn unwritten(project: &Project, plan: &Plan) -> Option<Finding> {
    let upgrade = plan.next.upgrade.as_ref()?;
    let title =
        format!("the protos of `{}` changed since version {} already, without the update", plan.name, upgrade.from);
    let codegen = project.invocation.command("codegen", "");
    Some(Finding::new(title, Vec::new(), format!("first make a version of these changes: run {codegen}")))
}

/// Returns the project with the update in place of what it replaces.
fn with(project: &Project, Update { dir, replaces }: &Update) -> Result<Project, Failure> {
    if !dir.is_dir() {
        return Err(Failure::NoDirectory { path: protos::full(dir), key: "protos" });
    }
    let all: Vec<String> = project.includes.iter().map(|dir| dir.display().to_string()).collect();
    let wrong = |message: String, help: &str| Err(ConfigError::of_table("--replaces", message, help));
    let is_it = |include: &PathBuf| replaces.as_ref().is_some_and(|of| protos::full(of) == protos::full(include));
    let at = match (replaces, &project.includes[..]) {
        (None, [_]) => 0,
        (None, []) => {
            let help = "name it in the configuration, `include = [\"../their-api\"]`, or with `-I`: files that are among \
                        your own are yours, and `codegen --dry-run` shows what their update does once it is there";
            return wrong("the project includes no directory with protos of others".to_owned(), help);
        }
        (None, _) => {
            let message = format!("the project includes {}, and any of them could be meant", all.join(", "));
            return wrong(message, "say which one the update replaces: `--replaces DIR`");
        }
        (Some(of), _) => match project.includes.iter().position(is_it) {
            Some(at) => at,
            None => {
                let message = format!("{} is not included; the project includes {}", of.display(), all.join(", "));
                return wrong(message, "give one of these directories");
            }
        },
    };
    let mut updated = project.clone();
    updated.includes[at].clone_from(dir);
    Ok(updated)
}
