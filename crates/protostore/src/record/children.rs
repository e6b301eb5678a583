//! The child tables of a record as a list of types, read and written together with it.

use std::future::{Future, ready};

use crate::error::{Error, Kind, Result};
use crate::mask::Mask;
use crate::ops::refusal;
use crate::record::{ChildTable, Record};
use crate::schema::Layout;
use crate::session::Session;
use crate::value::{Bind, Binder, Decode, Row};

/// The child tables of a record: `()`, or `(C, Rest)`.
pub trait Children<R: Record>: Send + Sync + 'static {
    /// Says that there are none: known while compiling, so that such a record costs no snapshot, savepoint or list of keys.
    const NONE: bool;
    /// Reads the children of one record.
    fn load<S: Session>(s: &mut S, owner: &mut R) -> impl Future<Output = Result<()>> + Send;
    /// Reads the children of many records: one statement a child table, however many records there are.
    fn load_many<S: Session>(s: &mut S, owners: &mut [R], keys: &S::Keys) -> impl Future<Output = Result<()>> + Send;
    /// Writes the children of a record that has none in the database.
    fn insert<S: Session>(s: &mut S, owner: &R) -> impl Future<Output = Result<()>> + Send;
    /// Writes the children of a record in place of those in the database, where the mask asks for it; all without one.
    fn replace<S: Session>(s: &mut S, owner: &R, mask: Option<&Mask<R>>) -> impl Future<Output = Result<()>> + Send;
}

impl<R: Record> Children<R> for () {
    const NONE: bool = true;

    fn load<S: Session>(_: &mut S, _: &mut R) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    fn load_many<S: Session>(_: &mut S, _: &mut [R], _: &S::Keys) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    fn insert<S: Session>(_: &mut S, _: &R) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    fn replace<S: Session>(_: &mut S, _: &R, _: Option<&Mask<R>>) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }
}

impl<R: Record, C: ChildTable<Owner = R>, Rest: Children<R>> Children<R> for (C, Rest) {
    const NONE: bool = false;

    async fn load<S: Session>(s: &mut S, owner: &mut R) -> Result<()> {
        let mut rows: Vec<Loaded<C>> = Vec::new();
        let read = s.all(&C::CHILD.load, &owner.key(), usize::MAX, &mut rows).await;
        read.map_err(|e| e.explained(&C::CHILD.layout))?;
        if !rows.is_empty() {
            fill::<C>(owner, rows)?;
        }
        Rest::load(s, owner).await
    }

    async fn load_many<S: Session>(s: &mut S, owners: &mut [R], keys: &S::Keys) -> Result<()> {
        let mut rows: Vec<(u64, Loaded<C>)> = Vec::new();
        let read = s.all(&C::CHILD.load_many, keys, usize::MAX, &mut rows).await;
        read.map_err(|e| e.explained(&C::CHILD.layout))?;
        for (index, row) in rows {
            let owner = usize::try_from(index).ok().and_then(|index| owners.get_mut(index));
            fill::<C>(owner.ok_or_else(|| stray(&C::CHILD.layout))?, [row])?;
        }
        Rest::load_many(s, owners, keys).await
    }

    async fn insert<S: Session>(s: &mut S, owner: &R) -> Result<()> {
        write::<C, S>(s, owner).await?;
        Rest::insert(s, owner).await
    }

    async fn replace<S: Session>(s: &mut S, owner: &R, mask: Option<&Mask<R>>) -> Result<()> {
        if mask.is_none_or(|mask| mask.has(usize::from(C::CHILD.member))) {
            let gone = s.run(&C::CHILD.delete, &owner.key()).await;
            gone.map_err(|e| e.explained(&C::CHILD.layout))?;
            write::<C, S>(s, owner).await?;
        }
        Rest::replace(s, owner, mask).await
    }
}

/// Inserts the elements of a record, in order.
async fn write<C: ChildTable, S: Session>(s: &mut S, owner: &C::Owner) -> Result<()> {
    for (position, item) in C::items(owner).iter().enumerate() {
        let row = New::<C> { owner: owner.key(), position: Some(position), item };
        if let Err(e) = s.run(&C::CHILD.insert, &row).await {
            let named = New::<C> { position: None, ..row };
            return Err(refusal::of_child(s, e, C::CHILD, &named).await);
        }
    }
    Ok(())
}

/// Puts elements into the record that they were read for.
fn fill<C: ChildTable>(owner: &mut C::Owner, rows: impl IntoIterator<Item = Loaded<C>>) -> Result<()> {
    match C::items_mut(owner) {
        Some(items) => {
            items.extend(rows.into_iter().map(|row| row.0));
            Ok(())
        }
        None => Err(stray(&C::CHILD.layout)),
    }
}

/// Says that there are rows which belong to nothing.
#[cold]
fn stray(layout: &Layout) -> Error {
    Error::new(Kind::Damaged, "holds rows of a record or message that is not there").in_table(layout.name)
}

/// An element as it is read.
struct Loaded<C: ChildTable>(C::Item);

impl<C: ChildTable> Decode for Loaded<C> {
    #[inline]
    fn decode<R: Row>(r: &mut R) -> Result<Self> {
        C::decode_item(r).map(Self)
    }
}

/// An element as it is written; without its position where only what it names is of interest.
struct New<'a, C: ChildTable> {
    owner: <C::Owner as Record>::KeyRef<'a>,
    position: Option<usize>,
    item: &'a C::Item,
}

impl<C: ChildTable> Bind for New<'_, C> {
    #[inline]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.owner.bind(b)?;
        if let Some(position) = self.position {
            // A list in memory has fewer elements than 2^63.
            b.int(position as i64)?;
        }
        C::bind_item(self.item, b)
    }
}
