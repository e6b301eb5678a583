//! The command that writes.

use std::thread;

use crate::base::Base;
use crate::cache::Cache;
use crate::plan::{Plan, Plans, plans};
use crate::{Failure, Finding, MadeVersion, Mode, Project, Report, Request, asked, check, moved, sync};

/// Writes every store of a project, or nothing if a check finds anything.
///
/// # Errors
/// If the files cannot be computed, or cannot be written.
pub fn codegen(project: &Project, request: impl Into<Request>) -> Result<Report, Failure> {
    let mut results = codegen_all(std::slice::from_ref(project), &request.into());
    results.pop().expect("each project has a result")
}

/// Writes every store of several projects at once; an answer that is asked for in one of them is needed.
pub fn codegen_all(projects: &[Project], request: &Request) -> Vec<Result<Report, Failure>> {
    let caches: Vec<_> = projects.iter().map(|project| Cache::open(request.cache.as_deref(), project)).collect();
    let planned: Vec<Result<Made, Failure>> = thread::scope(|scope| {
        let made = |(project, cache)| scope.spawn(move || make(project, request, cache));
        let threads: Vec<_> = projects.iter().zip(caches.iter().map(Option::as_ref)).map(made).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let all: Vec<&Plan> = planned.iter().flatten().flat_map(Made::plans).collect();
    // Where a project cannot be computed, it is not known what it asks.
    let is_known = planned.iter().all(Result::is_ok);
    let unneeded: Vec<Vec<Finding>> = projects
        .iter()
        .map(|project| if is_known { asked::unneeded(project, &all, request) } else { Vec::new() })
        .collect();
    let needed = if is_known { asked::needed(&all, request) } else { request.clone() };
    projects
        .iter()
        .zip(&caches)
        .zip(planned)
        .zip(unneeded)
        .map(|(((project, cache), made), unneeded)| match made? {
            Made::Kept(report) => Ok(report),
            Made::Plans(plans) => write(project, plans, unneeded, (request, &needed), cache.as_ref()),
        })
        .collect()
}

/// What is to be written for a project.
enum Made {
    /// Nothing, as hashes say.
    Kept(Report),
    Plans(Plans),
}

impl Made {
    fn plans(&self) -> &[Plan] {
        match self {
            Self::Kept(_) => &[],
            Self::Plans(plans) => &plans.plans,
        }
    }
}

fn make(project: &Project, request: &Request, cache: Option<&Cache<'_>>) -> Result<Made, Failure> {
    match cache.filter(|_| request.is_plain()).and_then(|cache| cache.answer("codegen")) {
        Some(report) => Ok(Made::Kept(report)),
        None => plans(project, request, cache, true).map(Made::Plans),
    }
}

/// Of the two requests, the second is without the answers that nothing asks for, which no command to run repeats.
fn write(
    project: &Project,
    plans: Plans,
    unneeded: Vec<Finding>,
    (request, needed): (&Request, &Request),
    cache: Option<&Cache<'_>>,
) -> Result<Report, Failure> {
    let Plans { plans, notes, mut seen } = plans;
    let histories = moved::of(project, &plans)?;
    let base = request.against.as_ref().map(|reference| Base::read(project, reference)).transpose()?;
    let mut report = Report::new("codegen", &plans, notes);
    report.dry_run = request.dry_run;
    report.findings.extend(unneeded);
    for plan in &plans {
        report.findings.extend(check::obstacles(plan));
        if plan.obstacles.is_empty() {
            report.findings.extend(check::history(project, plan));
            report.findings.extend(plan.rebased.iter().flat_map(|rebased| rebased.findings.clone()));
            report.findings.extend(asked::forbidden(project, plan));
            report.findings.extend(asked::asks(project, plan, needed));
            report.findings.extend(check::replay(project, plan, plan.next.made.is_some()));
            report.findings.extend(base.iter().flat_map(|base| base.rewritten(project, plan)));
        }
        report.versions.extend(
            plan.rebased
                .iter()
                .flat_map(|rebased| &rebased.upgrades)
                .map(|(upgrade, semver)| MadeVersion::new(project, plan, upgrade.clone(), semver.clone())),
        );
        report.versions.extend(MadeVersion::of(project, plan));
    }
    report.findings.extend(moved::moved(project, &plans, &histories));
    if !report.is_ok() {
        return Ok(report);
    }
    report.notes.extend(plans.iter().filter_map(|plan| dropped(plan, request)));
    report
        .notes
        .extend(plans.iter().filter_map(|plan| plan.rebased.as_ref()).flat_map(|rebased| rebased.notes.clone()));
    for plan in &plans {
        let done = if request.dry_run { sync::compare(plan) } else { sync::write(plan)? };
        let place = |path: String| plan.dir.join(path).display().to_string();
        report.notes.extend(rewritten(plan, request, &done));
        report.written.extend(done.written.into_iter().map(place));
        report.removed.extend(done.removed.into_iter().map(place));
        let left = |path| format!("{} is not generated, and was left alone", place(path));
        report.notes.extend(done.unknown.into_iter().map(left));
    }
    if let Some(cache) = cache.filter(|_| request.is_plain()) {
        seen.left = histories.iter().map(moved::History::seen).collect();
        cache.keep(&report, &seen);
    }
    Ok(report)
}

/// Files by path below the directory of the stores.
pub(crate) type Emitted = Vec<(String, Vec<u8>)>;

/// Returns what a run would write, by path below the directory of the stores, and writes nothing.
pub(crate) fn emitted(project: &Project, request: &Request) -> Result<(Report, Emitted), Failure> {
    let plans = plans(project, request, None, true)?;
    let all: Vec<&Plan> = plans.plans.iter().collect();
    let unneeded = asked::unneeded(project, &all, request);
    let files = all
        .iter()
        .flat_map(|plan| plan.files.iter().map(|(path, bytes)| (format!("{}/{path}", plan.name), bytes.clone())));
    let files = files.collect();
    let request = Request { dry_run: true, ..request.clone() };
    let needed = asked::needed(&all, &request);
    Ok((write(project, plans, unneeded, (&request, &needed), None)?, files))
}

/// Says whose files are upgraded by whom from now on.
fn dropped(plan: &Plan, request: &Request) -> Option<String> {
    let oldest = request.oldest?;
    let semver = &plan.next.history.versions.get(oldest as usize - 1)?.semver;
    Some(format!(
        "files of `{}` below version {oldest} are upgraded by the release of version {oldest}, {semver}, and no longer by \
         later ones",
        plan.name
    ))
}

/// Says that the first version was written anew, or that nothing is left of the newest one.
fn rewritten(plan: &Plan, request: &Request, done: &sync::Done) -> Option<String> {
    let made = plan.next.made.filter(|_| request.mode == Mode::Amend)?;
    let has_migration = |paths: &[String]| paths.iter().any(|path| path.contains(&format!("/V{made}__")));
    let head = plan.next.history.head().number;
    if head < made {
        Some(format!("nothing is left of version {made} of `{}`, so it was removed", plan.name))
    } else {
        has_migration(&done.written).then(|| format!("version {made} of `{}` was written anew", plan.name))
    }
}
