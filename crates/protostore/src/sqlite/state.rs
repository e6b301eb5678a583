//! Whether the store accepts requests, and why not.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::fork::Process;
use crate::error::{Error, Kind, Result};

/// Whether the store accepts requests.
#[derive(Debug, Default)]
pub(super) struct State {
    stopped: AtomicBool,
    process: Process,
    why: Mutex<Option<Error>>,
}

impl State {
    /// Refuses once the store has stopped.
    #[inline(always)]
    pub(super) fn accepts(&self) -> Result<()> {
        if self.stopped.load(Ordering::Acquire) || !self.process.is_this() { Err(self.refusal()) } else { Ok(()) }
    }

    /// Refuses once the store has stopped because of an error; what was accepted before it was closed still runs.
    pub(super) fn has_not_failed(&self) -> Result<()> {
        let failed = self.why.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if failed { Err(self.refusal()) } else { Ok(()) }
    }

    /// Accepts nothing more.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    /// Accepts nothing more, because of an error; the first one is kept.
    pub(super) fn stop_because(&self, why: &Error) {
        tracing::error!(error = %why, "the store has stopped and accepts nothing more");
        self.why.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| why.again());
        self.stop();
    }

    /// Refuses a request of a process that was forked from the one which opened the store.
    pub(super) fn is_own(&self) -> Result<()> {
        if self.process.is_this() { Ok(()) } else { Err(self.process.refusal()) }
    }

    #[cold]
    fn refusal(&self) -> Error {
        // First, as a thread that is not there in a child may hold the lock.
        if !self.process.is_this() {
            return self.process.refusal();
        }
        match &*self.why.lock().unwrap_or_else(PoisonError::into_inner) {
            None => closed(),
            Some(why) => Error::new(Kind::Stopped, format!("the store has stopped: {}", why.message())),
        }
    }
}

/// Says that the store was closed.
#[cold]
pub(super) fn closed() -> Error {
    Error::new(Kind::Stopped, "the store was closed")
}

thread_local! {
    /// The store whose closure runs on this thread.
    static INSIDE: Cell<usize> = const { Cell::new(0) };
}

impl State {
    /// Runs a closure of the caller, during which this thread may not come back for more: it would wait for itself.
    pub(super) fn inside<T>(&self, f: impl FnOnce() -> T) -> T {
        let _leave = Leave(INSIDE.replace(self.id()));
        f()
    }

    /// Notes that the closure which runs on this thread, if one does, waits for this store. Refuses it where the store waits
    /// for that closure's, however many others are between them: none of them would go on.
    pub(super) fn wait(&self) -> Result<Option<Waits>> {
        let (from, to) = (INSIDE.get(), self.id());
        if from == 0 {
            return Ok(None);
        }
        let mut waits = waits();
        if leads(&waits, to, from) {
            return Err(nested());
        }
        waits.push((from, to));
        Ok(Some(Waits(from, to)))
    }

    fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// Which stores have a closure that waits for another store; few at a time.
static WAITS: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());

fn waits() -> MutexGuard<'static, Vec<(usize, usize)>> {
    WAITS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says whether a store is another, or waits for it by way of others.
fn leads(waits: &[(usize, usize)], from: usize, to: usize) -> bool {
    let (mut seen, mut next) = (vec![from], vec![from]);
    while let Some(store) = next.pop() {
        if store == to {
            return true;
        }
        for (_, other) in waits.iter().filter(|(waiting, _)| *waiting == store) {
            if !seen.contains(other) {
                seen.push(*other);
                next.push(*other);
            }
        }
    }
    false
}

/// That a closure of one store waits for another, until this is dropped.
#[derive(Debug)]
pub(super) struct Waits(usize, usize);

impl Drop for Waits {
    fn drop(&mut self) {
        let mut waits = waits();
        if let Some(at) = waits.iter().position(|edge| *edge == (self.0, self.1)) {
            waits.swap_remove(at);
        }
    }
}

/// Restores what ran before, also when the closure panics.
struct Leave(usize);

impl Drop for Leave {
    fn drop(&mut self) {
        INSIDE.set(self.0);
    }
}

#[cold]
fn nested() -> Error {
    let why = "inside a closure, the store is reached through the transaction that it was given; \
               a store that waits for this closure would never answer it";
    Error::new(Kind::Precondition, why)
}
