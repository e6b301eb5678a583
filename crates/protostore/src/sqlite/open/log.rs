//! The write-ahead log of an open database: which number its commits write, and how it is moved into the file.
//!
//! The engine moves nothing by itself, neither after a commit nor when a connection is closed: what it moves while a reader
//! holds an older state ends at that state, and a file that ends there says that it needs no log.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::bookkeeping::versions;
use super::connect::PATIENCE;
use super::place::PAGE;
use super::state::{self, Stamp, State};
use crate::schema::Schema;
use crate::sqlite::commits::Commits;

/// The statement that every commit of the store carries; its parameters are [`Log::numbers`].
pub(crate) const STAMP: &str = state::STAMP;

/// How a log was moved into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// All of it.
    Whole,
    /// Nothing, since a reader holds an older state.
    Nothing,
}

/// The log of an open database.
#[derive(Debug)]
pub(crate) struct Log {
    /// What a run says about the newest version when it begins; nothing where the database has a newer one.
    schema: Option<&'static Schema>,
    log: i64,
    next: i64,
    commits: Arc<Commits>,
    begun: bool,
    /// Whether a newer program forbids that commits are made.
    forbidden: bool,
    /// Whether the file may say that a log must be beside it.
    announced: bool,
    watch: Arc<Watch>,
}

/// What the callbacks of the connection share with its owner.
#[derive(Debug, Default)]
struct Watch {
    /// How many pages the log had after the last commit,
    pages: AtomicU32,
    /// and how many of them were in the file by then.
    moved: AtomicU32,
    /// How long a checkpoint waits for readers, while there is one.
    until: Mutex<Option<Instant>>,
}

impl Log {
    /// Watches the connection that writes.
    pub(super) fn watch(
        connection: &mut Connection,
        schema: Option<&'static Schema>,
        state: &State,
    ) -> rusqlite::Result<Self> {
        let commits = Commits::from(state.sequence);
        let (log, next, watch) = (state.log, state.next, Arc::default());
        let log = Self { schema, log, next, commits, begun: false, forbidden: false, announced: false, watch };
        log.over(connection)?;
        Ok(log)
    }

    /// Watches another connection, which writes in place of the one before.
    pub(super) fn over(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let pages = Arc::clone(&self.watch);
        connection.wal_hook(Some(move |_: &mut _, count: std::ffi::c_int| {
            pages.committed(u32::try_from(count).unwrap_or(0));
            Ok(())
        }))?;
        let (until, interrupt) = (Arc::clone(&self.watch), connection.get_interrupt_handle());
        let mut since = Instant::now();
        connection.busy_handler(Some(move |count| {
            if count == 0 {
                since = Instant::now();
            }
            let checkpoint = *until.deadline();
            if Instant::now() < checkpoint.unwrap_or(since + PATIENCE) {
                sleep(Duration::from_millis(1));
                return true;
            }
            if checkpoint.is_some() {
                // A checkpoint that does not get its lock moves what it may; interrupted, it moves nothing.
                interrupt.interrupt();
            }
            false
        }))
    }

    /// Makes the row that commits write and the counters, in a database in memory, which has no log.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn lay(connection: &Connection) -> rusqlite::Result<()> {
        super::bookkeeping::lay(connection)
    }

    /// The log of such a database.
    #[cfg(test)]
    pub(crate) fn none(schema: &'static Schema) -> Self {
        let (commits, watch) = (Commits::from(0), Arc::default());
        Self { schema: Some(schema), log: 1, next: 1, commits, begun: true, forbidden: false, announced: true, watch }
    }

    /// Returns what the next commit writes; [`Log::committed`] is told of it once it is made.
    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp_of(self.next)
    }

    fn stamp_of(&self, next: i64) -> Stamp {
        // A file that has a commit each nanosecond gets there in 292 years.
        let sequence = i64::try_from(self.commits.newest() + 1).unwrap_or(i64::MAX);
        [self.log, next, sequence]
    }

    /// Notes that a commit was made with the stamp, and returns its sequence.
    pub(crate) fn committed(&self) -> u64 {
        self.commits.advance()
    }

    /// Returns what knows the newest commit.
    pub(crate) fn commits(&self) -> &Arc<Commits> {
        &self.commits
    }

    /// Returns whether commits may be made: the file says that a log must be beside it.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Forbids that commits are made, as long as the database is open.
    pub(super) fn forbid(&mut self) {
        self.forbidden = true;
    }

    /// Returns whether no commit may be made.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.forbidden
    }

    /// Returns how many bytes of the log are not in the file yet, and how many it has in all.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        let (pages, moved) = (self.watch.pages.load(Ordering::Relaxed), self.watch.moved.load(Ordering::Relaxed));
        (u64::from(pages.saturating_sub(moved)) * PAGE, u64::from(pages) * PAGE)
    }

    /// Begins a run: moves all into the file, with the word that a log must be beside it, and begins that log.
    pub(crate) fn begin(&mut self, connection: &Connection) -> rusqlite::Result<Moved> {
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        if let Some(schema) = self.schema {
            versions::refresh(&transaction, schema)?;
        }
        let next = number()?;
        state::stamp(&transaction, self.stamp_of(next))?;
        transaction.commit()?;
        self.committed();
        (self.next, self.announced) = (next, true);
        let moved = self.moved(connection, PATIENCE)?;
        match moved {
            Moved::Whole => {
                state::mark(connection, self.stamp_of(self.log), false)?;
                self.committed();
                self.begun = true;
            }
            Moved::Nothing => self.withdraw(connection)?,
        }
        Ok(moved)
    }

    /// Moves the log into the file, whole or not at all, and goes on with the next one; waits for readers as long as said.
    ///
    /// The file is to say then that the next log must be beside it, so a commit says so first. Unless all was moved, later
    /// commits go on to say it.
    pub(crate) fn checkpoint(&mut self, connection: &Connection, patience: Duration) -> rusqlite::Result<Moved> {
        if self.next == self.log {
            let next = number()?;
            state::stamp(connection, self.stamp_of(next))?;
            self.committed();
            (self.next, self.announced) = (next, true);
        }
        self.moved(connection, patience)
    }

    /// Takes back that the next log must be there, after a checkpoint that moved nothing: should the process be killed,
    /// another tool may move this log into the file.
    pub(crate) fn withdraw(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if self.next != self.log {
            state::stamp(connection, self.stamp_of(self.log))?;
            self.committed();
            self.next = self.log;
        }
        Ok(())
    }

    /// Moves what is there into the file and empties the log, before a run begins.
    pub(super) fn empty(&mut self, connection: &Connection) -> rusqlite::Result<Moved> {
        self.settle(connection, state::stamp)
    }

    /// The same for a file that upkeep has written to: it says whether it was closed as it did before.
    pub(super) fn settled(&mut self, connection: &Connection, closed: bool) -> rusqlite::Result<Moved> {
        self.settle(connection, if closed { |of, stamp| state::mark(of, stamp, true) } else { state::stamp })
    }

    /// Ends a run: moves all into the file, and then the word that it was closed. A run that never began ends as it is.
    pub(super) fn finish(&mut self, connection: &Connection) -> rusqlite::Result<Moved> {
        if !self.begun {
            let pages: i64 = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1))?;
            return Ok(if pages == 0 && !self.announced { Moved::Whole } else { Moved::Nothing });
        }
        self.settle(connection, |connection, stamp| state::mark(connection, stamp, true))
    }

    /// Moves all into the file, and then a commit that says that no log has to be beside it.
    fn settle(
        &mut self,
        connection: &Connection,
        say: fn(&Connection, Stamp) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<Moved> {
        if self.checkpoint(connection, PATIENCE)? == Moved::Nothing {
            return self.withdraw(connection).map(|()| Moved::Nothing);
        }
        say(connection, self.stamp_of(self.log))?;
        self.committed();
        self.run(connection, "PRAGMA wal_checkpoint(TRUNCATE)", PATIENCE)
    }

    fn moved(&mut self, connection: &Connection, patience: Duration) -> rusqlite::Result<Moved> {
        let moved = self.run(connection, "PRAGMA wal_checkpoint(RESTART)", patience)?;
        if moved == Moved::Whole {
            self.log = self.next;
        }
        Ok(moved)
    }

    fn run(&self, connection: &Connection, pragma: &str, patience: Duration) -> rusqlite::Result<Moved> {
        *self.watch.deadline() = Some(Instant::now() + patience);
        let counts =
            connection.query_row(pragma, [], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)));
        *self.watch.deadline() = None;
        match counts {
            Ok((waiting, pages, moved)) if pages == moved => {
                self.watch.moved(waiting);
                Ok(Moved::Whole)
            }
            Ok(_) => Ok(Moved::Nothing),
            Err(why) if why.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(Moved::Nothing),
            Err(why) => Err(why),
        }
    }
}

impl Watch {
    fn committed(&self, pages: u32) {
        if pages < self.pages.swap(pages, Ordering::Relaxed) {
            // The log began anew.
            self.moved.store(0, Ordering::Relaxed);
        }
    }

    /// Notes that all is in the file; while a reader is still in the log, the log goes on behind what it has.
    fn moved(&self, waiting: bool) {
        if !waiting {
            self.pages.store(0, Ordering::Relaxed);
        }
        self.moved.store(self.pages.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    fn deadline(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn number() -> rusqlite::Result<i64> {
    state::number().map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))
}
