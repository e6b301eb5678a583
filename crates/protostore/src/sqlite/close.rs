//! The parts of a running store, how they are started, and how they end: what was accepted is finished first.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::alarms::Alarms;
use super::caches::{Caches, Share};
use super::check::Check;
use super::checkpoint::{Checkpoints, Watched};
use super::commits::Commits;
use super::engine::Sqlite;
use super::fork;
use super::held::Held;
use super::info::CheckState;
use super::job::{let_go, logged as dropped, panicked};
use super::near::Near;
use super::pool::Pool;
use super::queue::Queue;
use super::readers::{self, Read};
use super::state::State;
use super::upkeep::{Exchange, Keeper, Work};
use super::warm::Warm;
use super::watch::Watch;
use super::writer::{Requests, Writer};
use crate::error::{Error, Kind, Result};
use crate::info::Info;
use crate::options::{Limits, Options};
use crate::page_token::PageTokens;
use crate::schema::Schema;
use crate::sqlite::open::{self, Connector, Guard, Log, Opened};

/// How long closing waits for reads that were ended.
const GRACE: Duration = Duration::from_secs(2);

/// How much stack the writer may use, where closures clone and drop what callers have made: of the address space, not of the
/// memory.
const STACK: usize = 64 << 20;

/// What all clones of a store share.
pub(super) struct Core {
    pub(super) state: Arc<State>,
    pub(super) near: Arc<Near>,
    pub(super) far: Arc<Pool>,
    pub(super) caches: Arc<Caches>,
    pub(super) reads: Arc<Queue<Read>>,
    pub(super) requests: Arc<Requests>,
    pub(super) info: Info,
    pub(super) commits: Arc<Commits>,
    pub(super) watched: Watched,
    pub(super) check: Arc<Check>,
    pub(super) tokens: PageTokens,
    pub(super) limits: Limits,
    pub(super) alarms: Arc<Alarms>,
    pub(super) schema: &'static Schema,
    pub(super) connector: Arc<Connector>,
    pub(super) exchange: Arc<Exchange>,
    pub(super) keeper: Arc<Keeper>,
    /// How many bytes the log may have.
    pub(super) log_limit: u64,
    running: Mutex<Option<Running>>,
}

/// What is left to end.
struct Running {
    state: Arc<State>,
    warm: Arc<Warm>,
    near: Arc<Near>,
    far: Arc<Pool>,
    reads: Arc<Queue<Read>>,
    requests: Arc<Requests>,
    commits: Arc<Commits>,
    writer: JoinHandle<Option<(Held, Log)>>,
    readers: Vec<JoinHandle<()>>,
    guard: Guard,
    /// Of the connections that read for longer, and of the one that writes.
    watches: (Vec<Arc<Watch>>, Arc<Watch>),
    check: (Arc<Check>, Option<JoinHandle<()>>),
    keeper: (Arc<Keeper>, Option<JoinHandle<()>>),
    exchange: Arc<Exchange>,
    within: Duration,
}

impl Sqlite {
    /// Starts the threads over connections that are ready.
    pub(crate) fn start(opened: Opened, schema: &'static Schema, options: &Options) -> Result<Self> {
        let Opened { writer, readers, caches, connector, log, reserve, guard, info, tokens } = opened;
        let slots = schema.slots;
        let (page_bytes, slow) = (options.page_bytes, options.limits.slow_statement);
        let hold = |connection: Connection, only_reads: bool, cache: u64| {
            let mut held = Held::new(connection, slots)?;
            (held.page_bytes, held.slow, held.only_reads) = (page_bytes, slow, only_reads);
            held.share = Share::of(cache);
            Ok(held)
        };
        let readers = readers.into_iter().enumerate();
        let readers = readers.map(|(at, connection)| hold(connection, true, caches.reader(at)));
        let mut readers: Vec<Held> = readers.collect::<Result<_>>()?;
        let far = readers.split_off(options.engine.near.min(readers.len().saturating_sub(1)));
        let threads = far.len();
        let writer = hold(writer, false, caches.writer())?;
        let watches = (far.iter().map(|held| Arc::clone(&held.watch)).collect(), Arc::clone(&writer.watch));
        fork::watch()?;
        let state = Arc::new(State::default());
        let warm = Warm::new(writer);
        let near = Arc::new(Near::new(Arc::clone(&warm), readers, Arc::clone(&connector))?);
        let far = Arc::new(Pool::new(far, Arc::clone(&connector)));
        let caches = Caches::new(&warm, &near, &far, options.engine.cache);
        let reads = Arc::new(Queue::new(options.queue));
        let requests: Arc<Requests> = Arc::new(Queue::new(options.queue));
        let watched = Watched::default();
        let commits = Arc::clone(log.commits());
        let check = Check::new(info.engine.check.state);
        let exchange = Arc::<Exchange>::default();
        let keeps = options.engine.keeper.as_ref().filter(|_| !guard.is_of_test());
        let keeper = Keeper::new(options.engine.keeper.as_ref(), keeps.is_some());
        let writer = spawn("protostore-writer", Some(STACK), {
            let (state, requests) = (Arc::clone(&state), Arc::clone(&requests));
            let checkpoints =
                Checkpoints::new(log, reserve, options.engine.log, Arc::clone(&watched), Arc::clone(&exchange));
            let (warm, connector, caches) = (Arc::clone(&warm), Arc::clone(&connector), Arc::clone(&caches));
            move || {
                let mut writer = Writer::new(warm, Arc::clone(&requests), Arc::clone(&state), checkpoints);
                (writer.connector, writer.caches) = (Some(connector), Some(caches));
                write(writer, &state, &requests)
            }
        })?;
        let mut running = Running {
            state: Arc::clone(&state),
            warm,
            near: Arc::clone(&near),
            far: Arc::clone(&far),
            reads: Arc::clone(&reads),
            requests: Arc::clone(&requests),
            commits: Arc::clone(&commits),
            writer,
            readers: Vec::with_capacity(threads),
            guard,
            watches,
            check: (Arc::clone(&check), None),
            keeper: (Arc::clone(&keeper), None),
            exchange: Arc::clone(&exchange),
            within: options.limits.close,
        };
        for _ in 0..threads {
            let (reads, far, caches) = (Arc::clone(&reads), Arc::clone(&far), Arc::clone(&caches));
            match spawn("protostore-reader", None, move || readers::serve(&reads, &far, &caches)) {
                Ok(reader) => running.readers.push(reader),
                Err(e) => {
                    running.finish()?;
                    return Err(e);
                }
            }
        }
        if info.engine.check.state == CheckState::Running {
            let (search, watched, limit) = (Arc::clone(&check), Arc::clone(&watched), options.engine.log);
            let connector = Arc::clone(&connector);
            match spawn("protostore-check", None, move || search.run(&connector, &watched, limit)) {
                Ok(searcher) => running.check.1 = Some(searcher),
                Err(e) => {
                    running.finish()?;
                    return Err(e);
                }
            }
        }
        let mut core = Core {
            state,
            near,
            far,
            caches,
            reads,
            requests,
            info,
            commits,
            watched,
            check,
            tokens,
            limits: options.limits,
            alarms: Arc::default(),
            schema,
            connector,
            exchange,
            keeper,
            log_limit: options.engine.log,
            running: Mutex::new(None),
        };
        if core.keeper.info().runs {
            let (keeper, work) = (Arc::clone(&core.keeper), core.work());
            match spawn("protostore-keeper", None, move || keeper.run(&work)) {
                Ok(thread) => running.keeper.1 = Some(thread),
                Err(e) => {
                    running.finish()?;
                    return Err(e);
                }
            }
        }
        *core.running.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(running);
        Ok(Self(Arc::new(core)))
    }
}

impl Core {
    /// Returns what the store knows about itself at this moment.
    pub(super) fn info(&self) -> Info {
        let mut info = self.info.clone();
        info.sequence = self.commits.newest();
        info.engine.log = self.watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
        info.engine.check = self.check.info();
        info
    }

    /// Returns what the keeper works with.
    pub(super) fn work(&self) -> Work {
        Work {
            schema: self.schema,
            state: Arc::clone(&self.state),
            requests: Arc::clone(&self.requests),
            exchange: Arc::clone(&self.exchange),
            read_only: self.info.newer.as_ref().is_some_and(|newer| !newer.writes),
        }
    }
}

/// Ends a store, unless that was done before.
pub(super) fn closing(core: &Core) -> Result<()> {
    core.state.is_own()?;
    let _waits = core.state.wait()?;
    let running = core.running.lock().unwrap_or_else(PoisonError::into_inner).take();
    running.map_or(Ok(()), Running::finish)
}

impl Running {
    /// Finishes what was accepted, ends the threads, and closes the connections; what takes too long is left behind.
    fn finish(self) -> Result<()> {
        self.state.stop();
        self.check.0.stop();
        self.keeper.0.stop();
        self.requests.close();
        self.reads.close();
        self.commits.end();
        if self.ends_within(self.within) {
            return self.close();
        }
        tracing::warn!(runs = self.what_runs(), "the store is to be closed, and reads are ended for it");
        self.watches.0.iter().for_each(|watch| watch.cancel());
        if self.ends_within(GRACE) {
            return self.close();
        }
        let why = format!("the store is not closed yet: {}; it is closed when that has ended", self.what_runs());
        let left = thread::Builder::new().name("protostore-close".to_owned()).spawn(move || logged(self.close()));
        left.map_err(|e| Error::new(Kind::Open, "a thread could not be started").because(e))?;
        Err(Error::new(Kind::Deadline, why))
    }

    /// Waits until nothing runs any more, but no longer than this, and says whether that is so.
    fn ends_within(&self, within: Duration) -> bool {
        let start = Instant::now();
        let mut pause = Duration::from_micros(50);
        loop {
            let threads = self.writer.is_finished()
                && self.readers.iter().all(JoinHandle::is_finished)
                && self.check.1.as_ref().is_none_or(JoinHandle::is_finished)
                && self.keeper.1.as_ref().is_none_or(JoinHandle::is_finished);
            if threads && self.far.is_idle() && self.exchange.is_idle() {
                return true;
            }
            if start.elapsed() >= within {
                return false;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(10));
        }
    }

    /// Says what runs, and for how long.
    fn what_runs(&self) -> String {
        let reads = self.watches.0.iter().filter_map(|watch| watch.busy()).map(|busy| ("read", busy));
        let writes = self.watches.1.busy().map(|busy| ("write", busy));
        let all = reads.chain(writes);
        let upkeep = (!self.exchange.is_idle()).then(|| "a backup or a verification".to_owned());
        let said = all.map(|(kind, (what, lasts))| format!("{what} that {kind}s, for {:.1} s", lasts.as_secs_f64()));
        said.chain(upkeep).collect::<Vec<_>>().join("; ")
    }

    /// Ends the threads and closes the connections.
    fn close(self) -> Result<()> {
        let Self {
            state,
            warm,
            near,
            far,
            reads: _,
            requests: _,
            commits: _,
            writer,
            readers,
            guard,
            watches: _,
            check,
            keeper,
            exchange: _,
            within: _,
        } = self;
        let writer = writer.join().ok().flatten();
        // The search catches no panic: what it has found is in the log.
        let _ = check.1.map(JoinHandle::join);
        let _ = keeper.1.map(JoinHandle::join);
        for reader in readers {
            // A reader thread catches the panics of what it runs.
            let _ = reader.join();
        }
        let held = near.close().into_iter().chain(far.close());
        let readers: Vec<Connection> = held.map(Held::into_connection).collect();
        let failed = state.has_not_failed();
        match writer.map(|(held, log)| (held.into_connection(), log)) {
            Some((writer, log)) if failed.is_ok() => open::close(writer, readers, log, guard),
            // After a failed commit nothing more is written: the next start looks at what is there.
            Some((writer, _)) => {
                drop((readers, writer, guard));
                failed
            }
            None => {
                drop((readers, warm.close(), guard));
                Err(Error::new(Kind::Engine, "the writer thread ended by itself"))
            }
        }
    }

    /// Says whether this is one of the threads that would be waited for.
    fn is_own_thread(&self) -> bool {
        let this = thread::current().id();
        self.writer.thread().id() == this || self.readers.iter().any(|reader| reader.thread().id() == this)
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        let running = self.running.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let Some(running) = running else { return };
        if self.state.is_own().is_err() {
            // A child of the process that has the store: the threads are not here, and the connections, the lock and the
            // directory of a TEST store are its parent's, which nothing here may let go of.
            std::mem::forget((running, Arc::clone(&self.near), Arc::clone(&self.far)));
            std::mem::forget((Arc::clone(&self.reads), Arc::clone(&self.requests)));
            return;
        }
        let finish = |running: Running| logged(running.finish());
        // A closure may have owned the last handle; its thread cannot wait for itself.
        if running.is_own_thread() {
            if let Err(e) = thread::Builder::new().name("protostore-close".to_owned()).spawn(move || finish(running)) {
                tracing::error!(error = %e, "the store could not be closed");
            }
        } else {
            finish(running);
        }
    }
}

/// Logs what went wrong where no caller waits for the answer.
fn logged(closed: Result<()>) {
    if let Err(e) = closed {
        tracing::error!(error = %e, "the store could not be closed");
    }
}

/// Runs the writer; if it fails by a fault of ours, no caller waits in vain.
fn write(writer: Writer, state: &State, requests: &Requests) -> Option<(Held, Log)> {
    match catch_unwind(AssertUnwindSafe(|| writer.serve())) {
        Ok(ended) => ended,
        Err(panic) => {
            state.stop_because(&panicked(&*panic));
            requests.close();
            for job in requests.clear() {
                dropped(let_go(job));
            }
            None
        }
    }
}

fn spawn<T: Send + 'static>(
    name: &str,
    stack: Option<usize>,
    run: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>> {
    let thread = thread::Builder::new().name(name.to_owned());
    let spawned = stack.into_iter().fold(thread, thread::Builder::stack_size).spawn(run);
    spawned.map_err(|e| Error::new(Kind::Open, "a thread could not be started").because(e))
}
