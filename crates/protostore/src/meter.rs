//! What the `metrics` facade is told of each operation, behind the feature `metrics`; without it, nothing is measured.
//!
//! | metric | kind | labels |
//! | --- | --- | --- |
//! | `protostore_operations_total` | counter | `table`, `operation`, `outcome` |
//! | `protostore_operation_duration_seconds` | histogram | `table`, `operation` |
//!
//! The stores of one process are counted together. What only SQLite has, its engine tells: `sqlite/meter.rs`.

use crate::error::Result;

/// What an operation takes, from when it is asked for until its answer.
#[derive(Clone, Copy)]
pub(crate) struct Meter(#[cfg(feature = "metrics")] std::time::Instant);

#[cfg(feature = "metrics")]
impl Meter {
    /// Begins to measure.
    #[inline(always)]
    pub(crate) fn begin() -> Self {
        Self(std::time::Instant::now())
    }

    /// Counts an operation that has ended.
    pub(crate) fn end<T>(self, operation: &'static str, table: &'static str, outcome: &Result<T>) {
        // `a closure` to people.
        let operation = operation.strip_prefix("a ").unwrap_or(operation);
        let outcome = outcome.as_ref().err().map_or("ok", |error| name(error.kind()));
        let counter = metrics::counter!(
            "protostore_operations_total", "operation" => operation, "table" => table, "outcome" => outcome
        );
        counter.increment(1);
        let histogram = metrics::histogram!(
            "protostore_operation_duration_seconds", "operation" => operation, "table" => table
        );
        histogram.record(self.0.elapsed());
    }
}

#[cfg(not(feature = "metrics"))]
impl Meter {
    #[inline(always)]
    pub(crate) const fn begin() -> Self {
        Self()
    }

    #[inline(always)]
    pub(crate) fn end<T>(self, _operation: &'static str, _table: &'static str, _outcome: &Result<T>) {}
}

/// Returns the name of a kind of error as a label.
#[cfg(feature = "metrics")]
fn name(kind: crate::error::Kind) -> &'static str {
    use crate::error::Kind;

    match kind {
        Kind::NotFound => "not_found",
        Kind::AlreadyExists => "already_exists",
        Kind::Reference => "reference",
        Kind::Invalid => "invalid",
        Kind::OutOfRange => "out_of_range",
        Kind::Precondition => "precondition",
        Kind::Aborted => "aborted",
        Kind::Exhausted => "exhausted",
        Kind::ReadOnly => "read_only",
        Kind::Deadline => "deadline",
        Kind::Unknown => "unknown",
        Kind::Damaged => "damaged",
        Kind::Io => "io",
        Kind::Stopped => "stopped",
        Kind::Engine => "engine",
        Kind::Key => "key",
        Kind::Open => "open",
        Kind::InUse => "in_use",
    }
}
