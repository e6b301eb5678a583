//! The number of the newest commit, which the writer raises and every reader of the store may ask for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The newest commit of an open file.
#[derive(Debug)]
pub(crate) struct Commits(AtomicU64);

impl Commits {
    /// Begins at the newest commit of a file that was opened.
    pub(crate) fn from(newest: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(newest)))
    }

    /// Returns the sequence of the newest commit: whatever begins now sees it.
    #[inline(always)]
    pub(crate) fn newest(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Notes that the next commit was made, and returns its sequence; only the connection that writes does so.
    pub(crate) fn advance(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Release) + 1
    }
}
