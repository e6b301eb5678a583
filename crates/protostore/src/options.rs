//! How a store is opened: what every engine is told; the engine keeps its own options beside.

use std::time::Duration;

use crate::engine::Engine;
use crate::error::Result;
use crate::progress::{Listener, Progress};
use crate::room::PAGE_BYTES;
use crate::schema::Schema;
use crate::sqlite::Sqlite;
use crate::store::Store;
use crate::upgrade::Hooks;

/// How a store is opened; the defaults are right for a daemon.
///
/// ```
/// # use std::time::Duration;
/// let options = protostore::Options::new().read_deadline(Duration::from_secs(5)).readers(4);
/// ```
///
/// Some methods are those of every engine, and some those of one: [`Options::new`] makes the options of SQLite, and
/// `Options::<E>::default()` those of another engine.
#[derive(Clone, Debug)]
pub struct Options<E: Engine = Sqlite> {
    pub(crate) queue: usize,
    pub(crate) page_bytes: usize,
    pub(crate) limits: Limits,
    pub(crate) read_only_if_newer: bool,
    pub(crate) listener: Listener,
    /// The methods of the program that upgrades call.
    pub(crate) hooks: Option<Hooks>,
    /// The options of this engine alone.
    pub(crate) engine: E::Options,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// A read that is a page, a list or a closure.
    pub(crate) read: Option<Duration>,
    /// A closure that writes, before it is logged.
    pub(crate) slow_write: Duration,
    /// How long a statement may take before it is logged; none where nothing is timed.
    pub(crate) slow_statement: Option<Duration>,
    /// Closing the store.
    pub(crate) close: Duration,
}

impl<E: Engine> Default for Options<E> {
    fn default() -> Self {
        Self {
            queue: 4096,
            page_bytes: PAGE_BYTES,
            limits: Limits {
                read: Some(Duration::from_secs(30)),
                slow_write: Duration::from_secs(1),
                slow_statement: None,
                close: Duration::from_secs(30),
            },
            read_only_if_newer: false,
            listener: Listener::default(),
            hooks: None,
            engine: E::Options::default(),
        }
    }
}

impl<E: Engine> Options<E> {
    /// Sets how many requests may wait to write, and to read: 4,096 unless told, at least 1. One more is refused.
    #[must_use]
    pub fn queue(mut self, requests: usize) -> Self {
        self.queue = requests.max(1);
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

    /// Logs each statement that takes longer than this, with its SQL and without its values; nothing is timed unless this is
    /// given, or where it is `None`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let options = protostore::Options::new().slow_statement(Duration::from_millis(50));
    /// ```
    ///
    /// The time is that of SQLite's work, from binding the values to the last row, without the wait for a connection or a
    /// commit. Each statement then costs two looks at the clock, some fifty nanoseconds.
    #[must_use]
    pub fn slow_statement(mut self, after: impl Into<Option<Duration>>) -> Self {
        self.limits.slow_statement = after.into();
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

    /// Opens a database of a newer version for reading alone, where that version says that this program reads it rightly and
    /// must not write it. Without this, such a database is refused.
    ///
    /// [`Info::newer`](crate::Info::newer) says so, and every write is refused with
    /// [`Kind::ReadOnly`](crate::Kind::ReadOnly). A newer database that this program may write is opened in any case, and one
    /// that it would not read rightly in none.
    #[must_use]
    pub fn read_only_if_newer(mut self, read_only: bool) -> Self {
        self.read_only_if_newer = read_only;
        self
    }

    /// Sets who is told how far an upgrade is: before each of its steps, and at least each second while one goes on, except
    /// for what SQLite does in one go: dropping a table, sorting an index, COMMIT.
    ///
    /// It is called on the thread that opens the store, in the middle of the upgrade; it must not open the store itself. A
    /// panic in it ends the upgrade, and nothing has changed.
    ///
    /// ```
    /// let options = protostore::Options::new()
    ///     .progress(|at| println!("{} {}: {} of {}, {}", at.version, at.slug, at.done, at.of, at.step));
    /// ```
    #[must_use]
    pub fn progress(mut self, told: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Self {
        self.listener = Listener::new(told);
        self
    }

    /// Opens a store of this engine, or makes it where there is none yet, and brings it to the newest version.
    pub fn open_at(&self, schema: &'static Schema, database: E::Database<'_>) -> Result<Store<E>> {
        E::open(schema, database, self).map(Store::over)
    }

    /// Makes a TEST store, which goes with its last handle.
    pub fn open_test(&self, schema: &'static Schema) -> Result<Store<E>> {
        E::open_test(schema, self).map(Store::over)
    }
}
