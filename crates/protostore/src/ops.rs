//! The operations, written once: each a small struct, run over any session, synchronous or asynchronous.

mod by;
mod collision;
mod delete;
mod edit;
mod find;
mod get;
mod insert;
mod inside;
mod list;
mod many;
pub(crate) mod once;
mod page;
mod part;
pub(crate) mod refusal;
mod soft;
mod sweep;
mod update;
mod upsert_by;
mod verify;
mod whole;

pub use by::{CountBy, DeleteBy, ExistsBy};
pub use delete::Delete;
pub use edit::{Append, Change, Clear, Edit, Put, Remove, RemoveAt, RemoveKey};
pub use find::{Count, ExistsWhere, Find, First, Found};
pub(crate) use get::exists;
pub use get::{Exists, Get, GetBy};
pub use insert::{Insert, InsertMany, Upsert};
pub(crate) use insert::{Whole, insert, upsert};
pub use inside::{Entries, Entry, Items};
pub use list::{AllBy, ListBy, ShownBy};
pub use many::{DeleteMany, GetMany};
pub use once::Once;
pub use page::{Page, PageOf};
pub use part::{Given, ListOf, MapOf};
pub use soft::{GetDeleted, PageDeleted, Purge, Undelete};
pub use sweep::Sweep;
pub(crate) use sweep::{BATCH, Batch};
pub use update::Update;
pub use upsert_by::UpsertBy;
pub use verify::{Verified, Verify};

use std::future::Future;

use crate::error::{Error, Kind, Result};
use crate::fixed::Fixed;
use crate::record::{Children, Keys, Record};
use crate::session::Session;
use crate::value::{Bind, Decode, Pick, Row};

/// An operation as data: what the writer's queue and the reader threads take.
pub trait Op: Send {
    /// What it returns.
    type Out: Send;
    /// Its name, for metrics and logs.
    const NAME: &'static str;
    /// The SQL name of the table of its records, for metrics and logs; empty where it is of several.
    const TABLE: &'static str = "";
    /// Says that it takes several statements, or one that fires others: a read then runs in a snapshot, a write has a
    /// savepoint, as SQLite does not undo every statement that fails.
    ///
    /// What a delete fires, CASCADE, SET NULL or a trigger, is said by the file: each has a savepoint.
    const COMPOUND: bool = true;
    /// Says that it asks for the present time: a read of one record that never expires does without.
    const TIMED: bool = true;

    /// Says whether this very operation takes several statements, where some of the kind do and others do not.
    fn is_compound(&self) -> bool {
        Self::COMPOUND
    }

    /// Refuses, before it is queued, what breaks a rule by itself; and fixes beside the present time, which `fixed` has
    /// already, whatever else would differ from one run to the next.
    ///
    /// What it has made, it may put into its own data as well, which a run then finds there.
    fn prepare(&mut self, fixed: Fixed) -> Result<Fixed> {
        Ok(fixed)
    }

    /// Runs it with what was fixed for it; again, if the transaction around it was undone.
    ///
    /// It neither reads the clock nor takes random numbers: what it does is a function of its data, of what was fixed and
    /// of the state of the database, whether or not [`Op::prepare`] was called on this very value.
    fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> impl Future<Output = Result<Self::Out>> + Send;
}

/// Prepares an operation for one run or more, which begins now.
#[inline]
pub(crate) fn prepare<O: Op>(op: &mut O) -> Result<Fixed> {
    op.prepare(Fixed::begin(O::TIMED))
}

/// An operation that only reads.
pub trait ReadOp: Op {
    /// Says that it likely reads little, in the order of an index, so that it is tried on the caller's thread: one record, or
    /// the rows of a page. Where it takes more than that, it is begun again away from it.
    fn is_short(&self) -> bool {
        false
    }
}

/// How many records a page that is read on the caller's thread has at most.
const FEW: usize = 128;

/// An operation that writes.
pub trait WriteOp: Op {
    /// Runs it after [`Op::prepare`] was called on this very value, as [`Op::run`] does; none where it returns what it holds
    /// itself, which is not copied then: once it does not run again, [`WriteOp::into_out`] returns that.
    #[doc(hidden)]
    fn run_prepared<S: Session>(
        &self,
        s: &mut S,
        fixed: &Fixed,
    ) -> impl Future<Output = Result<Option<Self::Out>>> + Send
    where
        Self: Sync,
    {
        async { self.run(s, fixed).await.map(Some) }
    }

    /// Returns what it holds as what it returns.
    #[doc(hidden)]
    fn into_out(self) -> Result<Self::Out>
    where
        Self: Sized,
    {
        Err(Error::new(Kind::Engine, "the operation does not hold what it returns"))
    }
}

/// A row of which only the existence matters.
pub(crate) struct Present;

impl Decode for Present {
    fn decode<R: Row>(_: &mut R) -> Result<Self> {
        Ok(Self)
    }
}

/// Says whether an error is that a value which rows are asked by is one that no row can have: then there are none.
///
/// It is asked after a refusal, so that a read which finds something pays nothing for it.
#[cold]
fn finds_nothing(e: &Error, by: &impl Bind) -> bool {
    matches!(e.kind(), Kind::Invalid | Kind::OutOfRange) && Pick::refuses(by)
}

/// Reads the children of all records that there are from one key to another, in the order of their keys.
async fn load_range<R: Record, S: Session>(s: &mut S, records: &mut [R]) -> Result<()> {
    // One by its key is one statement too, and decodes no key.
    match records {
        [] => Ok(()),
        [record] => R::Children::load(s, record).await,
        records => R::Children::load_range(s, records).await,
    }
}

/// Reads the children of many records.
async fn load_children<R: Record, S: Session>(s: &mut S, records: &mut [R]) -> Result<()> {
    if R::Children::NONE || records.is_empty() {
        return Ok(());
    }
    let keys = Keys::of::<R>(records.iter().map(R::key))?;
    R::Children::load_many(s, records, &keys).await
}
