//! One connection that behaves as one to a server.

use std::future::{Future, ready};

use protostore_sql::Dialect;

use crate::error::{Error, Kind, Result};
use crate::record::Sequence;
use crate::room::{End, Room};
use crate::schema::{Schema, Stmt};
use crate::session::{Part, Session, now};
use crate::sqlite::Held;
use crate::value::{Bind, Decode};

/// A connection inside a snapshot or a transaction.
#[derive(Debug)]
pub struct StrictSession {
    pub(super) held: Held,
    pub(super) schema: &'static Schema,
    /// An error has ended the transaction, or the part that is open.
    dead: bool,
    /// The transaction is to run again as a whole.
    again: bool,
    /// How many writes have begun since the transaction did.
    writes: usize,
    /// Which of them fails, counted from 0.
    fails: Option<usize>,
}

impl StrictSession {
    pub(super) fn new(held: Held, schema: &'static Schema) -> Self {
        Self { held, schema, dead: false, again: false, writes: 0, fails: None }
    }

    /// Begins anew.
    pub(super) fn begin(&mut self, fails: Option<usize>) {
        (self.dead, self.again, self.writes, self.fails) = (false, false, 0, fails);
        self.held.room = Room::ENDLESS;
    }

    /// Says whether the transaction is to run again, whatever came of it.
    pub(super) fn asks_for_again(&self) -> bool {
        self.again
    }

    /// Says whether an error has ended the transaction.
    pub(super) fn is_dead(&self) -> bool {
        self.dead
    }

    /// Runs a statement, unless the transaction has ended.
    fn statement<T>(&mut self, run: impl FnOnce(&mut Held) -> Result<T>) -> Result<T> {
        self.alive()?;
        let done = run(&mut self.held);
        self.dead |= done.as_ref().is_err_and(is_of_the_database);
        done
    }

    /// Runs a statement that writes, and says of a constraint that it breaks the name alone.
    fn write<T>(
        &mut self,
        stmt: &'static Stmt,
        row: &(impl Bind + Sync + ?Sized),
        run: impl Fn(&mut Held) -> Result<T>,
    ) -> Result<T> {
        let done = self.statement(&run).map_err(|e| self.named(e, Some((stmt, &row)), |held| run(held).map(drop)));
        self.begun(done)
    }

    /// Fails a write that has begun, where it is the one that is to fail.
    fn begun<T>(&mut self, done: Result<T>) -> Result<T> {
        let write = self.writes;
        self.writes += 1;
        if self.fails == Some(write) && done.is_ok() {
            (self.dead, self.again) = (true, true);
            return Err(Error::new(Kind::Aborted, "could not serialize access due to concurrent update"));
        }
        done
    }

    fn alive(&self) -> Result<()> {
        match (self.dead, self.again) {
            (false, _) => Ok(()),
            (true, true) => Err(Error::new(Kind::Aborted, "current transaction is aborted, and is to run again")),
            // It would be refused by a server; here the operation that asks is found.
            (true, false) => panic!("an operation runs a statement after an error has ended its transaction"),
        }
    }

    fn part_now(&mut self, step: Part) -> Result<()> {
        match step {
            Part::Open | Part::Operation => {
                self.alive()?;
                now(self.held.part(Part::Open))
            }
            Part::Keep if self.dead => {
                let undone = self.part_now(Part::Undo);
                undone.and(Err(Error::new(Kind::Aborted, "current transaction is aborted")))
            }
            Part::Keep => now(self.held.part(Part::Keep)),
            Part::Undo => {
                let undone = now(self.held.part(Part::Undo));
                self.dead = self.again;
                undone
            }
        }
    }
}

/// Says whether a statement has failed in the database, and not before it was sent or after its answer came.
fn is_of_the_database(e: &Error) -> bool {
    std::error::Error::source(e).is_some_and(|source| source.is::<rusqlite::Error>())
}

impl Session for StrictSession {
    const DIALECT: Dialect = Dialect::Sqlite;
    const SURVIVES_ERRORS: bool = false;

    fn page(&self) -> Room {
        self.held.page()
    }

    fn bound(&mut self, room: Room) -> Room {
        self.held.bound(room)
    }

    fn one<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
    ) -> impl Future<Output = Result<Option<T>>> + Send {
        let changes = |session: &Self| session.held.connection().total_changes();
        let before = changes(self);
        let done = self.statement(|held| now(held.one(stmt, parameters)));
        // What returns a row may write as well.
        ready(if changes(self) == before { done } else { self.begun(done) })
    }

    fn all<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
        out: &mut Vec<T>,
    ) -> impl Future<Output = Result<End>> + Send {
        ready(self.statement(|held| now(held.all(stmt, parameters, out))))
    }

    fn all_dynamic<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        sql: &str,
        fields: &[&'static str],
        parameters: &P,
        out: &mut Vec<T>,
    ) -> impl Future<Output = Result<End>> + Send {
        ready(self.statement(|held| now(held.all_dynamic(sql, fields, parameters, out))))
    }

    fn run<P: Bind + Sync + ?Sized>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
    ) -> impl Future<Output = Result<u64>> + Send {
        ready(self.write(stmt, parameters, |held| now(held.run(stmt, parameters))))
    }

    fn run_each<P: Bind + Send + Sync>(
        &mut self,
        stmt: &'static Stmt,
        rows: impl Iterator<Item = P> + Send,
    ) -> impl Future<Output = Result<(), (usize, Error)>> + Send {
        let written = rows.enumerate().try_for_each(|(at, row)| {
            let written = self.write(stmt, &row, |held| now(held.run(stmt, &row)));
            written.map(drop).map_err(|e| (at, e))
        });
        ready(written)
    }

    fn run_dynamic<P: Bind + Sync + ?Sized>(
        &mut self,
        sql: &str,
        fields: &[&'static str],
        parameters: &P,
    ) -> impl Future<Output = Result<u64>> + Send {
        let run = |held: &mut Held| now(held.run_dynamic(sql, fields, parameters));
        let done = self.statement(run).map_err(|e| self.named(e, None::<(_, &())>, |held| run(held).map(drop)));
        ready(self.begun(done))
    }

    fn advance(
        &mut self,
        counter: &'static Sequence,
        given: Option<i64>,
    ) -> impl Future<Output = Result<Option<i64>>> + Send {
        let done = self.statement(|held| now(held.advance(counter, given)));
        ready(self.begun(done))
    }

    fn part(&mut self, step: Part) -> impl Future<Output = Result<()>> + Send {
        ready(self.part_now(step))
    }
}
