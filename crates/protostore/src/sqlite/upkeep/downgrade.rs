//! Going back to an earlier version of the schema: what that takes and what it loses, before it is done.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Database;
use crate::error::Result;
use crate::key::Key;
use crate::progress::{Listener, Progress};

/// How a database goes back to an earlier version, and what that loses; [`Database::way_back`] finds it.
///
/// ```
/// # fn f(key: &protostore::Key) -> protostore::Result<()> {
/// use protostore::upkeep::{Database, DowngradeOptions};
///
/// let database = Database::open("aurae.db", key)?;
/// let way = database.way_back(4, key)?;
/// for loss in &way.losses {
///     println!("version {} {} loses {}", loss.version, loss.slug, loss.what);
/// }
/// let done = database.downgrade(&way, key, &DowngradeOptions::new())?;
/// println!("from version {} to {} in {:?}", done.from, done.to, done.took);
/// # Ok(()) }
/// ```
///
/// It prints as sentences, a line for each loss.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WayBack {
    /// The version that the database has.
    pub from: u32,
    /// The version that it goes back to.
    pub to: u32,
    /// What the steps lose, the newest version first; none where they keep everything.
    pub losses: Vec<Loss>,
    /// The copy that takes the place of the database first, where a version has no steps back.
    pub copy: Option<CopyBack>,
}

/// What the steps back from one version lose.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loss {
    /// The version that is left.
    pub version: u32,
    /// What changed with it, `add_owner`.
    pub slug: String,
    /// What is lost, as the end of a sentence: `the values of machines.owner`.
    pub what: String,
}

/// A copy from before an upgrade that the way back begins with, since a version after it has no steps back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopyBack {
    /// Where it is.
    pub path: PathBuf,
    /// The version that it has.
    pub version: u32,
    /// The newest version without steps back,
    pub without_steps: u32,
    /// and what changed with it.
    pub slug: String,
    /// How many commits the database has made since: all that was written then is lost.
    pub commits: u64,
    /// The tables that have another number of rows now; rows that were changed since are none of these.
    pub tables: Vec<TableChange>,
}

/// A table that has another number of rows than a copy of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableChange {
    /// The table, by its SQL name.
    pub table: String,
    /// How many rows it has; none where there is no such table any more.
    pub now: Option<u64>,
    /// How many it has in the copy; none where there was no such table.
    pub then: Option<u64>,
}

/// A database that went back to an earlier version.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downgraded {
    /// The version that the database had.
    pub from: u32,
    /// The version that it has now.
    pub to: u32,
    /// The copy that took its place, where a version has no steps back.
    pub copy: Option<PathBuf>,
    /// How long it took.
    pub took: Duration,
}

/// How a database goes back.
///
/// ```
/// let options = protostore::upkeep::DowngradeOptions::new().progress(|at| println!("{} of {}: {}", at.done, at.of, at.step));
/// ```
#[derive(Clone, Debug, Default)]
pub struct DowngradeOptions {
    pub(in crate::sqlite) listener: Listener,
}

impl DowngradeOptions {
    /// Returns the defaults: progress is not reported.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets who is told how far it is: before each step, and at least each second while one goes on, except for what SQLite
    /// does in one go: dropping a table, sorting an index, COMMIT. A panic in it ends the downgrade, and nothing has changed.
    #[must_use]
    pub fn progress(mut self, told: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Self {
        self.listener = Listener::new(told);
        self
    }
}

impl WayBack {
    /// Says whether nothing is lost.
    #[must_use]
    pub fn keeps_everything(&self) -> bool {
        self.losses.is_empty() && self.copy.is_none()
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, slug, what } = self;
        write!(f, "the way back from version {version} `{slug}` loses {what}")
    }
}

impl fmt::Display for TableChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, now, then } = self;
        match (now, then) {
            (Some(now), Some(then)) => write!(f, "{table} has {now} rows now, and {then} in the copy"),
            (Some(now), None) => write!(f, "{table} has {now} rows now, and the copy has no such table"),
            (None, then) => write!(f, "{table} is not in the database, and has {} rows in the copy", then.unwrap_or(0)),
        }
    }
}

impl fmt::Display for WayBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, losses, copy } = self;
        write!(f, "from version {from} back to version {to}")?;
        match copy {
            None => writeln!(f, ", by the steps in the database")?,
            Some(CopyBack { path, version, without_steps, slug, commits, tables }) => {
                let path = path.display();
                writeln!(
                    f,
                    ", by {path}, a copy of version {version}: version {without_steps} `{slug}` has no steps back"
                )?;
                let commits = if *commits == 1 { "1 commit".to_owned() } else { format!("{commits} commits") };
                writeln!(f, "everything that was written since that copy is lost, in {commits}")?;
                tables.iter().try_for_each(|table| writeln!(f, "  {table}"))?;
            }
        }
        losses.iter().try_for_each(|loss| writeln!(f, "{loss}"))?;
        if self.keeps_everything() { writeln!(f, "nothing is lost") } else { Ok(()) }
    }
}

impl Database {
    /// Finds how the database goes back to an earlier version, and what that loses; nothing is changed.
    ///
    /// The steps back are in the database itself, so that no program of the newer version is needed. Where a version has
    /// none, a copy from before its upgrade takes the place of the database, `<file>.before-<version>`, which must be of this
    /// very database and under the same key; from there the steps lead on.
    ///
    /// # Errors
    /// [`Kind::Precondition`](crate::Kind::Precondition) where the database has no such earlier version, where only the
    /// program of the store can carry out a step, or where a version has no steps back and there is no copy.
    pub fn way_back(&self, to: u32, key: &Key) -> Result<WayBack> {
        self.0.way_back(to, key)
    }

    /// Goes back as [`Database::way_back`] has found, all of it or nothing, and compares the structure afterwards.
    ///
    /// The program of that version opens the database then. Copies and backups stay where they are.
    ///
    /// # Errors
    /// [`Kind::Precondition`](crate::Kind::Precondition) where the way is not the one of this database, and the error of the
    /// step that failed; the database is as it was then.
    pub fn downgrade(self, way: &WayBack, key: &Key, options: &DowngradeOptions) -> Result<Downgraded> {
        self.0.downgrade(way, key, options)
    }
}

/// Takes a database back to an earlier version of its schema, whatever that loses; [`Database::way_back`] says what it does.
///
/// ```
/// # fn f(key: &protostore::Key) -> protostore::Result<()> {
/// use protostore::upkeep::downgrade;
///
/// let done = downgrade("aurae.db", key, 4)?;
/// println!("from version {} to {}", done.from, done.to);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As [`Database::open`], [`Database::way_back`] and [`Database::downgrade`]; nothing has changed then.
pub fn downgrade(path: impl AsRef<Path>, key: &Key, to: u32) -> Result<Downgraded> {
    let database = Database::open(path, key)?;
    let way = database.way_back(to, key)?;
    database.downgrade(&way, key, &DowngradeOptions::new())
}
