//! The writer: one thread and one connection, which commits the requests that wait as one group.

use std::sync::Arc;
use std::time::Instant;

use super::caches::Caches;
use super::checkpoint::Checkpoints;
use super::fault::damaged;
use super::held::Held;
use super::job::{Job, Ran};
use super::meter;
use super::patience::Patience;
use super::queue::Queue;
use super::state::State;
use super::trace;
use super::transaction::{Level, Uncommitted};
use super::warm::Warm;
use crate::error::{Error, Kind, Result};
use crate::sqlite::open::{Connector, Log, cipher_has_failed};

/// How many requests are committed together.
const GROUP: usize = 512;

/// How often a group is run again without the request that undid it, before the rest of it is refused.
const AGAIN: usize = 8;

/// The queue of the writer.
pub(super) type Requests = Queue<Box<dyn Job>>;

/// The writer's side of the queue.
pub(super) struct Writer {
    warm: Arc<Warm>,
    requests: Arc<Requests>,
    state: Arc<State>,
    checkpoints: Checkpoints,
    pub(super) patience: Patience,
    /// What makes another connection where this one is broken; none in tests of the writer alone.
    pub(super) connector: Option<Arc<Connector>>,
    /// What gives the connection its part of all page caches; none in tests of the writer alone.
    pub(super) caches: Option<Arc<Caches>>,
}

/// What undid the transaction of a group.
enum Setback {
    /// One request, which is out now.
    Request(Box<dyn Job>),
    /// Nothing that one request has to do with.
    Group(Error),
    /// One of the requests, which did not say so: it met a page that is damaged.
    Somebody,
    /// A full disk, on which room can be made.
    Full(Error),
}

impl Writer {
    pub(super) fn new(warm: Arc<Warm>, requests: Arc<Requests>, state: Arc<State>, checkpoints: Checkpoints) -> Self {
        Self { warm, requests, state, checkpoints, patience: Patience::default(), connector: None, caches: None }
    }

    /// Serves the queue until it is closed and empty, and returns the connection and its log.
    pub(super) fn serve(mut self) -> Option<(Held, Log)> {
        let mut group: Vec<Box<dyn Job>> = Vec::new();
        let mut hoped = 1;
        loop {
            // Those who were just answered come back at once: waiting for them, for less than a commit takes, lets them
            // share the next one.
            self.requests.drain(&mut group, GROUP, hoped, self.patience.time());
            if group.is_empty() {
                self.end();
                return self.warm.close().map(|held| (held, self.checkpoints.into_log()));
            }
            hoped = group.len();
            meter::group(hoped, || self.requests.len());
            self.commit(std::mem::take(&mut group));
        }
    }

    /// Commits a group over the connection, which reads have meanwhile no more, and tends the log.
    pub(super) fn commit(&mut self, group: Vec<Box<dyn Job>>) {
        let _inside = trace::group(group.len()).entered();
        let warm = Arc::clone(&self.warm);
        let mut held = warm.write();
        if let Err(e) = self.replace_broken(&mut held) {
            self.state.stop_because(&e);
        }
        self.commit_over(&mut held, group);
        self.checkpoints.tend(&mut held);
        if let Some(caches) = &self.caches {
            caches.settle_writer(&mut held);
        }
    }

    /// Leaves a connection over which the store can be closed.
    fn end(&mut self) {
        let warm = Arc::clone(&self.warm);
        if let Err(e) = self.replace_broken(&mut warm.write()) {
            tracing::error!(error = %e, "the connection that writes is broken, and there is no other");
        }
    }

    /// Takes another connection where a read has met a damaged page over this one.
    fn replace_broken(&mut self, held: &mut Held) -> Result<()> {
        if held.broken { self.renew(held) } else { Ok(()) }
    }

    /// Commits a group, again without each request that undoes it, and answers all.
    fn commit_over(&mut self, held: &mut Held, mut group: Vec<Box<dyn Job>>) {
        let admitted = self.state.has_not_failed().and_then(|()| self.checkpoints.admit(held));
        if let Err(e) = admitted {
            return answer(group, Some(&e), self.checkpoints.newest());
        }
        for round in 0.. {
            if group.is_empty() {
                return;
            }
            let ready = self.state.has_not_failed().map_err(Setback::Group);
            let refusal = match ready.and_then(|()| self.transaction(held, &mut group)) {
                Ok(()) => break,
                Err(Setback::Group(e)) => e,
                // Alone, it is known.
                Err(Setback::Somebody) => return group.into_iter().for_each(|job| self.commit_over(held, vec![job])),
                Err(Setback::Full(e)) => {
                    self.checkpoints.make_room(held);
                    if !group.iter().any(|job| job.has_finished()) {
                        continue;
                    }
                    e
                }
                Err(Setback::Request(job)) => {
                    let e = job.failure().map_or_else(undone, Error::again);
                    job.answer(self.checkpoints.newest());
                    if round < AGAIN {
                        continue;
                    }
                    // Those that are left have nothing to do with the page, or with the time of another.
                    if matches!(e.kind(), Kind::Damaged | Kind::Deadline) {
                        return group.into_iter().for_each(|job| self.commit_over(held, vec![job]));
                    }
                    e
                }
            };
            return answer(group, Some(&refusal), self.checkpoints.newest());
        }
        self.checkpoints.count(group.len());
        // A group that changed nothing has seen all that the newest commit did.
        answer(group, None, self.checkpoints.newest());
    }

    /// Runs a group in one transaction.
    fn transaction(&mut self, held: &mut Held, group: &mut Vec<Box<dyn Job>>) -> Result<(), Setback> {
        held.begin_group().map_err(Setback::Group)?;
        let before = held.connection().total_changes();
        let mut at = 0;
        while at < group.len() {
            if !group[at].begin() {
                group.remove(at).answer(self.checkpoints.newest());
                continue;
            }
            let state = Arc::clone(&self.state);
            // Nothing undoes the last one but itself, so that it does not run again.
            let last = at + 1 == group.len();
            if last && at > 0 && cipher_has_failed(held.connection()) {
                return Err(self.give_up(held, Setback::Somebody));
            }
            let goes_on = state.inside(|| request(held, &mut *group[at], last));
            if let Some(e) = group[at].failure().filter(|e| self.checkpoints.can_make_room(e)).map(Error::again) {
                return Err(self.give_up(held, Setback::Full(e)));
            }
            if !goes_on {
                let mut job = group.remove(at);
                if job.failure().is_none() {
                    job.fail(undone());
                }
                return Err(self.give_up(held, Setback::Request(job)));
            }
            // After a page that it could not decrypt, SQLCipher reads no other over this connection.
            let suspect = last || group[at].failure().is_some_and(may_be_damage);
            if suspect && cipher_has_failed(held.connection()) {
                let job = group.remove(at);
                return Err(self.give_up(held, Setback::Request(job)));
            }
            at += 1;
        }
        // A group that changed nothing is not a commit.
        let changed = held.connection().total_changes() != before;
        if changed && let Err(e) = self.checkpoints.stamp(held) {
            return Err(self.undo(held, e));
        }
        let start = Instant::now();
        let committed = held.commit_group();
        let took = start.elapsed();
        self.patience = Patience::after_commit(took);
        if changed {
            self.checkpoints.commit_took(took);
        }
        match committed {
            Ok(()) => {
                if changed {
                    self.checkpoints.committed();
                }
                Ok(())
            }
            Err(Uncommitted::Undone(e)) => Err(self.undo(held, e)),
            Err(Uncommitted::Unknown(e)) => {
                self.state.stop_because(&e);
                Err(Setback::Group(e))
            }
        }
    }

    /// Gives a group up that could not be committed.
    fn undo(&mut self, held: &mut Held, e: Error) -> Setback {
        let setback = if self.checkpoints.can_make_room(&e) { Setback::Full(e) } else { Setback::Group(e) };
        self.give_up(held, setback)
    }

    /// Makes sure that nothing of the transaction is left; a connection that cannot do that, or that has met a damaged
    /// page, makes room for another.
    fn give_up(&mut self, held: &mut Held, mut setback: Setback) -> Setback {
        let broken = cipher_has_failed(held.connection());
        if broken && let Setback::Request(job) = &mut setback {
            let told = job.failure().map(Error::kind);
            if !matches!(told, Some(Kind::Damaged | Kind::Io)) {
                job.fail(damaged("its authentication failed"));
            }
        }
        let over = held.rollback();
        if broken && let Err(e) = self.renew(held) {
            self.state.stop_because(&e);
        } else if !broken && !over {
            self.state.stop_because(&Error::new(Kind::Engine, "a transaction could not be rolled back"));
        }
        setback
    }

    /// Takes another connection.
    fn renew(&mut self, held: &mut Held) -> Result<()> {
        match &self.connector {
            Some(connector) => {
                held.replace(connector.writer(self.checkpoints.log())?)?;
                self.checkpoints.renewed(held)
            }
            None => Err(Error::new(Kind::Engine, "the connection is broken, and there is no other")),
        }
    }
}

/// Says whether an error may come from a damaged page: SQLite has several words for it, and none of its own.
fn may_be_damage(e: &Error) -> bool {
    matches!(e.kind(), Kind::Damaged | Kind::Io | Kind::Engine | Kind::Exhausted | Kind::Open | Kind::Aborted)
}

/// Runs one request so that it undoes itself alone, and says whether the transaction goes on.
///
/// The last of a group is dropped before its savepoint ends, so that a panic of what it holds undoes it.
fn request(held: &mut Held, job: &mut dyn Job, last: bool) -> bool {
    let compound = job.compound();
    held.begin_request();
    if compound && let Err(e) = held.open(Level::Request) {
        job.fail(e);
        return !held.is_lost();
    }
    let ran = match job.run(held) {
        Ran::Well if last => job.finish(),
        ran => ran,
    };
    let ended = match ran {
        Ran::Well if compound => held.keep(Level::Request),
        Ran::Badly | Ran::Panicked if compound => held.undo(Level::Request),
        // What a statement has left behind although it failed can only be undone with everything else.
        Ran::Badly if held.has_left_something() => return false,
        Ran::Well | Ran::Badly => Ok(()),
        // Without a savepoint, what a panic left behind can only be undone with everything else.
        Ran::Panicked => return false,
    };
    if let Err(e) = ended {
        job.fail(e);
        return false;
    }
    !held.is_lost()
}

/// Answers all of a group after the commit of this sequence, with a refusal if there is one.
fn answer(group: Vec<Box<dyn Job>>, refusal: Option<&Error>, sequence: u64) {
    for mut job in group {
        if let Some(e) = refusal {
            job.fail(e.again());
        }
        job.answer(sequence);
    }
}

#[cold]
fn undone() -> Error {
    Error::new(Kind::Aborted, "the transaction was rolled back by the database")
}
