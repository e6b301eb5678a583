//! Transactions on one connection: snapshots, the group that the writer commits, and parts that can be undone alone.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use rusqlite::ErrorCode;

use super::fault::fault;
use super::held::Held;
use crate::error::{Error, Kind, Result};

/// How many statements of our own a connection holds beside those of the store; the last is that of each commit.
pub(super) const OWN: usize = 11;

/// What a connection is in the middle of.
#[derive(Debug, Default)]
pub(super) struct State {
    open: bool,
    lost: bool,
}

/// A statement of our own.
#[derive(Clone, Copy)]
enum Own {
    BeginRead,
    BeginWrite,
    Commit,
    Rollback,
    OpenRequest,
    KeepRequest,
    UndoRequest,
    OpenPart,
    KeepPart,
    UndoPart,
}

impl Own {
    /// Returns the text. Requests and the parts inside of them have names of their own, so that undoing a request never
    /// stops at a part which a panic left open.
    const fn sql(self) -> &'static str {
        match self {
            Self::BeginRead => "BEGIN",
            Self::BeginWrite => "BEGIN IMMEDIATE",
            Self::Commit => "COMMIT",
            Self::Rollback => "ROLLBACK",
            Self::OpenRequest => "SAVEPOINT request",
            Self::KeepRequest => "RELEASE request",
            Self::UndoRequest => "ROLLBACK TO request",
            Self::OpenPart => "SAVEPOINT part",
            Self::KeepPart => "RELEASE part",
            Self::UndoPart => "ROLLBACK TO part",
        }
    }
}

/// A level at which a transaction can be undone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Level {
    /// One request of the group.
    Request,
    /// One operation inside of a request.
    Part,
}

/// What a failed COMMIT leaves behind.
#[derive(Debug)]
pub(super) enum Uncommitted {
    /// Nothing was written.
    Undone(Error),
    /// It may have been written, or may be once the database is opened anew.
    Unknown(Error),
}

impl Held {
    /// Runs `f` in a snapshot: everything that it reads is of one moment.
    #[inline]
    pub(super) fn snapshot<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.begin(Own::BeginRead)?;
        let out = catch_unwind(AssertUnwindSafe(|| f(self)));
        // There is nothing to keep, so it does not matter which of the two ends it.
        if self.step(Own::Commit).is_err() {
            self.rollback();
        }
        self.transaction = State::default();
        out.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Begins the transaction of a group.
    pub(super) fn begin_group(&mut self) -> Result<()> {
        self.begin(Own::BeginWrite)
    }

    /// Commits the group.
    pub(super) fn commit_group(&mut self) -> Result<(), Uncommitted> {
        let committed = self.own(Own::Commit as usize, Own::Commit.sql()).and_then(|s| s.execute().map_err(fault));
        let outcome = match committed {
            Ok(_) => Ok(()),
            Err(e) => Err(uncommitted(e)),
        };
        if outcome.is_err() {
            self.rollback();
        }
        self.transaction = State::default();
        outcome
    }

    /// Ends the transaction without a trace, if there is one, and says whether that worked.
    pub(super) fn rollback(&mut self) -> bool {
        if !self.connection().is_autocommit() {
            // What matters is not whether it reports an error but whether the transaction is over.
            let _ = self.step(Own::Rollback);
        }
        self.transaction = State::default();
        self.connection().is_autocommit()
    }

    /// Opens a level.
    pub(super) fn open(&mut self, level: Level) -> Result<()> {
        self.ready()?;
        self.step(match level {
            Level::Request => Own::OpenRequest,
            Level::Part => Own::OpenPart,
        })
    }

    /// Keeps what was done since the level was opened.
    pub(super) fn keep(&mut self, level: Level) -> Result<()> {
        self.ready()?;
        let kept = self.step(match level {
            Level::Request => Own::KeepRequest,
            Level::Part => Own::KeepPart,
        });
        self.sure(kept)
    }

    /// Undoes what was done since the level was opened; nothing is left to do where the whole transaction is gone.
    pub(super) fn undo(&mut self, level: Level) -> Result<()> {
        if self.is_lost() {
            return Ok(());
        }
        let (undo, close) = match level {
            Level::Request => (Own::UndoRequest, Own::KeepRequest),
            Level::Part => (Own::UndoPart, Own::KeepPart),
        };
        let undone = self.step(undo).and_then(|()| self.step(close));
        self.sure(undone)
    }

    /// Gives the transaction up where a level did not end as it should: nobody would know what is in it.
    fn sure(&mut self, ended: Result<()>) -> Result<()> {
        self.transaction.lost |= ended.is_err();
        ended
    }

    /// Says whether the transaction is to be given up: SQLite rolls it back by itself when the disk is full, for example.
    pub(super) fn is_lost(&self) -> bool {
        self.transaction.lost
    }

    /// Refuses to go on after the transaction is gone: each statement would be a transaction of its own.
    #[inline(always)]
    pub(super) fn ready(&self) -> Result<()> {
        self.watch.goes_on()?;
        if self.transaction.lost { Err(lost()) } else { Ok(()) }
    }

    /// Looks, after a failed statement, whether the transaction is gone.
    #[cold]
    pub(super) fn failed(&mut self, e: Error) -> Error {
        if let Some(ended) = self.watch.ended() {
            // A snapshot that goes on would keep the log from being emptied, whatever the closure does now.
            if std::mem::take(&mut self.transaction.open) {
                self.rollback();
            }
            return ended;
        }
        self.transaction.lost |= self.transaction.open && self.connection().is_autocommit();
        e
    }

    fn begin(&mut self, own: Own) -> Result<()> {
        self.step(own)?;
        self.transaction = State { open: true, lost: false };
        Ok(())
    }

    #[inline]
    fn step(&mut self, own: Own) -> Result<()> {
        let done = self.own(own as usize, own.sql()).and_then(|stmt| stmt.execute().map_err(fault));
        match done {
            Ok(_) => Ok(()),
            Err(e) => Err(self.failed(e)),
        }
    }
}

#[cold]
fn lost() -> Error {
    Error::new(Kind::Aborted, "the transaction was rolled back by the database")
}

/// Tells the errors of a COMMIT after which nothing was written from those that leave it open.
#[cold]
fn uncommitted(e: Error) -> Uncommitted {
    let code = std::error::Error::source(&e)
        .and_then(|e| e.downcast_ref::<rusqlite::Error>())
        .and_then(|e| e.sqlite_error_code());
    match code {
        Some(
            ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::ConstraintViolation,
        ) => Uncommitted::Undone(e),
        _ => Uncommitted::Unknown(
            Error::new(Kind::Unknown, format!("whether the write is durable is not known: {}", e.message())).because(e),
        ),
    }
}
