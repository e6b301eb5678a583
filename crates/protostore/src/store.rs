//! The store as its users see it: two faces, synchronous and asynchronous, over one engine.

mod query;
mod singleton;
mod table;
mod tx;
mod view;
mod write;

pub use query::Filtered;
pub use singleton::SingletonOf;
pub use table::TableOf;
pub use tx::Tx;
pub use view::View;
pub use write::{Committed, Write};

use std::future::Future;

use crate::call::CallOptions;
use crate::engine::Engine;
use crate::error::Result;
use crate::fixed::Fixed;
use crate::info::Info;
use crate::life::Expire;
use crate::ops::{BATCH, Batch, ReadOp, WriteOp};
use crate::page_token::PageTokens;
use crate::record::{Record, Singleton};
use crate::sqlite::Sqlite;

/// An open store: a handle, which clones and threads share.
#[derive(Clone, Debug)]
pub struct Store<E: Engine = Sqlite> {
    engine: E,
    call: CallOptions,
}

impl<E: Engine> Store<E> {
    /// Makes a store over an engine.
    pub(crate) fn over(engine: E) -> Self {
        Self { engine, call: CallOptions::new() }
    }

    /// Returns the engine.
    pub(crate) fn engine(&self) -> &E {
        &self.engine
    }

    /// Returns a handle of the same store whose requests ask this too: a deadline, or a state that has a commit.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use protostore::{CallOptions, Record, Store};
    /// # fn f<R: Record>(store: &Store, key: R::KeyRef<'_>) -> protostore::Result<()> {
    /// let store = store.with(CallOptions::new().within(Duration::from_secs(2)));
    /// let there = store.read(|view| view.exists::<R>(key))?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn with(&self, call: CallOptions) -> Self {
        Self { engine: self.engine.clone(), call: self.call.and(call) }
    }

    /// Returns the records of one table.
    pub fn table<R: Record>(&self) -> TableOf<'_, R, E> {
        TableOf::new(self)
    }

    /// Returns the record of a table of at most one row.
    pub fn singleton<R: Record<Key = Singleton>>(&self) -> SingletonOf<'_, R, E> {
        SingletonOf::new(self.table())
    }

    /// Runs a closure in one snapshot, on this thread.
    pub fn read<T>(&self, f: impl FnOnce(&mut View<'_, E>) -> Result<T>) -> Result<T> {
        self.engine.read_here(self.call, f)
    }

    /// Runs a closure in one transaction, while this thread waits; what it did is durable when this returns.
    ///
    /// If it returns an error or panics, nothing of it is kept.
    /// It may run again, if the transaction around it was undone; so it takes records by reference.
    /// What it has captured is dropped once it does not run again: a panic of that fails it where nothing was committed by
    /// then, and is only logged where its answer is known already.
    pub fn write<T: Send + 'static>(&self, f: impl FnMut(&mut Tx<'_, E>) -> Result<T> + Send + 'static) -> Result<T> {
        self.write_committed(f).map(|committed| committed.value)
    }

    /// The same as [`Store::write`], with the commit beside what the closure has returned.
    ///
    /// ```
    /// # fn f(store: &protostore::Store) -> protostore::Result<()> {
    /// let sequence = store.write_committed(|tx| Ok(()))?.sequence;
    /// # Ok(()) }
    /// ```
    pub fn write_committed<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx<'_, E>) -> Result<T> + Send + 'static,
    ) -> Result<Committed<T>> {
        self.engine.write_here(self.call, f)
    }

    /// Runs an operation that reads.
    pub async fn run<O: ReadOp + Sync + 'static>(&self, op: O) -> Result<O::Out> {
        self.engine.list(self.call, op).await
    }

    /// Runs an operation that writes; it is durable when this returns.
    pub fn apply<O: WriteOp + Sync + 'static>(
        &self,
        op: O,
    ) -> Write<impl Future<Output = Result<Committed<O::Out>>> + Send + use<'_, O, E>> {
        Write::new(self.engine.write(self.call, op))
    }

    /// Runs a closure in one snapshot, on a reader thread.
    pub async fn read_async<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut View<'_, E>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.engine.read_with(self.call, f).await
    }

    /// Runs a closure in one transaction; what it did is durable when this returns.
    ///
    /// The closure is as that of [`Store::write`].
    pub fn write_async<T: Send + 'static, F: FnMut(&mut Tx<'_, E>) -> Result<T> + Send + 'static>(
        &self,
        f: F,
    ) -> Write<impl Future<Output = Result<Committed<T>>> + Send + use<'_, T, F, E>> {
        Write::new(self.engine.write_with(self.call, f))
    }

    #[doc(hidden)]
    /// For generated code: deletes the records of these tables that have expired by now, in batches, and returns how many they
    /// were.
    pub async fn sweep_each(&self, tables: &[&'static Expire]) -> Result<u64> {
        let (now, mut swept) = (Fixed::now().time(), 0);
        for expire in tables {
            loop {
                let batch = self.apply(Batch { expire, limit: BATCH, by: now }).await?;
                swept += batch;
                // One that goes with another is not counted, so that a batch which is not full is no end.
                if batch == 0 {
                    break;
                }
            }
        }
        Ok(swept)
    }

    /// Returns what the store knows about itself at this moment.
    pub fn info(&self) -> Info<E> {
        self.engine.info()
    }

    /// Returns what seals places in lists as page tokens, under a key that belongs to this database alone.
    pub fn page_tokens(&self) -> &PageTokens {
        self.engine.page_tokens()
    }

    /// Finishes what was accepted, writes everything back into the database file, and closes it.
    ///
    /// Every other handle of the store refuses from then on. Without this, the same happens when the last one is dropped,
    /// and what goes wrong then is only logged.
    pub fn close(self) -> Result<()> {
        self.engine.close()
    }
}
