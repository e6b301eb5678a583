//! One request on its way through the writer.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use super::held::Held;
use crate::error::{Error, Kind, Result, excerpt};

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
    /// Answers the caller, if anybody still waits.
    fn answer(self: Box<Self>);
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

/// A request whose work is a closure over the connection.
pub(super) struct Work<T, F> {
    compound: bool,
    work: F,
    result: Option<Result<T>>,
    caller: oneshot::Sender<Result<T>>,
}

impl<T, F> Work<T, F> {
    /// Makes a request, and what its answer will come through.
    pub(super) fn new(compound: bool, work: F) -> (Self, oneshot::Receiver<Result<T>>) {
        let (caller, answer) = oneshot::channel();
        (Self { compound, work, result: None, caller }, answer)
    }
}

impl<T: Send, F: FnMut(&mut Held) -> Result<T> + Send> Job for Work<T, F> {
    fn compound(&self) -> bool {
        self.compound
    }

    fn run(&mut self, held: &mut Held) -> Ran {
        let (result, ran) = match catch_unwind(AssertUnwindSafe(|| (self.work)(held))) {
            Ok(Ok(out)) => (Ok(out), Ran::Well),
            Ok(Err(e)) => (Err(e), Ran::Badly),
            Err(panic) => (Err(panicked(&*panic)), Ran::Panicked),
        };
        self.result = Some(result);
        ran
    }

    fn fail(&mut self, e: Error) {
        self.result = Some(Err(e));
    }

    fn failure(&self) -> Option<&Error> {
        self.result.as_ref().and_then(|result| result.as_ref().err())
    }

    fn answer(self: Box<Self>) {
        if let Some(result) = self.result {
            // Nobody waits any more: the write stands all the same.
            let _ = self.caller.send(result);
        }
    }
}

/// Says what a closure panicked with.
#[cold]
pub(super) fn panicked(panic: &(dyn Any + Send)) -> Error {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::new(Kind::Engine, format!("the request panicked: {}", excerpt(said.unwrap_or("without a message"))))
}
