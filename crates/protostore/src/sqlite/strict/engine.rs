//! The engine: one connection behind a lock, and transactions that run again.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use rusqlite::Connection;

use super::super::fault::fault;
use super::super::job::{caught, let_go};
use super::super::open::Log;
use super::super::state::closed;
use super::session::StrictSession;
use crate::call::CallOptions;
use crate::engine::Engine;
use crate::error::{Error, Kind, Result};
use crate::info::Info;
use crate::key::Key;
use crate::ops::{ReadOp, WriteOp, prepare};
use crate::options::Options;
use crate::page_token::PageTokens;
use crate::random::random;
use crate::schema::Schema;
use crate::session::now;
use crate::sqlite::Held;
use crate::store::{Committed, Tx, View};

/// How many writes of a transaction fail one after the other; of those behind, some.
const EACH: usize = 24;

/// An engine for tests: SQLite in memory that goes wrong as a server does.
///
/// ```
/// use protostore::testing::Strict;
/// use protostore::{Options, Schema, Store};
///
/// fn store(schema: &'static Schema) -> protostore::Result<Store<Strict>> {
///     Options::<Strict>::default().failing_writes(true).open_test(schema)
/// }
/// ```
///
/// After an error it rejects every statement until the part around it, or the transaction, is undone. Of a constraint that
/// is broken it says no more than the name. [`Options::failing_writes`] makes transactions run again. It has one connection,
/// so a closure that comes back through its own store waits for itself.
#[derive(Clone)]
pub struct Strict(Arc<Core>);

struct Core {
    session: Mutex<StrictSession>,
    tokens: PageTokens,
    commits: AtomicU64,
    /// Every write is failed once, after it has begun, with the error that asks for the whole to be run again.
    fails: bool,
    closed: AtomicBool,
}

/// What [`Strict`] alone is told when it is opened, by methods of [`Options`].
#[derive(Clone, Copy, Debug, Default)]
pub struct StrictOptions {
    fails: bool,
}

impl Options<Strict> {
    /// Makes each write of a transaction fail once, after it has begun, and then COMMIT, with the error that asks for the
    /// whole to be run again: the first 24 writes each, and some of those behind.
    #[must_use]
    pub fn failing_writes(mut self, fails: bool) -> Self {
        self.engine.fails = fails;
        self
    }
}

impl Strict {
    fn lock(&self) -> MutexGuard<'_, StrictSession> {
        self.0.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn session(&self) -> Result<MutexGuard<'_, StrictSession>> {
        let session = self.lock();
        if self.0.closed.load(Ordering::Relaxed) { Err(closed()) } else { Ok(session) }
    }

    /// Runs something in a snapshot.
    fn snapshot<T>(&self, read: impl FnOnce(&mut StrictSession) -> Result<T>) -> Result<T> {
        let mut session = self.session()?;
        session.begin(None);
        execute(&session.held, "BEGIN")?;
        let read = catch_unwind(AssertUnwindSafe(|| read(&mut session))).unwrap_or_else(|panic| Err(caught(panic)));
        session.held.rollback();
        read
    }

    /// Runs something in a transaction until it does not ask to be run again, and drops it before COMMIT.
    fn transaction<T>(&self, mut write: impl FnMut(&mut StrictSession) -> Result<T>) -> Result<Committed<T>> {
        let mut session = self.session()?;
        let mut fails = self.0.fails.then_some(0);
        let mut before;
        let done = loop {
            session.begin(fails);
            session.held.begin_group()?;
            before = session.held.connection().total_changes();
            let run = catch_unwind(AssertUnwindSafe(|| write(&mut session)));
            let done = run.unwrap_or_else(|panic| Err(caught(panic)));
            if session.asks_for_again() {
                fails = fails.map(|at| if at < EACH { at + 1 } else { at * 2 });
            } else if fails.is_some() && done.is_ok() {
                // So does COMMIT, once.
                fails = None;
            } else {
                break done;
            }
            session.held.rollback();
        };
        let dropped = let_go(write);
        self.end(&mut session, before, done.and_then(|value| dropped.map(|()| value)))
    }

    fn end<T>(&self, session: &mut StrictSession, before: u64, done: Result<T>) -> Result<Committed<T>> {
        let done = match done {
            Ok(_) if session.is_dead() => Err(Error::new(Kind::Aborted, "the transaction was rolled back")),
            done => done,
        };
        match done {
            Ok(value) => {
                let committed = execute(&session.held, "COMMIT");
                session.held.rollback();
                committed?;
                // One that changed nothing is not a commit.
                let wrote = u64::from(session.held.connection().total_changes() != before);
                Ok(Committed { value, sequence: self.0.commits.fetch_add(wrote, Ordering::Relaxed) + wrote })
            }
            Err(e) => {
                session.held.rollback();
                Err(e)
            }
        }
    }
}

fn execute(held: &Held, sql: &str) -> Result<()> {
    held.connection().execute_batch(sql).map_err(fault)
}

/// Makes a database in memory with the tables of a schema.
fn database(schema: &Schema) -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON")?;
    connection.execute_batch(schema.whole)?;
    Log::lay(&connection)?;
    Ok(connection)
}

impl Engine for Strict {
    type Session = StrictSession;
    type Database<'a> = ();
    type Options = StrictOptions;
    type Info = ();

    fn open(schema: &'static Schema, (): (), options: &Options<Self>) -> Result<Self> {
        Self::open_test(schema, options)
    }

    fn open_test(schema: &'static Schema, options: &Options<Self>) -> Result<Self> {
        let mut held = Held::new(database(schema).map_err(fault)?, schema.slots)?;
        held.page_bytes = options.page_bytes;
        let salt = random().map_err(|e| Error::new(Kind::Io, format!("has no random numbers: {e}")))?;
        let keys = Key::from_secret([7; 32]).for_file(&salt);
        let tokens = PageTokens::new(keys, schema.store, SystemTime::UNIX_EPOCH, schema.version);
        let session = Mutex::new(StrictSession::new(held, schema));
        let (fails, closed) = (options.engine.fails, AtomicBool::new(false));
        Ok(Self(Arc::new(Core { session, tokens, commits: AtomicU64::new(0), fails, closed })))
    }

    async fn read<O: ReadOp + Sync, F: ReadOp<Out = O::Out> + Sync + 'static>(
        &self,
        _: CallOptions,
        mut op: O,
        _: impl FnOnce(O) -> F + Send,
    ) -> Result<O::Out> {
        let fixed = prepare(&mut op)?;
        self.snapshot(|session| now(op.run(session, &fixed)))
    }

    async fn list<O: ReadOp + Sync + 'static>(&self, _: CallOptions, mut op: O) -> Result<O::Out> {
        let fixed = prepare(&mut op)?;
        self.snapshot(|session| now(op.run(session, &fixed)))
    }

    async fn write<O: WriteOp + Sync + 'static>(&self, _: CallOptions, mut op: O) -> Result<Committed<O::Out>> {
        let fixed = prepare(&mut op)?;
        self.transaction(move |session| now(op.run(session, &fixed)))
    }

    async fn read_with<T: Send + 'static>(
        &self,
        call: CallOptions,
        f: impl FnOnce(&mut View<'_, Self>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_here(call, f)
    }

    async fn write_with<T: Send + 'static>(
        &self,
        call: CallOptions,
        f: impl FnMut(&mut Tx<'_, Self>) -> Result<T> + Send + 'static,
    ) -> Result<Committed<T>> {
        self.write_here(call, f)
    }

    fn read_here<T>(&self, _: CallOptions, f: impl FnOnce(&mut View<'_, Self>) -> Result<T>) -> Result<T> {
        self.snapshot(|session| f(&mut View::new(session)))
    }

    fn write_here<T: Send + 'static>(
        &self,
        _: CallOptions,
        mut f: impl FnMut(&mut Tx<'_, Self>) -> Result<T> + Send + 'static,
    ) -> Result<Committed<T>> {
        self.transaction(move |session| f(&mut Tx::new(session)))
    }

    fn wait<F: Future>(future: F) -> F::Output {
        now(future)
    }

    fn info(&self) -> Info<Self> {
        let schema = self.lock().schema;
        Info {
            store: schema.store,
            version: schema.version,
            semver: schema.semver,
            mapping: schema.mapping,
            sequence: self.0.commits.load(Ordering::Relaxed),
            created: SystemTime::UNIX_EPOCH,
            newer: None,
            upgraded: None,
            engine: (),
        }
    }

    fn page_tokens(&self) -> &PageTokens {
        &self.0.tokens
    }

    /// Looks for references to what is not there.
    fn close(&self) -> Result<()> {
        let session = self.lock();
        if self.0.closed.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let broken =
            session.held.connection().prepare("PRAGMA foreign_key_check").and_then(|mut check| check.exists(()));
        if broken.map_err(fault)? {
            return Err(Error::new(Kind::Damaged, "a reference refers to a record that does not exist"));
        }
        Ok(())
    }
}

impl fmt::Debug for Strict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Strict").finish_non_exhaustive()
    }
}
