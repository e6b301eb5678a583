//! The spans of `tracing` in which operations are done, of level DEBUG and of the target `protostore`: without a subscriber that
//! wants them, each costs a comparison.
//!
//! | span | fields | around |
//! | --- | --- | --- |
//! | `operation` | `operation`, `table` | an operation, from when it is asked for until its answer; a closure has those of its operations in its own |
//!
//! What only SQLite does has others: `sqlite/trace.rs`.

use tracing::{Span, debug_span};

/// Returns the span of an operation, on the side of its caller.
#[inline(always)]
pub(crate) fn operation(operation: &'static str, table: &'static str) -> Span {
    debug_span!(target: "protostore", "operation", operation, table)
}
