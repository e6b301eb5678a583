//! Transactions on one connection: snapshots, the group that the writer commits, and parts that can be undone alone.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use rusqlite::ErrorCode;

use super::fault::{fault, is_undone};
use super::held::Held;
use crate::error::{Error, Kind, Result};
use crate::session::Part;

/// How many statements of our own a connection holds beside those of the store; the last is that of each commit, and the
/// one before it advances counters.
pub(super) const OWN: usize = 12;

/// What a connection is in the middle of.
#[derive(Debug, Default)]
pub(super) struct State {
    open: bool,
    /// It is the transaction of a group, of which a request that ends is a part only.
    group: bool,
    trouble: Trouble,
    /// A closure runs as a whole: its operations have no savepoints of their own.
    whole: bool,
    /// A statement that writes has begun since the innermost part did.
    begun: bool,
    /// The parts that are open, from the outermost.
    parts: Vec<Opened>,
    /// Something that was written since the request began is still there.
    left: bool,
}

/// A part that is open.
#[derive(Clone, Copy, Debug)]
struct Opened {
    /// It can be undone alone.
    savepoint: bool,
    /// A statement that writes had begun before, since the part around began.
    begun: bool,
}

/// What prevents the next statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Trouble {
    #[default]
    None,
    /// An operation of a closure that runs as a whole was refused, and what it had written is still there.
    Refused,
    /// The closure went on after that: what it saw since then may be wrong.
    Past,
    /// The transaction is gone.
    Lost,
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
    /// One operation inside of a request, or several; parts nest, and the innermost of the name is meant.
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
        self.reset(false);
        out.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Begins the transaction of a group.
    pub(super) fn begin_group(&mut self) -> Result<()> {
        self.begin(Own::BeginWrite)?;
        self.transaction.group = true;
        Ok(())
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
        self.reset(false);
        outcome
    }

    /// Ends the transaction without a trace, if there is one, and says whether that worked.
    pub(super) fn rollback(&mut self) -> bool {
        if !self.connection().is_autocommit() {
            // What matters is not whether it reports an error but whether the transaction is over.
            let _ = self.step(Own::Rollback);
        }
        self.reset(false);
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

    /// Notes that another request begins.
    pub(super) fn begin_request(&mut self) {
        self.transaction.left = false;
    }

    /// Says whether something that the request has written is still there.
    pub(super) fn has_left_something(&self) -> bool {
        self.transaction.left
    }

    /// Runs a closure inside the savepoint of its request, without savepoints around its operations; the parts that it asks
    /// for have some.
    ///
    /// Where it goes on after an operation that was refused, which only a savepoint undoes reliably, all of it is undone,
    /// and it runs again with a part around each operation.
    pub(super) fn closure<T>(&mut self, mut f: impl FnMut(&mut Self) -> Result<T>) -> Result<T> {
        self.transaction.whole = true;
        let out = catch_unwind(AssertUnwindSafe(|| f(self)));
        self.transaction.whole = false;
        let again = match self.transaction.trouble {
            Trouble::None | Trouble::Lost => false,
            Trouble::Refused => matches!(out, Ok(Ok(_))),
            Trouble::Past => true,
        };
        if !self.is_lost() {
            self.transaction.trouble = Trouble::None;
        }
        if !again {
            return out.unwrap_or_else(|panic| resume_unwind(panic));
        }
        drop(out);
        let undone = self.step(Own::UndoRequest);
        self.sure(undone)?;
        self.transaction.parts.clear();
        f(self)
    }

    /// Begins a part, or ends the innermost.
    pub(super) fn part_now(&mut self, step: Part) -> Result<()> {
        match step {
            Part::Open => self.open_part(true),
            Part::Operation => self.open_part(!self.transaction.whole),
            Part::Keep => self.keep_part(),
            Part::Undo => self.undo_part(),
        }
    }

    fn open_part(&mut self, savepoint: bool) -> Result<()> {
        if savepoint {
            self.open(Level::Part)?;
        } else {
            self.ready()?;
        }
        let begun = std::mem::take(&mut self.transaction.begun);
        self.transaction.parts.push(Opened { savepoint, begun });
        Ok(())
    }

    fn keep_part(&mut self) -> Result<()> {
        let Opened { savepoint, begun } = self.innermost()?;
        self.transaction.begun |= begun;
        let ready = self.ready();
        match (savepoint, &ready) {
            (false, _) => ready,
            (true, Ok(())) => self.keep(Level::Part),
            // It ends in any case, so that the part around is the innermost.
            (true, Err(_)) => self.undo(Level::Part).and(ready),
        }
    }

    fn undo_part(&mut self) -> Result<()> {
        let Opened { savepoint, begun } = self.innermost()?;
        if savepoint {
            self.transaction.begun = begun;
            self.undo(Level::Part)?;
            // What an operation inside of it had left is gone with it.
            if self.transaction.trouble == Trouble::Refused {
                self.transaction.trouble = Trouble::None;
            }
        } else {
            if self.transaction.begun && self.transaction.trouble == Trouble::None {
                self.transaction.trouble = Trouble::Refused;
            }
            self.transaction.begun |= begun;
        }
        Ok(())
    }

    fn innermost(&mut self) -> Result<Opened> {
        match self.transaction.parts.pop() {
            Some(opened) => Ok(opened),
            // They went with their transaction.
            None => self.ready().and_then(|()| Err(Error::new(Kind::Engine, "no part of the transaction is open"))),
        }
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

    /// Gives the transaction up where a level did not end as it should: its contents would be unknown.
    fn sure(&mut self, ended: Result<()>) -> Result<()> {
        if ended.is_err() {
            self.transaction.trouble = Trouble::Lost;
        }
        ended
    }

    /// Says whether the transaction is to be given up: SQLite rolls it back by itself when the disk is full, for example.
    pub(super) fn is_lost(&self) -> bool {
        self.transaction.trouble == Trouble::Lost
    }

    /// Refuses to go on after the transaction is gone: each statement would be a transaction of its own.
    #[inline(always)]
    pub(super) fn ready(&mut self) -> Result<()> {
        self.watch.goes_on()?;
        if self.transaction.trouble == Trouble::None { Ok(()) } else { self.troubled() }
    }

    #[cold]
    fn troubled(&mut self) -> Result<()> {
        if self.is_lost() {
            return Err(lost());
        }
        self.transaction.trouble = Trouble::Past;
        Ok(())
    }

    /// Notes what a statement that began has left behind, whether or not it failed.
    #[inline(always)]
    pub(super) fn ended<T>(&mut self, writes: bool, out: Result<T>) -> Result<T> {
        self.transaction.begun |= writes;
        match out {
            Ok(out) => {
                self.transaction.left |= writes;
                Ok(out)
            }
            Err(e) => {
                self.transaction.left |= writes && !is_undone(&e);
                Err(self.failed(e))
            }
        }
    }

    /// Looks, after a failed statement, whether the transaction is gone.
    #[cold]
    pub(super) fn failed(&mut self, e: Error) -> Error {
        // An interrupted statement that writes ends the whole transaction, <https://www.sqlite.org/c3ref/interrupt.html>.
        if self.transaction.open && self.connection().is_autocommit() {
            self.transaction.trouble = Trouble::Lost;
        }
        if e.is_too_large() {
            self.haste.end();
        }
        let Some(ended) = self.watch.ended() else { return e };
        // A snapshot that goes on would keep the log from being emptied, whatever the closure does now.
        if !self.transaction.group && std::mem::take(&mut self.transaction.open) {
            self.rollback();
        }
        ended
    }

    /// Forgets what a transaction was in the middle of.
    fn reset(&mut self, open: bool) {
        let mut parts = std::mem::take(&mut self.transaction.parts);
        parts.clear();
        self.transaction = State { open, parts, ..State::default() };
    }

    fn begin(&mut self, own: Own) -> Result<()> {
        self.step(own)?;
        self.reset(true);
        Ok(())
    }

    #[inline]
    fn step(&mut self, own: Own) -> Result<()> {
        // What ends a request must be able to end it well.
        self.watch.shield(true);
        let done = self.own(own as usize, own.sql()).and_then(|stmt| stmt.execute().map_err(fault));
        self.watch.shield(false);
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
