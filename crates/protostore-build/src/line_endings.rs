//! Files that a checkout gave CRLF line endings, and that are otherwise what they should be.

use std::collections::BTreeSet;

use protostore_evolve::{Fault, Lock, VersionFile};

use crate::disk::Files;
use crate::past;

/// Gives files that differ from what the lock names by line endings alone the text that it names, and returns their
/// paths.
pub(crate) fn restore_locked(there: &mut Files) -> BTreeSet<String> {
    // Without CRLF in any of them there is nothing to hash.
    let has_crlf = |(path, bytes): (&String, &Vec<u8>)| {
        VersionFile::from_path(path).is_some() && bytes.windows(2).any(|pair| pair == b"\r\n")
    };
    if !there.iter().any(has_crlf) {
        return BTreeSet::new();
    }
    let lock = there.get("schema.lock").and_then(|bytes| Lock::from_text(std::str::from_utf8(bytes).ok()?).ok());
    let Some(lock) = lock else { return BTreeSet::new() };
    let faults = lock.verify(&past::texts(there));
    let paths = faults.into_iter().filter_map(|fault| match fault {
        Fault::LineEndings { file } => Some(file),
        _ => None,
    });
    let paths: BTreeSet<String> = paths.collect();
    for path in &paths {
        if let Some(bytes) = there.get_mut(path) {
            *bytes = with_lf(bytes);
        }
    }
    paths
}

/// Gives files that differ from what they should be by line endings alone the text that they should have, and returns
/// their paths.
pub(crate) fn restore(there: &mut Files, wanted: &Files) -> BTreeSet<String> {
    let mut restored = BTreeSet::new();
    for (path, bytes) in there {
        if let Some(wanted) = wanted.get(path).filter(|wanted| *wanted != bytes && **wanted == with_lf(bytes)) {
            bytes.clone_from(wanted);
            restored.insert(path.clone());
        }
    }
    restored
}

/// Returns a text with LF in place of CRLF; bytes that are no text stay as they are.
pub(crate) fn with_lf(bytes: &[u8]) -> Vec<u8> {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.to_vec(), |text| text.replace("\r\n", "\n").into_bytes())
}
