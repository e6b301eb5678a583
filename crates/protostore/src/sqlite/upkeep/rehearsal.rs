//! Whether an upgrade would succeed, before it is made: the upgrade of a copy that is thrown away.

use std::time::Duration;

use super::Database;
use crate::error::Result;
use crate::info::Broken;
use crate::key::Key;
use crate::schema::Schema;

/// What an upgrade of a database to the version of a program would meet.
///
/// ```
/// # fn f(schema: &'static protostore::Schema, key: &protostore::Key) -> protostore::Result<()> {
/// let found = protostore::upkeep::Database::open("aurae.db", key)?.rehearse(schema, key)?;
/// for stop in &found.stops {
///     println!("version {} {} would stop: {}", stop.version, stop.slug, stop.why);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rehearsal {
    /// The version that the database has.
    pub from: u32,
    /// The version of the program.
    pub to: u32,
    /// The versions between the two, the first one first; none where the database has that of the program.
    pub pending: Vec<PendingVersion>,
    /// How the structure of the database differs from that of its version, in sentences.
    pub structure: Vec<String>,
    /// What stops the upgrade, in sentences: of the first version that something stops. Later ones were not looked at then.
    pub stops: Vec<Stop>,
    /// Rows that break a rule which is newer than they are and which SQL cannot state. They stop nothing and stay as they are;
    /// the upgrade tells of them as well. Those of versions that were reached.
    pub broken: Vec<Broken>,
    /// How long it took.
    pub took: Duration,
}

/// A version that a database is yet to be upgraded to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingVersion {
    /// The number.
    pub version: u32,
    /// What changes, `rename_memory`.
    pub slug: String,
    /// The same as a semantic version.
    pub semver: String,
}

/// What stops an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stop {
    /// The version that would not be reached.
    pub version: u32,
    /// What changes with it.
    pub slug: String,
    /// Why: `machines.mem_mb does not fit int32: 2 rows, the first is a`.
    pub why: String,
}

impl Rehearsal {
    /// Says whether nothing is in the way.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.structure.is_empty() && self.stops.is_empty()
    }
}

impl Database {
    /// Returns the versions of a program that the database is yet to be upgraded to, the first one first.
    ///
    /// # Errors
    /// As [`Options::open`](crate::Options::open), where the database is not one that this program upgrades: of another store,
    /// of another history, newer than the program, or of a version that it no longer upgrades.
    pub fn pending(&self, schema: &'static Schema) -> Result<Vec<PendingVersion>> {
        self.0.pending(schema)
    }

    /// Compares the structure with that of the database's version, and upgrades a copy to the version of a program to see what
    /// stops that; the copy is beside the database, under this key, and is removed again. The database is only read.
    ///
    /// # Errors
    /// As [`Database::pending`] and [`Database::backup`].
    pub fn rehearse(&self, schema: &'static Schema, key: &Key) -> Result<Rehearsal> {
        self.0.rehearse(schema, key)
    }
}
