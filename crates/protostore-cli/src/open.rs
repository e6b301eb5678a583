//! Opening the file that a command is about.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use protostore::Kind;
use protostore::upkeep::{Database, FileOptions};

use crate::args::File;
use crate::failure::Failure;
use crate::key;

/// Opens a file to read it.
pub(crate) fn read(file: &File) -> Result<Database, Failure> {
    shell(file, false)
}

/// Opens a file to run SQL, which may change rows where that was asked for.
pub(crate) fn shell(file: &File, write: bool) -> Result<Database, Failure> {
    let mut database = told(&file.file, options(file).open(&file.file, &key::of(file)?))?;
    if write {
        database.begin_writing()?;
    }
    Ok(database)
}

/// Returns how the file of a command is opened.
pub(crate) fn options(file: &File) -> FileOptions {
    let wait = Duration::from_secs(file.wait);
    FileOptions::new().plaintext(file.plaintext).accept_lost_log(file.accept_lost_log).wait(wait)
}

/// Names the process that has a file, where that is why something failed.
pub(crate) fn told<T>(path: &Path, done: protostore::Result<T>) -> Result<T, Failure> {
    done.map_err(|error| match error.kind() {
        Kind::InUse => held(path),
        _ => error.into(),
    })
}

/// Says who has a file: the lock beside it holds the number of the process.
fn held(path: &Path) -> Failure {
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    let process: Option<u32> = fs::read_to_string(PathBuf::from(lock)).ok().and_then(|text| text.trim().parse().ok());
    // Where there is no /proc, the number is all there is.
    let name = process.and_then(|process| fs::read_to_string(format!("/proc/{process}/comm")).ok());
    Failure::Held(path.to_owned(), process, name.map(|name| name.trim_end().to_owned()))
}
