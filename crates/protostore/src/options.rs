//! How a store is opened.

use std::num::NonZero;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Duration;

use crate::error::Result;
use crate::key::Key;
use crate::room::PAGE_BYTES;
use crate::schema::Schema;
use crate::sqlite::Sqlite;
use crate::sqlite::open;
use crate::store::Store;

/// How a store is opened; [`Options::new`] is right for a daemon.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) allow_tools: bool,
    pub(crate) accept_lost_log: bool,
    pub(crate) plaintext: bool,
    pub(crate) log: u64,
    pub(crate) reserve: u64,
    pub(crate) queue: usize,
    pub(crate) readers: usize,
    pub(crate) near: usize,
    pub(crate) page_bytes: usize,
    pub(crate) limits: Limits,
    pub(crate) check_first: bool,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// A read on a reader thread, or a closure that reads.
    pub(crate) read: Option<Duration>,
    /// A closure that writes, before it is logged.
    pub(crate) slow_write: Duration,
    /// Closing the store.
    pub(crate) close: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// Returns the defaults: the file belongs to this process alone, 4,096 requests may wait, one reader thread less
    /// than there are cores.
    pub fn new() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self {
            allow_tools: false,
            accept_lost_log: false,
            plaintext: false,
            log: 256 << 20,
            reserve: 16 << 20,
            queue: 4096,
            readers: cores.saturating_sub(1).clamp(1, 16),
            near: cores.clamp(1, 8),
            page_bytes: PAGE_BYTES,
            check_first: false,
            limits: Limits {
                read: Some(Duration::from_secs(30)),
                slow_write: Duration::from_secs(1),
                close: Duration::from_secs(30),
            },
        }
    }

    /// Lets other tools read the file while the store has it open, such as the shell of SQLCipher; every read then pays two
    /// lock calls.
    ///
    /// A second store never opens the file, in whatever process: the numbers that a store gives, what it keeps in memory
    /// and what it tells its listeners hold for one process only. A tool that holds a snapshot keeps the log from being
    /// moved into the file; one that writes is not supported.
    #[must_use]
    pub fn allow_tools(mut self, allow: bool) -> Self {
        self.allow_tools = allow;
        self
    }

    /// Leaves the file unencrypted: anybody who can read it has the records, and the key only seals page tokens.
    ///
    /// It must be said for a file that is made so and for a file that is so: neither happens in silence, not even in a
    /// program that was built without SQLCipher.
    #[must_use]
    pub fn plaintext(mut self, plaintext: bool) -> Self {
        self.plaintext = plaintext;
        self
    }

    /// Opens a file whose log is gone, without the commits that were in it, and logs that; [`Info::lost_log`] says so too.
    ///
    /// Such a file was copied alone while a store had it open, or its log was removed after a crash. Without this it is
    /// refused. It changes nothing for a file whose log is there.
    ///
    /// [`Info::lost_log`]: crate::Info::lost_log
    #[must_use]
    pub fn accept_lost_log(mut self, accept: bool) -> Self {
        self.accept_lost_log = accept;
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
        self.log = bytes.max(1 << 20);
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
        self.reserve = bytes;
        self
    }

    /// Sets how many requests may wait for the writer, and for the readers; one more is refused. At least 1.
    #[must_use]
    pub fn queue(mut self, requests: usize) -> Self {
        self.queue = requests.max(1);
        self
    }

    /// Sets how many threads serve pages, lists and closures, each with a connection. At least 1.
    #[must_use]
    pub fn readers(mut self, threads: usize) -> Self {
        self.readers = threads.max(1);
        self
    }

    /// Sets how many bytes of records a page holds at most, and each other answer with several records: 16 MiB unless told.
    ///
    /// Counted is what the rows take in memory, those of child tables too: the values themselves, and the bytes of their
    /// texts and blobs. A page holds one record at least, however large it is; what has no pages is refused where it is
    /// larger.
    #[must_use]
    pub fn page_bytes(mut self, bytes: usize) -> Self {
        self.page_bytes = bytes;
        self
    }

    /// Sets how long a read may take that is a page, a list or a closure: 30 seconds unless told, and without an end where
    /// none is given.
    ///
    /// While a read goes on, what is written meanwhile stays in the log. A read that takes longer is ended with
    /// [`Kind::Deadline`](crate::Kind::Deadline): in the middle of a statement, or before the next. A closure that asks
    /// nothing of the store any more cannot be ended.
    #[must_use]
    pub fn read_deadline(mut self, within: impl Into<Option<Duration>>) -> Self {
        self.limits.read = within.into();
        self
    }

    /// Sets how long a closure that writes may take before that is logged: a second unless told. All other writes wait for
    /// it.
    #[must_use]
    pub fn slow_write(mut self, after: Duration) -> Self {
        self.limits.slow_write = after;
        self
    }

    /// Sets how long closing the store waits for the reads and writes that it has accepted: 30 seconds unless told.
    ///
    /// Then it ends the reads that go on, and if something runs even so, such as a closure that never returns, closing
    /// fails with [`Kind::Deadline`](crate::Kind::Deadline) and says what. The file is closed when that has ended.
    #[must_use]
    pub fn close_within(mut self, within: Duration) -> Self {
        self.limits.close = within;
        self
    }

    /// Looks for damage before the store serves, where the last run was not closed, and refuses a file that is damaged.
    ///
    /// That takes some 20 seconds for each gigabyte; how far it is, is logged. Without this the store serves at once and
    /// looks in the background: what it finds is logged and in [`Info::check`](crate::Info::check), a read of what is
    /// damaged is refused with [`Kind::Damaged`](crate::Kind::Damaged), and everything else is served.
    #[must_use]
    pub fn check_first(mut self, check: bool) -> Self {
        self.check_first = check;
        self
    }

    /// Opens a store, or makes it where there is no file yet, and brings it to the newest version.
    pub fn open(&self, schema: &'static Schema, path: impl AsRef<Path>, key: &Key) -> Result<Store<Sqlite>> {
        let opened = open::open(self, schema, path.as_ref(), key)?;
        Sqlite::start(opened, schema.slots, self).map(Store::over)
    }

    /// Makes a TEST store in a directory of its own, which goes with it.
    pub fn open_test(&self, schema: &'static Schema) -> Result<Store<Sqlite>> {
        let opened = open::open_test(self, schema)?;
        Sqlite::start(opened, schema.slots, self).map(Store::over)
    }

    /// Returns how many reader connections the store needs: one a reader thread, and those for reads on the caller's thread.
    pub(crate) fn connections(&self) -> usize {
        self.readers + self.near
    }
}
