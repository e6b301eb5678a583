//! What a copy of a database is told, and what it tells: a backup, a database that was restored, one with another key.

use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::key::Key;

/// How a backup, a restore or a rotation goes about its copy.
///
/// ```
/// use std::ops::ControlFlow;
///
/// let options = protostore::upkeep::CopyOptions::new().replace(true).progress(|at| {
///     println!("{:?}: {} of {} pages", at.stage, at.done, at.of);
///     ControlFlow::Continue(())
/// });
/// ```
#[derive(Clone, Default)]
pub struct CopyOptions {
    pub(in crate::sqlite) replace: bool,
    pub(in crate::sqlite) other: Option<Key>,
    told: Option<Arc<Told>>,
}

/// Who is told how far a copy is.
type Told = dyn Fn(&CopyProgress) -> ControlFlow<()> + Send + Sync;

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopyProgress {
    /// What it does.
    pub stage: Stage,
    /// How many pages of 4,096 bytes it has done,
    pub done: u64,
    /// of how many.
    pub of: u64,
}

/// What a copy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Pages are copied.
    Copies,
    /// All pages are there; they are read again and searched for damage.
    Checks,
}

/// A copy that is whole, checked, on the disk and under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// Where it is.
    pub path: PathBuf,
    /// The id of the key that opens it, safe to log; none where it is not encrypted.
    pub key_id: Option<String>,
    /// The sequence of the newest commit in it.
    pub sequence: u64,
    /// Its size.
    pub bytes: u64,
    /// How long it took, the check included.
    pub took: Duration,
}

impl CopyOptions {
    /// Returns the defaults: no file is replaced.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the copy take the place of a file that has its name already, at the moment at which it is whole. Without this,
    /// such a file is left as it is and the copy fails with [`Kind::AlreadyExists`](crate::Kind::AlreadyExists).
    #[must_use]
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// Sets the key of the backup that is restored, where it is not that of the database that it becomes.
    #[must_use]
    pub fn backup_key(mut self, key: &Key) -> Self {
        self.other = Some(key.clone());
        self
    }

    /// Sets who is told how far the copy is, after each 256 pages and before the check; `Break` gives it up, and nothing is
    /// left of it.
    #[must_use]
    pub fn progress(mut self, told: impl Fn(&CopyProgress) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        self.told = Some(Arc::new(told));
        self
    }

    /// Tells how far it is.
    pub(in crate::sqlite) fn tell(&self, progress: &CopyProgress) -> ControlFlow<()> {
        self.told.as_ref().map_or(ControlFlow::Continue(()), |told| told(progress))
    }
}

impl fmt::Debug for CopyOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyOptions").field("replace", &self.replace).finish_non_exhaustive()
    }
}
