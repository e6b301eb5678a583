//! What a store needs from the database below it.

use std::fmt;
use std::future::Future;

use crate::call::CallOptions;
use crate::error::Result;
use crate::info::Info;
use crate::ops::{ReadOp, WriteOp};
use crate::options::Options;
use crate::page_token::PageTokens;
use crate::schema::Schema;
use crate::session::Session;
use crate::store::{Committed, Tx, View};

/// What a store needs from the database below it.
///
/// An asynchronous write is handed over at the first poll. Whoever drops the future before the write has begun takes it back;
/// once it has begun it happens, or fails, as a whole, whether or not anybody still waits for it.
///
/// Each request comes with what its handle asks, see [`CallOptions`].
pub trait Engine: Clone + fmt::Debug + Send + Sync + 'static {
    /// A connection inside a snapshot or a transaction.
    type Session: Session;

    /// Where a database is, and what unlocks it: a file and a key, for example, or a server and a password.
    type Database<'a>;

    /// The options that this engine alone has.
    type Options: Clone + fmt::Debug + Default + Send + Sync + 'static;

    /// What this engine alone knows about an open store.
    type Info: Clone + fmt::Debug + Send + 'static;

    /// Opens a database, or makes it where there is none yet, and brings it to the newest version.
    ///
    /// Nothing is changed before the database is known to be one of this schema, and not of a newer version.
    fn open(schema: &'static Schema, database: Self::Database<'_>, options: &Options<Self>) -> Result<Self>;

    /// Makes an empty TEST database, which goes with the last clone.
    fn open_test(schema: &'static Schema, options: &Options<Self>) -> Result<Self>;

    /// Runs a short read, on the caller's thread where the engine is in the process; what turns out to be long is run
    /// again away from it, as `far` makes it of the operation.
    fn read<O: ReadOp + Sync, F: ReadOp<Out = O::Out> + Sync + 'static>(
        &self,
        call: CallOptions,
        op: O,
        far: impl FnOnce(O) -> F + Send,
    ) -> impl Future<Output = Result<O::Out>> + Send;

    /// Runs a read away from the caller's thread, unless it is short ([`ReadOp::is_short`]) and the engine is in the process.
    fn list<O: ReadOp + Sync + 'static>(&self, call: CallOptions, op: O)
    -> impl Future<Output = Result<O::Out>> + Send;

    /// Runs a write; it is durable when this returns.
    fn write<O: WriteOp + Sync + 'static>(
        &self,
        call: CallOptions,
        op: O,
    ) -> impl Future<Output = Result<Committed<O::Out>>> + Send;

    /// Runs a closure in one snapshot, away from the caller's thread.
    fn read_with<T: Send + 'static>(
        &self,
        call: CallOptions,
        f: impl FnOnce(&mut View<'_, Self>) -> Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<T>> + Send;

    /// Runs a closure in one transaction, which is durable when this returns; again, if the transaction was undone.
    fn write_with<T: Send + 'static>(
        &self,
        call: CallOptions,
        f: impl FnMut(&mut Tx<'_, Self>) -> Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<Committed<T>>> + Send;

    /// The same as [`Engine::read_with`], on the caller's thread, which waits.
    fn read_here<T>(&self, call: CallOptions, f: impl FnOnce(&mut View<'_, Self>) -> Result<T>) -> Result<T>;

    /// The same as [`Engine::write_with`], while the caller's thread waits.
    fn write_here<T: Send + 'static>(
        &self,
        call: CallOptions,
        f: impl FnMut(&mut Tx<'_, Self>) -> Result<T> + Send + 'static,
    ) -> Result<Committed<T>>;

    /// Runs an operation of a session to its end inside a synchronous closure.
    fn wait<F: Future>(future: F) -> F::Output;

    /// Returns what the store knows about itself at this moment.
    fn info(&self) -> Info<Self>;

    /// Returns what seals places in lists, under a key that belongs to this database alone.
    fn page_tokens(&self) -> &PageTokens;

    /// Finishes what was accepted, refuses everything else, and closes the database.
    fn close(&self) -> Result<()>;
}
