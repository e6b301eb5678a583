//! The asynchronous face of one table.

use std::future::Future;
use std::marker::PhantomData;

use crate::engine::Engine;
use crate::error::Result;
use crate::filter::{Cursor, Filter};
use crate::life::{Expiring, SoftDeleted};
use crate::mask::Mask;
use crate::ops::{
    Count, Delete, DeleteMany, Exists, Get, GetDeleted, GetMany, Insert, InsertMany, Page, PageDeleted, PageOf, Purge,
    Sweep, Undelete, Update, Upsert, Verified, Verify,
};
use crate::record::{Chained, Link, Mutable, Record, Revised};
use crate::store::{Committed, Filtered, Store, Write};

/// The records of one table.
pub struct TableOf<'s, R, E: Engine> {
    store: &'s Store<E>,
    of: PhantomData<fn() -> R>,
}

impl<R, E: Engine> Clone for TableOf<'_, R, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, E: Engine> Copy for TableOf<'_, R, E> {}

impl<R: Record, E: Engine> std::fmt::Debug for TableOf<'_, R, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TableOf").field(&R::TABLE.layout.name).finish()
    }
}

impl<'s, R: Record, E: Engine> TableOf<'s, R, E> {
    pub(crate) fn new(store: &'s Store<E>) -> Self {
        Self { store, of: PhantomData }
    }

    /// Reads a record by its key.
    #[inline]
    pub fn get<'a>(&self, key: R::KeyRef<'a>) -> impl Future<Output = Result<Option<R>>> + Send + use<'a, 's, R, E> {
        self.store.engine.read(self.store.call, Get::<R>(key), Get::owned)
    }

    /// Reads the records of these keys, in their order; a key may be in it more than once.
    pub fn get_many<'a, I>(&self, keys: I) -> impl Future<Output = Result<Vec<Option<R>>>> + Send + use<'a, 's, R, E, I>
    where
        I: IntoIterator<Item = R::KeyRef<'a>>,
    {
        self.store.engine.list(self.store.call, GetMany::<R>(keys.into_iter().map(R::own_key).collect()))
    }

    /// Says whether a record is there, without reading it.
    pub fn exists<'a>(&self, key: R::KeyRef<'a>) -> impl Future<Output = Result<bool>> + Send + use<'a, 's, R, E> {
        self.store.engine.read(self.store.call, Exists::<R>(key), Exists::owned)
    }

    /// Reads the records after a place, in the order of the key.
    pub fn page(
        &self,
        after: Option<Cursor<R>>,
        size: usize,
    ) -> impl Future<Output = Result<PageOf<R>>> + Send + use<'s, R, E> {
        self.store.engine.list(self.store.call, Page { after, size })
    }

    /// Returns the records for which a filter holds, to be sorted, paged, counted or read.
    pub fn filter(&self, filter: Filter<R>) -> Filtered<'s, R, E> {
        Filtered::new(self.store, filter)
    }

    /// Counts the records of the table.
    pub fn count(&self) -> impl Future<Output = Result<u64>> + Send + use<'s, R, E> {
        self.store.engine.list::<Count<R>>(self.store.call, Filter::everything().count())
    }

    /// Writes records that are not there yet, all of them or none, and returns them as they are stored.
    pub fn insert_many(
        &self,
        records: Vec<R>,
    ) -> Write<impl Future<Output = Result<Committed<Vec<R>>>> + Send + use<'s, R, E>> {
        Write::new(self.store.engine.write(self.store.call, InsertMany::new(records)))
    }

    /// Writes a record that is not there yet, and returns it as it is stored: with what the store made.
    pub fn insert(&self, record: R) -> Write<impl Future<Output = Result<Committed<R>>> + Send + use<'s, R, E>> {
        Write::new(self.store.engine.write(self.store.call, Insert::new(record)))
    }
}

/// What changes rows asks for it method by method, so that the compiler says of an append-only table why it is not there.
impl<'s, R: Record, E: Engine> TableOf<'s, R, E> {
    /// Writes a record in place of the one with its key, if there is one, and returns it as it is stored.
    pub fn upsert(&self, record: R) -> Write<impl Future<Output = Result<Committed<R>>> + Send + use<'s, R, E>>
    where
        R: Mutable,
    {
        Write::new(self.store.engine.write(self.store.call, Upsert::new(record)))
    }

    /// Writes the members of a record that the mask names; the record must be there. Returns its new revision.
    pub fn update<M: Into<Mask<R>>>(
        &self,
        record: R,
        mask: M,
    ) -> Write<impl Future<Output = Result<Committed<R::Revision>>> + Send + use<'s, R, E, M>>
    where
        R: Mutable,
    {
        Write::new(self.store.engine.write(self.store.call, Update::new(record, mask)))
    }

    /// Deletes a record and its children, and says whether there was one.
    pub fn delete(
        &self,
        key: R::KeyRef<'_>,
    ) -> Write<impl Future<Output = Result<Committed<bool>>> + Send + use<'s, R, E>>
    where
        R: Mutable,
    {
        Write::new(self.store.engine.write(self.store.call, Delete::<R>::new(R::own_key(key))))
    }

    /// Deletes the records of these keys and their children, all of them or none, and returns how many there were.
    pub fn delete_many<'a, I>(
        &self,
        keys: I,
    ) -> Write<impl Future<Output = Result<Committed<u64>>> + Send + use<'a, 's, R, E, I>>
    where
        R: Mutable,
        I: IntoIterator<Item = R::KeyRef<'a>>,
    {
        Write::new(
            self.store.engine.write(self.store.call, DeleteMany::<R>::new(keys.into_iter().map(R::own_key).collect())),
        )
    }
}

impl<'s, R: Revised, E: Engine> TableOf<'s, R, E> {
    /// Deletes a record of that revision and its children, and says whether there was one; another is left alone.
    pub fn delete_if(
        &self,
        key: R::KeyRef<'_>,
        revision: R::Revision,
    ) -> Write<impl Future<Output = Result<Committed<bool>>> + Send + use<'s, R, E>> {
        Write::new(self.store.engine.write(self.store.call, Delete::<R>::new(R::own_key(key)).if_revision(revision)))
    }
}

impl<'s, R: Chained, E: Engine> TableOf<'s, R, E> {
    /// Reads every row in one snapshot, and says which is the first that does not fit the chain.
    pub fn verify(&self) -> impl Future<Output = Result<Verified>> + Send + use<'s, R, E> {
        self.store.engine.list(self.store.call, Verify::<R>::new())
    }

    /// The same for the rows after one that was verified before, which must still be there.
    pub fn verify_after(&self, head: Link) -> impl Future<Output = Result<Verified>> + Send + use<'s, R, E> {
        self.store.engine.list(self.store.call, Verify::<R>::after(head))
    }
}

impl<'s, R: Expiring, E: Engine> TableOf<'s, R, E> {
    /// Deletes at most so many of the records that have expired, the earliest first, and returns how many they were.
    pub fn sweep(&self, limit: usize) -> Write<impl Future<Output = Result<Committed<u64>>> + Send + use<'s, R, E>> {
        Write::new(self.store.engine.write(self.store.call, Sweep::<R>::new(limit)))
    }
}

impl<'s, R: SoftDeleted, E: Engine> TableOf<'s, R, E> {
    /// Reads a record by its key, whether or not it is deleted.
    pub fn get_deleted<'a>(
        &self,
        key: R::KeyRef<'a>,
    ) -> impl Future<Output = Result<Option<R>>> + Send + use<'a, 's, R, E> {
        self.store.engine.read(self.store.call, GetDeleted::<R>(key), GetDeleted::owned)
    }

    /// Reads the records after a place, in the order of the key, those that are deleted among them.
    pub fn page_deleted(
        &self,
        after: Option<Cursor<R>>,
        size: usize,
    ) -> impl Future<Output = Result<PageOf<R>>> + Send + use<'s, R, E> {
        self.store.engine.list(self.store.call, PageDeleted { after, size })
    }

    /// Brings a record back that is deleted, and what was deleted with it; says whether there was one.
    pub fn undelete(
        &self,
        key: R::KeyRef<'_>,
    ) -> Write<impl Future<Output = Result<Committed<bool>>> + Send + use<'s, R, E>> {
        Write::new(self.store.engine.write(self.store.call, Undelete::<R>::new(R::own_key(key))))
    }

    /// Deletes for good a record that is deleted, and says whether there was one; one that is there is left alone.
    pub fn purge(
        &self,
        key: R::KeyRef<'_>,
    ) -> Write<impl Future<Output = Result<Committed<bool>>> + Send + use<'s, R, E>> {
        Write::new(self.store.engine.write(self.store.call, Purge::<R>::new(R::own_key(key))))
    }
}
