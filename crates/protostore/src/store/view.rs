//! What a synchronous closure reads through: everything is of one moment.

use crate::engine::Engine;
use crate::error::Result;
use crate::ops::{Exists, Get, GetMany, Op, Page, PageOf, ReadOp};
use crate::record::Record;

/// One snapshot of the store.
pub struct View<'a, E: Engine> {
    pub(super) session: &'a mut E::Session,
}

impl<'a, E: Engine> View<'a, E> {
    pub(crate) fn new(session: &'a mut E::Session) -> Self {
        Self { session }
    }

    /// Reads a record by its key.
    pub fn get<R: Record>(&mut self, key: R::KeyRef<'_>) -> Result<Option<R>> {
        self.run(Get::<R>(key))
    }

    /// Reads the records of these keys, in their order; a key may stand in it more than once.
    pub fn get_many<'k, R: Record>(&mut self, keys: impl IntoIterator<Item = R::KeyRef<'k>>) -> Result<Vec<Option<R>>> {
        self.run(GetMany::<R>(keys.into_iter().map(R::own_key).collect()))
    }

    /// Says whether a record is there, without reading it.
    pub fn exists<R: Record>(&mut self, key: R::KeyRef<'_>) -> Result<bool> {
        self.run(Exists::<R>(key))
    }

    /// Reads the records after a key, in the order of the key.
    pub fn page<R: Record>(&mut self, after: Option<R::Key>, size: usize) -> Result<PageOf<R>> {
        self.run(Page::<R> { after, size })
    }

    /// Runs an operation that reads.
    pub fn run<O: ReadOp>(&mut self, op: O) -> Result<O::Out> {
        E::wait(Op::run(&op, self.session))
    }
}

impl<E: Engine> std::fmt::Debug for View<'_, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").finish_non_exhaustive()
    }
}
