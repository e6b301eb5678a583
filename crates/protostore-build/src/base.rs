//! The histories that a commit of git has, read through git.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use protostore_evolve::plan::Plan as Upgrade;
use protostore_evolve::{Lock, Locked, plan_path};

use crate::plan::Plan;
use crate::{Failure, Finding, MadeVersion, Project, past};

/// The locks of a commit.
pub(crate) struct Base {
    /// What the commit was called.
    reference: String,
    /// The locks below the directory of the stores, each with its directory there.
    locks: Vec<(String, Lock)>,
}

impl Base {
    /// Reads the locks of a project's stores as a commit, branch or tag has them.
    pub(crate) fn read(project: &Project, reference: &str) -> Result<Self, Failure> {
        let dir = nearest(&project.out);
        let git = |arguments: &[&str]| git(&dir, reference, arguments);
        // The name alone is asked for first: it must not be taken for a flag.
        let commit = git(&["rev-parse", "--verify", "--end-of-options", &format!("{reference}^{{commit}}")])?;
        let commit = String::from_utf8_lossy(&commit).trim().to_owned();
        let mut locks = Vec::new();
        if dir == project.out {
            let names = git(&["ls-tree", "-r", "--name-only", "-z", &commit, "."])?;
            let names = String::from_utf8_lossy(&names).into_owned();
            for path in names.split('\0').filter(|path| path.ends_with("/schema.lock")) {
                let text = git(&["show", &format!("{commit}:./{path}")])?;
                let text = String::from_utf8_lossy(&text).replace("\r\n", "\n");
                let lock = Lock::from_text(&text).map_err(|error| {
                    let why = format!("{path} of it: {error}");
                    Failure::Git { reference: reference.to_owned(), why }
                })?;
                locks.push((path.trim_end_matches("/schema.lock").to_owned(), lock));
            }
        }
        Ok(Self { reference: reference.to_owned(), locks })
    }

    fn of(&self, plan: &Plan) -> Option<&(String, Lock)> {
        let history = &plan.next.history;
        self.locks.iter().find(|(_, lock)| lock.store == history.store || history.formerly.contains(&lock.store))
    }

    /// Returns a finding for each version that the commit has and that is another here, or is not there.
    pub(crate) fn rewritten(&self, project: &Project, plan: &Plan) -> Vec<Finding> {
        let Some((dir, base)) = self.of(plan) else { return Vec::new() };
        let text = plan.files.get("schema.lock").or_else(|| plan.there.get("schema.lock"));
        let Some(own) = text.and_then(|text| Lock::from_text(&past::text(text)).ok()) else { return Vec::new() };
        let differs = |theirs: &&Locked| {
            let ours = own.versions.iter().find(|ours| ours.version == theirs.version);
            ours.is_none_or(|ours| theirs.dialect.iter().any(|(name, text)| ours.dialect.get(name) != Some(text)))
        };
        let reference = &self.reference;
        let append = project.invocation.command("codegen", "");
        let finding = |theirs: Locked, base: &Lock| {
            let version = theirs.version;
            let remedy = match version {
                1 => format!(
                    "a version that others have never changes: restore its files with \
                     `git checkout {reference} -- {}`, then run {append}, which makes version {} of the change",
                    plan.dir.display(),
                    base.head + 1
                ),
                _ => format!(
                    "a version that others have never changes: merge {reference}, then run {}, which puts the versions of \
                     this branch on top of version {}",
                    project.invocation.command("codegen", &format!("--rebase {reference}")),
                    base.head
                ),
            };
            let title = format!(
                "version {version} of `{}` is not version {version} `{}` of {reference} in {dir}",
                plan.name, theirs.slug
            );
            Finding::new(title, Vec::new(), remedy).at(plan.dir.join("schema.lock").display().to_string(), 0)
        };
        let first = base.versions.iter().find(differs).cloned();
        let mut findings: Vec<_> = first.into_iter().map(|theirs| finding(theirs, base)).collect();
        if own.released < base.released && findings.is_empty() {
            let title =
                format!("version {} of `{}` is released in {reference}, and not here", base.released, plan.name);
            let remedy = format!("restore {} with git", plan.dir.join("schema.lock").display());
            findings.push(Finding::new(title, Vec::new(), remedy));
        }
        if own.oldest < base.oldest && findings.is_empty() {
            let title = format!(
                "{} upgrades files of `{}` from version {} on, and this lock those from version {} on",
                self.reference, plan.name, base.oldest, own.oldest
            );
            let drop =
                project.invocation.command("codegen", &format!("--store {} --oldest {}", plan.name, base.oldest));
            findings.push(Finding::new(title, Vec::new(), format!("to drop the same versions here, run {drop}")));
        }
        findings
    }

    /// Returns a finding for each store of the commit that is not here any more.
    pub(crate) fn lost(&self, plans: &[Plan]) -> Vec<Finding> {
        let here = |lock: &Lock| {
            plans
                .iter()
                .any(|plan| plan.next.history.store == lock.store || plan.next.history.formerly.contains(&lock.store))
        };
        let lost = self.locks.iter().filter(|(_, lock)| !here(lock));
        lost.map(|(dir, lock)| {
            let title = format!(
                "{} has the store `{}` in {dir}, and no store message continues it",
                self.reference, lock.store
            );
            let remedy = "restore the store message, or say to whoever reads this change that the store is retired";
            Finding::new(title, Vec::new(), remedy)
        })
        .collect()
    }

    /// Returns the versions of a store that the commit has not, as their plans have them; in place of one whose plan cannot
    /// be read the finding that says so, where none about the history says it already.
    pub(crate) fn added(&self, project: &Project, plan: &Plan) -> Vec<Result<MadeVersion, Finding>> {
        let head = self.of(plan).map_or(0, |(_, lock)| lock.head);
        // What would be the next version, codegen has not made yet.
        let is_made = |number: u32| plan.next.upgrade.as_ref().is_none_or(|upgrade| upgrade.to != number);
        let versions = plan.next.history.versions.iter();
        let versions = versions.filter(|version| version.number > head.max(1) && is_made(version.number));
        let read = |version: &protostore_evolve::Version| {
            let path = plan_path(version.number);
            let text = plan.there.get(&path).map(|bytes| past::text(bytes));
            let why = match text.as_deref().map(Upgrade::from_file) {
                Some(Ok(upgrade)) => return Some(Ok(MadeVersion::new(project, plan, upgrade, version.semver.clone()))),
                Some(Err(error)) => error.to_string(),
                None => "it is not there".to_owned(),
            };
            let is_said = plan.next.faults.iter().any(|fault| fault.file() == path);
            (!is_said).then(|| Err(self.not_shown(plan, version, &path, &why)))
        };
        versions.filter_map(read).collect()
    }

    fn not_shown(&self, plan: &Plan, version: &protostore_evolve::Version, path: &str, why: &str) -> Finding {
        let place = plan.dir.join(path).display().to_string();
        let (number, slug, reference) = (version.number, &version.slug, &self.reference);
        let title = format!(
            "{place}: {why}, so what version {number} `{slug}`, which {reference} has not, does to whom cannot be shown"
        );
        Finding::new(title, Vec::new(), format!("restore {place} with git")).at(place, 0)
    }
}

/// Returns a directory, or the nearest one around it that exists.
pub(crate) fn nearest(dir: &Path) -> PathBuf {
    let absolute = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    if dir.is_dir() {
        return dir.to_owned();
    }
    absolute.ancestors().find(|dir| dir.is_dir()).map_or_else(|| PathBuf::from("."), Path::to_owned)
}

pub(crate) fn git(dir: &Path, reference: &str, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let failure = |why: String| Failure::Git { reference: reference.to_owned(), why };
    let mut command = Command::new("git");
    command.arg("-C").arg(dir).args(arguments).stdin(Stdio::null());
    let output = command.output().map_err(|error| failure(format!("git does not run: {error}")))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(failure(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}
