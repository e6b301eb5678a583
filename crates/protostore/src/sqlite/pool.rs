//! The reader connections: some for short reads on the caller's thread, the others for whoever reads for longer.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::held::Held;
use super::state::closed;
use crate::call::not_begun;
use crate::error::Result;
use crate::sqlite::open::Connector;

/// Connections that are lent to one reader at a time.
pub(super) struct Pool {
    inner: Mutex<Inner>,
    back: Condvar,
    connector: Arc<Connector>,
}

struct Inner {
    idle: Vec<Held>,
    lent: usize,
    open: bool,
    /// How many wait for a connection, or for all of them: without any, giving one back is no system call.
    waiting: usize,
}

impl Pool {
    /// Takes the connections, and what makes another in place of one that is broken.
    pub(super) fn new(idle: Vec<Held>, connector: Arc<Connector>) -> Self {
        Self { inner: Mutex::new(Inner { idle, lent: 0, open: true, waiting: 0 }), back: Condvar::new(), connector }
    }

    /// Lends a connection, and waits for one, until the deadline where there is one.
    pub(super) fn lend(&self, deadline: Option<Instant>) -> Result<Lent<'_>> {
        let mut inner = self.lock();
        loop {
            if !inner.open {
                return Err(closed());
            }
            if let Some(held) = inner.idle.pop() {
                inner.lent += 1;
                drop(inner);
                let mut lent = Lent { pool: self, held: Some(held) };
                if lent.broken {
                    let connection = self.connector.reader()?;
                    lent.replace(connection)?;
                }
                return Ok(lent);
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(not_begun());
            }
            inner = self.wait(inner, left);
        }
    }

    /// Lends nothing more, waits for what is lent, and returns the connections.
    pub(super) fn close(&self) -> Vec<Held> {
        let mut inner = self.lock();
        inner.open = false;
        self.back.notify_all();
        while inner.lent > 0 {
            inner = self.wait(inner, None);
        }
        std::mem::take(&mut inner.idle)
    }

    /// Returns the connections that are not lent; none of them is, until the result is dropped.
    pub(super) fn at_rest(&self) -> impl DerefMut<Target = Vec<Held>> + use<'_> {
        AtRest(self.lock())
    }

    /// Says whether nothing is lent.
    pub(super) fn is_idle(&self) -> bool {
        self.lock().lent == 0
    }

    /// Waits for a connection that comes back.
    fn wait<'p>(&'p self, mut inner: MutexGuard<'p, Inner>, left: Option<Duration>) -> MutexGuard<'p, Inner> {
        inner.waiting += 1;
        let mut inner = match left {
            None => self.back.wait(inner).unwrap_or_else(PoisonError::into_inner),
            Some(left) => self.back.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0,
        };
        inner.waiting -= 1;
        inner
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connections that are not lent.
struct AtRest<'p>(MutexGuard<'p, Inner>);

impl Deref for AtRest<'_> {
    type Target = Vec<Held>;

    fn deref(&self) -> &Vec<Held> {
        &self.0.idle
    }
}

impl DerefMut for AtRest<'_> {
    fn deref_mut(&mut self) -> &mut Vec<Held> {
        &mut self.0.idle
    }
}

/// A connection that goes back when this is dropped.
pub(super) struct Lent<'p> {
    pool: &'p Pool,
    held: Option<Held>,
}

impl Lent<'_> {
    const LENT: &'static str = "a connection is lent until the loan is dropped";
}

impl Deref for Lent<'_> {
    type Target = Held;

    fn deref(&self) -> &Held {
        self.held.as_ref().expect(Self::LENT)
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Held {
        self.held.as_mut().expect(Self::LENT)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut inner = self.pool.lock();
        inner.idle.extend(self.held.take());
        inner.lent -= 1;
        let is_awaited = inner.waiting > 0;
        drop(inner);
        if is_awaited {
            // Whoever closes the pool waits on the same condition as those who borrow.
            self.pool.back.notify_all();
        }
    }
}
