//! SQLite as a session: the work is done in the call, and the future that is returned is ready.

use std::future::{Future, ready};
use std::time::{Duration, Instant};

use protostore_sql::Dialect;

use super::bind::{bind, bind_dynamic};
use super::fault::{damaged, fault};
use super::haste::Haste;
use super::held::{Held, Prepared};
use super::row::Columns;
use crate::error::{Error, Kind, Result};
use crate::record::Sequence;
use crate::room::{End, Room, too_large};
use crate::schema::Stmt;
use crate::session::{Part, Session};
use crate::value::{Bind, Decode};

impl Session for Held {
    const DIALECT: Dialect = Dialect::Sqlite;
    const SURVIVES_ERRORS: bool = true;

    fn page(&self) -> Room {
        Room::of(self.page_bytes)
    }

    fn bound(&mut self, room: Room) -> Room {
        std::mem::replace(&mut self.room, room)
    }

    #[inline(always)]
    fn one<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
    ) -> impl Future<Output = Result<Option<T>>> + Send {
        ready(self.one_now(stmt, parameters))
    }

    #[inline(always)]
    fn all<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
        out: &mut Vec<T>,
    ) -> impl Future<Output = Result<End>> + Send {
        ready(self.all_now(stmt, parameters, out))
    }

    fn all_dynamic<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        sql: &str,
        fields: &[&'static str],
        parameters: &P,
        out: &mut Vec<T>,
    ) -> impl Future<Output = Result<End>> + Send {
        let since = self.since();
        let (mut room, mut haste) = self.begin_rows();
        let read = self.ready().and_then(|()| {
            let stmt = self.dynamic(sql)?;
            bind_dynamic(stmt, fields, parameters)?;
            each(stmt, &mut room, &mut haste, out)
        });
        self.timed(since, sql);
        ready(self.end_rows(room, haste, read))
    }

    fn run<P: Bind + Sync + ?Sized>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
    ) -> impl Future<Output = Result<u64>> + Send {
        ready(self.run_now(stmt, parameters))
    }

    fn run_each<P: Bind + Send + Sync>(
        &mut self,
        stmt: &'static Stmt,
        rows: impl Iterator<Item = P> + Send,
    ) -> impl Future<Output = Result<(), (usize, Error)>> + Send {
        ready(self.run_each_now(stmt, rows))
    }

    fn run_dynamic<P: Bind + Sync + ?Sized>(
        &mut self,
        sql: &str,
        fields: &[&'static str],
        parameters: &P,
    ) -> impl Future<Output = Result<u64>> + Send {
        ready(self.run_dynamic_now(sql, fields, parameters))
    }

    fn advance(
        &mut self,
        counter: &'static Sequence,
        given: Option<i64>,
    ) -> impl Future<Output = Result<Option<i64>>> + Send {
        ready(self.advance_now(counter, given))
    }

    fn part(&mut self, step: Part) -> impl Future<Output = Result<()>> + Send {
        ready(self.part_now(step))
    }
}

impl Held {
    #[inline(always)]
    fn one_now<P: Bind + ?Sized, T: Decode>(&mut self, stmt: &'static Stmt, parameters: &P) -> Result<Option<T>> {
        self.ready()?;
        let since = self.since();
        let (mut room, mut haste) = (self.room, self.haste);
        let (writes, read) = match self.stmt(stmt) {
            Ok(prepared) => {
                bind(prepared, stmt.params, parameters)?;
                (prepared.writes(), first(prepared, &mut room, &mut haste))
            }
            Err(e) => (false, Err(e)),
        };
        (self.room, self.haste) = (room, haste);
        self.timed(since, stmt.text);
        let read = self.sound(read);
        self.ended(writes, read)
    }

    #[inline(always)]
    fn all_now<P: Bind + ?Sized, T: Decode>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
        out: &mut Vec<T>,
    ) -> Result<End> {
        self.ready()?;
        let since = self.since();
        let (mut room, mut haste) = self.begin_rows();
        let read = self.stmt(stmt).and_then(|prepared| {
            bind(prepared, stmt.params, parameters)?;
            each(prepared, &mut room, &mut haste, out)
        });
        self.timed(since, stmt.text);
        self.end_rows(room, haste, read)
    }

    fn run_now<P: Bind + ?Sized>(&mut self, stmt: &'static Stmt, parameters: &P) -> Result<u64> {
        self.ready()?;
        let since = self.since();
        let prepared = self.stmt(stmt)?;
        bind(prepared, stmt.params, parameters)?;
        let (writes, changed) = (prepared.writes(), change(prepared));
        self.timed(since, stmt.text);
        self.ended(writes, changed)
    }

    /// The statement is looked up once, and where there is no row not at all.
    fn run_each_now<P: Bind>(
        &mut self,
        stmt: &'static Stmt,
        rows: impl Iterator<Item = P>,
    ) -> Result<(), (usize, Error)> {
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        self.ready().map_err(|e| (0, e))?;
        let since = self.since();
        let prepared = self.stmt(stmt).map_err(|e| (0, e))?;
        let (writes, mut done, mut refused) = (prepared.writes(), 0, None);
        for row in rows {
            let bound = bind(prepared, stmt.params, &row);
            let has_begun = bound.is_ok();
            match bound.and_then(|()| change(prepared)) {
                Ok(_) => done += 1,
                Err(e) => {
                    refused = Some((has_begun, e));
                    break;
                }
            }
        }
        self.timed(since, stmt.text);
        if done > 0 {
            self.ended(writes, Ok(())).map_err(|e| (done, e))?;
        }
        match refused {
            None => Ok(()),
            Some((true, e)) => self.ended(writes, Err(e)).map_err(|e| (done, e)),
            Some((false, e)) => Err((done, e)),
        }
    }

    pub(super) fn run_dynamic_now<P: Bind + ?Sized>(
        &mut self,
        sql: &str,
        fields: &[&'static str],
        parameters: &P,
    ) -> Result<u64> {
        self.ready()?;
        let since = self.since();
        let prepared = self.dynamic(sql)?;
        bind_dynamic(prepared, fields, parameters)?;
        let (writes, changed) = (prepared.writes(), change(prepared));
        self.timed(since, sql);
        self.ended(writes, changed)
    }

    /// Returns when a statement begins, where statements are timed.
    #[inline(always)]
    fn since(&self) -> Option<Instant> {
        self.slow.map(|_| Instant::now())
    }

    /// Logs a statement that took longer than it may: its text, which holds no values.
    #[inline(always)]
    fn timed(&self, since: Option<Instant>, sql: &str) {
        if let (Some(since), Some(slow)) = (since, self.slow) {
            let took = since.elapsed();
            if took >= slow {
                slow_statement(took, sql);
            }
        }
    }

    /// Refuses what was read from a damaged page, which the engine alone may not.
    #[inline(always)]
    pub(super) fn sound<T>(&mut self, read: Result<T>) -> Result<T> {
        if self.met_damage() { self.unsound(read) } else { read }
    }

    #[cold]
    fn unsound<T>(&mut self, read: Result<T>) -> Result<T> {
        self.broken = true;
        match read {
            // A page that could not be read looks damaged as well.
            Err(e) if matches!(e.kind(), Kind::Io | Kind::Damaged) => Err(e),
            Err(e) => Err(damaged("its authentication failed").because(e)),
            Ok(_) => Err(damaged("its authentication failed")),
        }
    }

    /// Returns the room for a read of rows, and bounds what sorting them may take.
    #[inline(always)]
    fn begin_rows(&mut self) -> (Room, Haste) {
        if self.room.is_bounded() {
            self.watch.bound_memory(self.room.left());
        }
        (self.room, self.haste)
    }

    /// Keeps what is left of the room; a sort that took too much memory is a read that was cut.
    #[inline(always)]
    fn end_rows(&mut self, room: Room, haste: Haste, read: Result<End>) -> Result<End> {
        let exceeded = self.room.is_bounded() && self.watch.free_memory();
        (self.room, self.haste) = (room, haste);
        match self.sound(read) {
            Err(_) if exceeded => Ok(End::Cut),
            read => read.map_err(|e| self.failed(e)),
        }
    }
}

#[inline(always)]
pub(super) fn first<T: Decode>(stmt: &mut Prepared, room: &mut Room, haste: &mut Haste) -> Result<Option<T>> {
    match stmt.rows().next() {
        Ok(Some(row)) => {
            let mut columns = Columns::of(row);
            let decoded = T::decode(&mut columns)?;
            let bytes = columns.bytes::<T>();
            if haste.take(bytes) && room.take(bytes) { Ok(Some(decoded)) } else { Err(too_large()) }
        }
        Ok(None) => Ok(None),
        Err(e) => Err(fault(e)),
    }
}

#[inline(always)]
fn each<T: Decode>(stmt: &mut Prepared, room: &mut Room, haste: &mut Haste, out: &mut Vec<T>) -> Result<End> {
    debug_assert!(!stmt.writes(), "what reads many rows changes none");
    let mut rows = stmt.rows();
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                let mut columns = Columns::of(row);
                let decoded = T::decode(&mut columns)?;
                let bytes = columns.bytes::<T>();
                if !haste.take(bytes) {
                    return Err(too_long());
                }
                if !room.take(bytes) {
                    return Ok(End::Cut);
                }
                out.push(decoded);
            }
            Ok(None) => return Ok(End::Whole),
            Err(e) => return Err(fault(e)),
        }
    }
}

/// Says that a read takes more than one on the caller's thread may, which is begun again elsewhere.
#[cold]
fn too_long() -> Error {
    Error::new(Kind::Exhausted, "the read takes too long for the thread of its caller")
}

#[cold]
fn slow_statement(took: Duration, sql: &str) {
    tracing::warn!(took_ms = took.as_secs_f64() * 1000.0, sql, "a statement was slow");
}

fn change(stmt: &mut Prepared) -> Result<u64> {
    let changed = stmt.execute().map_err(fault)?;
    // A count of rows is far below 2^64.
    Ok(changed as u64)
}
