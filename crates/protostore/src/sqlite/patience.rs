//! How long the writer waits for those whom it has just answered, so that they share the next commit.

use std::time::Duration;

/// The time that the writer waits for more requests: half of what the last COMMIT took.
///
/// What the closures before took says nothing about it: a request that comes alone after a long one is not to wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Patience(Duration);

impl Patience {
    /// It waits no longer than this, however slow the disk is.
    const MOST: Duration = Duration::from_millis(5);

    /// Returns the patience after a COMMIT that took so long.
    pub(super) fn after_commit(took: Duration) -> Self {
        Self((took / 2).min(Self::MOST))
    }

    /// Returns how long to wait.
    pub(super) fn time(self) -> Duration {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_writer_waits_for_half_a_commit_and_never_long() {
        let after = |micros| Patience::after_commit(Duration::from_micros(micros)).time();
        assert_eq!(Patience::default().time(), Duration::ZERO, "before the first commit");
        assert_eq!(after(0), Duration::ZERO);
        assert_eq!(after(800), Duration::from_micros(400));
        assert_eq!(after(10_000), Duration::from_millis(5));
        assert_eq!(after(10_001), Duration::from_millis(5));
        assert_eq!(after(4_000_000), Duration::from_millis(5));
    }
}
