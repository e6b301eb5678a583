//! What an upgrade tells whoever asked for it while it goes on.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Where an upgrade is, as [`Options::progress`](crate::Options::progress) reports it: before each step, and at least each
/// second while one goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The version that is being reached.
    pub version: u32,
    /// What changes with it, `rename_memory`.
    pub slug: &'a str,
    /// What is being done, in a few words: the comment of the step, the beginning of its SQL, or `copy the database`.
    pub step: &'a str,
    /// How many steps of this version are done,
    pub done: usize,
    /// of how many.
    pub of: usize,
    /// How many rows the step has gone through, where it takes them one by one: where it calls methods of the program, or
    /// does what SQL cannot. None of a statement of SQL, which does not say.
    pub rows: Option<u64>,
    /// How many rows it goes through, where that is known.
    pub of_rows: Option<u64>,
    /// How long the upgrade has taken so far.
    pub elapsed: Duration,
}

/// The function that is told; none unless asked for.
#[derive(Clone, Default)]
pub(crate) struct Listener(Option<Arc<Told>>);

type Told = dyn Fn(&Progress<'_>) + Send + Sync;

impl Listener {
    /// One that is told.
    pub(crate) fn new(told: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(told)))
    }

    /// Says whether anybody is told.
    pub(crate) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Tells.
    pub(crate) fn tell(&self, progress: &Progress<'_>) {
        if let Some(told) = &self.0 {
            told(progress);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_there() { "Listener" } else { "no listener" })
    }
}
