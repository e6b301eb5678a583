//! The asynchronous face of a table of at most one row.

use std::future::Future;

use super::{Committed, TableOf, Write};
use crate::engine::Engine;
use crate::error::Result;
use crate::mask::Mask;
use crate::record::{Mutable, Record, Revised, Singleton};

/// The record of a table of at most one row, which needs no key.
pub struct SingletonOf<'s, R, E: Engine>(TableOf<'s, R, E>);

impl<R, E: Engine> Clone for SingletonOf<'_, R, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, E: Engine> Copy for SingletonOf<'_, R, E> {}

impl<R: Record, E: Engine> std::fmt::Debug for SingletonOf<'_, R, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SingletonOf").field(&R::TABLE.layout.name).finish()
    }
}

impl<'s, R: Record<Key = Singleton>, E: Engine> SingletonOf<'s, R, E> {
    pub(crate) fn new(table: TableOf<'s, R, E>) -> Self {
        Self(table)
    }

    /// Reads the record, if there is one.
    pub fn get(&self) -> impl Future<Output = Result<Option<R>>> + Send + use<'s, R, E> {
        self.0.get(R::borrow_key(&Singleton))
    }

    /// Says whether there is a record, without reading it.
    pub fn exists(&self) -> impl Future<Output = Result<bool>> + Send + use<'s, R, E> {
        self.0.exists(R::borrow_key(&Singleton))
    }

    /// Writes the record, which is not there yet, and returns it as it is stored.
    pub fn insert(&self, record: R) -> Write<impl Future<Output = Result<Committed<R>>> + Send + use<'s, R, E>> {
        self.0.insert(record)
    }
}

impl<'s, R: Record<Key = Singleton>, E: Engine> SingletonOf<'s, R, E> {
    /// Writes the record in place of the one that is there, if there is one, and returns it as it is stored.
    pub fn upsert(&self, record: R) -> Write<impl Future<Output = Result<Committed<R>>> + Send + use<'s, R, E>>
    where
        R: Mutable,
    {
        self.0.upsert(record)
    }

    /// Writes the members of the record that the mask names; it must be there. Returns its new revision.
    pub fn update<M: Into<Mask<R>>>(
        &self,
        record: R,
        mask: M,
    ) -> Write<impl Future<Output = Result<Committed<R::Revision>>> + Send + use<'s, R, E, M>>
    where
        R: Mutable,
    {
        self.0.update(record, mask)
    }

    /// Deletes the record and its children, and says whether there was one.
    pub fn delete(&self) -> Write<impl Future<Output = Result<Committed<bool>>> + Send + use<'s, R, E>>
    where
        R: Mutable,
    {
        self.0.delete(R::borrow_key(&Singleton))
    }
}

impl<'s, R: Revised + Record<Key = Singleton>, E: Engine> SingletonOf<'s, R, E> {
    /// Deletes the record of that revision and its children, and says whether there was one; another is left alone.
    pub fn delete_if(
        &self,
        revision: R::Revision,
    ) -> Write<impl Future<Output = Result<Committed<bool>>> + Send + use<'s, R, E>> {
        self.0.delete_if(R::borrow_key(&Singleton), revision)
    }
}
