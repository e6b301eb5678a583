//! A layer between SQLite and the operating system, under the name of the VFS that a store asks for.
//!
//! It counts what SQLite does to the files of one directory, lets one operation fail, or records all of them.
//! Whatever lies outside of that directory goes through untouched.

#![expect(unsafe_code, reason = "a VFS is a table of C functions that SQLite calls")]

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use protostore::testing::{NameStep, watch_names};

mod table;

/// What SQLite does to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// A file is opened.
    Open,
    /// Bytes are read.
    Read,
    /// Bytes are written.
    Write,
    /// A file is cut.
    Truncate,
    /// What was written is brought to the disk.
    Sync,
    /// The length of a file is asked.
    Size,
    /// A file is deleted.
    Delete,
}

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// With an error of the device.
    Io,
    /// Because the disk is full: writes only.
    Full,
    /// After the whole sectors in the first half of the bytes were written, because the disk is full: writes only.
    Short,
    /// Not at all: it says that it succeeded and does nothing. No store can survive this one: it is a control.
    Swallowed,
}

/// Which operation fails.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// The number of the first operation that may fail, from 0; the first of a fitting kind at or after it does.
    pub at: u64,
    /// Whether all later ones of a fitting kind fail as well.
    pub lasting: bool,
    /// How it fails.
    pub failure: Failure,
}

/// What was done to the files, in order.
#[derive(Clone, Debug)]
pub enum Event {
    /// A file was opened, and made if it did not exist.
    Opened(PathBuf),
    /// Bytes were written at an offset.
    Written(PathBuf, u64, Vec<u8>),
    /// A file was cut to a length.
    Truncated(PathBuf, u64),
    /// What was written to a file before is on the disk.
    Synced(PathBuf),
    /// A file was deleted; `true` where its directory was synced after that.
    Deleted(PathBuf, bool),
    /// A file got another name, in place of the file that had it before.
    Renamed(PathBuf, PathBuf),
    /// The workload got the answer to this many of its writes.
    Answered(usize),
}

/// What the layer does at the moment.
#[derive(Debug, Default)]
struct State {
    directory: Option<PathBuf>,
    fault: Option<Fault>,
    calls: u64,
    failed: Vec<Call>,
    recording: Option<Vec<Event>>,
}

static STATE: Mutex<State> =
    Mutex::new(State { directory: None, fault: None, calls: 0, failed: Vec::new(), recording: None });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registers the layer, once a process, before the first store is opened.
pub fn install() {
    table::install();
    watch_names(|step| match step {
        NameStep::Synced(path) if watched(path) => note(|| Event::Synced(path.to_path_buf())),
        NameStep::Renamed(from, to) if watched(from) => note(|| Event::Renamed(from.to_path_buf(), to.to_path_buf())),
        NameStep::Removed(path) if watched(path) => note(|| Event::Deleted(path.to_path_buf(), false)),
        _ => {}
    });
}

/// Watches a directory from now on, with a fault if there is one, and counts from 0.
pub fn watch(directory: &Path, fault: Option<Fault>) {
    let mut state = state();
    state.directory = Some(directory.to_path_buf());
    state.fault = fault;
    state.calls = 0;
    state.failed.clear();
}

/// Ends all faults; returns how many operations there were, and which failed.
pub fn heal() -> (u64, Vec<Call>) {
    let mut state = state();
    state.fault = None;
    (state.calls, std::mem::take(&mut state.failed))
}

/// Says whether an operation has failed since [`watch`].
pub fn has_failed() -> bool {
    !state().failed.is_empty()
}

/// Records from now on.
pub fn record() {
    state().recording = Some(Vec::new());
}

/// Notes in the recording that the workload got an answer.
pub fn answered(writes: usize) {
    if let Some(events) = &mut state().recording {
        events.push(Event::Answered(writes));
    }
}

/// Ends the recording and returns it.
pub fn recorded() -> Vec<Event> {
    state().recording.take().unwrap_or_default()
}

/// Says whether a path is watched.
fn watched(path: &Path) -> bool {
    state().directory.as_deref().is_some_and(|directory| path.starts_with(directory))
}

/// Counts an operation on a watched file, and says how it fails if it does.
fn count(call: Call) -> Option<Failure> {
    let mut state = state();
    let at = state.calls;
    state.calls += 1;
    let fault = state.fault?;
    let fits = match fault.failure {
        Failure::Io => true,
        Failure::Full | Failure::Short | Failure::Swallowed => call == Call::Write,
    };
    if at < fault.at || !fits || (!fault.lasting && !state.failed.is_empty()) {
        return None;
    }
    state.failed.push(call);
    Some(fault.failure)
}

/// Adds to the recording, if there is one.
fn note(event: impl FnOnce() -> Event) {
    if let Some(events) = &mut state().recording {
        events.push(event());
    }
}
