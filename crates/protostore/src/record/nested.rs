//! The child tables inside the elements of another, as lists of types: read and written with them.

use std::future::{Future, ready};

use super::children::{complete, elements, storable, stray};
use super::elements::write;
use crate::error::Result;
use crate::record::immutable::{self, Image};
use crate::record::{By, ChildTable, Element};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Decode};

/// The child tables inside the elements of `C`: `()`, or `(N, Rest)`.
pub trait Nested<C: ChildTable>: Send + Sync + 'static {
    /// Says that there are none.
    const NONE: bool;
    /// Refuses to change what is IMMUTABLE in elements that are the same before and after.
    fn compare(old: &[&C::Item], new: &[&C::Item], one: bool) -> Result<()>;
    /// Adds the rows in the child tables of an element to what it is known by.
    fn add(item: &C::Item, immutable: bool, image: &mut Image);
    /// Reads them for elements of which `P` tells the record and the elements around.
    fn load<S: Session, K: Bind + Sync, P: Decode + PartialEq + Send + Sync>(
        s: &mut S,
        by: By<'_, K>,
        elements: &mut [Element<P, C>],
    ) -> impl Future<Output = Result<()>> + Send;
    /// Refuses an element with another inside of it that no column can hold.
    fn storable(owner: &C::Item) -> Result<()>;
    /// Writes those of some elements, each of which is behind its key.
    fn insert<S: Session, P: Bind + Sync>(
        s: &mut S,
        owners: &[(P, &C::Item)],
        now: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;
}

impl<C: ChildTable> Nested<C> for () {
    const NONE: bool = true;

    fn storable(_: &C::Item) -> Result<()> {
        Ok(())
    }

    fn compare(_: &[&C::Item], _: &[&C::Item], _: bool) -> Result<()> {
        Ok(())
    }

    fn add(_: &C::Item, _: bool, _: &mut Image) {}

    fn load<S: Session, K: Bind + Sync, P: Decode + PartialEq + Send + Sync>(
        _: &mut S,
        _: By<'_, K>,
        _: &mut [Element<P, C>],
    ) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    fn insert<S: Session, P: Bind + Sync>(
        _: &mut S,
        _: &[(P, &C::Item)],
        _: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }
}

impl<C: ChildTable, N: ChildTable<Owner = C::Item>, Rest: Nested<C>> Nested<C> for (N, Rest) {
    const NONE: bool = false;

    fn storable(owner: &C::Item) -> Result<()> {
        storable::<N>(owner)?;
        Rest::storable(owner)
    }

    fn compare(old: &[&C::Item], new: &[&C::Item], one: bool) -> Result<()> {
        immutable::compare::<N>(old, new, one)?;
        Rest::compare(old, new, one)
    }

    fn add(item: &C::Item, whole: bool, image: &mut Image) {
        immutable::add::<N>(item, whole, image);
        Rest::add(item, whole, image);
    }

    async fn load<S: Session, K: Bind + Sync, P: Decode + PartialEq + Send + Sync>(
        s: &mut S,
        by: By<'_, K>,
        around: &mut [Element<P, C>],
    ) -> Result<()> {
        let inner = elements::<S, N, K, (P, C::Place)>(s, by).await?;
        complete::<N>(inner.len(), around.iter().map(|element| &element.item))?;
        // Both are in the order of record and place, so each list is gone through once.
        let mut owners = around.iter_mut();
        let mut owner = owners.next();
        for element in inner {
            while owner.as_ref().is_some_and(|owner| (&owner.path, &owner.place) != (&element.path.0, &element.path.1))
            {
                owner = owners.next();
            }
            element.put_into(&mut owner.as_mut().ok_or_else(|| stray(&N::CHILD.layout))?.item)?;
        }
        Rest::load(s, by, around).await
    }

    async fn insert<S: Session, P: Bind + Sync>(s: &mut S, owners: &[(P, &C::Item)], now: Timestamp) -> Result<()> {
        write::<S, N, P>(s, owners, now).await?;
        Rest::insert(s, owners, now).await
    }
}
