//! Whether this process is the one that opened a store, or a child that was forked from it.
//!
//! A child has the memory of its parent and none of its threads: a request would wait for a writer that is not there, and
//! what closes a store would let go of locks that the parent relies on. The C library calls a handler in each child, which
//! counts; so a read that asks costs no system call.
#![allow(unsafe_code, reason = "registering the handler is a call into the C library")]

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{Error, Kind, Result};

/// How many forks lie between this process and the first that opened a store.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Has forks counted from now on.
pub(super) fn watch() -> Result<()> {
    static REGISTERED: OnceLock<i32> = OnceLock::new();
    // SAFETY: the handler is a function for the life of the program, and does nothing but to add to an atomic number, which
    // is allowed in a child of any process.
    let failed = *REGISTERED.get_or_init(|| unsafe { libc::pthread_atfork(None, None, Some(forked)) });
    if failed == 0 {
        return Ok(());
    }
    let why = std::io::Error::from_raw_os_error(failed);
    Err(Error::new(Kind::Open, "forks cannot be watched for").because(why))
}

/// Runs in a child, before anything else does.
extern "C" fn forked() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// The process that something was made in.
#[derive(Debug)]
pub(super) struct Process {
    forks: u32,
    id: u32,
}

impl Default for Process {
    fn default() -> Self {
        Self { forks: FORKS.load(Ordering::Relaxed), id: std::process::id() }
    }
}

impl Process {
    /// Says whether it is this one.
    #[inline(always)]
    pub(super) fn is_this(&self) -> bool {
        self.forks == FORKS.load(Ordering::Relaxed)
    }

    /// Refuses a request of another process.
    #[cold]
    pub(super) fn refusal(&self) -> Error {
        let why = format!("the store was opened by process {}, before this one was forked: open it anew here", self.id);
        Error::new(Kind::Stopped, why)
    }
}
