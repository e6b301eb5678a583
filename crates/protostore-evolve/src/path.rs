//! Where the files of a version are in a generated crate.

/// What a file of a version holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// The snapshot of the schema, `schema/0001.json`.
    Snapshot,
    /// The plan that led to it, `schema/0002.plan.json`.
    Plan,
    /// The migration that leads to it, `migrations/sqlite/V2__rename_memory.sql`.
    Up {
        /// The dialect, `sqlite`.
        dialect: String,
    },
    /// The migration that leads back, `migrations/sqlite/down/D2__rename_memory.sql`.
    ///
    /// Runners that read a directory of migrations, such as refinery, go into the directories below it, and would take
    /// a file `V2__…` for a second version 2.
    Down {
        /// The dialect, `sqlite`.
        dialect: String,
    },
}

/// A file of a version, known by its path in the generated crate.
///
/// ```
/// use protostore_evolve::{FileKind, VersionFile, down_path};
///
/// let path = down_path("sqlite", 2, "rename_memory");
/// assert_eq!(path, "migrations/sqlite/down/D2__rename_memory.sql");
/// let file = VersionFile::from_path(&path).expect("a file of a version");
/// assert_eq!((file.version, file.kind), (2, FileKind::Down { dialect: "sqlite".to_owned() }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFile {
    /// The version.
    pub version: u32,
    /// What it holds.
    pub kind: FileKind,
}

impl VersionFile {
    /// Returns what a path in a generated crate stands for; nothing where no version has a file there.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let (directory, name) = path.rsplit_once('/')?;
        let numbered = |stem: Option<&str>| stem.and_then(|stem| stem.split_once("__"))?.0.parse().ok();
        let plain = |dialect: &str| (!dialect.contains('/')).then(|| dialect.to_owned());
        if directory == "schema" {
            let stem = name.strip_suffix(".json")?;
            let (number, kind) = match stem.strip_suffix(".plan") {
                Some(number) => (number, FileKind::Plan),
                None => (stem, FileKind::Snapshot),
            };
            return Some(Self { version: number.parse().ok()?, kind });
        }
        let dialect = directory.strip_prefix("migrations/")?;
        match dialect.strip_suffix("/down") {
            Some(dialect) => {
                let version = numbered(name.strip_prefix('D'))?;
                Some(Self { version, kind: FileKind::Down { dialect: plain(dialect)? } })
            }
            None => {
                let version = numbered(name.strip_prefix('V'))?;
                Some(Self { version, kind: FileKind::Up { dialect: plain(dialect)? } })
            }
        }
    }
}

/// Returns the path of a version's snapshot in the generated crate.
#[must_use]
pub fn snapshot_path(version: u32) -> String {
    format!("schema/{version:04}.json")
}

/// Returns the path of a version's plan in the generated crate.
#[must_use]
pub fn plan_path(version: u32) -> String {
    format!("schema/{version:04}.plan.json")
}

/// Returns the path of a version's migration in the generated crate, with the file name that refinery reads.
#[must_use]
pub fn migration_path(dialect: &str, version: u32, slug: &str) -> String {
    format!("migrations/{dialect}/V{version}__{slug}.sql")
}

/// Returns the path of the way back from a version, beside its migration.
#[must_use]
pub fn down_path(dialect: &str, version: u32, slug: &str) -> String {
    format!("migrations/{dialect}/down/D{version}__{slug}.sql")
}
