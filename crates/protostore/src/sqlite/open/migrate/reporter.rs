//! Who is told how far an upgrade is: before each step, and in the middle of one at least each second that SQLite asks back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::progress::{Listener, Progress};

/// How often it is told in the middle of a step; half of what is promised, as the clock is not looked at all the time.
const OFTEN: Duration = Duration::from_millis(500);

/// After how many steps of SQLite's machine the clock is looked at.
const STEPS: i32 = 10_000;

/// Tells how far an upgrade is; the connection and the steps in Rust tell as well.
#[derive(Clone, Debug)]
pub(in crate::sqlite::open) struct Reporter {
    listener: Listener,
    start: Instant,
    at: Arc<Mutex<At>>,
}

#[derive(Debug)]
struct At {
    version: u32,
    slug: String,
    step: String,
    done: usize,
    of: usize,
    /// How many rows it has gone through, and of how many.
    rows: Option<(u64, u64)>,
    told: Instant,
}

impl Reporter {
    /// One for an upgrade that begins now.
    pub(in crate::sqlite::open) fn new(listener: &Listener) -> Self {
        let start = Instant::now();
        let at = At { version: 0, slug: String::new(), step: String::new(), done: 0, of: 0, rows: None, told: start };
        Self { listener: listener.clone(), start, at: Arc::new(Mutex::new(at)) }
    }

    /// Returns how long the upgrade has taken so far.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Lets the connection tell in the middle of its statements.
    pub(in crate::sqlite::open) fn watch(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        if !self.listener.is_there() {
            return Ok(());
        }
        let own = self.clone();
        connection.progress_handler(
            STEPS,
            // A panic does not pass through the engine: it ends the statement, and so the upgrade.
            Some(move || catch_unwind(AssertUnwindSafe(|| own.tick())).is_err()),
        )
    }

    /// Lets the connection be silent again.
    pub(super) fn done(&self, connection: &mut Connection) {
        if self.listener.is_there() {
            // That it was set says that it can be.
            let _ = connection.progress_handler(0, None::<fn() -> bool>);
        }
    }

    /// Tells that a stage begins which belongs to no version alone.
    pub(in crate::sqlite::open) fn stage(&self, version: u32, what: &str) {
        self.step(version, "", what, 0, 1);
    }

    /// Tells that a step begins.
    pub(super) fn step(&self, version: u32, slug: &str, step: &str, done: usize, of: usize) {
        if self.listener.is_there() {
            let (slug, step) = (slug.to_owned(), step.to_owned());
            *self.at() = At { version, slug, step, done, of, rows: None, told: Instant::now() };
            self.tell();
        }
    }

    /// Tells that the step goes on, if that is due.
    pub(in crate::sqlite::open) fn tick(&self) {
        if self.listener.is_there() && self.at().told.elapsed() >= OFTEN {
            self.at().told = Instant::now();
            self.tell();
        }
    }

    fn tell(&self) {
        // Not under the lock: whoever is told may panic.
        let (version, slug, step, done, of, rows) = {
            let at = self.at();
            (at.version, at.slug.clone(), at.step.clone(), at.done, at.of, at.rows)
        };
        let (rows, of_rows) = rows.unzip();
        let elapsed = self.elapsed();
        self.listener.tell(&Progress { version, slug: &slug, step: &step, done, of, rows, of_rows, elapsed });
    }

    fn at(&self) -> MutexGuard<'_, At> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Steps that the run time takes row by row, which need the messages of the rows.
#[cfg(feature = "prost")]
impl Reporter {
    /// Tells that the step goes through rows from now on, which are counted only where somebody is told.
    pub(super) fn rows<E>(&self, count: impl FnOnce() -> Result<u64, E>) -> Result<(), E> {
        if self.listener.is_there() {
            let all = count()?;
            self.at().rows = Some((0, all));
            self.tell();
        }
        Ok(())
    }

    /// Tells that one more row is done, if that is due.
    pub(super) fn row(&self) {
        if self.listener.is_there() {
            if let Some((done, _)) = &mut self.at().rows {
                *done += 1;
            }
            self.tick();
        }
    }

    /// Tells that all rows are done.
    pub(super) fn rows_done(&self) {
        if self.listener.is_there() {
            self.tell();
        }
    }
}
