//! Reads of a list or map alone, without the record that holds it.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use super::{Op, ReadOp};
use crate::error::Result;
use crate::fixed::Fixed;
use crate::record::{ChildTable, EditedList, EditedMap, Element, MapKey, Nested, Record, all_of, touch};
use crate::session::Session;

/// Reads the elements of a list.
#[derive(Debug)]
pub struct Items<R: Record, C> {
    owner: R::Key,
    of: PhantomData<fn() -> C>,
}

/// Reads the entries of a map.
#[derive(Debug)]
pub struct Entries<R: Record, C> {
    owner: R::Key,
    of: PhantomData<fn() -> C>,
}

/// Reads the entry of one key.
#[derive(Debug)]
pub struct Entry<R: Record, C: ChildTable> {
    owner: R::Key,
    key: C::Place,
}

impl<R: Record, C> Items<R, C> {
    pub(super) const fn new(owner: R::Key) -> Self {
        Self { owner, of: PhantomData }
    }
}

impl<R: Record, C> Entries<R, C> {
    pub(super) const fn new(owner: R::Key) -> Self {
        Self { owner, of: PhantomData }
    }
}

impl<R: Record, C: ChildTable> Entry<R, C> {
    pub(super) const fn new(owner: R::Key, key: C::Place) -> Self {
        Self { owner, key }
    }
}

impl<R: Record, C: EditedList<Owner = R>> Op for Items<R, C> {
    type Out = Vec<C::Item>;
    const NAME: &'static str = "read_list";
    const TABLE: &'static str = R::TABLE.layout.name;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Vec<C::Item>> {
        touch::owner::<R, C, S>(s, &self.owner, fixed.present()?).await?;
        Ok(all_of::<S, C, _>(s, &self.owner).await?.into_iter().map(|e| e.into_entry().1).collect())
    }
}

impl<R: Record, C: EditedList<Owner = R>> ReadOp for Items<R, C> {
    fn is_short(&self) -> bool {
        true
    }
}

impl<R: Record, C: EditedMap<Owner = R>> Op for Entries<R, C> {
    type Out = BTreeMap<<C::Place as MapKey>::Key, C::Item>;
    const NAME: &'static str = "read_map";
    const TABLE: &'static str = R::TABLE.layout.name;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Self::Out> {
        touch::owner::<R, C, S>(s, &self.owner, fixed.present()?).await?;
        let entries = all_of::<S, C, _>(s, &self.owner).await?.into_iter().map(Element::into_entry);
        Ok(entries.map(|(key, value)| (key.key(), value)).collect())
    }
}

impl<R: Record, C: EditedMap<Owner = R>> ReadOp for Entries<R, C> {
    fn is_short(&self) -> bool {
        true
    }
}

impl<R: Record, C: EditedMap<Owner = R>> Op for Entry<R, C> {
    type Out = Option<C::Item>;
    const NAME: &'static str = "get_entry";
    const TABLE: &'static str = R::TABLE.layout.name;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Option<C::Item>> {
        touch::owner::<R, C, S>(s, &self.owner, fixed.present()?).await?;
        if !crate::filter::Comparable::is_held(&self.key) {
            return Ok(None);
        }
        let found: Option<Element<u64, C>> = match C::Nested::NONE {
            true => {
                let found = s.one(&C::MAP.get, &(&self.owner, &self.key)).await;
                found.map_err(|e| e.explained(&C::CHILD.layout))?
            }
            // What is inside the values is read for all of them together.
            false => all_of::<S, C, _>(s, &self.owner).await?.into_iter().find(|e| *e.place() == self.key),
        };
        Ok(found.map(|e| e.into_entry().1))
    }
}

impl<R: Record, C: EditedMap<Owner = R>> ReadOp for Entry<R, C> {
    fn is_short(&self) -> bool {
        true
    }
}
