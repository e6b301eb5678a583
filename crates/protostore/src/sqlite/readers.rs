//! The reader threads: pages, lists and closures, away from the threads of the runtime.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use tokio::sync::oneshot;

use super::caches::Caches;
use super::held::Held;
use super::job::{caught, logged};
use super::pool::Pool;
use super::queue::Queue;
use crate::call::{is_over, not_begun};
use crate::error::Result;

/// A read, boxed.
pub(super) type Read = Box<dyn FnOnce(Result<&mut Held>) + Send>;

/// Makes a read that does not run once its caller is gone or its deadline has passed, and what its answer comes through.
pub(super) fn read<T: Send + 'static>(
    deadline: Option<Instant>,
    work: impl FnOnce(&mut Held) -> Result<T> + Send + 'static,
) -> (Read, oneshot::Receiver<Result<T>>) {
    let (caller, answer) = oneshot::channel();
    let read = move |held: Result<&mut Held>| {
        if caller.is_closed() {
            return;
        }
        let in_time = held.and_then(|held| if is_over(deadline) { Err(not_begun()) } else { Ok(held) });
        let out = in_time
            .and_then(|held| catch_unwind(AssertUnwindSafe(|| work(held))).unwrap_or_else(|panic| Err(caught(panic))));
        // Who waited may have left meanwhile.
        let _ = caller.send(out);
    };
    (Box::new(read), answer)
}

/// Serves the queue until it is closed and empty.
pub(super) fn serve(reads: &Queue<Read>, pool: &Pool, caches: &Caches) {
    while let Some(read) = reads.take() {
        // What was not run is dropped here, and so is a result that no caller took: either may be a caller's, and panic.
        let served = catch_unwind(AssertUnwindSafe(|| match pool.lend(None) {
            Ok(mut held) => {
                read(Ok(&mut held));
                caches.settle(&mut held);
            }
            Err(e) => read(Err(e)),
        }));
        logged(served.map_err(caught));
    }
}
