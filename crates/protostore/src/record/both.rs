//! Two lists of child tables as one, so that a long list of types is a tree and no chain: the compiler goes as deep as
//! its types do.

use std::marker::PhantomData;

use super::children::{By, Children, Element};
use super::nested::Nested;
use crate::error::Result;
use crate::mask::Mask;
use crate::record::immutable::Image;
use crate::record::{ChildTable, Keys, Record};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Decode};

/// The child tables of `A`, and then those of `B`.
#[derive(Debug)]
pub struct Both<A, B>(PhantomData<fn() -> (A, B)>);

impl<R: Record, A: Children<R>, B: Children<R>> Children<R> for Both<A, B> {
    const NONE: bool = A::NONE && B::NONE;

    fn storable(owner: &R, mask: Option<&Mask<R>>) -> Result<()> {
        A::storable(owner, mask)?;
        B::storable(owner, mask)
    }
    const IMMUTABLE: bool = A::IMMUTABLE || B::IMMUTABLE;

    fn names_immutable(mask: &Mask<R>) -> bool {
        A::names_immutable(mask) || B::names_immutable(mask)
    }

    fn compare(old: &R, new: &R, mask: Option<&Mask<R>>) -> Result<()> {
        A::compare(old, new, mask)?;
        B::compare(old, new, mask)
    }

    async fn load<S: Session>(s: &mut S, owner: &mut R) -> Result<()> {
        A::load(s, owner).await?;
        B::load(s, owner).await
    }

    async fn load_many<S: Session>(s: &mut S, owners: &mut [R], keys: &Keys) -> Result<()> {
        A::load_many(s, owners, keys).await?;
        B::load_many(s, owners, keys).await
    }

    async fn load_range<S: Session>(s: &mut S, owners: &mut [R]) -> Result<()> {
        A::load_range(s, owners).await?;
        B::load_range(s, owners).await
    }

    async fn insert<S: Session>(s: &mut S, owner: &R, now: Timestamp) -> Result<()> {
        A::insert(s, owner, now).await?;
        B::insert(s, owner, now).await
    }

    async fn replace<S: Session>(s: &mut S, owner: &R, mask: Option<&Mask<R>>, now: Timestamp) -> Result<()> {
        A::replace(s, owner, mask, now).await?;
        B::replace(s, owner, mask, now).await
    }
}

impl<C: ChildTable, A: Nested<C>, B: Nested<C>> Nested<C> for Both<A, B> {
    const NONE: bool = A::NONE && B::NONE;

    fn storable(owner: &C::Item) -> Result<()> {
        A::storable(owner)?;
        B::storable(owner)
    }

    fn compare(old: &[&C::Item], new: &[&C::Item], one: bool) -> Result<()> {
        A::compare(old, new, one)?;
        B::compare(old, new, one)
    }

    fn add(item: &C::Item, immutable: bool, image: &mut Image) {
        A::add(item, immutable, image);
        B::add(item, immutable, image);
    }

    async fn load<S: Session, K: Bind + Sync, P: Decode + PartialEq + Send + Sync>(
        s: &mut S,
        by: By<'_, K>,
        elements: &mut [Element<P, C>],
    ) -> Result<()> {
        A::load(s, by, elements).await?;
        B::load(s, by, elements).await
    }

    async fn insert<S: Session, P: Bind + Sync>(s: &mut S, owners: &[(P, &C::Item)], now: Timestamp) -> Result<()> {
        A::insert(s, owners, now).await?;
        B::insert(s, owners, now).await
    }
}
