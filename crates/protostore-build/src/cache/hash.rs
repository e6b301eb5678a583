//! SHA-256 of files and of values one after the other.

use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use protostore_lower::read_regular;
use sha2::{Digest as _, Sha256};

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// Files that are worth a thread.
const SHARE: usize = 64;

/// Returns the hash of some bytes.
pub(crate) fn of(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Returns the hash of a regular file.
pub(crate) fn of_file(path: &Path) -> io::Result<Hash> {
    read_regular(path, u64::MAX).map(|bytes| of(&bytes))
}

/// Returns the hashes of several files, in their order, by as many threads as there are processors for.
pub(crate) fn of_files(paths: &[PathBuf]) -> io::Result<Vec<Hash>> {
    in_shares(paths, |path| of_file(path)).into_iter().collect()
}

/// Returns what a function returns for each item, in their order, by as many threads as there are processors for.
pub(crate) fn in_shares<Item: Sync, Of: Send>(items: &[Item], of: impl Fn(&Item) -> Of + Sync) -> Vec<Of> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let share = items.len().div_ceil(processors).max(SHARE);
    if items.len() <= share {
        return items.iter().map(of).collect();
    }
    thread::scope(|scope| {
        let of = &of;
        let shares: Vec<_> =
            items.chunks(share).map(|share| scope.spawn(move || share.iter().map(of).collect::<Vec<_>>())).collect();
        let joined = shares.into_iter().map(|thread| thread.join());
        joined.flat_map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// A hash over several values, each with its length, so that no two sequences of values are the same bytes.
pub(crate) struct Values(Sha256);

impl Values {
    /// Begins with what the values are of.
    pub(crate) fn of(what: &str) -> Self {
        let mut values = Self(Sha256::new());
        values.add(what.as_bytes());
        values
    }

    /// Adds a value.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// Adds how many values follow.
    pub(crate) fn count(&mut self, number: usize) {
        self.0.update((number as u64).to_le_bytes());
    }

    /// Returns the hash.
    pub(crate) fn end(self) -> Hash {
        self.0.finalize().into()
    }
}

/// Returns a hash in hex.
pub(crate) fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
