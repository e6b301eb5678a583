//! What is done to names of files beside the engine: a file gets its name once it is whole, and is taken away.
//!
//! Behind the feature `testing`, a harness that works out what a power cut leaves is told of each step.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// A step, when it has been done.
#[cfg(feature = "testing")]
#[derive(Clone, Copy, Debug)]
pub enum NameStep<'a> {
    /// A file, or the names in a directory, are on the disk.
    Synced(&'a Path),
    /// A file has another name, in place of the file that had it before.
    Renamed(&'a Path, &'a Path),
    /// A file is gone.
    Removed(&'a Path),
}

#[cfg(feature = "testing")]
static TOLD: std::sync::OnceLock<fn(NameStep<'_>)> = std::sync::OnceLock::new();

/// Tells of each step from now on, in all stores of this process; the first that is given counts.
#[cfg(feature = "testing")]
pub fn watch_names(told: fn(NameStep<'_>)) {
    let _ = TOLD.set(told);
}

macro_rules! tell {
    ($step:ident($($path:expr),*)) => {
        #[cfg(feature = "testing")]
        if let Some(told) = TOLD.get() {
            told(NameStep::$step($($path),*));
        }
    };
}

/// Writes a file, or the names in a directory, through to the disk.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    File::open(path).and_then(|file| file.sync_all())?;
    tell!(Synced(path));
    Ok(())
}

/// Gives a file another name, in place of a file that has it.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    tell!(Renamed(from, to));
    Ok(())
}

/// Gives a file another name that no file has; where the file system cannot look at that by itself, `is_free` does, and the
/// lock keeps other stores away.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where a file has the name.
pub(super) fn rename_new(from: &Path, to: &Path, is_free: impl FnOnce() -> bool) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => {
            tell!(Renamed(from, to));
            Ok(())
        }
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => match is_free() {
            true => rename(from, to),
            false => Err(Errno::EXIST.into()),
        },
        Err(why) => Err(why.into()),
    }
}

/// Removes a file, where there is one.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => {
            tell!(Removed(path));
            Ok(())
        }
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(why) => Err(why),
    }
}
