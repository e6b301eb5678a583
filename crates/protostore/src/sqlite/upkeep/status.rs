//! What a database file says about itself, as data: its version and history, its keys, its sizes.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::keeper::KeeperInfo;
use crate::info::Info;

/// What a database file says about itself, whether or not a store serves it.
///
/// ```
/// # fn f(key: &protostore::Key) -> protostore::Result<()> {
/// let file = protostore::upkeep::Database::open("aurae.db", key)?.status()?;
/// println!("{} {} ({}), {} bytes", file.store, file.version, file.semver, file.sizes.file);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileStatus {
    /// The file.
    pub path: PathBuf,
    /// The full name of the store message.
    pub store: String,
    /// The version of the schema.
    pub version: u32,
    /// The same as a semantic version.
    pub semver: String,
    /// The version of the rules that map protobuf onto SQL.
    pub mapping: u32,
    /// The id of its key, safe to log; none where it is not encrypted.
    pub key_id: Option<String>,
    /// When it was made.
    pub created: SystemTime,
    /// The sequence of the newest commit.
    pub sequence: u64,
    /// Whether the last store that had it closed it; a file that is served says no.
    pub closed: bool,
    /// How large it and what belongs to it are.
    pub sizes: Sizes,
    /// The versions that it went through, the first one first.
    pub versions: Vec<VersionStatus>,
}

/// How large a database and the files that belong to it are, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sizes {
    /// The database file.
    pub file: u64,
    /// Of it, pages that hold nothing: they are used again, or given back by [`Store::keep`](crate::Store::keep).
    pub free: u64,
    /// The log beside it; it is as large as it ever was, and used from its beginning again.
    pub log: u64,
    /// The room that is set aside for a full disk.
    pub reserve: u64,
}

/// A version that a database went through.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VersionStatus {
    /// The number.
    pub version: u32,
    /// What changed, `rename_memory`.
    pub slug: String,
    /// The same as a semantic version.
    pub semver: String,
    /// The hash over it and all before it, as `schema.lock` has it.
    pub chain: String,
    /// The oldest version whose program may read what it made.
    pub reader: u32,
    /// The oldest version whose program may write it.
    pub writer: u32,
    /// When the database came to it.
    pub migrated: SystemTime,
    /// How long that took; none where the database was made at it or after it.
    pub took: Option<Duration>,
    /// How many rows it changed; none likewise.
    pub rows: Option<u64>,
}

/// How many rows a table has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableRows {
    /// The table, by its SQL name.
    pub table: String,
    /// How many rows.
    pub rows: u64,
}

/// What an open store is doing, at the moment that it was asked; cheap enough to be asked each second.
///
/// ```
/// # fn f(store: &protostore::Store) -> protostore::Result<()> {
/// let status = store.status()?;
/// println!("{} requests wait, {} bytes of the log", status.queue.waiting, status.info.engine.log.waiting);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Status {
    /// What the store knows about itself: its version, its log, the search for damage.
    pub info: Info,
    /// What the file says.
    pub file: FileStatus,
    /// What waits.
    pub queue: QueueStatus,
    /// What was committed since the store was opened.
    pub groups: GroupStatus,
    /// What the page caches do.
    pub cache: CacheStatus,
    /// What the keeper does.
    pub keeper: KeeperInfo,
}

/// The queues of an open store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueStatus {
    /// How many requests wait to write,
    pub waiting: usize,
    /// how many to read,
    pub reading: usize,
    /// of how many each: one more is refused.
    pub bound: usize,
}

/// The page caches of an open store's connections, since it was opened.
///
/// A connection tells what it has found and missed after some uses, so that the newest of them are not counted yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStatus {
    /// How many bytes they may have together.
    pub bytes: u64,
    /// How many pages were found in them,
    pub hits: u64,
    /// and how many were read from the file.
    pub misses: u64,
}

/// The groups in which an open store has committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupStatus {
    /// How many there were,
    pub groups: u64,
    /// with how many requests together,
    pub requests: u64,
    /// how many the newest had,
    pub newest: u64,
    /// and the largest.
    pub largest: u64,
    /// How long the newest COMMIT took, which ends when the disk has it,
    pub commit: Duration,
    /// and the longest.
    pub longest_commit: Duration,
}
