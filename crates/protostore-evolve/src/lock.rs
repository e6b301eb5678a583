//! `schema.lock`: which versions a store has, and what each was made of.
//!
//! Two branches that each add a version change the same lines, so they conflict in git, as they must.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use protostore_schema::MAPPING;
use serde::Deserialize;

use crate::chain::{self, sha256};
use crate::{History, Version};

/// The format of the lock that this version of the tool writes. It reads every format up to this one.
pub const LOCK_FORMAT: u32 = 1;

/// The lock of a store.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The format of the lock, [`LOCK_FORMAT`] where this tool wrote it.
    pub format: u32,
    /// Full name of the store message.
    pub store: String,
    /// Full names that the store message had before, oldest first.
    pub formerly: Vec<String>,
    /// The greatest version that must not be rewritten; 0 where none is released.
    pub released: u32,
    /// The least version whose files can be upgraded.
    pub oldest: u32,
    /// Version of the mapping that the head was made by.
    pub mapping: u32,
    /// The newest version.
    pub head: u32,
    /// The version of the data at the head.
    pub semver: String,
    /// SHA-256 over everything else in the lock, in hex.
    pub seal: String,
    /// The versions, oldest first.
    #[serde(default, rename = "version")]
    pub versions: Vec<Locked>,
}

/// A version, as the lock keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// From 1, without gaps.
    pub version: u32,
    /// What changed, in a few words.
    pub slug: String,
    /// The version of the data.
    pub semver: String,
    /// SHA-256 of the snapshot's text, in hex.
    pub snapshot: String,
    /// SHA-256 of the plan's text, in hex; the first version has no plan.
    #[serde(default)]
    pub plan: Option<String>,
    /// The risks that were accepted, each as `narrow 1:2 int64 int32`.
    pub accepted: Vec<String>,
    /// The methods of the program that upgrades to it call, each as `machine_owner 1:9`.
    #[serde(default)]
    pub hooks: Vec<String>,
    /// The oldest version whose program may read a file of this version.
    pub reader: u32,
    /// The oldest version whose program may write a file of this version.
    pub writer: u32,
    /// Of a version whose files can no longer be upgraded, since `--oldest` dropped its migration: the version whose program
    /// upgrades them.
    #[serde(default)]
    pub until: Option<u32>,
    /// The migrations that lead to it, by the name of their dialect.
    pub dialect: BTreeMap<String, LockedMigration>,
}

/// A migration in one dialect, as the lock keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedMigration {
    /// SHA-256 of the text that leads to the version, in hex.
    pub up: String,
    /// SHA-256 of the text that leads back, in hex; nothing leads back from the first version.
    #[serde(default)]
    pub down: Option<String>,
    /// SHA-256 over the chain of the version before and what this version is, in hex. Files hold it.
    pub chain: String,
}

/// The texts that a version is locked by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionTexts {
    /// The snapshot, `schema/0001.json`.
    pub snapshot: String,
    /// The plan, `schema/0002.plan.json`; the first version has none.
    pub plan: Option<String>,
    /// The migrations, by the name of their dialect: `sqlite`.
    pub migrations: BTreeMap<String, MigrationTexts>,
}

/// The texts of a migration in one dialect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationTexts {
    /// What leads to the version, `migrations/sqlite/V2__rename_memory.sql`.
    pub up: String,
    /// What leads back, `migrations/sqlite/down/D2__rename_memory.sql`; nothing leads back from the first version.
    pub down: Option<String>,
}

/// A text that this tool cannot read as a lock.
#[derive(Debug)]
pub enum LockError {
    /// It is of a format that a newer version of the tool writes.
    Newer {
        /// Its format.
        format: u32,
    },
    /// Its newest version was made by rules from protobuf to SQL that only a newer version of the tool knows.
    NewerMapping {
        /// The version of the rules.
        mapping: u32,
    },
    /// It is no lock.
    Text(toml::de::Error),
}

impl std::fmt::Display for LockError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Newer { format } => {
                write!(f, "it has format {format}, and this version of the tool reads formats up to {LOCK_FORMAT}")
            }
            Self::NewerMapping { mapping } => {
                write!(f, "it has mapping {mapping}, and this version of the tool knows mappings up to {MAPPING}")
            }
            Self::Text(error) => write!(f, "not a lock: {}", error.message()),
        }
    }
}

impl std::error::Error for LockError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Newer { .. } | Self::NewerMapping { .. } => None,
            Self::Text(error) => Some(error),
        }
    }
}

impl Lock {
    /// Locks a history; `texts` are those of its versions, oldest first.
    #[must_use]
    pub fn new(history: &History, texts: &[VersionTexts]) -> Self {
        Self::after(&[], history, texts)
    }

    /// Locks a history that begins with versions which are locked already, and whose texts were found to be those: only
    /// later ones are hashed. Of the former, only the version of the data may be another, and whether files can be upgraded.
    #[must_use]
    pub fn after(locked: &[Locked], history: &History, texts: &[VersionTexts]) -> Self {
        let head = history.head();
        let mut versions: Vec<Locked> = Vec::new();
        for (at, (version, texts)) in history.versions.iter().zip(texts).enumerate() {
            let locked = match locked.get(at) {
                Some(locked) => Locked { semver: version.semver.clone(), until: version.until, ..locked.clone() },
                None => Locked::new(version, texts, versions.last()),
            };
            versions.push(locked);
        }
        let mut lock = Self {
            format: LOCK_FORMAT,
            store: history.store.clone(),
            formerly: history.formerly.clone(),
            released: history.released,
            oldest: history.oldest,
            mapping: head.schema.mapping,
            head: head.number,
            semver: head.semver.clone(),
            seal: String::new(),
            versions,
        };
        lock.seal = lock.sealed();
        lock
    }

    /// Reads a lock.
    ///
    /// # Errors
    /// If the text is no lock, or one of a newer version of the tool.
    pub fn from_text(text: &str) -> Result<Self, LockError> {
        // The format alone says whether the rest can be read.
        let table: toml::Table = toml::from_str(text).map_err(LockError::Text)?;
        let number = |key: &str| table.get(key)?.as_integer().and_then(|number| u32::try_from(number).ok());
        match (number("format"), number("mapping")) {
            (Some(format), _) if format > LOCK_FORMAT => Err(LockError::Newer { format }),
            (_, Some(mapping)) if mapping > MAPPING => Err(LockError::NewerMapping { mapping }),
            _ => toml::from_str(text).map_err(LockError::Text),
        }
    }

    /// Returns the text of the lock. `command` is what its first line names.
    #[must_use]
    pub fn render(&self, command: &str) -> String {
        let Self {
            format: _, store, formerly: _, released: _, oldest: _, mapping: _, head: _, semver: _, seal, ..
        } = self;
        let mut text = format!("# @generated by {command} from {store}; do not edit\n");
        let (head, versions) = self.text();
        text += &head;
        text += &format!("seal = {seal:?}\n");
        text += &versions;
        text
    }

    /// Returns what the seal must be.
    pub(crate) fn sealed(&self) -> String {
        let (head, versions) = self.text();
        sha256(&(head + &versions))
    }

    /// Returns the lines before the seal, and those after it.
    fn text(&self) -> (String, String) {
        let Self { format, store, formerly, released, oldest, mapping, head, semver, seal: _, versions } = self;
        let lines = format!(
            "format = {format}\nstore = {store:?}\nformerly = {formerly:?}\nreleased = {released}\n\
             oldest = {oldest}\nmapping = {mapping}\nhead = {head}\nsemver = {semver:?}\n"
        );
        (lines, versions.iter().map(Locked::text).collect())
    }
}

impl Locked {
    fn new(version: &Version, texts: &VersionTexts, previous: Option<&Self>) -> Self {
        let VersionTexts { snapshot, plan, migrations } = texts;
        let mut locked = Self {
            version: version.number,
            slug: version.slug.clone(),
            semver: version.semver.clone(),
            snapshot: sha256(snapshot),
            plan: plan.as_deref().map(sha256),
            accepted: version.accepted.clone(),
            hooks: version.hooks.iter().map(ToString::to_string).collect(),
            reader: version.reader,
            writer: version.writer,
            until: version.until,
            dialect: BTreeMap::new(),
        };
        for (dialect, MigrationTexts { up, down }) in migrations {
            let (up, down) = (sha256(up), down.as_deref().map(sha256));
            let mut migration = LockedMigration { up, down, chain: String::new() };
            migration.chain = chain::link(dialect, &locked, &migration, previous);
            locked.dialect.insert(dialect.clone(), migration);
        }
        locked
    }

    fn text(&self) -> String {
        let Self { version, slug, semver, snapshot, plan, accepted, hooks, reader, writer, until, dialect } = self;
        let mut text = format!("\n[[version]]\nversion = {version}\nslug = {slug:?}\nsemver = {semver:?}\n");
        let mut line = |line: std::fmt::Arguments<'_>| writeln!(text, "{line}").expect("a String takes any text");
        line(format_args!("snapshot = {snapshot:?}"));
        if let Some(plan) = plan {
            line(format_args!("plan = {plan:?}"));
        }
        line(format_args!("accepted = {accepted:?}"));
        if !hooks.is_empty() {
            line(format_args!("hooks = {hooks:?}"));
        }
        line(format_args!("reader = {reader}\nwriter = {writer}"));
        if let Some(until) = until {
            line(format_args!("until = {until}"));
        }
        for (name, LockedMigration { up, down, chain }) in dialect {
            line(format_args!("\n[version.dialect.{name}]\nup = {up:?}"));
            if let Some(down) = down {
                line(format_args!("down = {down:?}"));
            }
            line(format_args!("chain = {chain:?}"));
        }
        text
    }
}
