//! What the recorder of the process gave for each operation on each table, kept on each thread: to ask for it each time costs
//! more than a tenth of a read.
//!
//! - A recorder that is set for one thread, as tests do, is asked each time: another may be at its address a moment later.
//! - A recorder that drops what was idle is asked again after a second, so that nothing is told to what it has dropped.
//! - Where no recorder listens, the clock is not read.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use metrics::{Counter, Histogram, IntoF64};

use super::name;
use crate::error::Error;

/// After how long a recorder is asked again.
const KEPT: Duration = Duration::from_secs(1);

/// What a counter is called that ends well.
const OK: &str = "ok";

thread_local! {
    static KEPT_HERE: RefCell<Kept> = RefCell::default();
}

/// The recorder that threads see which have none of their own.
static GLOBAL: Mutex<Recorder> = Mutex::new((0, 0));

/// A recorder: its address, and its size, since nothing of no size has an address of its own.
type Recorder = (usize, usize);

/// The handles that a thread keeps.
#[derive(Default)]
struct Kept {
    /// Who gave them.
    by: Recorder,
    /// The recorder of this thread alone that was met last.
    aside: Recorder,
    handles: HashMap<Place, Handles, BuildHasherDefault<Mix>>,
}

/// An operation on a table, by where their names are: the same names elsewhere are asked for once more.
#[derive(PartialEq, Eq)]
struct Place([usize; 4]);

impl Hash for Place {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Each is mixed alone: as an array, they would be mixed byte by byte.
        state.write_usize(self.0[0]);
        state.write_usize(self.0[2]);
    }
}

/// The handles of an operation on a table.
struct Handles {
    done: Counter,
    took: Histogram,
    asked: Instant,
    /// Whether the histogram takes what it is told; none before it was told something.
    listens: Option<bool>,
}

/// Mixes a few addresses: these need no defence against who chooses them.
#[derive(Default)]
struct Mix(u64);

/// A duration that notes whether it was asked for.
struct Noted<'n>(Duration, &'n Cell<bool>);

/// Returns when an operation begins, or none where no recorder listens.
#[inline]
pub(super) fn begin(operation: &'static str, table: &'static str) -> Option<Instant> {
    let is_quiet = KEPT_HERE.try_with(|kept| {
        let Ok(kept) = kept.try_borrow() else { return false };
        let is_of = kept.by == current();
        is_of && kept.handles.get(&Place::new(operation, table)).is_some_and(|handles| handles.listens == Some(false))
    });
    (!is_quiet.unwrap_or(false)).then(Instant::now)
}

/// Tells that an operation has ended, how, and how long it took.
#[inline]
pub(super) fn end(operation: &'static str, table: &'static str, start: Option<Instant>, failed: Option<&Error>) {
    let told = KEPT_HERE.try_with(|kept| {
        // A recorder whose own work is an operation of a store finds them in use.
        let Ok(mut kept) = kept.try_borrow_mut() else { return false };
        if !kept.are_of(current()) {
            return false;
        }
        let ask = || Handles::ask(operation, table);
        let handles = kept.handles.entry(Place::new(operation, table)).or_insert_with(ask);
        handles.tell(operation, table, start, failed);
        true
    });
    if !told.unwrap_or(false) {
        Handles::ask(operation, table).tell(operation, table, start, failed);
    }
}

impl Kept {
    /// Says whether the handles may be kept: they are then of this recorder.
    #[inline]
    fn are_of(&mut self, recorder: Recorder) -> bool {
        self.by == recorder || self.take(recorder)
    }

    #[cold]
    fn take(&mut self, recorder: Recorder) -> bool {
        if self.aside == recorder || !is_global(recorder) {
            self.aside = recorder;
            return false;
        }
        self.handles.clear();
        self.by = recorder;
        true
    }
}

impl Place {
    #[inline]
    fn new(operation: &'static str, table: &'static str) -> Self {
        Self([operation.as_ptr().addr(), operation.len(), table.as_ptr().addr(), table.len()])
    }
}

impl Handles {
    #[cold]
    fn ask(operation: &'static str, table: &'static str) -> Self {
        Self {
            done: metrics::counter!(
                "protostore_operations_total", "operation" => operation, "table" => table, "outcome" => OK
            ),
            took: metrics::histogram!(
                "protostore_operation_duration_seconds", "operation" => operation, "table" => table
            ),
            asked: Instant::now(),
            listens: None,
        }
    }

    #[inline]
    fn tell(&mut self, operation: &'static str, table: &'static str, start: Option<Instant>, failed: Option<&Error>) {
        if let (Some(start), Some(true) | None) = (start, self.listens) {
            let end = Instant::now();
            if end.duration_since(self.asked) >= KEPT {
                *self = Self::ask(operation, table);
            }
            let listens = Cell::new(false);
            self.took.record(Noted(end.duration_since(start), &listens));
            self.listens = Some(listens.get());
        }
        match failed {
            None => self.done.increment(1),
            Some(error) => {
                let outcome = name(error.kind());
                let counter = metrics::counter!(
                    "protostore_operations_total", "operation" => operation, "table" => table, "outcome" => outcome
                );
                counter.increment(1);
            }
        }
    }
}

impl IntoF64 for Noted<'_> {
    #[inline]
    fn into_f64(self) -> f64 {
        self.1.set(true);
        self.0.as_secs_f64()
    }
}

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.0 = (self.0.rotate_left(5) ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Returns the recorder of this thread.
#[inline]
fn current() -> Recorder {
    metrics::with_recorder(|recorder| (std::ptr::from_ref(recorder).addr(), size_of_val(recorder)))
}

/// Says whether a recorder is that of the process: the one that a thread sees which was given none.
#[cold]
fn is_global(recorder: Recorder) -> bool {
    let mut known = GLOBAL.lock().unwrap_or_else(PoisonError::into_inner);
    if *known != recorder {
        let found = std::thread::Builder::new().name("protostore-metrics".to_owned()).spawn(current);
        // Without a thread to look from, nothing is kept for now.
        let Some(found) = found.ok().and_then(|thread| thread.join().ok()) else { return false };
        *known = found;
    }
    *known == recorder
}
