//! The engine itself: where each request goes.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::close::{Core, closing};
use super::held::Held;
use super::info::SqliteInfo;
use super::job::Work;
use super::open;
use super::options::{SqliteFile, SqliteOptions};
use super::queue::Refused;
use super::readers::read;
use super::state::closed;
use crate::engine::Engine;
use crate::error::{Error, Kind, Result};
use crate::fixed::Fixed;
use crate::info::Info;
use crate::ops::{Op, ReadOp, WriteOp, prepare};
use crate::options::Options;
use crate::page_token::PageTokens;
use crate::room::Room;
use crate::schema::Schema;
use crate::session::{Session, block, now};
use crate::store::{Committed, Tx, View};

/// How many bytes of rows a read on the caller's thread takes; a larger record is read by a reader thread.
///
/// Some hundred rows: no more than a millisecond, in which nothing else of a runtime's thread goes on.
const NEAR_BYTES: usize = 64 << 10;

/// What the work of a closure is called.
const CLOSURE: &str = "a closure";

/// SQLite in this process.
#[derive(Clone)]
pub struct Sqlite(pub(super) Arc<Core>);

impl Sqlite {
    /// Runs a read on the caller's thread; none where the record is too large for that.
    #[inline]
    fn near<O: ReadOp>(&self, op: &O, fixed: &Fixed) -> Result<Option<O::Out>> {
        self.0.state.accepts()?;
        let read = self.0.near.with(|held| {
            held.bound(Room::of(NEAR_BYTES));
            run(held, op, fixed)
        });
        match read {
            Ok(out) => Ok(Some(out)),
            Err(e) if e.is_too_large() => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Hands a read to the reader threads.
    async fn far<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(&mut Held) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.0.state.accepts()?;
        let _waits = self.0.state.wait()?;
        let within = self.0.limits.read;
        let (read, answer) = read(move |held: &mut Held| held.serve(what, within, work));
        self.0.reads.push(read).map_err(refused)?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Hands a request to the writer.
    async fn request<T: Send + 'static>(
        &self,
        what: &'static str,
        compound: bool,
        mut work: impl FnMut(&mut Held) -> Result<T> + Send + 'static,
    ) -> Result<Committed<T>> {
        self.0.state.accepts()?;
        let _waits = self.0.state.wait()?;
        let (work, answer) = Work::new(compound, move |held: &mut Held| held.serve(what, None, &mut work));
        self.0.requests.push(Box::new(work)).map_err(refused)?;
        answer.await.unwrap_or_else(|_| Err(self.0.state.accepts().err().unwrap_or_else(closed)))
    }
}

impl Engine for Sqlite {
    type Session = Held;
    type Database<'a> = SqliteFile<'a>;
    type Options = SqliteOptions;
    type Info = SqliteInfo;

    fn open(schema: &'static Schema, file: SqliteFile<'_>, options: &Options) -> Result<Self> {
        Self::start(open::open(options, schema, file.path, file.key)?, schema.slots, options)
    }

    fn open_test(schema: &'static Schema, options: &Options) -> Result<Self> {
        Self::start(open::open_test(options, schema)?, schema.slots, options)
    }

    #[inline]
    async fn read<O: ReadOp + Sync, F: ReadOp<Out = O::Out> + Sync + 'static>(
        &self,
        mut op: O,
        far: impl FnOnce(O) -> F + Send,
    ) -> Result<O::Out> {
        let fixed = prepare(&mut op)?;
        match self.near(&op, &fixed)? {
            Some(out) => Ok(out),
            None => self.list(far(op)).await,
        }
    }

    fn list<O: ReadOp + Sync + 'static>(&self, mut op: O) -> impl Future<Output = Result<O::Out>> + Send {
        self.far(O::NAME, move |held| {
            let fixed = prepare(&mut op)?;
            run(held, &op, &fixed)
        })
    }

    fn write<O: WriteOp + Sync + 'static>(&self, mut op: O) -> impl Future<Output = Result<Committed<O::Out>>> + Send {
        let prepared = prepare(&mut op);
        let request = prepared.map(|fixed| self.request(O::NAME, O::COMPOUND, move |held| now(op.run(held, &fixed))));
        async move { request?.await }
    }

    fn read_with<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut View<'_, Self>) -> Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<T>> + Send {
        let state = Arc::clone(&self.0.state);
        self.far(CLOSURE, move |held| held.snapshot(|held| state.inside(|| f(&mut View::new(held)))))
    }

    fn write_with<T: Send + 'static>(
        &self,
        mut f: impl FnMut(&mut Tx<'_, Self>) -> Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<Committed<T>>> + Send {
        let slow = self.0.limits.slow_write;
        self.request(CLOSURE, true, move |held| held.closure(|held| timed(slow, || f(&mut Tx::new(held)))))
    }

    fn read_here<T>(&self, f: impl FnOnce(&mut View<'_, Self>) -> Result<T>) -> Result<T> {
        self.0.state.accepts()?;
        let _waits = self.0.state.wait()?;
        let mut held = self.0.far.lend()?;
        held.serve(CLOSURE, self.0.limits.read, |held| {
            held.snapshot(|held| self.0.state.inside(|| f(&mut View::new(held))))
        })
    }

    fn write_here<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx<'_, Self>) -> Result<T> + Send + 'static,
    ) -> Result<Committed<T>> {
        block(self.write_with(f))
    }

    fn wait<F: Future>(future: F) -> F::Output {
        now(future)
    }

    fn info(&self) -> Info {
        let mut info = self.0.info.clone();
        info.sequence = self.0.commits.newest();
        info.engine.log = self.0.watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
        info.engine.check = self.0.check.info();
        info
    }

    fn page_tokens(&self) -> &PageTokens {
        &self.0.tokens
    }

    fn close(&self) -> Result<()> {
        closing(&self.0)
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.0.info.engine.path).finish_non_exhaustive()
    }
}

/// Runs a read, in a snapshot where it takes several statements.
#[inline]
fn run<O: Op>(held: &mut Held, op: &O, fixed: &Fixed) -> Result<O::Out> {
    if O::COMPOUND { held.snapshot(|held| now(op.run(held, fixed))) } else { now(op.run(held, fixed)) }
}

/// Runs a closure of the caller in the transaction of a group, and says if it takes long: all other writes wait for it.
fn timed<T>(slow: Duration, f: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = f();
    let took = start.elapsed();
    if took >= slow {
        tracing::warn!(
            took_ms = took.as_millis(),
            "a closure held up all writes; do in it only what the transaction needs"
        );
    }
    out
}

#[cold]
fn refused(why: Refused) -> Error {
    match why {
        Refused::Full => Error::new(Kind::Exhausted, "too many requests wait for the store"),
        Refused::Closed => closed(),
    }
}
