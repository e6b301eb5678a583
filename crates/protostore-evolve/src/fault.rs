//! What is wrong with a history: the lock against the files it names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::chain::{link, sha256};
use crate::{Lock, Locked, LockedMigration, VersionFile, down_path, migration_path, plan_path, snapshot_path};

/// Something in a history that no run of the generator left there.
#[allow(missing_docs, reason = "each field is named for the word that the sentence puts it at")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Files of versions without a lock.
    NoLock,
    /// A text that is no lock.
    NotALock { why: String },
    /// A lock that git could not merge: two branches each added a version.
    Conflict,
    /// A text that is no snapshot or plan.
    NotReadable { file: String, why: String },
    /// A lock, snapshot or plan that a newer version of the tool wrote.
    Newer { file: String, why: String },
    /// A locked file that has other text now.
    Changed { file: String },
    /// A locked file that has the same text with other line endings.
    LineEndings { file: String },
    /// A locked file that is not there.
    Missing { file: String },
    /// A file of a version that the lock does not name.
    Unlocked { file: String },
    /// A migration of the number of a locked one.
    Fork { file: String, version: u32, locked: String },
    /// The lock skips or repeats a version.
    Gap { expected: u32, found: u32 },
    /// A version of the lock was edited, or put before another.
    Chain { version: u32, dialect: String },
    /// The lock's first lines and its last version disagree.
    Head,
    /// The lock was edited where no chain covers it.
    Seal,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLock => f.write_str("schema.lock is missing, but there are migrations or snapshots"),
            Self::Conflict => f.write_str(
                "schema.lock has the conflict markers of git: two branches each added a version, and a number means one version",
            ),
            Self::NotALock { why } => write!(f, "schema.lock was edited: {why}"),
            Self::NotReadable { file, why } => write!(f, "{file} cannot be read: {why}"),
            Self::Newer { file, why } => write!(f, "{file} was written by a newer version of protostore: {why}"),
            Self::Changed { file } => write!(f, "{file} was edited: its SHA-256 is not the one in schema.lock"),
            Self::LineEndings { file } => write!(f, "{file} has CRLF line endings: check it out with `eol=lf`"),
            Self::Missing { file } => write!(f, "{file} is missing, but schema.lock names it"),
            Self::Unlocked { file } => write!(f, "{file} is not in schema.lock"),
            Self::Fork { file, version, locked } => {
                write!(f, "{file} is a second version {version}: schema.lock names {locked}")
            }
            Self::Gap { expected, found } => {
                write!(f, "schema.lock has version {found} where version {expected} belongs")
            }
            Self::Chain { version, dialect } => {
                write!(f, "schema.lock was edited: the chain for {dialect} breaks at version {version}")
            }
            Self::Head => f.write_str("schema.lock was edited: its head is not its last version"),
            Self::Seal => f.write_str("schema.lock was edited: its seal is not that of its lines"),
        }
    }
}

impl Fault {
    /// Returns the file that is at fault, as a path in the generated crate.
    #[must_use]
    pub fn file(&self) -> &str {
        match self {
            Self::Changed { file } | Self::LineEndings { file } | Self::Missing { file } => file,
            Self::Unlocked { file } | Self::Fork { file, .. } => file,
            Self::NotReadable { file, .. } | Self::Newer { file, .. } => file,
            Self::NoLock
            | Self::Conflict
            | Self::NotALock { .. }
            | Self::Gap { .. }
            | Self::Chain { .. }
            | Self::Head
            | Self::Seal => "schema.lock",
        }
    }
}

impl Lock {
    /// Compares the lock with the files of versions that are there: path in the generated crate to text.
    #[must_use]
    pub fn verify(&self, files: &BTreeMap<String, String>) -> Vec<Fault> {
        let mut faults = self.verify_itself();
        let mut named = BTreeSet::new();
        for locked in &self.versions {
            for (file, hash) in locked.files() {
                faults.extend(verify_text(&file, files, hash));
                named.insert(file);
            }
        }
        let others = files.keys().filter(|file| !named.contains(*file));
        faults.extend(others.map(|file| self.unnamed(file)));
        faults
    }

    fn verify_itself(&self) -> Vec<Fault> {
        let mut previous: Option<&Locked> = None;
        for (expected, locked) in (1..).zip(&self.versions) {
            if locked.version != expected {
                return vec![Fault::Gap { expected, found: locked.version }];
            }
            let breaks = |(dialect, migration): &(&String, &LockedMigration)| {
                migration.chain != link(dialect, locked, migration, previous)
            };
            if let Some((dialect, _)) = locked.dialect.iter().find(breaks) {
                return vec![Fault::Chain { version: locked.version, dialect: dialect.clone() }];
            }
            previous = Some(locked);
        }
        let agrees = previous.is_some_and(|last| last.version == self.head && last.semver == self.semver);
        match (agrees, self.seal == self.sealed()) {
            (false, _) => vec![Fault::Head],
            (true, false) => vec![Fault::Seal],
            (true, true) => Vec::new(),
        }
    }

    fn unnamed(&self, file: &str) -> Fault {
        let unlocked = || Fault::Unlocked { file: file.to_owned() };
        let Some(VersionFile { version, kind }) = VersionFile::from_path(file) else { return unlocked() };
        let Some(locked) = self.versions.iter().find(|locked| locked.version == version) else { return unlocked() };
        let same = |(path, _): &(String, &str)| VersionFile::from_path(path).is_some_and(|other| other.kind == kind);
        let found = locked.files().into_iter().find(same);
        found.map_or_else(unlocked, |(locked, _)| Fault::Fork { file: file.to_owned(), version, locked })
    }
}

impl Locked {
    /// Returns the files of this version, each with its hash: of a version that was dropped its snapshot alone.
    #[must_use]
    pub fn files(&self) -> Vec<(String, &str)> {
        let snapshot = vec![(snapshot_path(self.version), self.snapshot.as_str())];
        if self.until.is_some() { snapshot } else { snapshot.into_iter().chain(self.steps()).collect() }
    }

    /// Returns the files of this version but its snapshot, each with its hash, also where it was dropped.
    #[must_use]
    pub fn steps(&self) -> Vec<(String, &str)> {
        let Self { version, slug, plan, dialect, .. } = self;
        let mut files = Vec::new();
        files.extend(plan.as_ref().map(|plan| (plan_path(*version), plan.as_str())));
        for (name, LockedMigration { up, down, chain: _ }) in dialect {
            files.push((migration_path(name, *version, slug), up));
            files.extend(down.as_ref().map(|down| (down_path(name, *version, slug), down.as_str())));
        }
        files
    }
}

fn verify_text(file: &str, texts: &BTreeMap<String, String>, expected: &str) -> Option<Fault> {
    let file = file.to_owned();
    match texts.get(&file) {
        None => Some(Fault::Missing { file }),
        Some(text) if sha256(text) == expected => None,
        Some(text) if sha256(&text.replace("\r\n", "\n")) == expected => Some(Fault::LineEndings { file }),
        Some(_) => Some(Fault::Changed { file }),
    }
}
