//! A write that is on its way, and what comes back of it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::error::Result;

/// What a write has returned, and which commit it is in.
///
/// ```
/// # use protostore::{Committed, Record, Store};
/// # async fn f<R: Record>(store: &Store, record: R) -> protostore::Result<()> {
/// let Committed { value, sequence } = store.table().insert(record).committed().await?;
/// # let _: (R, u64) = (value, sequence);
/// # Ok(()) }
/// ```
///
/// The sequence of a commit is larger than that of every commit before it, and numbers are left out between the two, since
/// the store makes commits of its own. Writes that are committed together have the same one. A write that has changed
/// nothing, such as a delete that found no record, has that of the newest commit that it saw.
///
/// Sequences go on where they were when the store is opened again. They are numbers of one database: a backup that takes the
/// place of its database goes on with its own, and what was committed after it may share a number with what comes now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed<T> {
    /// What the write has returned.
    pub value: T,
    /// The sequence of the commit.
    pub sequence: u64,
}

pin_project! {
    /// A write: awaiting it gives what it returns, and [`Write::committed`] also the commit that it is in.
    ///
    /// ```
    /// # use protostore::{Record, Store};
    /// # async fn f<R: Record>(store: &Store, one: R, two: R) -> protostore::Result<()> {
    /// let stored = store.table().insert(one).await?;
    /// let sequence = store.table().insert(two).committed().await?.sequence;
    /// # Ok(()) }
    /// ```
    ///
    /// Nothing happens before it is polled. The first poll hands it over; it is durable when it is ready. Whoever drops it
    /// before the store has begun it takes it back; once it has begun it happens, or fails, as a whole.
    #[derive(Debug)]
    #[must_use = "a write does nothing until it is awaited"]
    pub struct Write<F> {
        #[pin]
        write: F,
    }
}

impl<F> Write<F> {
    pub(crate) fn new(write: F) -> Self {
        Self { write }
    }

    /// Returns the same write, which gives the commit beside its value.
    pub fn committed<T>(self) -> F
    where
        F: Future<Output = Result<Committed<T>>>,
    {
        self.write
    }
}

impl<T, F: Future<Output = Result<Committed<T>>>> Future for Write<F> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let committed = ready!(self.project().write.poll(context));
        Poll::Ready(committed.map(|committed| committed.value))
    }
}
