//! The keeper: a thread that does in the background what keeps a store small and fast, in small batches between the writes.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::exchange::Exchange;
use super::housework;
use crate::error::Result;
use crate::schema::Schema;
use crate::sqlite::state::State;
use crate::sqlite::writer::Requests;

/// What a store does by itself in the background.
///
/// ```
/// # use std::time::Duration;
/// let keeper = protostore::upkeep::KeeperOptions::new()
///     .interval(Duration::from_secs(10))
///     .purge_deleted_after(Duration::from_secs(30 * 24 * 3600));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeeperOptions {
    pub(super) interval: Duration,
    pub(super) batch: usize,
    pub(super) purge_after: Option<Duration>,
    pub(super) optimize_every: Duration,
    pub(super) vacuum: u32,
}

impl Default for KeeperOptions {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(60),
            batch: 500,
            purge_after: None,
            optimize_every: Duration::from_secs(24 * 3600),
            vacuum: 256,
        }
    }
}

impl KeeperOptions {
    /// Returns the defaults: a round each minute, which sweeps what has expired; nothing that was deleted softly is purged.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long the keeper rests between two rounds: a minute unless told, at least a second.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(Duration::from_secs(1));
        self
    }

    /// Sets how many rows are deleted in one transaction: 500 unless told, at least 1.
    #[must_use]
    pub fn batch(mut self, rows: usize) -> Self {
        self.batch = rows.max(1);
        self
    }

    /// Deletes for good what was deleted softly so long ago; `None`, the default, keeps it until it is purged by hand.
    ///
    /// A record that others still name is left.
    #[must_use]
    pub fn purge_deleted_after(mut self, age: impl Into<Option<Duration>>) -> Self {
        self.purge_after = age.into();
        self
    }

    /// Sets how often `PRAGMA optimize` lets SQLite count its indexes anew, where that is worth it: once a day unless told.
    #[must_use]
    pub fn optimize_every(mut self, interval: Duration) -> Self {
        self.optimize_every = interval;
        self
    }

    /// Sets how many pages of 4,096 bytes that hold nothing are given back to the disk in one transaction, as long as a
    /// quarter of the file holds nothing; 256 unless told, and none for 0.
    #[must_use]
    pub fn vacuum_pages(mut self, pages: u32) -> Self {
        self.vacuum = pages;
        self
    }
}

/// What a keeper has done: in one round, or since the store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// How many records had expired and were deleted; those that went with them are not counted.
    pub swept: u64,
    /// How many records that were deleted softly were deleted for good.
    pub purged: u64,
    /// How many answers of requests were forgotten.
    pub requests: u64,
    /// How many pages were given back to the disk.
    pub pages: u64,
    /// How often SQLite counted its indexes.
    pub optimized: u64,
}

/// What the keeper of a store does, at the moment that it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeeperInfo {
    /// Whether there is one.
    pub runs: bool,
    /// Whether it rests, [`Store::pause_keeper`](crate::Store::pause_keeper).
    pub paused: bool,
    /// How many rounds it has made, those by hand among them.
    pub rounds: u64,
    /// When the newest round ended.
    pub newest: Option<SystemTime>,
    /// What all rounds have done.
    pub kept: Kept,
    /// How many rounds have failed,
    pub failed: u64,
    /// and why the newest did; none once one has worked again.
    pub failure: Option<String>,
}

/// What a round works with: the parts of a store, and not the store, which would never end.
pub(in crate::sqlite) struct Work {
    pub(in crate::sqlite) schema: &'static Schema,
    pub(in crate::sqlite) state: Arc<State>,
    pub(in crate::sqlite) requests: Arc<Requests>,
    pub(in crate::sqlite) exchange: Arc<Exchange>,
    /// Whether a newer program forbids writes.
    pub(in crate::sqlite) read_only: bool,
}

/// The keeper of a store, whether or not it has a thread.
#[derive(Debug)]
pub(in crate::sqlite) struct Keeper {
    options: KeeperOptions,
    now: Mutex<Now>,
    wake: Condvar,
    /// Held during a round, so that there is one at a time.
    round: Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Now {
    stopped: bool,
    info: KeeperInfo,
}

impl Keeper {
    pub(in crate::sqlite) fn new(options: Option<&KeeperOptions>, runs: bool) -> Arc<Self> {
        let info = KeeperInfo { runs, ..KeeperInfo::default() };
        Arc::new(Self {
            options: options.cloned().unwrap_or_default(),
            now: Mutex::new(Now { stopped: false, info }),
            wake: Condvar::new(),
            round: Mutex::new(None),
        })
    }

    /// Makes a round after each interval, until it is stopped.
    pub(in crate::sqlite) fn run(&self, work: &Work) {
        while self.rest() {
            // What went wrong is in the status.
            let _ = self.round(work);
        }
    }

    /// Waits for the next round, and says whether there is one.
    fn rest(&self) -> bool {
        let due = Instant::now() + self.options.interval;
        let mut now = self.lock();
        loop {
            if now.stopped {
                return false;
            }
            let left = due.saturating_duration_since(Instant::now());
            match (now.info.paused, left.is_zero()) {
                (false, true) => return true,
                (true, true) => now = self.wake.wait(now).unwrap_or_else(PoisonError::into_inner),
                (_, false) => now = self.wake.wait_timeout(now, left).unwrap_or_else(PoisonError::into_inner).0,
            }
        }
    }

    /// Makes one round now.
    pub(in crate::sqlite) fn round(&self, work: &Work) -> Result<Kept> {
        let mut optimized = self.round.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = optimized.is_none_or(|when| when.elapsed() >= self.options.optimize_every);
        let mut kept = Kept::default();
        let done = housework::round(work, &self.options, is_due, &mut kept, &|| self.goes_on());
        if kept.optimized > 0 {
            *optimized = Some(Instant::now());
        }
        let mut now = self.lock();
        now.info.rounds += 1;
        now.info.newest = Some(SystemTime::now());
        let all = &mut now.info.kept;
        all.swept += kept.swept;
        all.purged += kept.purged;
        all.requests += kept.requests;
        all.pages += kept.pages;
        all.optimized += kept.optimized;
        match done {
            Ok(()) => {
                now.info.failure = None;
                Ok(kept)
            }
            Err(e) => {
                now.info.failed += 1;
                now.info.failure = Some(e.to_string());
                drop(now);
                if work.state.accepts().is_ok() {
                    tracing::warn!(error = %e, "a round of the keeper failed; it tries again");
                }
                Err(e)
            }
        }
    }

    /// Says whether a round goes on after a batch.
    fn goes_on(&self) -> bool {
        let now = self.lock();
        !now.stopped && !now.info.paused
    }

    /// Lets it rest, or go on.
    pub(super) fn pause(&self, paused: bool) {
        self.lock().info.paused = paused;
        self.wake.notify_all();
    }

    /// Ends it.
    pub(in crate::sqlite) fn stop(&self) {
        let mut now = self.lock();
        (now.stopped, now.info.runs) = (true, false);
        self.wake.notify_all();
    }

    /// Returns what it does.
    pub(in crate::sqlite) fn info(&self) -> KeeperInfo {
        self.lock().info.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
