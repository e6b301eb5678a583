//! The connection that writes, which reads for callers while the writer has nothing to do.
//!
//! A commit by another connection takes from a connection all pages that it has read, which SQLCipher then decrypts anew; the
//! connection that made the commit keeps them.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use super::held::Held;

/// The connection that writes, behind a lock.
///
/// - The writer holds the lock for as long as a transaction is open, so that no read is in one. A read looks for that once
///   more, and goes elsewhere if one is open all the same.
/// - A read does not wait for the lock, and takes it no more once the writer waits: the writer waits for one short read.
/// - For a read, the connection runs no statement that writes, and reads no value that is long, as those of [`Near`] do.
///
/// [`Near`]: super::near::Near
pub(super) struct Warm {
    held: Mutex<Option<Held>>,
    /// Whether the writer waits.
    awaited: AtomicBool,
}

impl Warm {
    /// Takes the connection.
    pub(super) fn new(held: Held) -> Arc<Self> {
        Arc::new(Self { held: Mutex::new(Some(held)), awaited: AtomicBool::new(false) })
    }

    /// Returns the connection for a short read, unless the writer has it or waits for it.
    #[inline]
    pub(super) fn idle(&self) -> Option<MutexGuard<'_, Option<Held>>> {
        if self.awaited.load(Ordering::Relaxed) {
            return None;
        }
        let mut place = match self.held.try_lock() {
            Ok(place) => place,
            // A panic in a caller's decoder has ended its snapshot on the way; one of the writer has left a transaction.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        let held = place.as_mut()?;
        (!held.broken && held.connection().is_autocommit() && held.lend_to_reads()).then_some(place)
    }

    /// Returns the connection where neither the writer nor a read has it.
    pub(super) fn at_rest(&self) -> Option<MutexGuard<'_, Option<Held>>> {
        if self.awaited.load(Ordering::Relaxed) { None } else { self.held.try_lock().ok() }
    }

    /// Returns the connection to the writer, which waits for the read that goes on.
    pub(super) fn write(&self) -> Writing<'_> {
        self.awaited.store(true, Ordering::Relaxed);
        let mut place = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        self.awaited.store(false, Ordering::Relaxed);
        if let Some(held) = place.as_mut() {
            held.take_from_reads();
        }
        Writing(place)
    }

    /// Takes the connection out, since the writer has ended.
    pub(super) fn close(&self) -> Option<Held> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        held.take_from_reads();
        Some(held)
    }
}

/// The connection while the writer has it.
pub(super) struct Writing<'w>(MutexGuard<'w, Option<Held>>);

impl Writing<'_> {
    const THERE: &'static str = "the connection is there until the writer has ended";
}

impl Deref for Writing<'_> {
    type Target = Held;

    fn deref(&self) -> &Held {
        self.0.as_ref().expect(Self::THERE)
    }
}

impl DerefMut for Writing<'_> {
    fn deref_mut(&mut self) -> &mut Held {
        self.0.as_mut().expect(Self::THERE)
    }
}
