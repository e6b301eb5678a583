//! The number of the newest commit, which the writer raises, and those who wait for a later one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Waker;

use super::wakers::{Entry, Wakers, lock};

/// The newest commit of an open file.
#[derive(Debug)]
pub(crate) struct Commits {
    newest: AtomicU64,
    waiting: Mutex<Wakers<u64>>,
}

impl Commits {
    /// Begins at the newest commit of a file that was opened.
    pub(crate) fn from(newest: u64) -> Arc<Self> {
        Arc::new(Self { newest: AtomicU64::new(newest), waiting: Mutex::default() })
    }

    /// Returns the sequence of the newest commit: whatever begins now sees it.
    #[inline(always)]
    pub(crate) fn newest(&self) -> u64 {
        self.newest.load(Ordering::Acquire)
    }

    /// Notes that the next commit was made, and returns its sequence; only the connection that writes does so.
    pub(crate) fn advance(&self) -> u64 {
        let newest = self.newest.fetch_add(1, Ordering::Release) + 1;
        self.wake(newest);
        newest
    }

    /// Has a task woken when there is a commit of this sequence, or the store ends. It is to look again after this: one
    /// that was made meanwhile does not wake it.
    pub(super) fn wait_for(&self, sequence: u64, waker: &Waker) -> Entry<'_, u64> {
        Entry::new(&self.waiting, sequence, waker)
    }

    /// Wakes all that wait, since no commit follows.
    pub(super) fn end(&self) {
        self.wake(u64::MAX);
    }

    fn wake(&self, newest: u64) {
        // Nearly always there is none, and no memory is taken for it.
        lock(&self.waiting).take(newest).into_iter().for_each(Waker::wake);
    }
}
