//! Tasks that wait for a point on a scale to be reached: a moment, or a commit.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// Tasks that wait, by what they wait for.
#[derive(Debug)]
pub(super) struct Wakers<K> {
    waiting: BTreeMap<(K, u64), Waker>,
    /// How many there have been, which tells apart those that wait for the same.
    count: u64,
}

impl<K> Default for Wakers<K> {
    fn default() -> Self {
        Self { waiting: BTreeMap::new(), count: 0 }
    }
}

impl<K: Copy + Ord> Wakers<K> {
    /// Returns the point that the first of them waits for.
    pub(super) fn first(&self) -> Option<K> {
        self.waiting.first_key_value().map(|((point, _), _)| *point)
    }

    /// Takes those out that wait for `reached` or less.
    pub(super) fn take(&mut self, reached: K) -> Vec<Waker> {
        if self.first().is_none_or(|first| first > reached) {
            return Vec::new();
        }
        let later = self.waiting.split_off(&(reached, u64::MAX));
        std::mem::replace(&mut self.waiting, later).into_values().collect()
    }
}

/// Locks what nothing panics in.
pub(super) fn lock<K>(wakers: &Mutex<Wakers<K>>) -> MutexGuard<'_, Wakers<K>> {
    wakers.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A task that waits, until this is dropped.
#[derive(Debug)]
pub(super) struct Entry<'a, K: Copy + Ord> {
    wakers: &'a Mutex<Wakers<K>>,
    key: (K, u64),
}

impl<'a, K: Copy + Ord> Entry<'a, K> {
    /// Lets a task wait for `point`.
    pub(super) fn new(wakers: &'a Mutex<Wakers<K>>, point: K, waker: &Waker) -> Self {
        let mut locked = lock(wakers);
        locked.count += 1;
        let key = (point, locked.count);
        locked.waiting.insert(key, waker.clone());
        Self { wakers, key }
    }
}

impl<K: Copy + Ord> Drop for Entry<'_, K> {
    fn drop(&mut self) {
        lock(self.wakers).waiting.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_wait_for_what_is_reached_are_taken_once_unless_they_have_left() {
        let wakers = Mutex::new(Wakers::default());
        let mut entries: Vec<_> = [1, 2, 2, 3].map(|point| Entry::new(&wakers, point, Waker::noop())).into();
        let take = |reached| lock(&wakers).take(reached).len();
        assert_eq!((take(0), lock(&wakers).first()), (0, Some(1)));
        drop(entries.remove(1));
        assert_eq!((take(2), lock(&wakers).first()), (2, Some(3)));
        assert_eq!((take(2), lock(&wakers).first()), (0, Some(3)));
        drop(entries);
        assert_eq!((take(9), lock(&wakers).first()), (0, None));
    }
}
