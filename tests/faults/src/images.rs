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

/// What a file holds on the disk, and what is not yet sure to be there.
#[derive(Clone, Debug, Default)]
struct Contents {
    durable: Vec<u8>,
    pending: Vec<Pending>,
}

#[derive(Clone, Debug)]
enum Pending {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

/// What was done to the names in the directory.
#[derive(Clone, Debug)]
enum Name {
    Made(PathBuf, usize),
    Renamed(PathBuf, PathBuf),
    Deleted(PathBuf),
}

/// The files of a directory by their names, as places in the list of all contents.
type Names = BTreeMap<PathBuf, usize>;

/// The disk at one moment of a recording.
#[derive(Clone, Debug)]
pub struct Moment {
    disk: Disk,
    contents: Vec<Contents>,
    /// The names as a program sees them,
    now: Names,
    /// as they are on the disk,
    durable: Names,
    /// and what leads from the one to the other. A file system keeps the order of these.
    names: Vec<Name>,
    /// How many writes were answered.
    pub answered: usize,
}

impl Moment {
    /// The files of a directory, all of them on the disk.
    ///
    /// # Panics
    /// If one cannot be read.
    pub fn of(directory: &Path, disk: Disk) -> Self {
        let (mut contents, mut now) = (Vec::new(), Names::new());
        for entry in fs::read_dir(directory).expect("lists") {
            let path = entry.expect("an entry").path();
            let durable = fs::read(&path).expect("reads");
            now.insert(path, contents.len());
            contents.push(Contents { durable, pending: Vec::new() });
        }
        Self { disk, contents, durable: now.clone(), now, names: Vec::new(), answered: 0 }
    }

    /// Goes on by one event.
    pub fn advance(&mut self, event: &Event) {
        match event {
            Event::Answered(writes) => self.answered = *writes,
            Event::Opened(path) => drop(self.made(path)),
            Event::Written(path, offset, bytes) => self.push(path, Pending::Write(*offset, bytes.clone())),
            Event::Truncated(path, length) => self.push(path, Pending::Truncate(*length)),
            Event::Renamed(from, to) => self.name(Name::Renamed(from.clone(), to.clone())),
            Event::Deleted(path, synced) => {
                self.name(Name::Deleted(path.clone()));
                if *synced {
                    self.sync_names();
                }
            }
            Event::Synced(path) => self.sync(path),
        }
    }

    /// Returns the contents of a file, which is made where there is none.
    fn made(&mut self, path: &Path) -> &mut Contents {
        if !self.now.contains_key(path) {
            self.contents.push(Contents::default());
            self.name(Name::Made(path.to_path_buf(), self.contents.len() - 1));
        }
        &mut self.contents[self.now[path]]
    }

    fn push(&mut self, path: &Path, pending: Pending) {
        self.made(path).pending.push(pending);
    }

    fn name(&mut self, name: Name) {
        rename(&mut self.now, &name);
        self.names.push(name);
    }

    /// Brings a file to the disk, and a new one under its name; or all names of a directory.
    fn sync(&mut self, path: &Path) {
        if self.disk == Disk::Forgetful {
            return;
        }
        let Some(at) = self.now.get(path).copied() else { return self.sync_names() };
        let contents = &mut self.contents[at];
        contents.durable = contents.all(&[]);
        contents.pending.clear();
        if self.names.iter().any(|name| matches!(name, Name::Made(_, made) if *made == at)) {
            self.sync_names();
        }
    }

    fn sync_names(&mut self) {
        if self.disk == Disk::Honest {
            self.durable.clone_from(&self.now);
            self.names.clear();
        }
    }

    /// Writes the files as the power cut may have left them into another directory.
    ///
    /// # Panics
    /// If they cannot be written.
    pub fn write(&self, rng: &mut Rng, from: &Path, to: &Path) {
        let mut names = self.durable.clone();
        // They are those of some moment since they were synced.
        self.names.iter().take(rng.usize(..=self.names.len())).for_each(|name| rename(&mut names, name));
        for (path, at) in &names {
            let bytes = self.contents[*at].cut(rng);
            let name = path.strip_prefix(from).expect("is in the directory");
            fs::write(to.join(name), bytes).expect("writes");
            // The store requires a file that only its owner can read.
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(to.join(name), mode).expect("sets the mode");
        }
    }
}

fn rename(names: &mut Names, name: &Name) {
    match name {
        Name::Made(path, at) => drop(names.insert(path.clone(), *at)),
        Name::Deleted(path) => drop(names.remove(path)),
        Name::Renamed(from, to) => {
            if let Some(at) = names.remove(from) {
                names.insert(to.clone(), at);
            }
        }
    }
}

impl Contents {
    /// The bytes with everything that is pending but those left out.
    fn all(&self, left_out: &[usize]) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for (at, pending) in self.pending.iter().enumerate() {
            if !left_out.contains(&at) {
                apply(&mut bytes, pending);
            }
        }
        bytes
    }

    /// The bytes after a power cut.
    fn cut(&self, rng: &mut Rng) -> Vec<u8> {
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

fn apply(bytes: &mut Vec<u8>, pending: &Pending) {
    match pending {
        Pending::Truncate(length) => bytes.truncate(usize::try_from(*length).unwrap_or(0)),
        Pending::Write(offset, written) => {
            let offset = usize::try_from(*offset).unwrap_or(0);
            if bytes.len() < offset + written.len() {
                bytes.resize(offset + written.len(), 0);
            }
            bytes[offset..offset + written.len()].copy_from_slice(written);
        }
    }
}
