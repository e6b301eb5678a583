//! Who of the two that know a write with a deadline decides on it: the writer, which begins it, or the caller, who leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use crate::call::is_over;

/// A write with a deadline that waits for the writer.
#[derive(Debug)]
pub(super) struct Claim {
    deadline: Instant,
    state: AtomicU8,
}

const WAITS: u8 = 0;
const BEGUN: u8 = 1;
const LEFT: u8 = 2;

/// What the writer finds when it comes to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It runs.
    Runs,
    /// Its time is over, and its caller waits to be told.
    Late,
    /// Its caller has left, and has said that nothing was done.
    Left,
}

impl Claim {
    /// Makes the claim of a request, where it has a deadline.
    pub(super) fn new(deadline: Option<Instant>) -> Option<Arc<Self>> {
        deadline.map(|deadline| Arc::new(Self { deadline, state: AtomicU8::new(WAITS) }))
    }

    /// The writer comes to the request, again where the transaction around it was undone.
    pub(super) fn begin(&self) -> Turn {
        let was = self.state.compare_exchange(WAITS, BEGUN, Ordering::AcqRel, Ordering::Acquire);
        match was {
            Err(LEFT) => Turn::Left,
            _ if is_over(Some(self.deadline)) => Turn::Late,
            _ => Turn::Runs,
        }
    }

    /// Returns until when its caller waits for it to begin.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The caller leaves, and says whether the request will never run; if it has begun, its answer is to be awaited.
    pub(super) fn leave(&self) -> bool {
        self.state.compare_exchange(WAITS, LEFT, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn either_the_writer_begins_a_request_or_its_caller_leaves_and_never_both() {
        for round in 0..2000 {
            let later = Instant::now() + Duration::from_secs(3600);
            let claim = Claim::new(Some(later)).expect("has a deadline");
            let (begun, left) = std::thread::scope(|threads| {
                let writer = threads.spawn(|| claim.begin());
                (0..round % 64).for_each(|_| std::hint::spin_loop());
                let left = claim.leave();
                (writer.join().expect("no panic"), left)
            });
            assert_eq!(begun == Turn::Left, left);
            assert_eq!(claim.begin(), begun, "it stays so when the group runs again");
        }
        assert_eq!(Claim::new(Some(Instant::now())).map(|claim| claim.begin()), Some(Turn::Late));
    }
}
