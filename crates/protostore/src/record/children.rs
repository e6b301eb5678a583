//! The child tables of a record, and those inside their elements, as lists of types: read and written with the record.

use std::future::{Future, ready};

use super::elements::write;
use crate::error::{Error, Kind, Result};
use crate::mask::Mask;
use crate::record::immutable;
use crate::record::{ChildTable, Keys, Nested, Record, check};
use crate::room::{End, too_large};
use crate::schema::{Child, Layout, Stmt};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Decode, Row, To};

/// The child tables of a record: `()`, or `(C, Rest)`.
pub trait Children<R: Record>: Send + Sync + 'static {
    /// Says that there are none: known while compiling, so that such a record costs no snapshot, savepoint or list of keys.
    const NONE: bool;
    /// Says that some of them are IMMUTABLE or hold what is.
    const IMMUTABLE: bool;
    /// Says whether the mask names one that is IMMUTABLE or holds what is.
    fn names_immutable(mask: &Mask<R>) -> bool;
    /// Refuses to change what is IMMUTABLE, where the mask asks for a write; everywhere without one.
    fn compare(old: &R, new: &R, mask: Option<&Mask<R>>) -> Result<()>;
    /// Reads the children of one record.
    fn load<S: Session>(s: &mut S, owner: &mut R) -> impl Future<Output = Result<()>> + Send;
    /// Reads the children of many records: one statement a child table, however many records there are.
    fn load_many<S: Session>(s: &mut S, owners: &mut [R], keys: &Keys) -> impl Future<Output = Result<()>> + Send;
    /// Reads the children of records between whose keys there is no other record, in the order of their keys: one statement a
    /// child table, which goes through the rows of all of them.
    fn load_range<S: Session>(s: &mut S, owners: &mut [R]) -> impl Future<Output = Result<()>> + Send;
    /// Refuses a record with an element that no column can hold, where the mask asks for it; of all without one.
    fn storable(owner: &R, mask: Option<&Mask<R>>) -> Result<()>;
    /// Writes the children of a record that has none in the database.
    fn insert<S: Session>(s: &mut S, owner: &R, now: Timestamp) -> impl Future<Output = Result<()>> + Send;
    /// Writes the children of a record in place of those in the database, where the mask asks for it; all without one.
    fn replace<S: Session>(
        s: &mut S,
        owner: &R,
        mask: Option<&Mask<R>>,
        now: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// The records whose children are read.
#[derive(Debug)]
pub struct By<'k, K> {
    which: Which,
    keys: &'k K,
}

/// Which records the keys are of.
#[derive(Clone, Copy, Debug)]
enum Which {
    /// One, by its key.
    One,
    /// Many, by a list of keys.
    Many,
    /// All from one key to another.
    Range,
}

impl<K> Clone for By<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for By<'_, K> {}

impl<K> By<'_, K> {
    fn statement(&self, child: &'static Child) -> &'static Stmt {
        match self.which {
            Which::One => &child.load,
            Which::Many => &child.load_many,
            Which::Range => &child.load_range,
        }
    }
}

impl<R: Record> Children<R> for () {
    const NONE: bool = true;

    fn storable(_: &R, _: Option<&Mask<R>>) -> Result<()> {
        Ok(())
    }
    const IMMUTABLE: bool = false;

    fn names_immutable(_: &Mask<R>) -> bool {
        false
    }

    fn compare(_: &R, _: &R, _: Option<&Mask<R>>) -> Result<()> {
        Ok(())
    }

    fn load<S: Session>(_: &mut S, _: &mut R) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    fn load_many<S: Session>(_: &mut S, _: &mut [R], _: &Keys) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    fn load_range<S: Session>(_: &mut S, _: &mut [R]) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    fn insert<S: Session>(_: &mut S, _: &R, _: Timestamp) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    fn replace<S: Session>(
        _: &mut S,
        _: &R,
        _: Option<&Mask<R>>,
        _: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }
}

impl<R: Record, C: ChildTable<Owner = R>, Rest: Children<R>> Children<R> for (C, Rest) {
    const NONE: bool = false;

    fn storable(owner: &R, mask: Option<&Mask<R>>) -> Result<()> {
        check::counts(storable::<C>(owner), mask, usize::from(C::CHILD.member))?;
        Rest::storable(owner, mask)
    }
    const IMMUTABLE: bool = C::IMMUTABLE.is_some() || Rest::IMMUTABLE;

    fn names_immutable(mask: &Mask<R>) -> bool {
        (C::IMMUTABLE.is_some() && mask.has(usize::from(C::CHILD.member))) || Rest::names_immutable(mask)
    }

    fn compare(old: &R, new: &R, mask: Option<&Mask<R>>) -> Result<()> {
        if C::IMMUTABLE.is_some() && mask.is_none_or(|mask| mask.has(usize::from(C::CHILD.member))) {
            immutable::compare::<C>(&[old], &[new], true)?;
        }
        Rest::compare(old, new, mask)
    }

    async fn load<S: Session>(s: &mut S, owner: &mut R) -> Result<()> {
        let elements = {
            let key = owner.key();
            elements::<S, C, _, u64>(s, By { which: Which::One, keys: &key }).await?
        };
        complete::<C>(elements.len(), std::iter::once(&*owner))?;
        for element in elements {
            element.put_into(owner)?;
        }
        Rest::load(s, owner).await
    }

    async fn load_many<S: Session>(s: &mut S, owners: &mut [R], keys: &Keys) -> Result<()> {
        let elements = elements::<S, C, _, u64>(s, By { which: Which::Many, keys }).await?;
        complete::<C>(elements.len(), owners.iter())?;
        for element in elements {
            let owner = usize::try_from(element.path).ok().and_then(|index| owners.get_mut(index));
            element.put_into(owner.ok_or_else(|| stray(&C::CHILD.layout))?)?;
        }
        Rest::load_many(s, owners, keys).await
    }

    async fn load_range<S: Session>(s: &mut S, owners: &mut [R]) -> Result<()> {
        let elements = match (owners.first(), owners.last()) {
            (Some(first), Some(last)) => {
                let keys = (first.key(), To(last.key()));
                elements::<S, C, _, R::Key>(s, By { which: Which::Range, keys: &keys }).await?
            }
            _ => return Ok(()),
        };
        complete::<C>(elements.len(), owners.iter())?;
        // Both are in the order of the keys, so each list is gone through once.
        let mut left = owners.iter_mut();
        let mut owner = left.next();
        for element in elements {
            while owner.as_ref().is_some_and(|owner| owner.key() != R::borrow_key(&element.path)) {
                owner = left.next();
            }
            element.put_into(owner.as_mut().ok_or_else(|| stray(&C::CHILD.layout))?)?;
        }
        Rest::load_range(s, owners).await
    }

    async fn insert<S: Session>(s: &mut S, owner: &R, now: Timestamp) -> Result<()> {
        write::<S, C, _>(s, &[(owner.key(), owner)], now).await?;
        Rest::insert(s, owner, now).await
    }

    async fn replace<S: Session>(s: &mut S, owner: &R, mask: Option<&Mask<R>>, now: Timestamp) -> Result<()> {
        if mask.is_none_or(|mask| mask.has(usize::from(C::CHILD.member))) {
            // What is inside the elements goes with them.
            if let Some(delete) = &C::CHILD.delete {
                s.run(delete, &owner.key()).await.map_err(|e| e.explained(&C::CHILD.layout))?;
            }
            write::<S, C, _>(s, &[(owner.key(), owner)], now).await?;
        }
        Rest::replace(s, owner, mask, now).await
    }
}

/// Reads the elements of one record, and what is inside them.
pub(crate) async fn all_of<S: Session, C: ChildTable, K: Bind + Sync>(
    s: &mut S,
    owner: &K,
) -> Result<Vec<Element<u64, C>>> {
    elements(s, By { which: Which::One, keys: owner }).await
}

/// Reads the elements of a child table, and what is inside them.
pub(super) async fn elements<S: Session, C: ChildTable, K: Bind + Sync, P: Decode + PartialEq + Send + Sync>(
    s: &mut S,
    by: By<'_, K>,
) -> Result<Vec<Element<P, C>>> {
    let mut elements: Vec<Element<P, C>> = Vec::new();
    let read = s.all(by.statement(C::CHILD), by.keys, &mut elements).await;
    if read.map_err(|e| e.explained(&C::CHILD.layout))? == End::Cut {
        return Err(too_large());
    }
    if !C::Nested::NONE && !elements.is_empty() {
        C::Nested::load(s, by, &mut elements).await?;
    }
    Ok(elements)
}

/// Checks that no row is missing of a message that must be set.
pub(super) fn complete<'o, C: ChildTable>(rows: usize, owners: impl Iterator<Item = &'o C::Owner>) -> Result<()> {
    if C::REQUIRED && rows != owners.map(|owner| C::items(owner).len()).sum::<usize>() {
        let why = format!("lacks the row of a message that must be set, in {}", C::CHILD.layout.name);
        return Err(Error::new(Kind::Damaged, why).in_table(C::CHILD.layout.record));
    }
    Ok(())
}

/// Refuses an owner with an element that no column can hold.
pub(super) fn storable<C: ChildTable>(owner: &C::Owner) -> Result<()> {
    C::items(owner).into_iter().try_for_each(|(_, item)| check::storable_item::<C>(item))
}

/// Says that there are rows which belong to nothing.
#[cold]
pub(super) fn stray(layout: &Layout) -> Error {
    let why = format!("has rows of a record, message or member that does not exist, in {}", layout.name);
    Error::new(Kind::Damaged, why).in_table(layout.record)
}

/// An element as it is read: `path` tells the record and the elements around.
#[derive(Debug)]
pub struct Element<P, C: ChildTable> {
    pub(super) path: P,
    pub(super) place: C::Place,
    pub(super) item: C::Item,
}

impl<P, C: ChildTable> Element<P, C> {
    pub(crate) fn place(&self) -> &C::Place {
        &self.place
    }

    pub(crate) fn into_entry(self) -> (C::Place, C::Item) {
        (self.place, self.item)
    }

    pub(super) fn put_into(self, owner: &mut C::Owner) -> Result<()> {
        if C::put(owner, self.place, self.item) { Ok(()) } else { Err(stray(&C::CHILD.layout)) }
    }
}

impl<P: Decode, C: ChildTable> Decode for Element<P, C> {
    #[inline]
    fn decode<R: Row>(r: &mut R) -> Result<Self> {
        Ok(Self { path: P::decode(r)?, place: C::Place::decode(r)?, item: C::decode_item(r)? })
    }
}
