//! One connection inside a snapshot or a transaction: what operations are written against.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use protostore_sql::Dialect;

use crate::error::{Error, Result};
use crate::record::Sequence;
use crate::room::{End, Room};
use crate::schema::Stmt;
use crate::value::{Bind, Decode};

/// One connection inside a snapshot or a transaction.
///
/// SQLite does its work in the call and returns a future that is ready; another engine awaits.
/// `Send` is declared here, so that everything above is `Send` in generic code.
pub trait Session: Send {
    /// Whose SQL the database speaks, for statements that are written at run time.
    const DIALECT: Dialect;

    /// Says that a statement which fails leaves the transaction as it was before that statement, so that what was refused
    /// can be asked about.
    ///
    /// Elsewhere the first error ends the transaction: every statement is rejected until the part around it is undone. There
    /// an operation asks nothing after a refusal, which is explained by the name of the constraint, and a [`Part`] around an
    /// operation that may be refused inside a larger one is what lets the larger one go on.
    const SURVIVES_ERRORS: bool;

    /// Returns the room of one answer.
    fn page(&self) -> Room;

    /// Bounds the rows that are read from now on, and returns the bound that was in force.
    fn bound(&mut self, room: Room) -> Room;

    /// Returns the first row.
    fn one<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
    ) -> impl Future<Output = Result<Option<T>>> + Send;

    /// Appends the rows to `out`, and reads no further once no room is left for the next.
    fn all<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
        out: &mut Vec<T>,
    ) -> impl Future<Output = Result<End>> + Send;

    /// The same as [`Session::all`] for text that is only known at run time; `fields` is what each parameter
    /// carries.
    fn all_dynamic<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        sql: &str,
        fields: &[&'static str],
        parameters: &P,
        out: &mut Vec<T>,
    ) -> impl Future<Output = Result<End>> + Send;

    /// Runs a statement that writes, and returns how many rows it changed.
    fn run<P: Bind + Sync + ?Sized>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
    ) -> impl Future<Output = Result<u64>> + Send;

    /// Runs a statement that writes once for each of these rows, in their order: one call however many there are, which an
    /// engine over a network sends in one go. The first row that is refused ends it, and is told by its place, from 0.
    fn run_each<P: Bind + Send + Sync>(
        &mut self,
        stmt: &'static Stmt,
        rows: impl Iterator<Item = P> + Send,
    ) -> impl Future<Output = Result<(), (usize, Error)>> + Send;

    /// The same as [`Session::run`] for text that is only known at run time; `fields` is what each parameter carries.
    fn run_dynamic<P: Bind + Sync + ?Sized>(
        &mut self,
        sql: &str,
        fields: &[&'static str],
        parameters: &P,
    ) -> impl Future<Output = Result<u64>> + Send;

    /// Advances a counter by one, or to the number that is given where it is behind that, and returns where it then is;
    /// none where it has come to its end. A counter that is not there yet is made, after the greatest number in its column.
    ///
    /// No two transactions get one number. What becomes of the number of a transaction that is undone is the engine's
    /// affair: it may leave a gap.
    fn advance(
        &mut self,
        counter: &'static Sequence,
        given: Option<i64>,
    ) -> impl Future<Output = Result<Option<i64>>> + Send;

    /// Begins a part of a transaction, inside of the one that is open, or ends the innermost.
    ///
    /// Undoing a part undoes those that were inside of it and kept. A part that was begun is ended, also where ending it
    /// fails.
    fn part(&mut self, step: Part) -> impl Future<Output = Result<()>> + Send;
}

/// A step in the life of a part of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What follows can be undone alone.
    Open,
    /// What follows is one operation of a closure. Most are kept: an engine may leave the undoing of one to that of the
    /// whole closure, which it then runs again.
    Operation,
    /// It stays, with what is around it.
    Keep,
    /// It did not happen.
    Undo,
}

/// Runs a future that is ready at its first poll: every operation over SQLite is.
#[inline]
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(out) => out,
        Poll::Pending => unreachable!("an operation over SQLite never waits"),
    }
}

/// Runs a future to its end on this thread, which sleeps meanwhile; needs no runtime, and may be called inside of one.
pub(crate) fn block<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(out) => return out,
            Poll::Pending => thread::park(),
        }
    }
}

/// Wakes a thread that sleeps in [`block`].
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
