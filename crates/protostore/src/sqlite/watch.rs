//! What ends a statement from outside of it: a deadline, the closing of the store, or a sort that takes more memory than
//! the answer may have.
//!
//! SQLite asks while a statement runs, and the session asks before each statement.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::fault::fault;
use super::state::closed;
use crate::call::ended;
use crate::error::{Error, Kind, Result};
use crate::sqlite::open::memory_used;

/// After how many steps of SQLite's machine it asks whether to go on: a few rows.
const STEPS: i32 = 40;

/// How many times it asks between two looks at the clock.
const LOOKS: u8 = 16;

/// How much memory a statement may take beside what it answers, for sorting what it reads.
const BESIDE: u64 = 32 << 20;

/// Says that it is not counted how often SQLite asks.
const COUNTLESS: u32 = u32::MAX;

/// What deadlines are counted from.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// What the statements of a connection are held to while they run.
#[derive(Debug)]
pub(super) struct Watch {
    /// When the work ends, in nanoseconds from [`START`].
    deadline: AtomicU64,
    /// Whether the caller has set it, and not the options of the store.
    asked: AtomicBool,
    /// Whether something of the work was ended by it.
    refused: AtomicBool,
    /// Whether a statement runs that is not to be ended.
    shielded: AtomicBool,
    /// Whether the store closes and waits no longer.
    cancelled: AtomicBool,
    /// The memory of all connections together, in bytes, above which the statement ends.
    ceiling: AtomicU64,
    exceeded: AtomicBool,
    /// How many times SQLite may still ask; [`COUNTLESS`] without a limit.
    left: AtomicU32,
    looks: AtomicU8,
    /// What the connection is busy with, and since when.
    busy: Mutex<Option<(&'static str, Instant)>>,
}

impl Watch {
    /// Makes a watch that lets everything run.
    pub(super) fn new() -> Arc<Self> {
        LazyLock::force(&START);
        Arc::new(Self {
            deadline: AtomicU64::new(u64::MAX),
            asked: AtomicBool::new(false),
            refused: AtomicBool::new(false),
            shielded: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
            ceiling: AtomicU64::new(u64::MAX),
            exceeded: AtomicBool::new(false),
            left: AtomicU32::new(COUNTLESS),
            looks: AtomicU8::new(0),
            busy: Mutex::new(None),
        })
    }

    /// Watches the statements of a connection.
    pub(super) fn over(self: &Arc<Self>, connection: &mut Connection) -> Result<()> {
        let watch = Arc::clone(self);
        connection.progress_handler(STEPS, Some(move || watch.ends())).map_err(fault)
    }

    /// Begins work that may take so long; it ends when what is returned is dropped.
    pub(super) fn begin(self: &Arc<Self>, what: &'static str, time: Time) -> Work {
        let now = Instant::now();
        let own = time.within.and_then(|within| now.checked_add(within)).map_or(u64::MAX, nanoseconds);
        let asked = time.until.map_or(u64::MAX, nanoseconds);
        self.deadline.store(own.min(asked), Ordering::Relaxed);
        self.asked.store(asked <= own, Ordering::Relaxed);
        self.refused.store(false, Ordering::Relaxed);
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner) = Some((what, now));
        Work(Arc::clone(self))
    }

    /// Returns what the connection is busy with, and for how long it has been.
    pub(super) fn busy(&self) -> Option<(&'static str, Duration)> {
        let busy = *self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.map(|(what, since)| (what, since.elapsed()))
    }

    /// Ends what runs, and lets nothing run any more.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Refuses to go on once the time is over or the store is closed.
    #[inline(always)]
    pub(super) fn goes_on(&self) -> Result<()> {
        let watched = self.deadline.load(Ordering::Relaxed) != u64::MAX || self.cancelled.load(Ordering::Relaxed);
        if watched && let Some(e) = self.ended() { Err(e) } else { Ok(()) }
    }

    /// Returns why the work is over, if it is.
    #[cold]
    pub(super) fn ended(&self) -> Option<Error> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Some(closed());
        }
        self.is_late().then(|| {
            self.refused.store(true, Ordering::Relaxed);
            match self.asked.load(Ordering::Relaxed) {
                true => ended(),
                false => {
                    Error::new(Kind::Deadline, "took longer than a read may (Options::read_deadline), and was ended")
                }
            }
        })
    }

    /// Lets the statements that follow run to their end, or no more.
    #[inline(always)]
    pub(super) fn shield(&self, shielded: bool) {
        self.shielded.store(shielded, Ordering::Relaxed);
    }

    /// Bounds the memory of the statements that follow, which answer at most so many bytes.
    ///
    /// SQLite counts for the whole process: where others take much at the same time, a statement ends earlier.
    pub(super) fn bound_memory(&self, answer: usize) {
        let ceiling = memory_used().saturating_add(BESIDE).saturating_add(answer as u64);
        self.exceeded.store(false, Ordering::Relaxed);
        self.ceiling.store(ceiling, Ordering::Relaxed);
    }

    /// Lifts the bound, and says whether a statement went beyond it.
    pub(super) fn free_memory(&self) -> bool {
        self.ceiling.store(u64::MAX, Ordering::Relaxed);
        self.exceeded.load(Ordering::Relaxed)
    }

    /// Ends the statements that follow once SQLite has asked so many times.
    #[inline(always)]
    pub(super) fn count(&self, looks: u32) {
        self.left.store(looks, Ordering::Relaxed);
    }

    /// Counts no more, and says whether the statements were ended.
    #[inline(always)]
    pub(super) fn is_counted_out(&self) -> bool {
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(COUNTLESS, Ordering::Relaxed);
        left == 0
    }

    /// Says whether the statement that runs ends here.
    fn ends(&self) -> bool {
        if self.shielded.load(Ordering::Relaxed) {
            return false;
        }
        let left = self.left.load(Ordering::Relaxed);
        if left != COUNTLESS {
            self.left.store(left.saturating_sub(1), Ordering::Relaxed);
            if left <= 1 {
                return true;
            }
        }
        let ceiling = self.ceiling.load(Ordering::Relaxed);
        if ceiling != u64::MAX && memory_used() > ceiling {
            self.exceeded.store(true, Ordering::Relaxed);
            return true;
        }
        let looks = self.looks.load(Ordering::Relaxed).wrapping_add(1);
        self.looks.store(looks, Ordering::Relaxed);
        self.cancelled.load(Ordering::Relaxed) || (looks.is_multiple_of(LOOKS) && self.is_late())
    }

    fn is_late(&self) -> bool {
        let deadline = self.deadline.load(Ordering::Relaxed);
        deadline != u64::MAX && nanoseconds(Instant::now()) >= deadline
    }
}

/// How long work may take.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Time {
    /// From its beginning, as the options of the store have it.
    pub(super) within: Option<Duration>,
    /// As its caller has asked.
    pub(super) until: Option<Instant>,
}

/// Work on a connection, until this is dropped.
#[derive(Debug)]
pub(super) struct Work(Arc<Watch>);

impl Work {
    /// Says whether something of the work was ended, since its time was over.
    pub(super) fn has_ended(&self) -> bool {
        self.0.refused.load(Ordering::Relaxed)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.deadline.store(u64::MAX, Ordering::Relaxed);
        *self.0.busy.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn nanoseconds(at: Instant) -> u64 {
    u64::try_from(at.saturating_duration_since(*START).as_nanos()).unwrap_or(u64::MAX - 1)
}
