//! What one request asks of the store beside its operation: how long it may take, and how new the state is that it sees.

use std::time::{Duration, Instant};

use crate::error::{Error, Kind};

/// What the requests through one handle ask of the store: a deadline, and a state that has a commit.
///
/// ```
/// # use std::time::Duration;
/// # use protostore::{CallOptions, Record, Store};
/// # async fn f<R: Record>(store: &Store, key: R::KeyRef<'_>, sequence: u64) -> protostore::Result<()> {
/// let call = CallOptions::new().within(Duration::from_secs(2)).at_least(sequence);
/// let record = store.with(call).table::<R>().get(key).await?;
/// # Ok(()) }
/// ```
///
/// [`Store::with`](crate::Store::with) makes the handle. What it asks holds for every request through it: reads and writes,
/// operations and closures, asynchronous and synchronous.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallOptions {
    deadline: Option<Instant>,
    at_least: u64,
}

impl CallOptions {
    /// Asks nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { deadline: None, at_least: 0 }
    }

    /// Ends the requests after this time, counted from now; where they have a deadline, the earlier one holds.
    ///
    /// See [`CallOptions::until`].
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        match Instant::now().checked_add(time) {
            Some(deadline) => self.until(deadline),
            None => self,
        }
    }

    /// Ends the requests at this moment, with [`Kind::Deadline`](crate::Kind::Deadline); where they have a deadline, the
    /// earlier one holds.
    ///
    /// - A request that has not begun by then does nothing, and its caller is answered at that moment.
    /// - A read that goes on is ended, in the middle of a statement or before the next; one that is short, of a record by its
    ///   key or of a small page, is not ended once it has begun.
    /// - A write that goes on is ended likewise, and nothing of it is kept. One whose statements have all run is committed:
    ///   its caller waits for the commit, which is not ended, and is told that the write was made.
    ///
    /// So a write that fails with `Deadline` has changed nothing. A closure that calls the store no more cannot be ended.
    #[must_use]
    pub fn until(mut self, deadline: Instant) -> Self {
        self.deadline = Some(self.deadline.map_or(deadline, |earlier| earlier.min(deadline)));
        self
    }

    /// Asks for a state that has the commit of this sequence, which a [`Committed`](crate::Committed) has told; of two, the
    /// later one.
    ///
    /// A request waits until the store has it: until its deadline or, without one, as long as
    /// [`Options::read_deadline`](crate::Options::read_deadline) lets a read take. Then it fails with
    /// [`Kind::Deadline`](crate::Kind::Deadline). A store of SQLite has every commit before it acknowledges it, so that
    /// nothing waits there unless the sequence is of another database.
    #[must_use]
    pub const fn at_least(mut self, sequence: u64) -> Self {
        if sequence > self.at_least {
            self.at_least = sequence;
        }
        self
    }

    /// Returns when the requests end, if they do.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Returns the sequence of the commit that the state must have; 0 where any state will do.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.at_least
    }

    /// Returns what both ask.
    pub(crate) fn and(self, other: Self) -> Self {
        let both = self.at_least(other.at_least);
        other.deadline.map_or(both, |deadline| both.until(deadline))
    }

    /// Says whether nothing is asked.
    #[inline(always)]
    pub(crate) const fn is_empty(&self) -> bool {
        self.deadline.is_none() && self.at_least == 0
    }

    /// Says whether the time is over.
    pub(crate) fn is_over(&self) -> bool {
        is_over(self.deadline)
    }
}

/// Says whether a deadline has passed.
#[inline(always)]
pub(crate) fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| deadline <= Instant::now())
}

/// Says that the deadline passed before a request began.
#[cold]
pub(crate) fn not_begun() -> Error {
    Error::new(Kind::Deadline, "the deadline of the request passed before it began, so that nothing was done")
}

/// Says that the deadline passed while a request ran.
#[cold]
pub(crate) fn ended() -> Error {
    Error::new(
        Kind::Deadline,
        "the request took longer than its deadline, and was ended; nothing that it wrote is kept",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_deadlines_the_earlier_holds_and_of_two_sequences_the_later() {
        let (soon, late) = (Instant::now(), Instant::now() + Duration::from_secs(9));
        let (one, two) = (CallOptions::new().until(soon).at_least(3), CallOptions::new().until(late).at_least(7));
        for both in [one.and(two), two.and(one), one.until(late).at_least(7), two.until(soon).at_least(3)] {
            assert_eq!((both.deadline(), both.sequence()), (Some(soon), 7));
        }
        assert_eq!(one.and(CallOptions::new()), one);
        assert_eq!(CallOptions::new().and(one), one);
        assert!(one.is_over() && !two.is_over() && !CallOptions::new().is_over());
        assert!(CallOptions::new().is_empty() && CallOptions::new().within(Duration::MAX).is_empty());
    }
}
