//! Whether the store accepts requests, and why not.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Kind, Result};

/// Whether the store accepts requests.
#[derive(Debug, Default)]
pub(super) struct State {
    stopped: AtomicBool,
    why: Mutex<Option<Error>>,
}

impl State {
    /// Refuses once the store has stopped.
    #[inline(always)]
    pub(super) fn accepts(&self) -> Result<()> {
        if self.stopped.load(Ordering::Acquire) { Err(self.refusal()) } else { Ok(()) }
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

    /// Accepts nothing more, because of an error; the first one stands.
    pub(super) fn stop_because(&self, why: &Error) {
        tracing::error!(error = %why, "the store has stopped and accepts nothing more");
        self.why.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| why.again());
        self.stop();
    }

    #[cold]
    fn refusal(&self) -> Error {
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

    /// Refuses a request that comes from inside a closure of the same store.
    pub(super) fn outside(&self) -> Result<()> {
        if INSIDE.get() == self.id() { Err(nested()) } else { Ok(()) }
    }

    fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
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
    Error::new(Kind::Precondition, "inside a closure, the store is reached through the transaction that it was given")
}
