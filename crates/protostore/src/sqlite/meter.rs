//! What the `metrics` facade is told of the engine, behind the feature `metrics`; without it, nothing is.
//!
//! | metric | kind | labels |
//! | --- | --- | --- |
//! | `protostore_queue_waiting` | gauge | |
//! | `protostore_group_size` | histogram | |
//! | `protostore_commit_duration_seconds` | histogram | |
//! | `protostore_log_bytes`, `protostore_log_waiting_bytes` | gauge | |
//! | `protostore_checkpoints_total` | counter | `outcome` |
//! | `protostore_cache_hits_total`, `protostore_cache_misses_total` | counter | `connection` |

use std::time::Duration;

/// How a checkpoint ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Checkpoint {
    /// All of the log is in the file.
    Made,
    /// A reader holds an older state.
    PutOff,
    /// It failed.
    Failed,
}

impl Checkpoint {
    #[cfg(feature = "metrics")]
    const fn outcome(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::PutOff => "put_off",
            Self::Failed => "failed",
        }
    }
}

#[cfg(feature = "metrics")]
mod told {
    use super::{Checkpoint, Duration};

    /// Notes that the writer took a group of requests out of its queue, and how many wait on.
    pub(in crate::sqlite) fn group(size: usize, waiting: impl FnOnce() -> usize) {
        // Both are bounded by the queue.
        metrics::histogram!("protostore_group_size").record(size as f64);
        metrics::gauge!("protostore_queue_waiting").set(waiting() as f64);
    }

    /// Notes how long a COMMIT took, which ends when the disk has it.
    pub(in crate::sqlite) fn commit(took: Duration) {
        metrics::histogram!("protostore_commit_duration_seconds").record(took);
    }

    /// Notes how long the log is, and how much of it waits to be moved into the file.
    pub(in crate::sqlite) fn log(bytes: u64, waiting: u64) {
        metrics::gauge!("protostore_log_bytes").set(bytes as f64);
        metrics::gauge!("protostore_log_waiting_bytes").set(waiting as f64);
    }

    /// Counts a checkpoint.
    pub(in crate::sqlite) fn checkpoint(outcome: Checkpoint) {
        metrics::counter!("protostore_checkpoints_total", "outcome" => outcome.outcome()).increment(1);
    }

    /// Counts pages that a connection has found in its cache since it was asked last, and those that it has not.
    pub(in crate::sqlite) fn cache(connection: &'static str, (hits, misses): (u64, u64)) {
        metrics::counter!("protostore_cache_hits_total", "connection" => connection).increment(hits);
        metrics::counter!("protostore_cache_misses_total", "connection" => connection).increment(misses);
    }
}

#[cfg(not(feature = "metrics"))]
mod told {
    use super::{Checkpoint, Duration};

    #[inline(always)]
    pub(in crate::sqlite) fn group(_size: usize, _waiting: impl FnOnce() -> usize) {}

    #[inline(always)]
    pub(in crate::sqlite) fn commit(_took: Duration) {}

    #[inline(always)]
    pub(in crate::sqlite) fn log(_bytes: u64, _waiting: u64) {}

    #[inline(always)]
    pub(in crate::sqlite) fn checkpoint(_outcome: Checkpoint) {}

    #[inline(always)]
    pub(in crate::sqlite) fn cache(_connection: &'static str, _lookups: (u64, u64)) {}
}

pub(super) use told::{cache, checkpoint, commit, group, log};
