//! The spans of `tracing` in which the writer works, as those of operations are.
//!
//! | span | fields | around |
//! | --- | --- | --- |
//! | `group` | `requests` | what is committed together |
//! | `request` | `operation`, `table` | an operation in its group |
//! | `checkpoint` | | the log, on its way into the file |

use tracing::{Span, debug_span};

/// Returns the span of a group of requests.
#[inline(always)]
pub(super) fn group(requests: usize) -> Span {
    debug_span!(target: "protostore", "group", requests)
}

/// Returns the span of one request of a group.
#[inline(always)]
pub(super) fn request(operation: &'static str, table: &'static str) -> Span {
    debug_span!(target: "protostore", "request", operation, table)
}

/// Returns the span of a checkpoint.
#[inline(always)]
pub(super) fn checkpoint() -> Span {
    debug_span!(target: "protostore", "checkpoint")
}
