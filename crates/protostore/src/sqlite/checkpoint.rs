//! When the log is moved into the file, by whom, and what is said when that fails: the writer does it, between two groups.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::fault::fault;
use super::held::Held;
use super::transaction::OWN;
use crate::error::{Error, Kind, Result};
use crate::info::LogInfo;
use crate::open::{Log, Moved, STAMP};

/// How long writes wait for readers that hold an older state, before the checkpoint is put off.
const PATIENCE: Duration = Duration::from_millis(20);

/// What became of the checkpoints, for whoever asks the store.
pub(super) type Watched = Arc<Mutex<LogInfo>>;

/// Makes the checkpoints of a store.
pub(super) struct Checkpoints {
    log: Log,
    /// How many bytes the log may have,
    limit: u64,
    /// and at how many waiting bytes the next checkpoint is due.
    due: u64,
    alarmed: bool,
    watched: Watched,
}

impl Checkpoints {
    /// Takes over the log of a store that was opened, which may have so many bytes.
    pub(super) fn new(log: Log, limit: u64, watched: Watched) -> Self {
        Self { log, limit, due: limit / 16, alarmed: false, watched }
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
        let (_, bytes) = self.log.bytes();
        if bytes < self.limit {
            return Ok(());
        }
        self.checkpoint(held);
        let (_, bytes) = self.log.bytes();
        if bytes < self.limit { Ok(()) } else { Err(self.too_long(bytes)) }
    }

    /// Writes the numbers of the log, as every commit does; part of the transaction of a group.
    pub(super) fn stamp(&self, held: &mut Held) -> Result<()> {
        let stmt = held.own(OWN - 1, STAMP)?;
        for (at, number) in (1..).zip(self.log.numbers()) {
            stmt.bind(at, number).map_err(fault)?;
        }
        stmt.execute().map(drop).map_err(fault)
    }

    /// Makes a checkpoint if one is due; after a commit, when its callers have been answered.
    pub(super) fn tend(&mut self, held: &Held) {
        let (waiting, _) = self.log.bytes();
        if waiting >= self.due {
            self.checkpoint(held);
        }
        let (waiting, bytes) = self.log.bytes();
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        (watched.waiting, watched.bytes) = (waiting, bytes);
    }

    fn checkpoint(&mut self, held: &Held) {
        let connection = held.connection();
        let made = self.log.checkpoint(connection, PATIENCE).and_then(|moved| {
            // A log that is too long does not get a commit longer each time that it is tried.
            if moved == Moved::Nothing && self.log.bytes().1 < self.limit {
                self.log.withdraw(connection)?;
            }
            Ok(moved)
        });
        let (waiting, bytes) = self.log.bytes();
        let step = self.limit / 16;
        // After one that did not work, the next is tried when the log has grown by a quarter of what it may.
        self.due = if matches!(made, Ok(Moved::Whole)) { step } else { waiting + step / 4 };
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        (watched.waiting, watched.bytes) = (waiting, bytes);
        match made {
            Ok(Moved::Whole) => {
                watched.checkpoints += 1;
                watched.failure = None;
                self.alarmed = false;
            }
            Ok(Moved::Nothing) => {
                watched.put_off += 1;
                if bytes >= self.limit / 4 && !self.alarmed {
                    tracing::warn!(bytes, limit = self.limit, "the log grows, since a reader holds an older state");
                    self.alarmed = true;
                }
            }
            Err(why) => {
                tracing::error!(error = %why, bytes, limit = self.limit, "the log could not be moved into the file");
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
