//! The asynchronous face of a filter.

use crate::engine::Engine;
use crate::error::Result;
use crate::filter::{Cursor, Filter, Order};
use crate::ops::{Find, Found};
use crate::record::Record;
use crate::store::Store;

/// The records of one table for which a filter holds; nothing is read until asked.
pub struct Filtered<'s, R, E: Engine> {
    store: &'s Store<E>,
    filter: Filter<R>,
    find: Find<R>,
}

impl<'s, R: Record, E: Engine> Filtered<'s, R, E> {
    pub(super) fn new(store: &'s Store<E>, filter: Filter<R>) -> Self {
        Self { store, find: filter.clone().find(), filter }
    }

    /// Sorts by these columns, one after the other, and then by the key.
    #[must_use]
    pub fn order_by(mut self, order: impl IntoIterator<Item = Order<R>>) -> Self {
        self.find = self.find.order_by(order);
        self
    }

    /// Sets how many records the page has at most; 100 unless told.
    #[must_use]
    pub fn size(mut self, records: usize) -> Self {
        self.find = self.find.size(records);
        self
    }

    /// Begins after this place.
    #[must_use]
    pub fn after(mut self, cursor: impl Into<Option<Cursor<R>>>) -> Self {
        self.find = self.find.after(cursor);
        self
    }

    /// Ends before this place: the last records that come before it, in the same order.
    #[must_use]
    pub fn before(mut self, cursor: impl Into<Option<Cursor<R>>>) -> Self {
        self.find = self.find.before(cursor);
        self
    }

    /// Reads a page.
    pub async fn page(self) -> Result<Found<R>> {
        self.store.engine.list(self.store.call, self.find).await
    }

    /// Reads the first record, if there is one.
    pub async fn first(self) -> Result<Option<R>> {
        self.store.engine.list(self.store.call, self.find.first()).await
    }

    /// Counts the records, on all pages.
    pub async fn count(self) -> Result<u64> {
        self.store.engine.list(self.store.call, self.filter.count()).await
    }

    /// Says whether there is one.
    pub async fn exists(self) -> Result<bool> {
        self.store.engine.list(self.store.call, self.filter.exists()).await
    }
}

impl<R: Record, E: Engine> std::fmt::Debug for Filtered<'_, R, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Filtered").field(&self.find).finish()
    }
}
