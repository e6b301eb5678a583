//! The lock of a database: a file beside it, held for as long as the store is open.
//!
//! The engine's own locks would do once a database is there; this one also covers its creation, names the process that
//! has it, and keeps two stores of one process apart, which POSIX locks do not.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

use super::place;
use super::refusal::Refusal;

/// How long who waits sleeps before it tries again.
const AGAIN: Duration = Duration::from_millis(5);

/// The lock, released when it is dropped. The file stays: removing it would let two processes lock two files.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Takes the lock, or says who has it when it was waited for so long.
    pub(super) fn take(path: &Path, wait: Duration) -> Result<Self, Refusal> {
        let failed = |why| Refusal::Io("open its lock file", why);
        let not_ours = |what| Refusal::Stranger(path.to_owned(), what);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            // A pipe is not waited for.
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
            .open(path)
            .map_err(|why| match why.kind() {
                _ if is_link(&why) => not_ours("is a symbolic link"),
                io::ErrorKind::IsADirectory => not_ours("is a directory"),
                _ => failed(why),
            })?;
        // Its contents go, so it must be ours alone: any user who may write to the directory could have put a file there.
        let asked = file.metadata().map_err(failed)?;
        if let Some(what) = place::stranger(&asked) {
            return Err(not_ours(what));
        }
        let since = Instant::now();
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                // A flock that waits could not be ended without a signal.
                Err(Errno::WOULDBLOCK) if since.elapsed() < wait => {
                    sleep(AGAIN.min(wait.saturating_sub(since.elapsed())));
                }
                Err(Errno::WOULDBLOCK) => return Err(Refusal::Locked(holder(file))),
                Err(why) => return Err(failed(why.into())),
            }
        }
        match file.set_len(0).and_then(|()| writeln!(&file, "{}", std::process::id())) {
            // The lock holds without the number; who comes second is told less.
            Err(why) if why.kind() != io::ErrorKind::StorageFull => Err(failed(why)),
            _ => Ok(Self(file)),
        }
    }
}

/// Says whether a file was not opened because it is a symbolic link.
fn is_link(why: &io::Error) -> bool {
    // FreeBSD and NetBSD have codes of their own for it.
    [Errno::LOOP, Errno::MLINK].iter().any(|errno| why.raw_os_error() == Some(errno.raw_os_error()))
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The id of a process that has ended would only mislead.
        let _ = self.0.set_len(0);
        // Closing would release the lock as well, but not while a child of this process, between its fork and its exec,
        // has a copy of the handle.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

/// Reads who has the lock. Its holder may have taken it just now and not have written its id yet, so the read is tried
/// again for two seconds, because on a busy machine the holder may not run for that long.
fn holder(mut file: File) -> Option<u32> {
    let mut text = String::new();
    for _ in 0..400 {
        if file.read_to_string(&mut text).is_ok() && text.ends_with('\n') {
            return text.trim().parse().ok();
        }
        sleep(Duration::from_millis(5));
    }
    None
}
