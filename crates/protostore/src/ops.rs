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
use crate::record::{Children, Record};
use crate::session::Session;
use crate::value::{Bind, Decode, Pick, Row};

/// An operation as data: what the writer's queue and the reader threads take.
pub trait Op: Send {
    /// What it returns.
    type Out: Send;
    /// Its name, for metrics and logs.
    const NAME: &'static str;
    /// Says that it takes several statements, or one that fires others: a read then runs in a snapshot, a write has a
    /// savepoint, as SQLite does not undo every statement that fails.
    ///
    /// What a delete fires, CASCADE, SET NULL or a trigger, is said by the file: each has a savepoint.
    const COMPOUND: bool = true;

    /// Fixes, before it is queued, what would differ from one run to the next: UUIDs and times.
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    /// Runs it; again, if the transaction around it was undone.
    fn run<S: Session>(&self, s: &mut S) -> impl Future<Output = Result<Self::Out>> + Send;
}

/// An operation that only reads.
pub trait ReadOp: Op {
    /// Says that it reads a record at most, so that it may run on the caller's thread.
    const SHORT: bool = false;
}

/// An operation that writes.
pub trait WriteOp: Op {}

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

/// Reads the children of many records.
async fn load_children<R: Record, S: Session>(s: &mut S, records: &mut [R]) -> Result<()> {
    if R::Children::NONE || records.is_empty() {
        return Ok(());
    }
    let keys = S::keys::<R>(records.iter().map(R::key))?;
    R::Children::load_many(s, records, &keys).await
}
