//! One request on its way through the writer.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::oneshot;

use super::claim::{Claim, Turn};
use super::held::Held;
use super::trace;
use super::watch::Time;
use crate::call::{CallOptions, not_begun};
use crate::error::{Error, Kind, Result, excerpt};
use crate::fixed::Fixed;
use crate::ops::WriteOp;
use crate::session::now;
use crate::store::Committed;

/// One request: boxed once, run as often as its group is, answered after COMMIT.
pub(super) trait Job: Send {
    /// Says that it takes several statements, so that it needs a savepoint to be undone alone.
    fn compound(&self) -> bool;
    /// Runs it, and keeps the result.
    fn run(&mut self, held: &mut Held) -> Ran;
    /// Replaces the result.
    fn fail(&mut self, e: Error);
    /// Returns the error that it will be answered with, if it is one.
    fn failure(&self) -> Option<&Error>;
    /// The writer comes to it: says whether it runs. A caller who has left finds nothing written, and one whose time is
    /// over is told so.
    fn begin(&mut self) -> bool;
    /// Says whether it is the request of this claim.
    fn is_of(&self, claim: &Claim) -> bool;
    /// Says whether its work was dropped, so that it cannot run again.
    fn has_finished(&self) -> bool;
    /// Drops the work, which is not run again; where that panics, the request has failed.
    fn finish(&mut self) -> Ran;
    /// Answers the caller, if anybody still waits: a result with the sequence of the newest commit, which has it.
    fn answer(self: Box<Self>, sequence: u64);
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ran {
    /// It worked.
    Well,
    /// It was refused.
    Badly,
    /// It panicked, at any point.
    Panicked,
}

/// What a request does: it runs as often as its group does.
pub(super) trait Task<T>: Send {
    /// Runs it over the connection; none where it returns what it holds.
    fn run(&mut self, held: &mut Held) -> Result<Option<T>>;
    /// Returns what it holds.
    fn into_out(self) -> Result<T>;
}

impl<T, F: FnMut(&mut Held) -> Result<T> + Send> Task<T> for F {
    fn run(&mut self, held: &mut Held) -> Result<Option<T>> {
        self(held).map(Some)
    }

    fn into_out(self) -> Result<T> {
        Err(Error::new(Kind::Engine, "a closure does not hold what it returns"))
    }
}

/// An operation that was prepared.
struct Operation<O> {
    op: O,
    fixed: Fixed,
    time: Time,
}

impl<O: WriteOp + Sync> Task<O::Out> for Operation<O> {
    fn run(&mut self, held: &mut Held) -> Result<Option<O::Out>> {
        let _inside = trace::request(O::NAME, O::TABLE).entered();
        held.serve_whole(O::NAME, self.time, |held| now(self.op.run_prepared(held, &self.fixed)))
    }

    fn into_out(self) -> Result<O::Out> {
        self.op.into_out()
    }
}

/// A request whose work runs over the connection.
pub(super) struct Work<T, F> {
    compound: bool,
    claim: Option<Arc<Claim>>,
    work: Option<F>,
    /// What the newest run returned; none where the work holds that.
    result: Option<Result<Option<T>>>,
    caller: oneshot::Sender<Result<Committed<T>>>,
}

/// What the answer of a write comes through.
pub(super) type Answer<T> = oneshot::Receiver<Result<Committed<T>>>;

impl<T, F> Work<T, F> {
    /// Makes a request, and what its answer will come through.
    pub(super) fn new(compound: bool, claim: Option<Arc<Claim>>, work: F) -> (Box<Self>, Answer<T>) {
        let (caller, answer) = oneshot::channel();
        (Box::new(Self { compound, claim, work: Some(work), result: None, caller }), answer)
    }

    /// Puts a result in place of that of the run before, which may hold what is a caller's.
    fn replace(&mut self, result: Result<Option<T>>) {
        if self.result.is_some() {
            logged(let_go(self.result.take()));
        }
        self.result = Some(result);
    }
}

/// A request that was not handed over yet: small to move, whatever its operation holds.
pub(super) struct Request<T> {
    pub(super) job: Box<dyn Job>,
    pub(super) claim: Option<Arc<Claim>>,
    pub(super) answer: Answer<T>,
}

impl<T: Send + 'static> Request<T> {
    /// Makes a request of an operation that was prepared.
    pub(super) fn operation<O: WriteOp<Out = T> + Sync + 'static>(call: CallOptions, op: O, fixed: Fixed) -> Self {
        let time = time(call);
        Self::of(time, O::COMPOUND, Operation { op, fixed, time })
    }

    /// Makes a request of a closure.
    pub(super) fn closure(
        call: CallOptions,
        what: &'static str,
        mut work: impl FnMut(&mut Held) -> Result<T> + Send + 'static,
    ) -> Self {
        let time = time(call);
        Self::of(time, true, move |held: &mut Held| held.serve_whole(what, time, &mut work))
    }

    fn of(time: Time, compound: bool, task: impl Task<T> + 'static) -> Self {
        let claim = Claim::new(time.until);
        let (job, answer) = Work::new(compound, claim.clone(), task);
        Self { job, claim, answer }
    }
}

/// Returns how long a write may take, as its caller asks.
fn time(call: CallOptions) -> Time {
    Time { within: None, until: call.deadline() }
}

impl<T: Send, F: Task<T>> Job for Work<T, F> {
    fn compound(&self) -> bool {
        self.compound
    }

    fn run(&mut self, held: &mut Held) -> Ran {
        let Some(work) = &mut self.work else {
            self.fail(Error::new(Kind::Engine, "the request has run for the last time"));
            return Ran::Badly;
        };
        let (result, ran) = match catch_unwind(AssertUnwindSafe(|| work.run(held))) {
            Ok(Ok(out)) => (Ok(out), Ran::Well),
            Ok(Err(e)) => (Err(e), Ran::Badly),
            Err(panic) => (Err(caught(panic)), Ran::Panicked),
        };
        self.replace(result);
        ran
    }

    fn fail(&mut self, e: Error) {
        self.replace(Err(e));
    }

    fn failure(&self) -> Option<&Error> {
        self.result.as_ref().and_then(|result| result.as_ref().err())
    }

    fn begin(&mut self) -> bool {
        match self.claim.as_ref().map_or(Turn::Runs, |claim| claim.begin()) {
            Turn::Runs => !self.caller.is_closed(),
            Turn::Left => false,
            Turn::Late => {
                self.fail(not_begun());
                false
            }
        }
    }

    fn is_of(&self, claim: &Claim) -> bool {
        self.claim.as_ref().is_some_and(|own| std::ptr::eq(&raw const **own, claim))
    }

    fn has_finished(&self) -> bool {
        self.work.is_none()
    }

    fn finish(&mut self) -> Ran {
        let work = self.work.take();
        let ended = match (work, &self.result) {
            (Some(work), Some(Ok(None))) => returned(work).map(|out| self.result = Some(Ok(Some(out)))),
            (work, _) => let_go(work),
        };
        match ended {
            Ok(()) => Ran::Well,
            Err(e) => {
                self.fail(e);
                Ran::Panicked
            }
        }
    }

    fn answer(self: Box<Self>, sequence: u64) {
        let Self { compound: _, claim: _, mut work, result, caller } = *self;
        let result = match result {
            Some(Ok(None)) => work.take().map(returned),
            Some(Ok(Some(out))) => Some(Ok(out)),
            Some(Err(e)) => Some(Err(e)),
            None => None,
        };
        if let Some(result) = result {
            // Where no caller waits any more, the write stays all the same, and what it returned comes back.
            logged(let_go(caller.send(result.map(|value| Committed { value, sequence }))));
        }
        logged(let_go(work));
    }
}

/// Returns what work holds.
fn returned<T>(work: impl Task<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(|| work.into_out())).unwrap_or_else(|panic| Err(caught(panic)))
}

/// Drops what may be a caller's, whose panic ends here.
pub(super) fn let_go<T>(value: T) -> Result<()> {
    catch_unwind(AssertUnwindSafe(|| drop(value))).map_err(caught)
}

/// Says in the log that something of a caller's has panicked when it was dropped, where that can change no answer.
pub(super) fn logged(dropped: Result<()>) {
    if let Err(e) = dropped {
        tracing::error!(error = %e, "what a closure held has panicked when it was dropped");
    }
}

/// Says what a closure panicked with, and drops that, which may panic in turn.
#[cold]
pub(super) fn caught(panic: Box<dyn Any + Send>) -> Error {
    let e = panicked(&*panic);
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(again);
    }
    e
}

/// Says what a closure panicked with.
#[cold]
pub(super) fn panicked(panic: &(dyn Any + Send)) -> Error {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::new(Kind::Engine, format!("the request panicked: {}", excerpt(said.unwrap_or("without a message"))))
}
