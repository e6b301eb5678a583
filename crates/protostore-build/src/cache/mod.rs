//! Answers that are kept: that everything was as it should be, by the hashes of all that it was computed from.
//!
//! A program that runs again on the same files answers the same, so it need not compute it. What is not kept is anything
//! that was found: the way to it is computed each time. See ADR 0065.

pub(crate) mod directory;
pub(crate) mod hash;
mod kept;
mod seen;
mod tool;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use hash::Hash;
pub(crate) use seen::Seen;

use crate::{CrateOptions, Project, Protos, Report};
use hash::{Values, hex};

/// How many files a cache has, at most, before the oldest go: those of projects that are no more.
const FILES: usize = 256;

/// How many replays are remembered, at most: more versions than the stores of a project have.
const REPLAYS: usize = 4096;

/// The answers that are kept for a project.
pub(crate) struct Cache<'p> {
    dir: PathBuf,
    project: &'p Project,
    /// Of what the project is, and where the command runs.
    place: Hash,
    tool: Hash,
}

/// An answer: everything was as it should be.
#[derive(Deserialize, Serialize)]
struct Answer {
    /// Over all that it was computed from.
    key: String,
    /// The files that the protos import, which the key is computed over again.
    imports: Vec<String>,
    /// The directories of the stores, the same.
    dirs: Vec<String>,
    stores: usize,
    tables: usize,
    statements: usize,
    notes: Vec<String>,
}

/// The replays that a program found to lead where they should.
#[derive(Default, Deserialize, Serialize)]
struct Replays {
    tool: Hash,
    replays: Vec<String>,
}

impl<'p> Cache<'p> {
    /// Opens the cache in a directory, which need not be there. There is none where the program that runs, or where it runs, cannot be
    /// read, nor for a set of descriptors, beside which further files may be looked for.
    pub(crate) fn open(dir: Option<&Path>, project: &'p Project) -> Option<Self> {
        if matches!(project.protos, Protos::Set { .. }) {
            return None;
        }
        let dir = dir?.join("protostore");
        let tool = tool::hash(&dir).ok()?;
        let place = of_project(project, &std::env::current_dir().ok()?);
        Some(Self { dir, project, place, tool })
    }

    /// Returns what a command answers, where nothing changed since it was computed. What a check found to agree, codegen
    /// does not change.
    pub(crate) fn answer(&self, command: &'static str) -> Option<Report> {
        let kept = |of: &str| -> Option<Answer> {
            let answer: Answer = kept::read(&self.path(of))?;
            let seen = Seen::look(self.project, &answer.imports, &answer.dirs).ok()?;
            (answer.key == hex(&seen.key(&self.place, of, &self.tool))).then_some(answer)
        };
        let also = (command == "codegen").then_some("check");
        let Answer { stores, tables, statements, notes, .. } = kept(command).or_else(|| also.and_then(kept))?;
        Some(Report { command, stores, tables, statements, notes, kept: true, ..Report::default() })
    }

    /// Keeps what a command answered, where that is that everything is as it should be.
    pub(crate) fn keep(&self, report: &Report, seen: &Seen) {
        let Report {
            command,
            stores,
            tables,
            statements,
            findings,
            versions,
            notes,
            written,
            removed,
            dry_run,
            failed,
            kept: _,
        } = report;
        let is_empty = findings.is_empty() && versions.is_empty() && written.is_empty() && removed.is_empty();
        if *failed || *dry_run || !is_empty {
            return;
        }
        let answer = Answer {
            key: hex(&seen.key(&self.place, command, &self.tool)),
            imports: seen.imports.keys().cloned().collect(),
            dirs: seen.stores.keys().cloned().collect(),
            stores: *stores,
            tables: *tables,
            statements: *statements,
            notes: notes.clone(),
        };
        // What cannot be kept is computed each time.
        let _ = kept::write(&self.path(command), &answer);
        let _ = kept::prune(&self.dir, FILES);
    }

    /// Returns the replays that this program found to lead where they should.
    pub(crate) fn replays(&self) -> Vec<String> {
        let kept: Option<Replays> = kept::read(&self.path("replays"));
        kept.filter(|kept| kept.tool == self.tool).map(|kept| kept.replays).unwrap_or_default()
    }

    /// Keeps further replays.
    pub(crate) fn keep_replays(&self, found: &[String]) {
        let mut replays = self.replays();
        let before = replays.len();
        let new: Vec<_> = found.iter().filter(|found| !replays.contains(found)).cloned().collect();
        replays.extend(new);
        if replays.len() > before {
            replays.drain(..replays.len().saturating_sub(REPLAYS));
            // What cannot be kept is replayed each time.
            let _ = kept::write(&self.path("replays"), &Replays { tool: self.tool, replays });
        }
    }

    fn path(&self, what: &str) -> PathBuf {
        self.dir.join(format!("{}.{what}", &hex(&self.place)[..16]))
    }
}

/// Returns the hash of what a project is, apart from what its files hold. Paths may begin where the command runs.
fn of_project(project: &Project, current: &Path) -> Hash {
    let Project { protos, includes, out, run_time, crates, allow, invocation } = project;
    let mut all = Values::of("protostore project 1");
    let (kind, files) = match protos {
        Protos::Below(root) => ("below", std::slice::from_ref(root)),
        Protos::Files(files) => ("files", &files[..]),
        // Nothing is kept for it.
        Protos::Set { .. } => ("set", &[][..]),
    };
    all.add(kind.as_bytes());
    for paths in [files, includes, &[out.clone(), current.to_owned()]] {
        all.count(paths.len());
        paths.iter().for_each(|path| all.add(path.as_os_str().as_encoded_bytes()));
    }
    let CrateOptions { features, extern_paths, type_attributes, dependencies, license } = crates;
    all.count(features.len());
    features.iter().for_each(|feature| all.add(feature.as_bytes()));
    for (name, value) in type_attributes.iter().map(|(a, b)| (a, b)).chain(dependencies).chain(extern_paths) {
        all.add(name.as_bytes());
        all.add(value.as_bytes());
    }
    all.count(type_attributes.len());
    all.count(dependencies.len());
    all.count(extern_paths.len());
    all.count(allow.len());
    allow.iter().for_each(|allowed| all.add(allowed.as_bytes()));
    let license = license.as_deref().unwrap_or_default();
    for text in [run_time, &invocation.program, &invocation.arguments, license] {
        all.add(text.as_bytes());
    }
    all.end()
}
