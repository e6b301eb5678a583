//! Wakes tasks whose deadline passes while they wait: a thread, from the first that waits until a while after the last.
//!
//! A store needs no runtime, so there is no timer but this one; a request without a deadline never comes here.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::wakers::{Entry, Wakers, lock};
use crate::error::{Error, Kind, Result};

/// How long the thread stays when nothing waits.
const IDLE: Duration = Duration::from_secs(10);

/// The tasks that wait with a deadline, and the thread that wakes them.
#[derive(Debug, Default)]
pub(super) struct Alarms {
    wakers: Mutex<Wakers<Instant>>,
    changed: Condvar,
    /// Whether the thread runs; looked at and changed under the lock of `wakers`.
    runs: AtomicBool,
}

impl Alarms {
    /// Waits for a future until the deadline; nothing comes back where that passes first.
    pub(super) async fn until<F: Future>(self: &Arc<Self>, deadline: Instant, future: F) -> Result<Option<F::Output>> {
        let mut future = pin!(future);
        let mut alarm = None;
        poll_fn(|context| {
            if let Poll::Ready(out) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(Some(out)));
            }
            if deadline <= Instant::now() {
                return Poll::Ready(Ok(None));
            }
            match self.set(deadline, context.waker()) {
                Ok(set) => {
                    alarm = Some(set);
                    Poll::Pending
                }
                Err(e) => Poll::Ready(Err(e)),
            }
        })
        .await
    }

    fn set(self: &Arc<Self>, at: Instant, waker: &Waker) -> Result<Entry<'_, Instant>> {
        let entry = Entry::new(&self.wakers, at, waker);
        let wakers = lock(&self.wakers);
        if !self.runs.swap(true, Ordering::Relaxed) {
            let alarms = Arc::clone(self);
            let started = thread::Builder::new().name("protostore-alarms".to_owned()).spawn(move || alarms.run());
            if let Err(e) = started {
                self.runs.store(false, Ordering::Relaxed);
                drop(wakers);
                return Err(Error::new(Kind::Exhausted, "a thread could not be started").because(e));
            }
        } else if wakers.first() == Some(at) {
            self.changed.notify_one();
        }
        drop(wakers);
        Ok(entry)
    }

    fn run(&self) {
        let mut wakers = lock(&self.wakers);
        let mut idle = false;
        loop {
            let now = Instant::now();
            let due = wakers.take(now);
            if !due.is_empty() {
                drop(wakers);
                due.into_iter().for_each(Waker::wake);
                wakers = lock(&self.wakers);
                continue;
            }
            let sleep = match wakers.first() {
                Some(first) => first.saturating_duration_since(now),
                None if idle => {
                    self.runs.store(false, Ordering::Relaxed);
                    return;
                }
                None => IDLE,
            };
            idle = wakers.first().is_none();
            let woken = self.changed.wait_timeout(wakers, sleep).unwrap_or_else(PoisonError::into_inner);
            idle &= woken.1.timed_out();
            wakers = woken.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;
    use crate::session::block;

    #[test]
    fn what_is_ready_comes_back_and_what_is_not_ends_at_its_deadline() {
        let alarms = Arc::new(Alarms::default());
        let at = |millis| Instant::now() + Duration::from_millis(millis);
        assert_eq!(block(alarms.until(at(0), ready(1))).expect("no alarm"), Some(1));
        assert!(!alarms.runs.load(Ordering::Relaxed), "who does not wait needs no thread");
        for _ in 0..3 {
            let late = thread::spawn({
                let alarms = Arc::clone(&alarms);
                move || block(alarms.until(at(200), pending::<()>())).expect("an alarm")
            });
            // This one is due before the one that the thread sleeps for.
            assert_eq!(block(alarms.until(at(20), pending::<()>())).expect("an alarm"), None);
            assert_eq!(late.join().expect("no panic"), None);
        }
        assert_eq!(lock(&alarms.wakers).first(), None);
    }
}
