//! The engine itself: where each request goes.

use std::fmt;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::claim::Claim;
use super::close::{Core, closing};
use super::held::Held;
use super::info::SqliteInfo;
use super::job::{Request, let_go, logged};
use super::open;
use super::options::{SqliteFile, SqliteOptions};
use super::queue::Refused;
use super::readers::read;
use super::state::closed;
use super::watch::Time;
use crate::call::{CallOptions, ended, not_begun};
use crate::engine::Engine;
use crate::error::{Error, Kind, Result};
use crate::fixed::Fixed;
use crate::info::Info;
use crate::meter::Meter;
use crate::ops::{Op, ReadOp, WriteOp, prepare};
use crate::options::Options;
use crate::page_token::PageTokens;
use crate::schema::Schema;
use crate::session::{block, now};
use crate::store::{Committed, Tx, View};

/// How long a request waits for a commit that the store does not have yet, where nothing says how long it may take.
const REACH: Duration = Duration::from_secs(30);

/// No request waits longer for it.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What the work of a closure is called.
const CLOSURE: &str = "a closure";

/// SQLite in this process.
#[derive(Clone)]
pub struct Sqlite(pub(super) Arc<Core>);

impl Sqlite {
    /// Runs a read on the caller's thread; none where it takes too long for that.
    #[inline]
    fn near<O: ReadOp>(&self, op: &O, fixed: &Fixed) -> Result<Option<O::Out>> {
        let meter = Meter::begin(O::NAME, O::TABLE);
        self.0.state.accepts()?;
        let read = meter.inside(|| {
            self.0.near.with(|held| {
                let read = held.hasten(|held| run(held, op, fixed));
                self.0.caches.settle(held);
                read
            })
        });
        // One that is begun again elsewhere is counted there.
        if !matches!(read, Ok(None)) {
            meter.end(&read);
        }
        read
    }

    /// Runs a read on a reader thread.
    fn away<O: ReadOp + Sync + 'static>(
        &self,
        call: CallOptions,
        mut op: O,
    ) -> impl Future<Output = Result<O::Out>> + Send {
        self.far(call, O::NAME, O::TABLE, move |held| {
            let fixed = prepare(&mut op)?;
            run(held, &op, &fixed)
        })
    }

    /// Hands a read to the reader threads.
    async fn far<T: Send + 'static>(
        &self,
        call: CallOptions,
        what: &'static str,
        table: &'static str,
        work: impl FnOnce(&mut Held) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let meter = Meter::begin(what, table);
        let span = meter.span();
        let work = move |held: &mut Held| span.in_scope(|| work(held));
        meter.around(self.handed(call, what, work)).await
    }

    async fn handed<T: Send + 'static>(
        &self,
        call: CallOptions,
        what: &'static str,
        work: impl FnOnce(&mut Held) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.0.state.accepts()?;
        let _waits = self.0.state.wait()?;
        self.reach(&call).await?;
        let time = self.time_of_read(call);
        let (read, answer) = read(time.until, move |held: &mut Held| held.serve(what, time, work));
        self.0.reads.push(read).map_err(refused)?;
        let answer = match time.until {
            None => answer.await,
            // In a place of its own, so that those who have no deadline do not carry what it takes.
            Some(deadline) => Box::pin(self.0.alarms.until(deadline, answer)).await?.ok_or_else(ended)?,
        };
        answer.unwrap_or_else(|_| Err(closed()))
    }

    fn time_of_read(&self, call: CallOptions) -> Time {
        Time { within: self.0.limits.read, until: call.deadline() }
    }

    /// Waits until the store has the commit that is asked for; most ask nothing.
    #[inline(always)]
    async fn reach(&self, call: &CallOptions) -> Result<()> {
        if !call.is_empty() && self.waits(call)? { Box::pin(self.reached(call)).await } else { Ok(()) }
    }

    /// Says whether the store does not have the commit that is asked for yet; refuses a request that is late.
    #[cold]
    fn waits(&self, call: &CallOptions) -> Result<bool> {
        if call.is_over() { Err(not_begun()) } else { Ok(call.sequence() > self.0.commits.newest()) }
    }

    async fn reached(&self, call: &CallOptions) -> Result<()> {
        let (core, sequence) = (&self.0, call.sequence());
        let mut entry = None;
        let reached = poll_fn(|context| {
            entry = Some(core.commits.wait_for(sequence, context.waker()));
            match core.state.accepts() {
                Err(e) => Poll::Ready(Err(e)),
                Ok(()) if core.commits.newest() >= sequence => Poll::Ready(Ok(())),
                Ok(()) => Poll::Pending,
            }
        });
        let own = || Instant::now() + core.limits.read.unwrap_or(REACH).min(LONGEST);
        let deadline = call.deadline().unwrap_or_else(own);
        core.alarms.until(deadline, reached).await?.unwrap_or_else(|| Err(not_reached(sequence, core.commits.newest())))
    }

    /// Hands a request to the writer.
    async fn request<T: Send + 'static>(&self, call: CallOptions, request: Request<T>) -> Result<Committed<T>> {
        self.0.state.accepts()?;
        let _waits = self.0.state.wait()?;
        self.reach(&call).await?;
        let Request { job, claim, answer } = request;
        self.0.requests.push(job).map_err(refused)?;
        let answer = match claim {
            None => answer.await,
            Some(claim) => Box::pin(self.in_time(&claim, answer)).await?,
        };
        answer.unwrap_or_else(|_| Err(self.0.state.accepts().err().unwrap_or_else(closed)))
    }

    /// Waits for the answer of a write until its deadline and, where it has begun by then, to its end: what comes of it is
    /// what is told.
    async fn in_time<A: Future + Unpin>(&self, claim: &Claim, mut answer: A) -> Result<A::Output> {
        match self.0.alarms.until(claim.deadline(), &mut answer).await {
            Ok(Some(answer)) => Ok(answer),
            late if claim.leave() => {
                // Its place is free for another at once.
                logged(let_go(self.0.requests.remove(|job| job.is_of(claim))));
                Err(late.err().unwrap_or_else(not_begun))
            }
            _ => Ok(answer.await),
        }
    }
}

impl Engine for Sqlite {
    type Session = Held;
    type Database<'a> = SqliteFile<'a>;
    type Options = SqliteOptions;
    type Info = SqliteInfo;

    fn open(schema: &'static Schema, file: SqliteFile<'_>, options: &Options) -> Result<Self> {
        Self::start(open::open(options, schema, file.path, file.key)?, schema, options)
    }

    fn open_test(schema: &'static Schema, options: &Options) -> Result<Self> {
        Self::start(open::open_test(options, schema)?, schema, options)
    }

    #[inline]
    async fn read<O: ReadOp + Sync, F: ReadOp<Out = O::Out> + Sync + 'static>(
        &self,
        call: CallOptions,
        mut op: O,
        far: impl FnOnce(O) -> F + Send,
    ) -> Result<O::Out> {
        self.reach(&call).await?;
        let fixed = prepare(&mut op)?;
        match self.near(&op, &fixed)? {
            Some(out) => Ok(out),
            None => self.away(call, far(op)).await,
        }
    }

    async fn list<O: ReadOp + Sync + 'static>(&self, call: CallOptions, mut op: O) -> Result<O::Out> {
        if op.is_short() {
            self.reach(&call).await?;
            let fixed = prepare(&mut op)?;
            if let Some(out) = self.near(&op, &fixed)? {
                return Ok(out);
            }
        }
        self.away(call, op).await
    }

    fn write<O: WriteOp + Sync + 'static>(
        &self,
        call: CallOptions,
        mut op: O,
    ) -> impl Future<Output = Result<Committed<O::Out>>> + Send {
        let prepared = prepare(&mut op);
        let request = prepared.map(|fixed| Request::operation(call, op, fixed));
        async move {
            let written = async {
                match request {
                    Ok(request) => self.request(call, request).await,
                    Err(e) => Err(e),
                }
            };
            Meter::begin(O::NAME, O::TABLE).around(written).await
        }
    }

    fn read_with<T: Send + 'static>(
        &self,
        call: CallOptions,
        f: impl FnOnce(&mut View<'_, Self>) -> Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<T>> + Send {
        let state = Arc::clone(&self.0.state);
        self.far(call, CLOSURE, "", move |held| held.snapshot(|held| state.inside(|| f(&mut View::new(held)))))
    }

    fn write_with<T: Send + 'static>(
        &self,
        call: CallOptions,
        mut f: impl FnMut(&mut Tx<'_, Self>) -> Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<Committed<T>>> + Send {
        let slow = self.0.limits.slow_write;
        let run = move |held: &mut Held| held.closure(|held| timed(slow, || f(&mut Tx::new(held))));
        let request = Request::closure(call, CLOSURE, run);
        async move { Meter::begin(CLOSURE, "").around(self.request(call, request)).await }
    }

    fn read_here<T>(&self, call: CallOptions, f: impl FnOnce(&mut View<'_, Self>) -> Result<T>) -> Result<T> {
        self.0.state.accepts()?;
        let _waits = self.0.state.wait()?;
        if !call.is_empty() {
            block(self.reach(&call))?;
        }
        let mut held = self.0.far.lend(call.deadline())?;
        if call.is_over() {
            return Err(not_begun());
        }
        let meter = Meter::begin(CLOSURE, "");
        let read = meter.inside(|| {
            held.serve(CLOSURE, self.time_of_read(call), |held| {
                held.snapshot(|held| self.0.state.inside(|| f(&mut View::new(held))))
            })
        });
        meter.end(&read);
        self.0.caches.settle(&mut held);
        read
    }

    fn write_here<T: Send + 'static>(
        &self,
        call: CallOptions,
        f: impl FnMut(&mut Tx<'_, Self>) -> Result<T> + Send + 'static,
    ) -> Result<Committed<T>> {
        block(self.write_with(call, f))
    }

    fn wait<F: Future>(future: F) -> F::Output {
        now(future)
    }

    fn info(&self) -> Info {
        self.0.info()
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
    if op.is_compound() { held.snapshot(|held| now(op.run(held, fixed))) } else { now(op.run(held, fixed)) }
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

/// Says that the store has no commit of the sequence that was asked for.
#[cold]
fn not_reached(sequence: u64, newest: u64) -> Error {
    let why = format!(
        "commit {sequence} was asked for, and the newest one is {newest}: the number is of another database, or of this one \
         before it was put back from a backup"
    );
    Error::new(Kind::Deadline, why)
}

#[cold]
fn refused(why: Refused) -> Error {
    match why {
        Refused::Full => Error::new(Kind::Exhausted, "too many requests wait for the store"),
        Refused::Closed => closed(),
    }
}
