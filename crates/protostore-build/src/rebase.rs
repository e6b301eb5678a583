//! Two branches that each added versions: those of one are put on top of those of the other, each as the same change.
//!
//! Both histories are read from git, because a merge leaves neither in the working tree. The last version that is put on
//! top leads to what the protos say now; one before it to the merge of both branches' schemas by number.

use std::collections::BTreeSet;
use std::path::Path;

use protostore_evolve::plan::{Answers, Plan as Upgrade};
use protostore_evolve::{Clash, History, Lock, Locked, Version, VersionFile, clashes, evolve, merge};
use protostore_schema::Schema;

use crate::base::{git, nearest};
use crate::disk::Files;
use crate::next::{Next, answers_of, with};
use crate::past::{self, Past};
use crate::texts::{self, SQLITE};
use crate::{Failure, Finding, Project, Rebase};

/// The histories of a store on two branches.
pub(crate) struct Sides {
    /// What the base is called.
    base_name: String,
    /// The files of the branch whose versions stay.
    pub(crate) base: Files,
    /// Those of the other.
    own: Files,
}

/// What became of the versions of a branch.
pub(crate) struct Rebased {
    /// The files of the history that both lead to.
    pub(crate) files: Files,
    /// Paths of versions that have other numbers now.
    pub(crate) abandoned: BTreeSet<String>,
    /// The ways to the versions that were put on top, in their order.
    pub(crate) upgrades: Vec<(Upgrade, String)>,
    /// What is asked before one is made, or was found; then nothing is written.
    pub(crate) open: Option<Next>,
    /// Why it cannot be done.
    pub(crate) findings: Vec<Finding>,
    /// What is worth saying.
    pub(crate) notes: Vec<String>,
}

/// Reads both histories of a store; nothing where only one branch has it. `there` is what the working tree has.
pub(crate) fn sides(project: &Project, name: &str, rebase: &Rebase, there: &Files) -> Result<Option<Sides>, Failure> {
    let dir = nearest(&project.out);
    let (base_name, base, own) = commits(&dir, rebase)?;
    let base = history(&dir, &base_name, &base, name)?;
    let own = match own {
        Some(commit) => history(&dir, &commit, &commit, name)?,
        None => there.clone(),
    };
    let is_on_both = [&base, &own].iter().all(|files| files.contains_key("schema.lock"));
    Ok(is_on_both.then_some(Sides { base_name, base, own }))
}

/// Returns what the base is called, its commit, and that of the own branch; none where that is the working tree.
fn commits(dir: &Path, rebase: &Rebase) -> Result<(String, String, Option<String>), Failure> {
    let find = |name: &str| {
        let commit =
            git(dir, name, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{commit}}")]);
        commit.map(|commit| String::from_utf8_lossy(&commit).trim().to_owned())
    };
    let merged = find("MERGE_HEAD").ok();
    let replayed = || ["REBASE_HEAD", "CHERRY_PICK_HEAD"].into_iter().find_map(|head| find(head).ok());
    match rebase {
        Rebase::Onto(name) => {
            let base = find(name).map_err(|_| unknown(name))?;
            let own = match (merged, replayed()) {
                (Some(merged), _) if find("HEAD")? == base => Some(merged),
                (Some(_), _) => Some(find("HEAD")?),
                (None, replayed) => replayed,
            };
            Ok((name.clone(), base, own))
        }
        Rebase::Other => match (merged, replayed()) {
            (Some(merged), _) => Ok(("MERGE_HEAD".to_owned(), merged, Some(find("HEAD")?))),
            (None, Some(replayed)) => Ok(("HEAD".to_owned(), find("HEAD")?, Some(replayed))),
            (None, None) => Err(Failure::Git {
                reference: "--rebase".to_owned(),
                why: "git is not in the middle of a merge, a rebase or a cherry-pick, so the branch whose versions stay is to \
                      be named: `--rebase origin/main`"
                    .to_owned(),
            }),
        },
    }
}

fn unknown(name: &str) -> Failure {
    Failure::Git { reference: name.to_owned(), why: "this clone has no such commit, branch or tag".to_owned() }
}

/// Reads the files of a store's history as a commit has them; none where it does not have the store.
fn history(dir: &Path, name: &str, commit: &str, store: &str) -> Result<Files, Failure> {
    let mut files = Files::new();
    let tree = format!("{store}/");
    let names = git(dir, name, &["ls-tree", "-r", "--name-only", "-z", commit, "--", &tree])?;
    let names = String::from_utf8_lossy(&names).into_owned();
    let is_history =
        |path: &&str| *path == "schema.lock" || path.starts_with("schema/") || path.starts_with("migrations/");
    for path in names.split('\0').filter_map(|path| path.strip_prefix(&tree)).filter(is_history) {
        let bytes = git(dir, name, &["show", &format!("{commit}:./{store}/{path}")])?;
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        files.insert(path.to_owned(), text.into_bytes());
    }
    Ok(files)
}

/// Puts the versions of one side on top of those of the other; `schema` is what the protos of both say together.
pub(crate) fn rebase(
    project: &Project,
    name: &str,
    sides: Sides,
    schema: &Schema,
    answers: &Answers,
) -> Result<Rebased, Failure> {
    let Sides { base_name, base, own } = sides;
    let (base_history, base_locked) = whole(&base_name, name, past::read(&base))?;
    let (own_history, own_locked) = whole("the own branch", name, past::read(&own))?;
    let chain = |locked: &Locked| locked.dialect.get(SQLITE).map(|migration| migration.chain.clone());
    let common = base_locked.iter().zip(&own_locked).take_while(|(base, own)| chain(base) == chain(own)).count();
    if base_locked.len() == common {
        // The base has nothing to put it on top of.
        return Ok(Rebased::as_it_is(own));
    }
    let later = |locked: &Locked| locked.version as usize > common;
    let both = own_locked.iter().chain(&base_locked).filter(|locked| later(locked));
    let abandoned = both.flat_map(Locked::files).map(|(path, _)| path).collect();
    let mut done = Rebased { abandoned, ..Rebased::as_it_is(base) };
    let own_versions = &own_history.versions[common..];
    done.findings = forbidden(project, name, &base_name, (common, &own_history));
    if !done.findings.is_empty() || own_versions.is_empty() {
        return Ok(done);
    }
    let fork = &own_history.versions[common - 1].schema;
    let clashes = clashes(fork, &base_history.head().schema, &own_history.head().schema, schema);
    done.findings = clashes.iter().map(|clash| clashing(&base_name, clash)).collect();
    if !done.findings.is_empty() {
        return Ok(done);
    }
    let (mut history, mut locked) = (base_history, base_locked);
    for version in own_versions {
        let is_last = version.number == own_history.head().number;
        let before = &own_history.versions[version.number as usize - 2].schema;
        let merged = if is_last { None } else { Some(merge(before, &history.head().schema, &version.schema)) };
        let target = match merged {
            None => schema.clone(),
            Some(Ok(target)) => target,
            Some(Err(why)) => {
                let (number, slug) = (version.number, &version.slug);
                done.notes.push(format!(
                    "version {number} `{slug}` of `{name}` is part of the next one now, because both branches together make no \
                     schema of it ({why})"
                ));
                continue;
            }
        };
        let kept = answers_of(&own, version.number).map_err(|fault| Failure::Git {
            reference: base_name.clone(),
            why: format!("version {} of the own branch of `{name}`: {fault}", version.number),
        })?;
        let mut given = answers.clone();
        given.take(kept);
        let Some(mut upgrade) = evolve(&history, &target, &protostore_emit::objects, &given) else {
            done.notes.push(format!(
                "nothing is left of version {} `{}` of `{name}` on top of {base_name}",
                version.number, version.slug
            ));
            continue;
        };
        version.slug.clone_into(&mut upgrade.slug);
        let next = with(upgrade.clone(), &history, &target);
        if next.asks() {
            done.open = Some(next);
            return Ok(done);
        }
        let command = project.invocation.codegen();
        let texts = texts::of(&next, &done.files, &command);
        let lock = Lock::after(&locked, &next.history, &texts);
        done.files.extend(written(&next.history, &texts));
        done.files.insert("schema.lock".to_owned(), lock.render(&command).into_bytes());
        done.notes.push(moved(name, version, &upgrade, common));
        done.upgrades.push((upgrade, next.history.head().semver.clone()));
        (history, locked) = (next.history, lock.versions);
    }
    Ok(done)
}

/// Returns a history that is as it was written.
fn whole(of: &str, name: &str, past: Past) -> Result<(History, Vec<Locked>), Failure> {
    let failure = |why: String| Failure::Git { reference: of.to_owned(), why };
    match (past.history, past.faults.first()) {
        (Some(history), None) => Ok((history, past.locked)),
        (_, Some(fault)) => Err(failure(format!("the history of `{name}` there: {fault}"))),
        (None, None) => Err(failure(format!("it has no history of `{name}`"))),
    }
}

fn forbidden(project: &Project, name: &str, base: &str, (common, own): (usize, &History)) -> Vec<Finding> {
    if common == 0 {
        let title = format!("`{name}` has no version in common with {base}: the two are other stores");
        return vec![Finding::new(title, Vec::new(), "give one of them another name, or restore the lock with git")];
    }
    let released = own.released as usize;
    if released > common {
        let title = format!("version {released} of `{name}` on this branch is released, and cannot get another number");
        let other = project.invocation.command("codegen", "--rebase HEAD");
        let remedy = format!("put the versions of {base} on top of this branch instead: in the merge, run {other}");
        return vec![Finding::new(title, Vec::new(), remedy)];
    }
    Vec::new()
}

fn clashing(base: &str, clash: &Clash) -> Finding {
    let Clash { message, number, base: theirs, own, free } = clash;
    let (title, remedy) = match theirs {
        Some(theirs) => (
            format!("number {number} of {message} is `{theirs}` on {base}, and `{own}` here"),
            format!(
                "leave {number} to {base}, give the own one the number {free}, which neither has used, and run this again"
            ),
        ),
        None => (
            format!("number {number} of {message} is gone on {base}, and `{own}` here"),
            format!(
                "a number that is gone never comes back: leave it `reserved` as on {base}, and give what is still needed the \
                 number {free}; or put it back on {base} first"
            ),
        ),
    };
    Finding::new(title, Vec::new(), remedy)
}

/// Returns the files of the newest version.
fn written(history: &History, texts: &[protostore_evolve::VersionTexts]) -> Files {
    let (Some(version), Some(texts)) = (history.versions.last(), texts.last()) else { return Files::new() };
    let (number, slug) = (version.number, version.slug.as_str());
    let mut files = Files::new();
    let mut add = |path: String, text: &str| drop(files.insert(path, text.as_bytes().to_vec()));
    add(protostore_evolve::snapshot_path(number), &texts.snapshot);
    if let Some(plan) = &texts.plan {
        add(protostore_evolve::plan_path(number), plan);
    }
    for (dialect, migration) in &texts.migrations {
        add(protostore_evolve::migration_path(dialect, number, slug), &migration.up);
        if let Some(down) = &migration.down {
            add(protostore_evolve::down_path(dialect, number, slug), down);
        }
    }
    files
}

fn moved(name: &str, was: &Version, is: &Upgrade, common: usize) -> String {
    let (number, slug, to) = (was.number, &was.slug, is.to);
    format!(
        "version {number} `{slug}` of `{name}` is now version {to}; a database that has it as version {number} goes back by \
         `protostore downgrade <FILE> --to {common}`, and is upgraded from there"
    )
}

impl Rebased {
    /// Returns a history that stays as one branch has it.
    fn as_it_is(files: Files) -> Self {
        let (upgrades, findings, notes) = (Vec::new(), Vec::new(), Vec::new());
        Self { files, abandoned: BTreeSet::new(), upgrades, open: None, findings, notes }
    }

    /// Returns whether a file on disk is one of a version that has another number now.
    pub(crate) fn is_abandoned(&self, path: &str) -> bool {
        VersionFile::from_path(path).is_some() && self.abandoned.contains(path) && !self.files.contains_key(path)
    }
}
