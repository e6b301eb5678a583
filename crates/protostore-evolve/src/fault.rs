//! What is wrong with a history: the lock against the files it names.

use std::collections::BTreeMap;
use std::fmt;

use crate::lock::sha256;
use crate::{Lock, Locked, migration_path, snapshot_path};

/// Something in a history that no run of the generator left there.
#[allow(missing_docs, reason = "each field is named for the word that the sentence puts it at")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Migrations or snapshots without a lock.
    NoLock,
    /// A text that is no lock.
    NotALock { why: String },
    /// A text that is no snapshot.
    NotASnapshot { file: String, why: String },
    /// A locked file that has other text now.
    Changed { file: String },
    /// A locked file that has the same text with other line endings.
    LineEndings { file: String },
    /// A locked file that is not there.
    Missing { file: String },
    /// A migration or snapshot that the lock does not name.
    Unlocked { file: String },
    /// A migration of the number of a locked one.
    Fork { file: String, version: u32, locked: String },
    /// The lock skips or repeats a version.
    Gap { expected: u32, found: u32 },
    /// A version of the lock was edited, or put before another.
    Chain { version: u32 },
    /// The lock's first lines and its last version disagree.
    Head,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLock => f.write_str("schema.lock is missing, but there are migrations or snapshots"),
            Self::NotALock { why } => write!(f, "schema.lock was edited: {why}"),
            Self::NotASnapshot { file, why } => write!(f, "{file} cannot be read: {why}"),
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
            Self::Chain { version } => write!(f, "schema.lock was edited: the chain breaks at version {version}"),
            Self::Head => f.write_str("schema.lock was edited: its head is not its last version"),
        }
    }
}

impl Fault {
    /// Returns the file that is at fault, as a path in the generated crate.
    #[must_use]
    pub fn file(&self) -> &str {
        match self {
            Self::Changed { file } | Self::LineEndings { file } | Self::Missing { file } => file,
            Self::Unlocked { file } | Self::Fork { file, .. } | Self::NotASnapshot { file, .. } => file,
            Self::NoLock | Self::NotALock { .. } | Self::Gap { .. } | Self::Chain { .. } | Self::Head => "schema.lock",
        }
    }
}

impl Lock {
    /// Compares the lock with the migrations and snapshots that are there: path in the generated crate to text.
    #[must_use]
    pub fn verify(&self, migrations: &BTreeMap<String, String>, snapshots: &BTreeMap<String, String>) -> Vec<Fault> {
        let mut faults = self.verify_itself();
        let mut named = Vec::new();
        for locked in &self.migrations {
            let migration = migration_path("sqlite", locked.version, &locked.slug);
            let snapshot = snapshot_path(locked.version);
            faults.extend(verify_text(&migration, migrations, &locked.migration));
            faults.extend(verify_text(&snapshot, snapshots, &locked.snapshot));
            named.extend([migration, snapshot]);
        }
        let others = migrations.keys().chain(snapshots.keys()).filter(|file| !named.contains(file));
        faults.extend(others.map(|file| self.unnamed(file)));
        faults
    }

    fn verify_itself(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut previous: Option<&Locked> = None;
        for (expected, locked) in (1..).zip(&self.migrations) {
            if locked.version != expected {
                faults.push(Fault::Gap { expected, found: locked.version });
                return faults;
            }
            if locked.chain != locked.link(previous) {
                faults.push(Fault::Chain { version: locked.version });
                return faults;
            }
            previous = Some(locked);
        }
        let agrees = previous.is_some_and(|last| last.version == self.head && last.semver == self.semver);
        faults.extend((!agrees).then_some(Fault::Head));
        faults
    }

    fn unnamed(&self, file: &str) -> Fault {
        let version =
            file.rsplit('/').next().and_then(|name| name.strip_prefix('V')).and_then(|name| name.split_once("__"));
        let version = version.and_then(|(number, _)| number.parse().ok());
        match self.migrations.iter().find(|locked| Some(locked.version) == version) {
            Some(Locked { version, slug, .. }) => {
                let locked = migration_path("sqlite", *version, slug);
                Fault::Fork { file: file.to_owned(), version: *version, locked }
            }
            None => Fault::Unlocked { file: file.to_owned() },
        }
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
