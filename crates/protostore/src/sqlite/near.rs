//! Connections for short reads on the caller's thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use rusqlite::limits::Limit;

use super::fault::fault;
use super::held::Held;
use super::state::closed;
use super::warm::Warm;
use crate::error::Result;
use crate::sqlite::open::Connector;

/// The longest value that is read on the caller's thread, in bytes: it is refused before any of it is read, and left to a
/// reader thread.
const LONGEST: i32 = 4 << 20;

/// Connections behind a lock each. They are held for one short read, so that waiting for one is short.
pub(super) struct Near {
    /// That of the writer, which is tried first: it alone still has its pages after a commit.
    warm: Arc<Warm>,
    places: Box<[Mutex<Option<Held>>]>,
    connector: Arc<Connector>,
}

impl Near {
    /// Takes the connections, and lets them read no value that is longer than [`LONGEST`].
    pub(super) fn new(warm: Arc<Warm>, mut connections: Vec<Held>, connector: Arc<Connector>) -> Result<Self> {
        connections.iter_mut().try_for_each(limit)?;
        let places = connections.into_iter().map(|held| Mutex::new(Some(held))).collect();
        Ok(Self { warm, places, connector })
    }

    /// Runs a read on the first connection that is free.
    #[inline]
    pub(super) fn with<T>(&self, read: impl FnOnce(&mut Held) -> Result<T>) -> Result<T> {
        if let Some(mut warm) = self.warm.idle()
            && let Some(held) = warm.as_mut()
        {
            return read(held);
        }
        match self.lock()?.as_mut() {
            Some(held) => {
                if held.broken {
                    self.renew(held)?;
                }
                if !held.connection().is_autocommit() {
                    // What a read before has left open.
                    held.rollback();
                }
                read(held)
            }
            None => Err(closed()),
        }
    }

    #[cold]
    fn renew(&self, held: &mut Held) -> Result<()> {
        held.replace(self.connector.reader()?)?;
        limit(held)
    }

    /// Returns the connections that no read has.
    pub(super) fn at_rest(&self) -> Vec<MutexGuard<'_, Option<Held>>> {
        self.places.iter().filter_map(|place| place.try_lock().ok()).collect()
    }

    /// Waits for the reads under way, and returns the connections.
    pub(super) fn close(&self) -> Vec<Held> {
        self.places.iter().filter_map(|place| place.lock().unwrap_or_else(PoisonError::into_inner).take()).collect()
    }

    #[inline]
    fn lock(&self) -> Result<MutexGuard<'_, Option<Held>>> {
        for place in &self.places {
            match place.try_lock() {
                Ok(held) => return Ok(held),
                // A panic in a caller's decoder has ended its snapshot on the way.
                Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        match self.places.first() {
            Some(place) => Ok(place.lock().unwrap_or_else(PoisonError::into_inner)),
            None => Err(closed()),
        }
    }
}

fn limit(held: &mut Held) -> Result<()> {
    held.connection().set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST).map(drop).map_err(fault)
}

impl Held {
    /// Lets the connection of the writer run reads on threads of callers, and nothing else; says whether it does.
    #[inline]
    pub(super) fn lend_to_reads(&mut self) -> bool {
        self.longest.is_some() || self.begin_to_lend().is_ok()
    }

    fn begin_to_lend(&mut self) -> Result<()> {
        let longest = self.connection().set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST).map_err(fault)?;
        (self.only_reads, self.longest) = (true, Some(longest));
        Ok(())
    }

    /// Lets the connection of the writer write again. What a read has left that panicked is taken back.
    pub(super) fn take_from_reads(&mut self) {
        self.hurry_no_more();
        if !self.connection().is_autocommit() {
            self.rollback();
        }
        if let Some(longest) = self.longest.take() {
            // It fails for no limit that was in force before.
            let _ = self.connection().set_limit(Limit::SQLITE_LIMIT_LENGTH, longest);
        }
        self.only_reads = false;
    }
}
