//! Room on the disk that is set aside beside the database, for the day on which the disk is full.
//!
//! A delete needs room as well, since it is written to the log before anything is freed, and so does moving the log into
//! the file. The reserve is given up when a write finds the disk full, and taken again once there is room.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::fs::{FallocateFlags, OFlags, fallocate, statvfs};
use rustix::io::Errno;

use super::place::{PAGE, Place};

/// How much of a file system the reserve takes at most: a sixteenth.
const SHARE: u64 = 16;

/// What must be free beyond the reserve before it is taken again, so that it is not given up at once.
const MARGIN: u64 = 16 * PAGE;

/// How long it stays given up where it cannot be seen that there is more room.
const PAUSE: Duration = Duration::from_secs(1);

/// The room that is set aside for one database.
#[derive(Debug)]
pub(crate) struct Reserve {
    path: PathBuf,
    size: u64,
    held: bool,
    /// When it was given up, and how much was free before.
    given_up: Option<(Instant, u64)>,
}

impl Reserve {
    /// Takes as many bytes as wished, but no more than a sixteenth of the file system; none where none are wished.
    pub(super) fn take(place: &Place, wished: u64) -> Self {
        let share = statvfs(&place.directory).map_or(0, |system| system.f_blocks * system.f_frsize / SHARE);
        let size = wished.min(share) / PAGE * PAGE;
        let mut reserve = Self { path: place.beside(".reserve"), size, held: false, given_up: None };
        reserve.held = size == 0 || reserve.is_there();
        reserve.fill();
        reserve
    }

    /// Returns its size in bytes, whether or not it is held.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Returns whether it is held.
    pub(crate) fn is_held(&self) -> bool {
        self.held
    }

    /// Takes it again if there is room, and returns whether it is held.
    pub(crate) fn fill(&mut self) -> bool {
        if !self.held && self.fits() {
            match self.allocate() {
                Ok(()) => self.held = true,
                Err(why) if [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded].contains(&why.kind()) => {
                    self.empty();
                }
                Err(why) => {
                    tracing::warn!(error = %why, path = %self.path.display(), "no room can be set aside here");
                    (self.size, self.held) = (0, true);
                }
            }
        }
        self.held
    }

    /// Gives the room up.
    pub(crate) fn release(&mut self) {
        self.given_up = Some((Instant::now(), self.free()));
        self.held = false;
        self.empty();
    }

    /// A reserve that is never taken again.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self { path: PathBuf::new(), size: 0, held: true, given_up: None }
    }

    /// Returns whether it can be taken: there is room for it, and more than when it was given up. What was refused then may
    /// have had another reason than the room that is free, such as a quota; so it is tried again after a while as well.
    fn fits(&self) -> bool {
        let free = self.free();
        let again = |(when, before): (Instant, u64)| free >= before + self.size || when.elapsed() >= PAUSE;
        free >= self.size + MARGIN && self.given_up.is_none_or(again)
    }

    fn free(&self) -> u64 {
        let directory = self.path.parent().unwrap_or(&self.path);
        statvfs(directory).map_or(0, |system| system.f_bavail * system.f_frsize)
    }

    /// Returns whether the file of an earlier run is there, with all its blocks.
    fn is_there(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|file| ours(&file) && file.blocks() * 512 >= self.size)
    }

    fn allocate(&self) -> io::Result<()> {
        if self.size == 0 {
            return Ok(());
        }
        let mut file = self.open(true)?;
        match fallocate(&file, FallocateFlags::empty(), 0, self.size) {
            Ok(()) => Ok(()),
            // A file system that gives room only to what is written.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {
                let zeros = [0; 64 * PAGE as usize];
                let mut left = self.size;
                while left > 0 {
                    let now = left.min(zeros.len() as u64);
                    file.write_all(&zeros[..usize::try_from(now).unwrap_or(zeros.len())])?;
                    left -= now;
                }
                file.sync_all()
            }
            Err(why) => Err(why.into()),
        }
    }

    fn empty(&self) {
        // Where there is no file, there is nothing to give up.
        if let Ok(file) = self.open(false)
            && let Err(why) = file.set_len(0)
        {
            tracing::warn!(error = %why, path = %self.path.display(), "the room that was set aside could not be given up");
        }
    }

    fn open(&self, create: bool) -> io::Result<File> {
        let file = OpenOptions::new()
            .write(true)
            .create(create)
            .truncate(false)
            .mode(0o600)
            // A pipe is not waited for.
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
            .open(&self.path)?;
        // Its contents go, so it must be ours alone: any user who may write to the directory could have put a file there.
        if ours(&file.metadata()?) { Ok(file) } else { Err(io::Error::other("is not a file that a store made")) }
    }
}

fn ours(file: &fs::Metadata) -> bool {
    file.is_file() && file.nlink() == 1 && file.uid() == rustix::process::geteuid().as_raw()
}
