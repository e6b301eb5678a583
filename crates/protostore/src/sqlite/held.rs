//! A connection and its prepared statements, held for its whole life: the one place with `unsafe`.
//!
//! A `Statement` borrows the connection that prepared it, so the two cannot be in one struct, and neither can be sent
//! to another thread while the borrow lasts. Looking a statement up by its text at each use is safe and costs a fifth of
//! a read; this module keeps the borrow instead, and holds these rules, which make it sound:
//!
//! - The connection is on the heap behind a raw pointer: moving a [`Held`] moves neither it nor what statements point at.
//! - Statements are dropped before the connection, in `Drop` and in [`Held::into_connection`].
//! - No statement and no reference to the connection leaves with a longer life than the borrow of the `Held` it came
//!   from: the fields are private to this module, and so is the statement in a [`Prepared`].
//! - A `Held` is sent as a whole. `Connection` is `Send`; its statements point at nothing else; and without `Sync`, no two
//!   threads ever reach either at once.
#![allow(unsafe_code)]

use std::collections::HashMap;
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, MAIN_DB, PrepFlags, Rows, Statement, ToSql};

use super::caches::Share;
use super::fault::fault;
use super::haste::Haste;
use super::watch::{Time, Watch};
use crate::call::ended;
use crate::error::{Error, Kind, Result};
use crate::room::{PAGE_BYTES, Room};
use crate::schema::Stmt;

/// How many statements whose text is made at run time are kept: masks, above all, of which a program has a few.
const DYNAMIC: usize = 64;

/// A connection and its prepared statements.
pub struct Held {
    connection: NonNull<Connection>,
    stmts: Vec<Option<Prepared>>,
    dynamic: HashMap<Box<str>, Prepared>,
    pub(super) transaction: super::transaction::State,
    pub(super) room: Room,
    pub(super) haste: Haste,
    pub(super) page_bytes: usize,
    /// How long a statement may take before it is logged; nothing is timed where none is.
    pub(super) slow: Option<Duration>,
    pub(super) watch: Arc<Watch>,
    /// Says that the connection is of no use any more: SQLCipher reads no page after one that it could not decrypt.
    pub(super) broken: bool,
    /// Says that statements which write are refused.
    pub(super) only_reads: bool,
    /// Its part of what all page caches may have together.
    pub(super) share: Share,
    /// How long a value may be where the writer has its connection, while reads have it.
    pub(super) longest: Option<i32>,
}

// SAFETY: see the rules above. `connection` is owned, and `Connection` is `Send`; the statements borrow only from it, and
// move together with it.
unsafe impl Send for Held {}

impl Held {
    /// Takes a connection, with places for the statements of a store and those of the transactions around them.
    pub(crate) fn new(mut connection: Connection, slots: u32) -> Result<Self> {
        let watch = Watch::new();
        watch.over(&mut connection)?;
        let connection = NonNull::from(Box::leak(Box::new(connection)));
        let slots = slots as usize + super::transaction::OWN;
        let stmts = places(slots);
        let (dynamic, transaction) = (HashMap::new(), super::transaction::State::default());
        Ok(Self {
            connection,
            stmts,
            dynamic,
            transaction,
            room: Room::ENDLESS,
            haste: Haste::default(),
            page_bytes: PAGE_BYTES,
            slow: None,
            watch,
            broken: false,
            only_reads: false,
            share: Share::default(),
            longest: None,
        })
    }

    /// Runs work of a caller, which ends when its time is over; without a time, it has none.
    #[inline]
    pub(super) fn serve<T>(
        &mut self,
        what: &'static str,
        time: Time,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let _working = self.watch.begin(what, time);
        self.room = Room::ENDLESS;
        work(self)
    }

    /// The same for work that writes: where its time ended a part of it, it fails as a whole, whatever it made of that.
    #[inline]
    pub(super) fn serve_whole<T>(
        &mut self,
        what: &'static str,
        time: Time,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let working = self.watch.begin(what, time);
        self.room = Room::ENDLESS;
        let done = work(self);
        if working.has_ended() { Err(ended()) } else { done }
    }

    /// Returns the connection.
    #[inline]
    pub(crate) fn connection(&self) -> &Connection {
        // SAFETY: the pointer comes from a leaked box that only `Drop` and `into_connection` take back, and both need
        // the `Held` for themselves. No `&mut Connection` is ever made.
        unsafe { self.connection.as_ref() }
    }

    /// Takes another connection in place of one that is broken, and gives it the same cache.
    pub(super) fn replace(&mut self, mut connection: Connection) -> Result<()> {
        self.watch.over(&mut connection)?;
        let slots = self.stmts.len();
        let connection = NonNull::from(Box::leak(Box::new(connection)));
        // SAFETY: the connection that is taken is not used afterwards: another has taken its place.
        let broken = unsafe { self.take() };
        self.connection = connection;
        self.stmts = places(slots);
        self.transaction = super::transaction::State::default();
        (self.broken, self.longest) = (false, None);
        drop(broken);
        self.set_cache(self.share.limit)
    }

    /// Looks whether SQLCipher has met a page that it could not decrypt, as it tells of nothing else: the last page of a
    /// long value reads as zeros then, and no error comes with it.
    ///
    /// It makes such a connection one that cannot write, which no connection of a store is otherwise; one that is in the
    /// middle of writing it leaves as it is.
    #[inline]
    pub(super) fn met_damage(&self) -> bool {
        matches!(self.connection().is_readonly(MAIN_DB), Ok(true))
    }

    /// Finalizes the statements and gives the connection back.
    pub(crate) fn into_connection(self) -> Connection {
        let mut held = std::mem::ManuallyDrop::new(self);
        // SAFETY: `held` is not dropped, so the connection is taken once; it is not used afterwards.
        unsafe { held.take() }
    }

    /// Returns the statement in a slot, prepared at its first use.
    #[inline]
    pub(super) fn stmt(&mut self, stmt: &'static Stmt) -> Result<&mut Prepared> {
        self.at((stmt.slot as usize).saturating_add(super::transaction::OWN), stmt.text)
    }

    /// Returns one of the statements of our own, which are before those of the store.
    #[inline]
    pub(super) fn own(&mut self, index: usize, sql: &'static str) -> Result<&mut Prepared> {
        self.at(index, sql)
    }

    /// Returns the statement with a text that was made at run time.
    pub(super) fn dynamic(&mut self, sql: &str) -> Result<&mut Prepared> {
        if !self.dynamic.contains_key(sql) {
            if self.dynamic.len() >= DYNAMIC {
                self.dynamic.clear();
            }
            let prepared = self.prepare(sql, "")?;
            self.dynamic.insert(sql.into(), prepared);
        }
        match self.dynamic.get_mut(sql) {
            Some(prepared) if prepared.writes && self.only_reads => Err(writes()),
            Some(prepared) => Ok(prepared),
            None => Err(Error::new(Kind::Engine, "lost a statement")),
        }
    }

    #[inline(always)]
    fn at(&mut self, slot: usize, sql: &'static str) -> Result<&mut Prepared> {
        // The comparison keeps the statement of another store, whose slots mean something else, from running here.
        let ready = matches!(self.stmts.get(slot), Some(Some(prepared)) if std::ptr::eq(prepared.sql, sql));
        if !ready {
            self.fill(slot, sql)?;
        }
        match self.stmts.get_mut(slot) {
            Some(Some(prepared)) if prepared.writes && self.only_reads => Err(writes()),
            Some(Some(prepared)) => Ok(prepared),
            Some(None) | None => Err(foreign(sql)),
        }
    }

    #[cold]
    fn fill(&mut self, slot: usize, sql: &'static str) -> Result<()> {
        match self.stmts.get(slot) {
            // One text may appear in a program twice.
            Some(Some(prepared)) if prepared.sql == sql => Ok(()),
            Some(Some(_)) | None => Err(foreign(sql)),
            Some(None) => {
                let prepared = self.prepare(sql, sql)?;
                self.stmts[slot] = Some(prepared);
                Ok(())
            }
        }
    }

    #[cold]
    fn prepare(&self, sql: &str, text: &'static str) -> Result<Prepared> {
        // SAFETY: the connection outlives the statement, which is private to `Prepared` and dropped before it.
        let connection: &'static Connection = unsafe { self.connection.as_ref() };
        // Without the flag, some twenty of them use up the memory that SQLite sets aside for short-lived statements.
        let stmt = connection.prepare_with_flags(sql, PrepFlags::SQLITE_PREPARE_PERSISTENT).map_err(fault)?;
        Ok(Prepared { parameters: stmt.parameter_count(), writes: !stmt.readonly(), stmt, sql: text })
    }

    /// Finalizes the statements and takes the connection out.
    ///
    /// # Safety
    ///
    /// `self` must not be used or dropped afterwards, unless it gets another connection.
    unsafe fn take(&mut self) -> Connection {
        drop(std::mem::take(&mut self.stmts));
        drop(std::mem::take(&mut self.dynamic));
        // SAFETY: the pointer comes from `Box::leak`, and the caller promises that this happens once.
        *unsafe { Box::from_raw(self.connection.as_ptr()) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: nothing uses `self` after its `drop`.
        drop(unsafe { self.take() });
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

/// A prepared statement, reachable only while its [`Held`] is borrowed.
pub(super) struct Prepared {
    stmt: Statement<'static>,
    sql: &'static str,
    parameters: usize,
    writes: bool,
}

impl Prepared {
    /// Returns how many parameters the statement has.
    #[inline(always)]
    pub(super) fn parameters(&self) -> usize {
        self.parameters
    }

    /// Says whether the statement may change the database.
    #[inline(always)]
    pub(super) fn writes(&self) -> bool {
        self.writes
    }

    /// Returns how often SQLite has prepared the statement again.
    #[cfg(test)]
    pub(super) fn prepared_again(&self) -> i32 {
        self.stmt.get_status(rusqlite::StatementStatus::RePrepare)
    }

    /// Binds one parameter, counted from 1.
    #[inline(always)]
    pub(super) fn bind(&mut self, at: usize, value: impl ToSql) -> rusqlite::Result<()> {
        self.stmt.raw_bind_parameter(at, value)
    }

    /// Runs the statement for its rows, which end when the result is dropped.
    #[inline(always)]
    pub(super) fn rows(&mut self) -> Rows<'_> {
        self.stmt.raw_query()
    }

    /// Runs the statement for what it changes.
    #[inline(always)]
    pub(super) fn execute(&mut self) -> rusqlite::Result<usize> {
        self.stmt.raw_execute()
    }
}

fn places(slots: usize) -> Vec<Option<Prepared>> {
    std::iter::repeat_with(|| None).take(slots).collect()
}

/// Says that an operation which reads runs a statement that writes, of which no commit would have a number.
#[cold]
fn writes() -> Error {
    Error::new(
        Kind::Engine,
        "an operation that reads runs a statement that writes: let it be a `WriteOp`, and write it",
    )
}

#[cold]
fn foreign(sql: &str) -> Error {
    Error::new(Kind::Engine, format!("the statement belongs to another store: {sql}"))
}
