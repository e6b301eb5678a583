//! The files that a power cut could have left: of what was not synced, any part may be there, in any order, and torn.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fastrand::Rng;

use crate::vfs::Event;

/// What a disk writes whole or not at all.
pub const SECTOR: usize = 512;

/// Whether a disk keeps its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// What was synced is there.
    Honest,
    /// It says that it has synced and has not: no store can survive this, so this is the control.
    Forgetful,
}

/// A file on the disk, and what is not yet sure to be there.
#[derive(Clone, Debug, Default)]
struct OnDisk {
    /// What is on the disk; none where the file is not.
    durable: Option<Vec<u8>>,
    pending: Vec<Pending>,
}

#[derive(Clone, Debug)]
enum Pending {
    Made,
    Write(u64, Vec<u8>),
    Truncate(u64),
    Delete,
}

/// The disk at one moment of a recording.
#[derive(Clone, Debug)]
pub struct Moment {
    disk: Disk,
    files: BTreeMap<PathBuf, OnDisk>,
    /// How many writes were answered.
    pub answered: usize,
}

impl Moment {
    /// The files of a directory, all of them on the disk.
    ///
    /// # Panics
    /// If one cannot be read.
    pub fn of(directory: &Path, disk: Disk) -> Self {
        let files = fs::read_dir(directory).expect("lists").map(|entry| {
            let path = entry.expect("an entry").path();
            let durable = Some(fs::read(&path).expect("reads"));
            (path, OnDisk { durable, pending: Vec::new() })
        });
        Self { disk, files: files.collect(), answered: 0 }
    }

    /// Goes on by one event.
    pub fn advance(&mut self, event: &Event) {
        match event {
            Event::Answered(writes) => self.answered = *writes,
            Event::Opened(path) => {
                let file = self.files.entry(path.clone()).or_default();
                if file.all(&[]).is_none() {
                    file.pending.push(Pending::Made);
                }
            }
            Event::Written(path, offset, bytes) => self.push(path, Pending::Write(*offset, bytes.clone())),
            Event::Truncated(path, length) => self.push(path, Pending::Truncate(*length)),
            Event::Deleted(path, synced) => {
                self.push(path, Pending::Delete);
                if *synced {
                    self.sync(path);
                }
            }
            Event::Synced(path) => self.sync(path),
        }
    }

    fn push(&mut self, path: &Path, pending: Pending) {
        self.files.entry(path.to_path_buf()).or_default().pending.push(pending);
    }

    fn sync(&mut self, path: &Path) {
        if self.disk == Disk::Forgetful {
            return;
        }
        if let Some(file) = self.files.get_mut(path) {
            file.durable = file.all(&[]);
            file.pending.clear();
        }
    }

    /// Writes the files as the power cut may have left them into another directory.
    ///
    /// # Panics
    /// If they cannot be written.
    pub fn write(&self, rng: &mut Rng, from: &Path, to: &Path) {
        for (path, file) in &self.files {
            let Some(bytes) = file.cut(rng) else { continue };
            let name = path.strip_prefix(from).expect("is in the directory");
            fs::write(to.join(name), bytes).expect("writes");
            // The store requires a file that only its owner can read.
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(to.join(name), mode).expect("sets the mode");
        }
    }
}

impl OnDisk {
    /// The file with everything that is pending but those left out.
    fn all(&self, left_out: &[usize]) -> Option<Vec<u8>> {
        let mut bytes = self.durable.clone();
        for (at, pending) in self.pending.iter().enumerate() {
            if !left_out.contains(&at) {
                apply(&mut bytes, pending);
            }
        }
        bytes
    }

    /// The file after a power cut.
    fn cut(&self, rng: &mut Rng) -> Option<Vec<u8>> {
        let count = self.pending.len();
        match rng.u8(..6) {
            // Nothing of it.
            0 => self.durable.clone(),
            // All of it.
            1 => self.all(&[]),
            // What came first.
            2 => self.all(&(rng.usize(..=count)..count).collect::<Vec<_>>()),
            // Any of it.
            3 => self.all(&(0..count).filter(|_| rng.bool()).collect::<Vec<_>>()),
            // Any sectors of it.
            _ => {
                let mut bytes = self.durable.clone();
                for pending in &self.pending {
                    let Pending::Write(offset, written) = pending else {
                        if rng.u8(..4) > 0 {
                            apply(&mut bytes, pending);
                        }
                        continue;
                    };
                    for (at, sector) in written.chunks(SECTOR).enumerate() {
                        if rng.u8(..3) > 0 {
                            let offset = offset + (at * SECTOR) as u64;
                            apply(&mut bytes, &Pending::Write(offset, sector.to_vec()));
                        }
                    }
                }
                bytes
            }
        }
    }
}

fn apply(bytes: &mut Option<Vec<u8>>, pending: &Pending) {
    match pending {
        Pending::Made => {
            bytes.get_or_insert_default();
        }
        Pending::Delete => *bytes = None,
        Pending::Truncate(length) => {
            let length = usize::try_from(*length).unwrap_or(0);
            bytes.get_or_insert_default().truncate(length);
        }
        Pending::Write(offset, written) => {
            let bytes = bytes.get_or_insert_default();
            let offset = usize::try_from(*offset).unwrap_or(0);
            if bytes.len() < offset + written.len() {
                bytes.resize(offset + written.len(), 0);
            }
            bytes[offset..offset + written.len()].copy_from_slice(written);
        }
    }
}
