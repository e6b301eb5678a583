//! A bounded queue between callers and threads.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A bounded queue: who comes when it is full is turned away, not made to wait.
pub(super) struct Queue<T> {
    inner: Mutex<Inner<T>>,
    ready: Condvar,
    bound: usize,
}

struct Inner<T> {
    waiting: VecDeque<T>,
    open: bool,
    /// How many takers sleep: without any, nothing that comes in is a system call.
    asleep: usize,
    /// How many must wait before a sleeping taker is woken.
    wanted: usize,
}

/// Why something was not taken into the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// As many as allowed are waiting.
    Full,
    /// Nothing is taken any more.
    Closed,
}

impl<T> Queue<T> {
    /// Makes a queue in which `bound` may wait.
    pub(super) fn new(bound: usize) -> Self {
        let inner = Inner { waiting: VecDeque::new(), open: true, asleep: 0, wanted: 1 };
        Self { inner: Mutex::new(inner), ready: Condvar::new(), bound }
    }

    /// Puts something at the end.
    pub(super) fn push(&self, item: T) -> Result<(), Refused> {
        let mut inner = self.lock();
        if !inner.open {
            return Err(Refused::Closed);
        }
        if inner.waiting.len() >= self.bound {
            return Err(Refused::Full);
        }
        inner.waiting.push_back(item);
        let wake = inner.asleep > 0 && inner.waiting.len() >= inner.wanted;
        drop(inner);
        if wake {
            self.ready.notify_one();
        }
        Ok(())
    }

    /// Takes the first, and waits for one; none once the queue is closed and empty.
    pub(super) fn take(&self) -> Option<T> {
        let mut inner = self.wait(self.lock());
        inner.waiting.pop_front()
    }

    /// Takes up to `most` at once and waits for one; then for `hoped` of them, but no longer than `patience`.
    ///
    /// Leaves `out` as it is once the queue is closed and empty.
    pub(super) fn drain(&self, out: &mut Vec<T>, most: usize, hoped: usize, patience: Duration) {
        let mut inner = self.wait(self.lock());
        let hoped = hoped.min(most).min(self.bound);
        let start = Instant::now();
        while inner.open && !inner.waiting.is_empty() && inner.waiting.len() < hoped {
            let Some(left) = patience.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) else { break };
            inner.wanted = hoped;
            inner.asleep += 1;
            inner = self.ready.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0;
            inner.asleep -= 1;
            inner.wanted = 1;
        }
        let count = inner.waiting.len().min(most);
        out.extend(inner.waiting.drain(..count));
    }

    /// Takes nothing more; what waits is still served.
    pub(super) fn close(&self) {
        self.lock().open = false;
        self.ready.notify_all();
    }

    /// Takes all that waits.
    pub(super) fn clear(&self) -> VecDeque<T> {
        std::mem::take(&mut self.lock().waiting)
    }

    fn wait<'q>(&'q self, mut inner: MutexGuard<'q, Inner<T>>) -> MutexGuard<'q, Inner<T>> {
        while inner.open && inner.waiting.is_empty() {
            inner.asleep += 1;
            inner = self.ready.wait(inner).unwrap_or_else(PoisonError::into_inner);
            inner.asleep -= 1;
        }
        inner
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_turns_away_and_a_closed_one_is_emptied_first() {
        let queue = Queue::new(2);
        assert_eq!((queue.push(1), queue.push(2), queue.push(3)), (Ok(()), Ok(()), Err(Refused::Full)));
        queue.close();
        assert_eq!(queue.push(4), Err(Refused::Closed));
        assert_eq!((queue.take(), queue.take(), queue.take()), (Some(1), Some(2), None));
    }

    #[test]
    fn draining_waits_for_as_many_as_hoped_but_not_for_ever() {
        let queue = Queue::new(8);
        let mut out = Vec::new();
        queue.push(1).expect("room");
        queue.drain(&mut out, 4, 3, Duration::from_millis(5));
        assert_eq!(out, [1]);
        std::thread::scope(|s| {
            s.spawn(|| (2..=4).for_each(|n| queue.push(n).expect("room")));
            out.clear();
            queue.drain(&mut out, 4, 3, Duration::from_secs(60));
        });
        assert_eq!(out, [2, 3, 4]);
    }
}
