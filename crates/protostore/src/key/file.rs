//! Reading a key file, after asking whether anybody else can.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use zeroize::Zeroizing;

use super::{Refusal, access};

/// More than any key with a long chain of certificates needs.
pub(super) const LIMIT: u64 = 256 * 1024;

/// Reads the file whole; its bytes are wiped when they are dropped.
///
/// What is checked is the open file, not the path, so nothing can be put in its place in between.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    // A pipe without a writer would block the opening.
    let no_waiting = OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = no_waiting.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|why| match why.kind() {
        io::ErrorKind::NotFound => Refusal::Missing,
        _ => Refusal::Unreadable(why),
    })?;
    let metadata = file.metadata().map_err(Refusal::Unreadable)?;
    check(&file, &metadata)?;
    contents(file, metadata.len())
}

fn check(file: &File, metadata: &Metadata) -> Result<(), Refusal> {
    if !metadata.is_file() {
        return Err(Refusal::NotRegular);
    }
    if let Some(exposed) = access::exposed(file, metadata) {
        return Err(Refusal::Exposed(exposed));
    }
    let owner = metadata.uid();
    if owner != 0 && owner != rustix::process::geteuid().as_raw() {
        return Err(Refusal::Foreign(owner));
    }
    if metadata.len() > LIMIT {
        return Err(Refusal::TooLarge(metadata.len()));
    }
    Ok(())
}

fn contents(file: File, size: u64) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    // Room for all at once: a vector that grows leaves its old places behind unwiped.
    let mut text = Zeroizing::new(vec![0; usize::try_from(LIMIT).unwrap_or(usize::MAX) + 1]);
    let (mut file, mut filled) = (file.take(LIMIT + 1), 0);
    loop {
        match file.read(&mut text[filled..]).map_err(Refusal::Unreadable)? {
            0 => break,
            read => filled += read,
        }
    }
    if filled > usize::try_from(LIMIT).unwrap_or(usize::MAX) {
        return Err(Refusal::TooLarge(size.max(LIMIT + 1)));
    }
    text.truncate(filled);
    Ok(text)
}
