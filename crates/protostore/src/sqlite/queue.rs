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

    /// Returns how many wait,
    pub(super) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// of how many that may.
    pub(super) fn bound(&self) -> usize {
        self.bound
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
        while inner.open && inner.waiting.len() < hoped {
            // Those that were there may have been taken out meanwhile.
            if inner.waiting.is_empty() {
                inner = self.wait(inner);
                continue;
            }
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

    /// Takes one out that waits, so that its place is free; none where it does not wait any more.
    pub(super) fn remove(&self, is_meant: impl Fn(&T) -> bool) -> Option<T> {
        let mut inner = self.lock();
        let at = inner.waiting.iter().position(is_meant)?;
        inner.waiting.remove(at)
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
    fn what_is_taken_out_leaves_its_place() {
        let queue = Queue::new(2);
        assert_eq!((queue.push(1), queue.push(2), queue.push(3)), (Ok(()), Ok(()), Err(Refused::Full)));
        assert_eq!((queue.remove(|n| *n == 1), queue.remove(|n| *n == 1)), (Some(1), None));
        assert_eq!((queue.push(3), queue.take(), queue.take()), (Ok(()), Some(2), Some(3)));
    }

    #[test]
    fn draining_goes_on_to_wait_when_what_was_there_is_taken_out() {
        let (queue, mut out) = (Queue::new(8), Vec::new());
        queue.push(1).expect("room");
        std::thread::scope(|s| {
            s.spawn(|| {
                // While the other hopes for three, or before it has come: it is not to end either way.
                std::thread::sleep(Duration::from_millis(5));
                queue.remove(|n| *n == 1);
                std::thread::sleep(Duration::from_millis(30));
                queue.push(2).expect("room");
            });
            queue.drain(&mut out, 4, 3, Duration::from_millis(20));
        });
        assert!(out == [2] || out == [1], "{out:?}");
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
