//! Where the values of a column are, as types: what can be done with a column follows from it.

use std::marker::PhantomData;

use crate::record::ChildTable;

/// A field of the record itself, of one value.
#[derive(Debug)]
pub enum Member {}
/// A field of one value, inside a message or oneof.
#[derive(Debug)]
pub enum Inner {}
/// A repeated field of the record itself, in this table.
#[derive(Debug)]
pub struct List<C>(PhantomData<fn() -> C>);
/// A repeated field inside a message of the record, in this table.
#[derive(Debug)]
pub struct InnerList<C>(PhantomData<fn() -> C>);
/// A repeated field inside an element or a message in a table of its own, or a field of elements.
#[derive(Debug)]
pub enum Elements {}
/// A map of the record itself, in this table.
#[derive(Debug)]
pub struct Map<C>(PhantomData<fn() -> C>);
/// A map inside a message of the record, in this table.
#[derive(Debug)]
pub struct InnerMap<C>(PhantomData<fn() -> C>);
/// A map inside an element or a message in a table of its own, or a field of the values of a map.
#[derive(Debug)]
pub struct Entries<K>(PhantomData<fn() -> K>);

/// A message of the record itself, in a table of its own.
#[derive(Debug)]
pub enum Apart {}
/// A message inside another, in a table of its own, or a field of such a message.
#[derive(Debug)]
pub enum InnerApart {}

/// The type of a column that stands for a message: it is set or not.
#[derive(Debug)]
pub enum Message {}
/// The type of a column that stands for a oneof: one of its members is set or none is.
#[derive(Debug)]
pub enum Oneof {}

/// One value a record: it can be sorted by.
#[diagnostic::on_unimplemented(
    message = "a record has any number of values of this field, so it cannot be sorted by it",
    label = "is a repeated field, a map, or a field of their elements",
    note = "sort by a field that has one value in each record; `any` and `eq` find records by their elements"
)]
pub trait One {}
impl One for Member {}
impl One for Inner {}

/// Any number of values a record.
pub trait Many {}
impl<C> Many for List<C> {}
impl<C> Many for InnerList<C> {}
impl Many for Elements {}
impl<C> Many for Map<C> {}
impl<C> Many for InnerMap<C> {}
impl<K> Many for Entries<K> {}

/// A field of the record itself: it can be named in a mask.
#[diagnostic::on_unimplemented(
    message = "a mask names fields of the record itself, not what is inside of them",
    label = "is inside a message, a oneof, a list or a map of the record",
    note = "name the field around it: an update then writes all of that field"
)]
pub trait Maskable {}
impl Maskable for Member {}
impl<C> Maskable for List<C> {}
impl Maskable for Apart {}
impl<C> Maskable for Map<C> {}

/// The values of a map.
pub trait Keyed {
    /// The key of an entry.
    type Key;
}
impl<C: ChildTable> Keyed for Map<C> {
    type Key = C::Place;
}
impl<C: ChildTable> Keyed for InnerMap<C> {
    type Key = C::Place;
}
impl<K> Keyed for Entries<K> {
    type Key = K;
}
