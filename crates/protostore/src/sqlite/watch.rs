//! What ends a statement from outside of it: here, a sort that takes more memory than the answer may have.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rusqlite::Connection;

use super::fault::fault;
use crate::error::Result;
use crate::open::memory_used;

/// After how many steps of SQLite's machine it is asked whether to go on: a few rows.
const STEPS: i32 = 40;

/// How much memory a statement may take beside what it answers, for sorting what it reads.
const BESIDE: u64 = 32 << 20;

/// What a connection's statements are held to while they run.
#[derive(Debug)]
pub(super) struct Watch {
    /// The memory of all connections together, in bytes, above which the statement ends.
    ceiling: AtomicU64,
    exceeded: AtomicBool,
}

impl Watch {
    /// Watches the statements of a connection.
    pub(super) fn over(connection: &mut Connection) -> Result<Arc<Self>> {
        let watch = Arc::new(Self { ceiling: AtomicU64::new(u64::MAX), exceeded: AtomicBool::new(false) });
        let asked = Arc::clone(&watch);
        connection.progress_handler(STEPS, Some(move || asked.ends())).map_err(fault)?;
        Ok(watch)
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

    /// Says whether the statement that runs ends here.
    fn ends(&self) -> bool {
        let ceiling = self.ceiling.load(Ordering::Relaxed);
        let exceeds = ceiling != u64::MAX && memory_used() > ceiling;
        if exceeds {
            self.exceeded.store(true, Ordering::Relaxed);
        }
        exceeds
    }
}
