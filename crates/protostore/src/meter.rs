//! What is told of each operation: a span to `tracing`, and to the `metrics` facade, behind the feature `metrics`, how long it
//! took and how it ended; without the feature, nothing is measured.
//!
//! | metric | kind | labels |
//! | --- | --- | --- |
//! | `protostore_operations_total` | counter | `table`, `operation`, `outcome` |
//! | `protostore_operation_duration_seconds` | histogram | `table`, `operation` |
//!
//! The stores of one process are counted together. What only SQLite has, its engine tells: `sqlite/meter.rs`.

#[cfg(feature = "metrics")]
mod handles;

use std::future::Future;

use tracing::{Instrument as _, Span};

use crate::error::Result;
use crate::trace;

/// An operation that is watched, from when it is asked for until its answer: by a span, and by the clock where it is measured.
pub(crate) struct Meter {
    span: Span,
    #[cfg(feature = "metrics")]
    measured: Measured,
}

/// What is measured.
#[cfg(feature = "metrics")]
struct Measured {
    operation: &'static str,
    table: &'static str,
    /// None where no recorder listens.
    start: Option<std::time::Instant>,
}

impl Meter {
    /// Begins to watch.
    #[inline(always)]
    pub(crate) fn begin(operation: &'static str, table: &'static str) -> Self {
        Self {
            span: trace::operation(operation, table),
            #[cfg(feature = "metrics")]
            measured: Measured::begin(operation, table),
        }
    }

    /// Returns the span, for a part of the operation that another thread does.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Does a part of the operation.
    #[inline(always)]
    pub(crate) fn inside<T>(&self, part: impl FnOnce() -> T) -> T {
        let _inside = self.span.enter();
        part()
    }

    /// Does all of an operation that waits.
    #[inline]
    pub(crate) async fn around<T>(self, operation: impl Future<Output = Result<T>>) -> Result<T> {
        let done = operation.instrument(self.span.clone()).await;
        self.end(&done);
        done
    }
}

#[cfg(feature = "metrics")]
impl Measured {
    #[inline(always)]
    fn begin(operation: &'static str, table: &'static str) -> Self {
        // `a closure` to people.
        let operation = operation.strip_prefix("a ").unwrap_or(operation);
        Self { operation, table, start: handles::begin(operation, table) }
    }
}

#[cfg(feature = "metrics")]
impl Meter {
    /// Counts the operation, which has ended.
    pub(crate) fn end<T>(self, outcome: &Result<T>) {
        let Measured { operation, table, start } = self.measured;
        handles::end(operation, table, start, outcome.as_ref().err());
    }
}

#[cfg(not(feature = "metrics"))]
impl Meter {
    /// Ends to watch.
    #[inline(always)]
    pub(crate) fn end<T>(self, _outcome: &Result<T>) {
        drop(self.span);
    }
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
