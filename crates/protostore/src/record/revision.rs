//! The revision of a record: a value that every write changes, and that a write may ask for.

use std::fmt::Debug;

use super::sequence::{self, Sequence};
use super::{Mutable, Record};
use crate::error::{Error, Kind, Result};
use crate::schema::Stmt;
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Decode, Now, Row};

/// The field that holds a record's revision.
#[derive(Debug)]
pub struct RevisionField {
    /// The member of the record.
    pub member: u16,
    /// The counter that every write of the table takes its revision from, so that none is given twice.
    pub counter: Sequence,
    /// Reads the revision of a record by its key.
    pub read: Stmt,
}

/// A record whose table has a `revision`, so that what deletes it can ask for one.
pub trait Revised: Mutable {}

/// The type of a revision; `()` of a record that has none.
pub trait Revision: Bind + Clone + Debug + Default + PartialEq + Send + Sync + 'static {
    /// Makes the revision of that number; none where it is too large.
    fn of(number: i64) -> Option<Self>;
    /// Takes the revision of a row; none where it is NULL.
    fn take<R: Row>(r: &mut R) -> Result<Option<Self>>;
}

macro_rules! numbers {
    ($($ty:ty),*) => {$(
        impl Revision for $ty {
            fn of(number: i64) -> Option<Self> {
                Self::try_from(number).ok()
            }

            fn take<R: Row>(r: &mut R) -> Result<Option<Self>> {
                r.take()
            }
        }
    )*};
}

numbers!(i32, i64, u32, u64);

impl Revision for String {
    fn of(number: i64) -> Option<Self> {
        Some(number.to_string())
    }

    fn take<R: Row>(r: &mut R) -> Result<Option<Self>> {
        r.take()
    }
}

impl Revision for () {
    fn of(_: i64) -> Option<Self> {
        Some(())
    }

    fn take<R: Row>(_: &mut R) -> Result<Option<Self>> {
        Ok(Some(()))
    }
}

/// The revision of a row.
struct Stored<T>(Option<T>);

impl<T: Revision> Decode for Stored<T> {
    fn decode<R: Row>(r: &mut R) -> Result<Self> {
        T::take(r).map(Self)
    }
}

/// Refuses a record that is to be inserted and says which revision it has: there is no row that could have it.
pub(crate) fn refuse_given<R: Record>(record: &R) -> Result<()> {
    match (R::REVISION, given(record)) {
        (Some(field), Some(_)) => {
            let why = "is set by the store: leave it unset in a new record";
            Err(Error::invalid(field.counter.field, why).in_table(R::TABLE.layout.name))
        }
        (Some(_) | None, _) => Ok(()),
    }
}

/// Returns the revision that a record says its row has.
pub(crate) fn given<R: Record>(record: &R) -> Option<&R::Revision> {
    record.revision().filter(|revision| **revision != R::Revision::default())
}

/// Refuses a write whose row has another revision than the one that is asked for; says whether there is no row.
pub(crate) async fn check<R: Record, S: Session>(
    s: &mut S,
    key: R::KeyRef<'_>,
    asked: Option<&R::Revision>,
    now: Timestamp,
) -> Result<bool> {
    let (Some(field), Some(asked)) = (R::REVISION, asked) else { return Ok(false) };
    let stored = s.one::<_, Stored<R::Revision>>(&field.read, &(key, Now(Some(now)))).await;
    match stored.map_err(|e| e.explained(&R::TABLE.layout))? {
        None => Ok(true),
        Some(Stored(Some(stored))) if stored == *asked => Ok(false),
        Some(_) => Err(changed::<R>(field, "is another by now: the record has changed since it was read")),
    }
}

/// Says that the record which was read no longer exists.
#[cold]
pub(crate) fn gone<R: Record>() -> Error {
    match R::REVISION {
        Some(field) => changed::<R>(field, "belongs to a record that no longer exists"),
        None => Error::new(Kind::Aborted, "no longer exists").in_table(R::TABLE.layout.name),
    }
}

#[cold]
fn changed<R: Record>(field: &RevisionField, why: &'static str) -> Error {
    Error::new(Kind::Aborted, why).at(field.counter.field).in_table(R::TABLE.layout.name)
}

/// Takes the revision of a write; none of a record that has no revision.
pub(crate) async fn next<R: Record, S: Session>(s: &mut S) -> Result<Option<R::Revision>> {
    let Some(field) = R::REVISION else { return Ok(None) };
    let number = s.advance(&field.counter, None).await.map_err(|e| e.in_table(R::TABLE.layout.name))?;
    match number.and_then(R::Revision::of) {
        Some(revision) => Ok(Some(revision)),
        None => Err(sequence::exhausted::<R>(&field.counter)),
    }
}

/// Gives a record that is written as a whole its revision.
pub(crate) async fn assign<R: Record, S: Session>(s: &mut S, record: &mut R) -> Result<()> {
    if let Some(revision) = next::<R, S>(s).await? {
        record.set_revision(revision);
    }
    Ok(())
}
