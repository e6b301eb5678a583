//! A database file that no store has open, of whatever store: what upkeep reads, without a schema of its own.
//!
//! It is opened by the rules of a store, as far as they ask for no schema: the lock, the key, the log. Nothing is written
//! to it, except that its log is moved into it where upkeep says so.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::backup::draft;
use super::bookkeeping::{self, FORMAT};
use super::identity::Class;
use super::lock::Lock;
use super::place::Place;
use super::refusal::Refusal;
use super::settings::{self, Role};
use super::state::State;
use super::status::{count_rows, status};
use super::verify::{NO_SCHEMA, Verified, left_out, verify};
use super::{Access, Cipher, Log, Moved, connect, create, engine, matched, names};
use crate::error::Result;
use crate::key::Key;
use crate::sqlite::SqliteOptions;
use crate::sqlite::upkeep::{Anchor, Check, Copied, CopyOptions, FileStatus, TableRows, VerifyReport};

/// A database file that this process alone has.
#[derive(Debug)]
pub(crate) struct Cold {
    pub(super) place: Place,
    /// None once it was closed.
    connection: Option<Connection>,
    pub(super) cipher: Cipher,
    pub(super) state: State,
    pub(super) crashed: bool,
    had_log: bool,
    /// What commits are made with, where scripts may change rows.
    run: Option<Log>,
    /// Dropped last; none where whoever opened the file has the lock.
    _lock: Option<Lock>,
}

impl Cold {
    /// Locks a file and opens it; one that is not there is refused.
    pub(super) fn lock(
        place: Place,
        options: &SqliteOptions,
        access: Access<'_>,
        wait: Duration,
    ) -> Result<Self, Refusal> {
        engine::check()?;
        if !place.is_there() {
            return Err(Refusal::Missing);
        }
        let lock = Lock::take(&place.beside(".lock"), wait)?;
        Self::open(place, options, access, Some(lock))
    }

    /// Opens a file whose lock is held.
    pub(super) fn open(
        place: Place,
        options: &SqliteOptions,
        access: Access<'_>,
        lock: Option<Lock>,
    ) -> Result<Self, Refusal> {
        if !place.inspect()? {
            return Err(Refusal::Missing);
        }
        let had_log = place.has_log_file();
        let connection = connect::bare(&place.path, false)?;
        let proven = Self::prove(&connection, &place, options, access).and_then(|proven| {
            settings::apply(&connection, Role::Reader, create::CACHE)?;
            Ok(proven)
        });
        match proven {
            Ok((cipher, state, crashed)) => Ok(Self {
                place,
                connection: Some(connection),
                cipher,
                state,
                crashed,
                had_log,
                run: None,
                _lock: lock,
            }),
            Err(refusal) => {
                let refusal = super::doubted(refusal.on(&connection), &place, options, access);
                connect::leave(connection, had_log);
                Err(refusal)
            }
        }
    }

    fn prove(
        connection: &Connection,
        place: &Place,
        options: &SqliteOptions,
        access: Access<'_>,
    ) -> Result<(Cipher, State, bool), Refusal> {
        let pair = matched(connection, place, options, access)?;
        let mark: i32 = connection
            .pragma_query_value(None, "application_id", |row| row.get(0))
            .map_err(|why| Refusal::Engine("say what it is", why))?;
        match mark {
            _ if mark == Class::Real.application_id() => {}
            _ if mark == Class::Test.application_id() => return Err(Refusal::Class { test: true }),
            _ => return Err(Refusal::Application(mark)),
        }
        let label = match bookkeeping::read(connection) {
            Ok(Some(label)) => label,
            Ok(None) => return Err(Refusal::Damaged("the tables in which it says what it is are empty".to_owned())),
            Err(why) => return Err(Refusal::unreadable("the tables in which it says what it is", why)),
        };
        if label.format > FORMAT {
            return Err(Refusal::Format(label.format));
        }
        let state = pair.state.ok_or_else(|| Refusal::Damaged("it does not say which log belongs to it".to_owned()))?;
        let crashed = pair.has_log || !state.closed;
        Ok((pair.cipher, state, crashed))
    }

    /// Returns the connection, which only reads.
    pub(crate) fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("it is there until the file is closed")
    }

    /// Returns the connection, to set it up.
    pub(super) fn connection_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("it is there until the file is closed")
    }

    /// Moves the log that a crash left into the file, so that the file is whole by itself.
    pub(super) fn settle(&mut self) -> Result<(), Refusal> {
        if !self.place.has_log() && self.state.log == self.state.next {
            return Ok(());
        }
        self.write(|_, _| Ok(()))
    }

    /// Runs work in one transaction of this file, moves the log into the file, and says that no log belongs to it.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Connection, &mut Log) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let Some(mut connection) = self.connection.take() else {
            return Err(Refusal::Unfit("was closed".to_owned()));
        };
        let done = Self::write_over(&mut connection, &self.state, !self.crashed, work);
        let state = State::read(&connection);
        self.had_log = done.is_err() && self.place.has_log_file();
        self.connection = Some(connection);
        let done = done?;
        match state {
            Ok(Some(state)) => self.state = state,
            Ok(None) => return Err(Refusal::Damaged("it does not say which log belongs to it".to_owned())),
            Err(why) => return Err(Refusal::unreadable("its state", why)),
        }
        Ok(done)
    }

    fn write_over<T>(
        connection: &mut Connection,
        state: &State,
        closed: bool,
        work: impl FnOnce(&mut Connection, &mut Log) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let failed = |why| Refusal::Engine("be written", why);
        connection.execute_batch("PRAGMA query_only = OFF").map_err(failed)?;
        settings::apply(connection, Role::Writer, create::CACHE)?;
        let mut log = Log::watch(connection, None, state).map_err(failed)?;
        let done = work(connection, &mut log)?;
        let moved = log.settled(connection, closed).map_err(|why| Refusal::Engine("move its log into it", why))?;
        connection.execute_batch("PRAGMA query_only = ON").map_err(failed)?;
        if moved == Moved::Whole { Ok(done) } else { Err(Refusal::Locked(None)) }
    }

    /// Begins a run as a store does, in which scripts may change rows.
    pub(super) fn begin(&mut self) -> Result<(), Refusal> {
        let Some(connection) = self.connection.as_mut().filter(|_| self.run.is_none()) else { return Ok(()) };
        let failed = |why| Refusal::Engine("be prepared", why);
        connection.execute_batch("PRAGMA query_only = OFF").map_err(failed)?;
        settings::apply(connection, Role::Writer, create::CACHE)?;
        let mut log = Log::watch(connection, None, &self.state).map_err(failed)?;
        let emptied = if self.crashed { log.empty(connection).map_err(failed)? } else { Moved::Whole };
        if emptied == Moved::Nothing || log.begin(connection).map_err(failed)? == Moved::Nothing {
            return Err(Refusal::Locked(None));
        }
        self.had_log = true;
        self.run = Some(log);
        Ok(())
    }

    /// Returns what commits are made with, where scripts may change rows.
    pub(super) fn run(&self) -> Option<&Log> {
        self.run.as_ref()
    }

    /// Ends a run: what a script has left open is undone, and the log is moved into the file.
    pub(super) fn end(&mut self) -> Result<(), Refusal> {
        let (Some(mut log), Some(connection)) = (self.run.take(), self.connection.as_ref()) else { return Ok(()) };
        let failed = |why| Refusal::Engine("move its log into it", why);
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK").map_err(failed)?;
        }
        self.had_log = log.finish(connection).map_err(failed)? == Moved::Nothing;
        Ok(())
    }

    /// Closes the connection, and keeps the lock.
    pub(super) fn close(&mut self) {
        if let Err(why) = self.end() {
            tracing::warn!(error = %why.about(&self.place.path), "the log of the database stays beside it");
        }
        if let Some(connection) = self.connection.take() {
            connect::leave(connection, self.had_log);
            // After a page that it could not decrypt, the engine leaves the empty log that reading made.
            if !self.had_log && !self.place.has_log() {
                let _ = names::remove(&self.place.beside("-wal"));
            }
        }
    }
}

impl Drop for Cold {
    fn drop(&mut self) {
        self.close();
    }
}

/// Opens a file for upkeep.
pub(crate) fn cold(path: &Path, key: &Key, options: &SqliteOptions) -> Result<Cold> {
    let access = if options.plaintext { Access::Plain(key) } else { Access::Keyed(key) };
    let cold = Place::of(path).and_then(|place| Cold::lock(place, options, access, options.wait));
    cold.map_err(|refusal| refusal.about(path))
}

impl Cold {
    fn failed(&self, what: &'static str) -> impl Fn(rusqlite::Error) -> crate::error::Error {
        move |why| Refusal::Engine(what, why).on(self.connection()).about(&self.place.path)
    }

    fn key_id(&self) -> Option<String> {
        self.cipher.id().map(|id| id.to_string())
    }

    /// Returns what the file says about itself.
    pub(crate) fn status(&self) -> Result<FileStatus> {
        let said = status(self.connection(), &self.place.path, self.key_id()).map_err(self.failed("say what it is"))?;
        said.ok_or_else(|| {
            Refusal::Damaged("the tables in which it says what it is are empty".to_owned()).about(&self.place.path)
        })
    }

    /// Counts the rows of each table.
    pub(crate) fn count_rows(&self) -> Result<Vec<TableRows>> {
        count_rows(self.connection()).map_err(self.failed("be counted"))
    }

    /// Makes all checks that need no schema.
    pub(crate) fn verify(&mut self, anchor: &Anchor) -> Result<VerifyReport> {
        let path = self.place.path.clone();
        // With a log beside it, SQLCipher finds damage where there is none.
        self.settle().map_err(|refusal| refusal.about(&path))?;
        let what = Verified { encrypted: self.cipher.id().is_some(), served: false, schema: None, anchor };
        let (sequence, mut checks) = verify(self.connection(), &what);
        checks.push(left_out(Check::Chains, NO_SCHEMA));
        Ok(VerifyReport { sequence, checks, chains: Vec::new() })
    }

    /// Copies the database into another file.
    pub(crate) fn backup(&self, to: &Path, key: &Key, options: &CopyOptions) -> Result<Copied> {
        let access = if self.cipher.id().is_some() { Access::Keyed(key) } else { Access::Plain(key) };
        let copied = draft(self.connection(), &self.place.path, to, access, options, &mut || Ok(()));
        copied.map_err(|refusal| refusal.about(to))?.finish()
    }
}
