//! What a synchronous closure reads through: everything is of one moment.

use crate::engine::Engine;
use crate::error::Result;
use crate::filter::Cursor;
use crate::fixed::Fixed;
use crate::meter::Meter;
use crate::ops::{Exists, Get, GetMany, Page, PageOf, ReadOp, prepare};
use crate::record::Record;
use crate::time::Timestamp;

/// One snapshot of the store.
pub struct View<'a, E: Engine> {
    pub(super) session: &'a mut E::Session,
    /// The time of all reads; without it, each is of the time when it begins.
    time: Option<Timestamp>,
}

impl<'a, E: Engine> View<'a, E> {
    /// Looks at a snapshot: whatever expires later is there for every read.
    pub(crate) fn new(session: &'a mut E::Session) -> Self {
        Self { session, time: Fixed::now().time() }
    }

    /// Looks at a transaction, which goes on.
    pub(super) fn going_on(session: &'a mut E::Session) -> Self {
        Self { session, time: None }
    }

    /// Reads a record by its key.
    pub fn get<R: Record>(&mut self, key: R::KeyRef<'_>) -> Result<Option<R>> {
        self.run(Get::<R>(key))
    }

    /// Reads the records of these keys, in their order; a key may be in it more than once.
    pub fn get_many<'k, R: Record>(&mut self, keys: impl IntoIterator<Item = R::KeyRef<'k>>) -> Result<Vec<Option<R>>> {
        self.run(GetMany::<R>(keys.into_iter().map(R::own_key).collect()))
    }

    /// Says whether a record is there, without reading it.
    pub fn exists<R: Record>(&mut self, key: R::KeyRef<'_>) -> Result<bool> {
        self.run(Exists::<R>(key))
    }

    /// Reads the records after a place, in the order of the key.
    pub fn page<R: Record>(&mut self, after: Option<Cursor<R>>, size: usize) -> Result<PageOf<R>> {
        self.run(Page::<R> { after, size })
    }

    /// Runs an operation that reads.
    pub fn run<O: ReadOp>(&mut self, mut op: O) -> Result<O::Out> {
        let fixed = match self.time {
            Some(time) => op.prepare(Fixed::at(time))?,
            None => prepare(&mut op)?,
        };
        let meter = Meter::begin(O::NAME, O::TABLE);
        let read = meter.inside(|| E::wait(op.run(self.session, &fixed)));
        meter.end(&read);
        read
    }
}

impl<E: Engine> std::fmt::Debug for View<'_, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").finish_non_exhaustive()
    }
}
