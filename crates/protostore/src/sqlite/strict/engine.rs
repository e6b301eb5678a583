//! The engine: one connection behind a lock, and transactions that run again.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use rusqlite::Connection;

use super::session::StrictSession;
use crate::call::CallOptions;
use crate::engine::Engine;
use crate::error::{Error, Kind, Result};
use crate::info::Info;
use crate::key::Key;
use crate::ops::{ReadOp, WriteOp, prepare};
use crate::options::Options;
use crate::page_token::PageTokens;
use crate::schema::Schema;
use crate::session::now;
use crate::sqlite::Held;
use crate::store::{Committed, Tx, View};

/// How many writes of a transaction fail one after the other; of those behind, some.
const EACH: usize = 24;

/// SQLite that goes wrong as a server does.
#[derive(Clone)]
pub(crate) struct Strict(Arc<Core>);

struct Core {
    session: Mutex<StrictSession>,
    tokens: PageTokens,
    commits: AtomicU64,
    /// Every write is failed once, after it has begun, with the error that asks for the whole to be run again.
    fails: bool,
}

/// What this engine is told when it is opened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StrictOptions {
    /// Whether writes fail.
    pub(super) fails: bool,
}

impl Strict {
    fn session(&self) -> MutexGuard<'_, StrictSession> {
        self.0.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs something in a snapshot.
    fn snapshot<T>(&self, read: impl FnOnce(&mut StrictSession) -> Result<T>) -> Result<T> {
        let mut session = self.session();
        session.begin(None);
        execute(&session.held, "BEGIN");
        let read = catch_unwind(AssertUnwindSafe(|| read(&mut session))).unwrap_or_else(|panic| Err(panicked(&*panic)));
        session.held.rollback();
        read
    }

    /// Runs something in a transaction until it does not ask to be run again.
    fn transaction<T>(&self, mut write: impl FnMut(&mut StrictSession) -> Result<T>) -> Result<Committed<T>> {
        let mut session = self.session();
        let mut fails = self.0.fails.then_some(0);
        loop {
            session.begin(fails);
            session.held.begin_group()?;
            let run = catch_unwind(AssertUnwindSafe(|| write(&mut session)));
            let done = run.unwrap_or_else(|panic| Err(panicked(&*panic)));
            if session.asks_for_again() {
                fails = fails.map(|at| if at < EACH { at + 1 } else { at * 2 });
            } else if fails.is_some() && done.is_ok() {
                // So does COMMIT, once.
                fails = None;
            } else {
                return self.end(&mut session, done);
            }
            session.held.rollback();
        }
    }

    fn end<T>(&self, session: &mut StrictSession, done: Result<T>) -> Result<Committed<T>> {
        let done = match done {
            Ok(_) if session.is_dead() => Err(Error::new(Kind::Aborted, "the transaction was rolled back")),
            done => done,
        };
        match done {
            Ok(value) => {
                execute(&session.held, "COMMIT");
                session.held.rollback();
                let wrote = u64::from(session.writes() > 0);
                Ok(Committed { value, sequence: self.0.commits.fetch_add(wrote, Ordering::Relaxed) + wrote })
            }
            Err(e) => {
                session.held.rollback();
                Err(e)
            }
        }
    }
}

fn execute(held: &Held, sql: &str) {
    held.connection().execute_batch(sql).expect("runs");
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Error {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::new(Kind::Engine, format!("the request panicked: {}", said.unwrap_or_default()))
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
        let connection = Connection::open_in_memory().expect("memory");
        connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON").expect("settings");
        for migration in schema.migrations {
            connection.execute_batch(migration.text).expect("the schema");
        }
        let session = Mutex::new(StrictSession::new(Held::new(connection, schema.slots)?, schema));
        let keys = Key::from_secret([7; 32]).for_file(&[7; 16]);
        let tokens = PageTokens::new(keys, schema.store, SystemTime::UNIX_EPOCH, schema.version);
        Ok(Self(Arc::new(Core { session, tokens, commits: AtomicU64::new(0), fails: options.engine.fails })))
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
        self.transaction(|session| now(op.run(session, &fixed)))
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
        self.transaction(|session| f(&mut Tx::new(session)))
    }

    fn wait<F: Future>(future: F) -> F::Output {
        now(future)
    }

    fn info(&self) -> Info<Self> {
        let schema = self.session().schema;
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
        let session = self.session();
        let mut check = session.held.connection().prepare("PRAGMA foreign_key_check").expect("prepares");
        assert!(check.query(()).expect("runs").next().expect("reads").is_none(), "a reference leads nowhere");
        Ok(())
    }
}

impl fmt::Debug for Strict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Strict").finish_non_exhaustive()
    }
}
