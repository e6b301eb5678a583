//! Reads regular files alone: opening a pipe waits for its other end, and a device may answer without end.

use std::fs::{File, FileType};
use std::io::{self, Read};
use std::path::Path;

/// Returns the bytes of a regular file, `most` at most; links are followed.
///
/// # Errors
/// If the file cannot be opened or read, or is something else than a regular file.
pub fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file_type = path.metadata()?.file_type();
    if !file_type.is_file() {
        return Err(io::Error::other(format!("it is {}, not a regular file", file_kind(file_type))));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns what a file is, with its article: `a pipe`.
#[must_use]
pub fn file_kind(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        "a directory"
    } else if file_type.is_symlink() {
        "a link"
    } else if file_type.is_file() {
        "a file"
    } else {
        special(file_type)
    }
}

#[cfg(unix)]
fn special(file_type: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    if file_type.is_fifo() {
        "a pipe"
    } else if file_type.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a special file"
}
