//! When the log is moved into the file, by whom, and what is said when that fails: the writer does it, between two groups.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::fault::fault;
use super::held::Held;
use super::info::LogInfo;
use super::meter::{self, Checkpoint};
use super::trace;
use super::transaction::OWN;
use super::upkeep::Exchange;
use crate::error::{Error, Kind, Result};
use crate::sqlite::open::{Log, Moved, Reserve, STAMP, is_disk_full};

/// How long writes wait for readers that hold an older state, before the checkpoint is put off.
const PATIENCE: Duration = Duration::from_millis(20);

/// What became of the checkpoints, for callers that ask the store.
pub(super) type Watched = Arc<Mutex<LogInfo>>;

/// How many pages the file may grow by on a full disk: a delete may split one.
const SPLITS: i64 = 8;

/// Makes the checkpoints of a store, and keeps room for them.
pub(super) struct Checkpoints {
    log: Log,
    reserve: Reserve,
    /// Whether the disk is full, as far as is known: the reserve is given up and the file does not grow.
    full: bool,
    /// How many bytes the log may have,
    limit: u64,
    /// after how many waiting bytes a checkpoint is made,
    step: u64,
    /// and at how many the next one is due.
    due: u64,
    alarmed: bool,
    watched: Watched,
    exchange: Arc<Exchange>,
}

impl Checkpoints {
    /// Takes over the log of a store that was opened, which may have so many bytes.
    pub(super) fn new(log: Log, reserve: Reserve, limit: u64, watched: Watched, exchange: Arc<Exchange>) -> Self {
        let step = if reserve.size() > 0 { reserve.size().min(limit / 16) } else { limit / 16 };
        Self { log, reserve, full: false, limit, step, due: step, alarmed: false, watched, exchange }
    }

    /// Returns the log.
    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    /// Gives the log back to who closes the store.
    pub(super) fn into_log(self) -> Log {
        self.log
    }

    /// Says whether another group may be written.
    pub(super) fn admit(&mut self, held: &Held) -> Result<()> {
        if !self.log.has_begun() {
            if self.log.is_forbidden() {
                return Err(read_only());
            }
            self.begin(held)?;
        }
        if self.full && self.reserve.fill() {
            self.allow(held, i64::from(u32::MAX) - 1)?;
            self.set_full(false);
            self.due = self.step;
            tracing::info!("there is room on the disk again");
        }
        if !self.full && !self.reserve.is_held() {
            // It was given up when the store was opened, or there was no room for it.
            tracing::warn!("the disk has no room for the reserve: the file does not grow until it has");
            self.limit_growth(held)?;
        }
        let (_, bytes) = self.log.bytes();
        // A backup gives up before writes are refused for its sake.
        let limit = self.limit + self.exchange.lent();
        if bytes < limit {
            return Ok(());
        }
        self.checkpoint(held);
        let (_, bytes) = self.log.bytes();
        if bytes < limit { Ok(()) } else { Err(self.too_long(bytes)) }
    }

    /// Says whether room can be made for a write that failed so.
    pub(super) fn can_make_room(&self, e: &Error) -> bool {
        !self.full && e.kind() == Kind::Exhausted && is_disk_full(e)
    }

    /// Makes room on a full disk: gives up the reserve, and moves the log into the file, so that it begins anew in the room
    /// that it has. From then on the file does not grow, so that what is left serves for deletes and checkpoints.
    pub(super) fn make_room(&mut self, held: &Held) {
        tracing::warn!("the disk is full: the file does not grow any more, until there is room for the reserve again");
        self.set_full(true);
        self.reserve.release();
        if let Err(e) = self.limit_growth(held) {
            tracing::error!(error = %e, "the growth of the file could not be limited");
        }
        self.checkpoint(held);
    }

    /// Begins to write to a store that was opened for reading.
    fn begin(&mut self, held: &Held) -> Result<()> {
        match self.log.begin(held.connection()).map_err(fault)? {
            Moved::Whole => Ok(()),
            Moved::Nothing => Err(Error::new(Kind::Aborted, "another process reads an older state of the database")),
        }
    }

    /// Sets on another connection what holds for the connection of the writer.
    pub(super) fn renewed(&mut self, held: &Held) -> Result<()> {
        if self.full { self.limit_growth(held) } else { Ok(()) }
    }

    fn limit_growth(&mut self, held: &Held) -> Result<()> {
        let pages = held.connection().query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0)).map_err(fault)?;
        self.allow(held, pages + SPLITS)?;
        self.set_full(true);
        self.due = 0;
        Ok(())
    }

    /// Sets how many pages the file may have.
    fn allow(&self, held: &Held, pages: i64) -> Result<()> {
        let set =
            held.connection().query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get::<_, i64>(0));
        set.map(drop).map_err(fault)
    }

    fn set_full(&mut self, full: bool) {
        self.full = full;
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).disk_full = full;
    }

    /// Writes the numbers of the log and of the commit, as every commit does; part of the transaction of a group.
    pub(super) fn stamp(&self, held: &mut Held) -> Result<()> {
        let stmt = held.own(OWN - 1, STAMP)?;
        for (at, number) in (1..).zip(self.log.stamp()) {
            stmt.bind(at, number).map_err(fault)?;
        }
        stmt.execute().map(drop).map_err(fault)
    }

    /// Notes that a transaction with the stamp was committed, and returns its sequence.
    pub(super) fn committed(&self) -> u64 {
        self.log.committed()
    }

    /// Returns the sequence of the newest commit.
    pub(super) fn newest(&self) -> u64 {
        self.log.commits().newest()
    }

    /// Counts a group that was committed.
    pub(super) fn count(&self, requests: usize) {
        self.exchange.committed(requests);
    }

    /// Notes how long a COMMIT took.
    pub(super) fn commit_took(&self, took: Duration) {
        meter::commit(took);
        self.exchange.commit_took(took);
    }

    /// Makes a checkpoint if one is due or was asked for; after a commit, when its callers have been answered.
    pub(super) fn tend(&mut self, held: &mut Held) {
        let (waiting, _) = self.log.bytes();
        let is_due = waiting >= self.due || self.exchange.is_checkpoint_wanted();
        if waiting > 0 && is_due {
            self.checkpoint(held);
        }
        let (waiting, bytes) = self.log.bytes();
        meter::log(bytes, waiting);
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        (watched.waiting, watched.bytes) = (waiting, bytes);
    }

    fn checkpoint(&mut self, held: &Held) {
        let _inside = trace::checkpoint().entered();
        let connection = held.connection();
        let made = self.log.checkpoint(connection, PATIENCE).and_then(|moved| {
            // A log that is too long does not get a commit longer each time that it is tried.
            if moved == Moved::Nothing && self.log.bytes().1 < self.limit {
                self.log.withdraw(connection)?;
            }
            Ok(moved)
        });
        let (waiting, bytes) = self.log.bytes();
        // After one that did not work, the next is tried when the log has grown by a quarter of what it may.
        self.due = match made {
            // Each commit takes up the room that the one before had in the log.
            Ok(Moved::Whole) if self.full => 0,
            Ok(Moved::Whole) => self.step,
            _ => waiting + self.step / 4,
        };
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        (watched.waiting, watched.bytes) = (waiting, bytes);
        match made {
            Ok(Moved::Whole) => {
                meter::checkpoint(Checkpoint::Made);
                watched.checkpoints += 1;
                watched.failure = None;
                self.alarmed = false;
            }
            Ok(Moved::Nothing) => {
                meter::checkpoint(Checkpoint::PutOff);
                watched.put_off += 1;
                if bytes >= self.limit / 4 && !self.alarmed {
                    tracing::warn!(bytes, limit = self.limit, "the log grows, since a reader holds an older state");
                    self.alarmed = true;
                }
            }
            Err(why) => {
                tracing::error!(error = %why, bytes, limit = self.limit, "the log could not be moved into the file");
                meter::checkpoint(Checkpoint::Failed);
                watched.failed += 1;
                watched.failure = Some(why.to_string());
            }
        }
    }

    #[cold]
    fn too_long(&self, bytes: u64) -> Error {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let why = watched.failure.as_deref().unwrap_or("a reader holds an older state");
        let limit = self.limit;
        Error::new(
            Kind::Exhausted,
            format!("the log has {bytes} bytes, and may have {limit}; it cannot be moved into the file: {why}"),
        )
    }
}

#[cold]
fn read_only() -> Error {
    let why = "the database has a newer version of the schema, which this program may read and not write: it was opened by \
               Options::read_only_if_newer(true)";
    Error::new(Kind::ReadOnly, why)
}
