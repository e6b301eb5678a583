//! What SQLite alone can be told when a store is opened: about its file, its log and its threads.

use std::num::NonZero;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Duration;

use super::engine::Sqlite;
use super::upkeep::KeeperOptions;
use crate::error::Result;
use crate::key::Key;
use crate::options::Options;
use crate::schema::Schema;
use crate::store::Store;

/// A database file and what unlocks it, for [`Options::open_at`]; [`Options::open`] takes the two by themselves.
#[derive(Clone, Copy, Debug)]
pub struct SqliteFile<'a> {
    /// Where the file is, or is made.
    pub path: &'a Path,
    /// What its keys are derived from.
    pub key: &'a Key,
}

/// The options of SQLite, which are set by methods of [`Options`].
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    pub(super) allow_tools: bool,
    pub(super) accept_lost_log: bool,
    pub(super) plaintext: bool,
    pub(super) log: u64,
    pub(super) reserve: u64,
    pub(super) cache: u64,
    pub(super) readers: usize,
    pub(super) near: usize,
    pub(super) check_first: bool,
    pub(super) wait: Duration,
    pub(super) copy_before_upgrade: bool,
    pub(super) previous_keys: Vec<Key>,
    pub(super) keeper: Option<KeeperOptions>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self {
            allow_tools: false,
            accept_lost_log: false,
            plaintext: false,
            log: 256 << 20,
            reserve: 16 << 20,
            cache: 64 << 20,
            readers: cores.saturating_sub(1).clamp(1, 16),
            near: cores.clamp(1, 8),
            check_first: false,
            wait: Duration::ZERO,
            copy_before_upgrade: true,
            previous_keys: Vec::new(),
            keeper: Some(KeeperOptions::new()),
        }
    }
}

impl SqliteOptions {
    /// Returns how many reader connections the store needs: one a reader thread, and those for reads on the caller's thread.
    pub(super) fn connections(&self) -> usize {
        self.readers + self.near
    }
}

impl Options<Sqlite> {
    /// Returns the defaults: the file belongs to this process alone, 4,096 requests may wait, one reader thread less
    /// than there are cores.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets other tools read the file while the store has it open, such as the shell of SQLCipher; every read then pays two
    /// lock calls.
    ///
    /// A second store never opens the file, in whatever process: the numbers that a store gives, what it keeps in memory
    /// and what it tells its listeners hold for one process only. A tool that holds a snapshot keeps the log from being
    /// moved into the file; one that writes is not supported.
    #[must_use]
    pub fn allow_tools(mut self, allow: bool) -> Self {
        self.engine.allow_tools = allow;
        self
    }

    /// Leaves the file unencrypted: anybody who can read it has the records, and the key only seals page tokens.
    ///
    /// It must be said for a file that is made so and for a file that is so: neither happens in silence, not even in a
    /// program that was built without SQLCipher.
    #[must_use]
    pub fn plaintext(mut self, plaintext: bool) -> Self {
        self.engine.plaintext = plaintext;
        self
    }

    /// Opens a file whose log is gone, without the commits that were in it, and logs that; [`SqliteInfo::lost_log`] says so
    /// too.
    ///
    /// Such a file was copied alone while a store had it open, or its log was removed after a crash. Without this it is
    /// refused. It changes nothing for a file whose log is there.
    ///
    /// [`SqliteInfo::lost_log`]: crate::SqliteInfo::lost_log
    #[must_use]
    pub fn accept_lost_log(mut self, accept: bool) -> Self {
        self.engine.accept_lost_log = accept;
        self
    }

    /// Sets how many bytes the log may have before writes are refused with [`Kind::Exhausted`]; 256 MiB by default, at
    /// least 1 MiB.
    ///
    /// The log is moved into the file each time that it has a sixteenth of this. It grows beyond that while a reader
    /// holds an older state, or while the file cannot be written; from a quarter on, a warning is logged.
    ///
    /// [`Kind::Exhausted`]: crate::Kind::Exhausted
    #[must_use]
    pub fn log_limit(mut self, bytes: u64) -> Self {
        self.engine.log = bytes.max(1 << 20);
        self
    }

    /// Sets how many bytes of the disk are set aside beside the file, in `<file>.reserve`, for the day on which the disk is
    /// full; 16 MiB by default, no more than a sixteenth of the file system, and none for 0.
    ///
    /// On a full disk the reserve is given up, so that records can still be deleted and the sweep goes on; what needs more
    /// room in the file is refused with [`Kind::Exhausted`]. The log is moved into the file at the latest when it is as
    /// large as the reserve, so that the file can take it. Once there is room, the reserve is taken again.
    ///
    /// [`Kind::Exhausted`]: crate::Kind::Exhausted
    #[must_use]
    pub fn reserve(mut self, bytes: u64) -> Self {
        self.engine.reserve = bytes;
        self
    }

    /// Sets how many bytes of the file the page caches of all connections may hold together; 64 MiB by default.
    ///
    /// ```
    /// let options = protostore::Options::new().cache(512 << 20);
    /// ```
    ///
    /// The connections share them by what they need: one that misses pages takes room from those that are not used, or miss
    /// fewer; each has 2 MiB at least. At first the connection that writes has three quarters, as short reads are tried on it
    /// first, and it alone keeps its pages when it commits. An encrypted page that is in no cache is decrypted again by each
    /// read, so let the cache have room for the part of the file that is read often: with all of it, and one commit for many
    /// reads, encryption costs a read next to nothing. Memory is taken as pages are read.
    #[must_use]
    pub fn cache(mut self, bytes: u64) -> Self {
        self.engine.cache = bytes;
        self
    }

    /// Sets how many threads serve closures, and the pages and lists that are too long for the thread of their caller, each with
    /// a connection. At least 1.
    #[must_use]
    pub fn readers(mut self, threads: usize) -> Self {
        self.engine.readers = threads.max(1);
        self
    }

    /// Looks for damage before the store serves, where the last run was not closed, and refuses a file that is damaged.
    ///
    /// That takes some 20 seconds for each gigabyte; how far it is, is logged. Without this the store serves at once and
    /// looks in the background: what it finds is logged and in [`SqliteInfo::check`](crate::SqliteInfo::check), a read of
    /// what is damaged is refused with [`Kind::Damaged`](crate::Kind::Damaged), and everything else is served.
    #[must_use]
    pub fn check_first(mut self, check: bool) -> Self {
        self.engine.check_first = check;
        self
    }

    /// Sets how long opening waits for another process, or another store of this one, that has the file open: not at all
    /// unless told. When the time is over, it is refused with the id of that process, as without waiting.
    ///
    /// ```
    /// # use std::time::Duration;
    /// // The new process of a daemon starts while the old one still closes its store.
    /// let options = protostore::Options::new().wait(Duration::from_secs(30));
    /// ```
    #[must_use]
    pub fn wait(mut self, within: Duration) -> Self {
        self.engine.wait = within;
        self
    }

    /// Copies the database to `<file>.before-<version>` before it is upgraded to that version; `true` unless told.
    ///
    /// The copy has the key of the file and a salt of its own, is written through to the disk before the upgrade begins, and
    /// opens by itself. A later upgrade replaces it. [`SqliteInfo::copy`](crate::SqliteInfo::copy) says where it is. A TEST
    /// store is never copied.
    #[must_use]
    pub fn copy_before_upgrade(mut self, copy: bool) -> Self {
        self.engine.copy_before_upgrade = copy;
        self
    }

    /// Sets the keys that the file may have had before, the newest first: none unless told.
    ///
    /// A file that the current key does not open, and one of these does, is rotated before it serves: it is copied under the
    /// current key and with another salt, and the copy is checked and takes the place of the file. At each moment exactly one
    /// of the two keys opens it. [`SqliteInfo::rotated_from`](crate::SqliteInfo::rotated_from) says that it happened. It takes
    /// as much room again as the file has.
    ///
    /// ```
    /// # fn f(renewed: &protostore::Key, before: &protostore::Key, schema: &'static protostore::Schema) -> protostore::Result<()> {
    /// let options = protostore::Options::new().previous_keys([before]);
    /// let store = options.open(schema, "aurae.db", renewed)?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn previous_keys<'k>(mut self, keys: impl IntoIterator<Item = &'k Key>) -> Self {
        self.engine.previous_keys = keys.into_iter().cloned().collect();
        self
    }

    /// Sets what the store does by itself in the background, in a thread `protostore-keeper`; `None` for nothing, see
    /// [`KeeperOptions`]. A TEST store does nothing by itself.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use protostore::upkeep::KeeperOptions;
    ///
    /// let month = Duration::from_secs(30 * 24 * 3600);
    /// let options = protostore::Options::new().keeper(KeeperOptions::new().purge_deleted_after(month));
    /// ```
    #[must_use]
    pub fn keeper(mut self, keeper: impl Into<Option<KeeperOptions>>) -> Self {
        self.engine.keeper = keeper.into();
        self
    }

    /// Opens a store, or makes it where there is no file yet, and brings it to the newest version.
    pub fn open(&self, schema: &'static Schema, path: impl AsRef<Path>, key: &Key) -> Result<Store> {
        self.open_at(schema, SqliteFile { path: path.as_ref(), key })
    }
}
