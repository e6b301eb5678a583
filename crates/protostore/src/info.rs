//! What an open store knows about itself, whatever its engine.

use std::time::{Duration, SystemTime};

use crate::engine::Engine;
use crate::sqlite::Sqlite;

/// What an open store knows about itself, at the moment that it was asked.
///
/// ```
/// # fn show(store: &protostore::Store) {
/// let info = store.info();
/// println!("{} {} in {}", info.store, info.semver, info.engine.path.display());
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Info<E: Engine = Sqlite> {
    /// The full name of the store message.
    pub store: &'static str,
    /// The version of the schema in the database.
    pub version: u32,
    /// The same as a semantic version.
    pub semver: &'static str,
    /// The version of the rules that map protobuf onto SQL.
    pub mapping: u32,
    /// The sequence of the newest commit; see [`Committed`](crate::Committed).
    pub sequence: u64,
    /// When the database was made.
    pub created: SystemTime,
    /// What the database has beyond this program: a newer version of the schema, which lets this one read it, or write it
    /// too; none where the two agree.
    pub newer: Option<Newer>,
    /// What opening changed: none where the database had the version of this program, or was made.
    pub upgraded: Option<Upgraded>,
    /// What the engine knows: of SQLite, [`SqliteInfo`](crate::SqliteInfo).
    pub engine: E::Info,
}

/// A newer version of the schema than that of this program, in a database that it may open nevertheless.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Newer {
    /// The version.
    pub version: u32,
    /// The same as a semantic version.
    pub semver: String,
    /// The versions that this program does not know, and what changed with each, as the database says:
    /// `version 3 (narrow_mem)`.
    pub changes: Vec<String>,
    /// Whether this program may write it; else it was opened by
    /// [`Options::read_only_if_newer`](crate::Options::read_only_if_newer), and every write is refused with
    /// [`Kind::ReadOnly`](crate::Kind::ReadOnly).
    pub writes: bool,
}

/// An upgrade of the database to the version of this program.
///
/// ```
/// # fn show(store: &protostore::Store) {
/// if let Some(upgraded) = store.info().upgraded {
///     for applied in &upgraded.versions {
///         println!("{} {} in {:?}, {} rows", applied.version, applied.slug, applied.took, applied.rows);
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Upgraded {
    /// The version that the database had.
    pub from: u32,
    /// The version that it has now.
    pub to: u32,
    /// How long it took, checks and commit included.
    pub took: Duration,
    /// What was applied, in its order.
    pub versions: Vec<Applied>,
}

/// A version that a database was upgraded to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// The version.
    pub version: u32,
    /// What changed, `rename_memory`.
    pub slug: &'static str,
    /// How long its steps took.
    pub took: Duration,
    /// How many rows they inserted, updated or deleted.
    pub rows: u64,
    /// Rows that were there and break a rule that is new, and that SQL cannot state.
    pub broken: Vec<Broken>,
}

/// Rows that were there before a rule that SQL cannot state, such as a pattern, and that break it.
///
/// They stay as they are, and are refused when they are written again.
///
/// ```
/// # fn tell(upgraded: &protostore::Upgraded) {
/// for broken in upgraded.versions.iter().flat_map(|applied| &applied.broken) {
///     println!("{broken}"); // 3 rows break the rules of machines.label, the first is m-17
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// The field, `machines.label`.
    pub field: String,
    /// How many rows there are.
    pub rows: u64,
    /// The key of the first.
    pub first: String,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { field, rows, first } = self;
        let (rows, break_) = (*rows, if *rows == 1 { "row breaks" } else { "rows break" });
        write!(f, "{rows} {break_} the rules of {field}, the first is {first}")
    }
}

impl std::fmt::Display for Applied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { version, slug, took, rows, broken: _ } = self;
        let millis = took.as_secs_f64() * 1000.0;
        write!(f, "{version} {slug} ({millis:.1} ms, {rows} {})", if *rows == 1 { "row" } else { "rows" })
    }
}
