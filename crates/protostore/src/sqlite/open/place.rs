//! The path of a database file, and what can be learnt about it without opening it.
//!
//! Nothing here opens the file: closing a handle drops every POSIX lock that the process has on it, those of the engine
//! too (<https://www.sqlite.org/howtocorrupt.html>, section 2.2).

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::refusal::Refusal;

/// The size of a page, in every database.
pub(super) const PAGE: u64 = 4096;

/// Where a database file is, or will be.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Absolute, with no symbolic link on the way to the file: the engine refuses those.
    pub(super) path: PathBuf,
    /// The directory that holds it.
    pub(super) directory: PathBuf,
}

impl Place {
    /// Finds the directory; the file need not be there.
    pub(super) fn of(path: &Path) -> Result<Self, Refusal> {
        let nowhere =
            || Refusal::Io("be opened", io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"));
        let name = path.file_name().ok_or_else(nowhere)?;
        let directory = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let directory = fs::canonicalize(directory).map_err(|why| Refusal::Io("find its directory", why))?;
        Ok(Self { path: directory.join(name), directory })
    }

    /// Returns the path of a file that belongs to this one: the same name with something added.
    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(suffix);
        name.into()
    }

    /// Returns whether the file is there, after asking all that can be asked from outside.
    pub(super) fn inspect(&self) -> Result<bool, Refusal> {
        on_this_machine(&self.directory)?;
        // The engine writes into these without asking.
        for path in ["-wal", "-shm"].map(|suffix| self.beside(suffix)) {
            if let Some(what) = fs::symlink_metadata(&path).ok().as_ref().and_then(stranger) {
                return Err(Refusal::Stranger(path, what));
            }
        }
        let metadata = match fs::symlink_metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return self.nothing_left().map(|()| false),
            Err(why) => return Err(Refusal::Io("be looked at", why)),
        };
        self.check(&metadata).map(|()| true)
    }

    /// Returns whether anything has the name, whatever it is.
    pub(super) fn is_there(&self) -> bool {
        exists(&self.path)
    }

    /// Returns whether there is a write-ahead log with something in it.
    pub(super) fn has_log(&self) -> bool {
        fs::symlink_metadata(self.beside("-wal")).is_ok_and(|log| log.len() > 0)
    }

    /// Returns whether there is a write-ahead log at all.
    pub(super) fn has_log_file(&self) -> bool {
        exists(&self.beside("-wal"))
    }

    fn nothing_left(&self) -> Result<(), Refusal> {
        match ["-wal", "-journal"].map(|suffix| self.beside(suffix)).into_iter().find(|path| exists(path)) {
            Some(stray) => Err(Refusal::Stray(stray)),
            None => Ok(()),
        }
    }

    fn check(&self, metadata: &Metadata) -> Result<(), Refusal> {
        let size = metadata.len();
        if metadata.is_symlink() {
            return Err(Refusal::Symlink);
        }
        if !metadata.is_file() {
            return Err(Refusal::NotRegular);
        }
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(Refusal::Foreign(metadata.uid()));
        }
        if metadata.mode() & 0o077 != 0 {
            return Err(Refusal::Exposed(metadata.mode() & 0o7777));
        }
        if metadata.nlink() != 1 {
            return Err(Refusal::Linked(metadata.nlink()));
        }
        if size == 0 {
            return Err(Refusal::Empty);
        }
        // A crash during a checkpoint can leave part of a page at the end: the log has it whole.
        if size < PAGE || (!size.is_multiple_of(PAGE) && !self.has_log()) {
            return Err(Refusal::Truncated(size));
        }
        let journal = self.beside("-journal");
        if exists(&journal) { Err(Refusal::Journal(journal)) } else { Ok(()) }
    }
}

/// Says what is wrong with a file that is not one that a store made; nothing where it may be one.
///
/// Whoever may write to the directory could have put a link to any file there.
pub(super) fn stranger(file: &Metadata) -> Option<&'static str> {
    if file.is_symlink() {
        Some("is a symbolic link")
    } else if !file.is_file() {
        Some("is not a regular file")
    } else if file.nlink() != 1 {
        Some("has another name elsewhere (a hard link)")
    } else if file.uid() != rustix::process::geteuid().as_raw() {
        Some("belongs to another user")
    } else {
        None
    }
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// File systems of other machines, by the numbers of statfs(2).
#[cfg(target_os = "linux")]
fn on_this_machine(directory: &Path) -> Result<(), Refusal> {
    let system = rustix::fs::statfs(directory).map_err(|why| Refusal::Io("ask for its file system", why.into()))?;
    // The type of the field differs between architectures; the numbers are 32 bits wide.
    match system.f_type as u32 {
        0x6969 => Err(Refusal::Remote("NFS")),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Err(Refusal::Remote("SMB")),
        0x0102_1997 => Err(Refusal::Remote("9P")),
        0x00c3_6400 => Err(Refusal::Remote("Ceph")),
        0x5346_414f | 0x6b41_4653 => Err(Refusal::Remote("AFS")),
        0x0bd0_0bd0 => Err(Refusal::Remote("Lustre")),
        0x7461_636f => Err(Refusal::Remote("OCFS2")),
        _ => Ok(()),
    }
}

/// Only Linux numbers its file systems.
#[cfg(not(target_os = "linux"))]
fn on_this_machine(_directory: &Path) -> Result<(), Refusal> {
    Ok(())
}
