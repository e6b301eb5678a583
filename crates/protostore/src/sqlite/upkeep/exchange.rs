//! What upkeep and the writer of a store tell one another.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::GroupStatus;

/// What upkeep and the writer of a store tell one another.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct Exchange {
    /// Whether the log is to be moved into the file, however short it is.
    checkpoint: AtomicBool,
    /// How many bytes the log may have beyond its limit, as backups keep it from being moved into the file.
    lent: AtomicU64,
    /// How much of upkeep reads the file at the moment.
    busy: AtomicUsize,
    groups: Mutex<GroupStatus>,
}

impl Exchange {
    /// Asks for a checkpoint after the next group.
    pub(super) fn ask_for_checkpoint(&self) {
        self.checkpoint.store(true, Ordering::Relaxed);
    }

    /// Says whether a checkpoint was asked for since the last time.
    pub(in crate::sqlite) fn is_checkpoint_wanted(&self) -> bool {
        // Without a write to it, the line stays in the cache of the writer.
        self.checkpoint.load(Ordering::Relaxed) && self.checkpoint.swap(false, Ordering::Relaxed)
    }

    /// Returns how many bytes the log may have beyond its limit.
    pub(in crate::sqlite) fn lent(&self) -> u64 {
        self.lent.load(Ordering::Relaxed)
    }

    /// Says whether no upkeep reads the file.
    pub(in crate::sqlite) fn is_idle(&self) -> bool {
        self.busy.load(Ordering::Acquire) == 0
    }

    /// Notes that a group was committed.
    pub(in crate::sqlite) fn committed(&self, requests: usize) {
        let (mut groups, requests) = (self.lock(), requests as u64);
        groups.groups += 1;
        groups.requests += requests;
        groups.newest = requests;
        groups.largest = groups.largest.max(requests);
    }

    /// Notes how long a COMMIT took.
    pub(in crate::sqlite) fn commit_took(&self, took: Duration) {
        let mut groups = self.lock();
        groups.commit = took;
        groups.longest_commit = groups.longest_commit.max(took);
    }

    /// Returns what was committed.
    pub(super) fn groups(&self) -> GroupStatus {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, GroupStatus> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Upkeep that reads the file, until this is dropped; the log may be so many bytes longer meanwhile.
#[derive(Debug)]
pub(super) struct Busy(Arc<Exchange>, u64);

impl Busy {
    pub(super) fn new(exchange: &Arc<Exchange>, lent: u64) -> Self {
        exchange.busy.fetch_add(1, Ordering::AcqRel);
        exchange.lent.fetch_add(lent, Ordering::Relaxed);
        Self(Arc::clone(exchange), lent)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.lent.fetch_sub(self.1, Ordering::Relaxed);
        self.0.busy.fetch_sub(1, Ordering::AcqRel);
    }
}
