//! Connections for short reads on the caller's thread.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::held::Held;
use super::state::closed;
use crate::error::Result;

/// Connections behind a lock each. They are held for one record's read, so that waiting for one is short.
pub(super) struct Near(Box<[Mutex<Option<Held>>]>);

impl Near {
    /// Takes the connections.
    pub(super) fn new(connections: Vec<Held>) -> Self {
        Self(connections.into_iter().map(|held| Mutex::new(Some(held))).collect())
    }

    /// Runs a read on the first connection that is free.
    #[inline]
    pub(super) fn with<T>(&self, read: impl FnOnce(&mut Held) -> Result<T>) -> Result<T> {
        match self.lock()?.as_mut() {
            Some(held) => read(held),
            None => Err(closed()),
        }
    }

    /// Waits for the reads under way, and returns the connections.
    pub(super) fn close(&self) -> Vec<Held> {
        self.0.iter().filter_map(|place| place.lock().unwrap_or_else(PoisonError::into_inner).take()).collect()
    }

    #[inline]
    fn lock(&self) -> Result<MutexGuard<'_, Option<Held>>> {
        for place in &self.0 {
            match place.try_lock() {
                Ok(held) => return Ok(held),
                // A panic in a caller's decoder has ended its snapshot on the way.
                Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        match self.0.first() {
            Some(place) => Ok(place.lock().unwrap_or_else(PoisonError::into_inner)),
            None => Err(closed()),
        }
    }
}
