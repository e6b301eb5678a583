//! What generated code implements for each table: data and names; the behaviour is in `ops`.

mod children;

pub use children::Children;

use std::fmt::Debug;

use crate::error::Result;
use crate::schema::{Child, Table};
use crate::value::{Bind, Binder, Decode, Row};

/// One row of a table, with the rows of its child tables, as a Rust value.
pub trait Record: Decode + Clone + Debug + PartialEq + Send + Sync + Sized + 'static {
    /// The key, owned: `String`, `u64`, `(String, String)`.
    type Key: Bind + Decode + Clone + Debug + Send + Sync + 'static;
    /// The key, borrowed: `&str`, `u64`, `(&str, &str)`.
    type KeyRef<'a>: Bind + Copy + Send + Sync;
    /// The child tables: `()`, or one and the rest.
    type Children: Children<Self>;
    /// The table.
    const TABLE: &'static Table;

    /// Returns the key of the record.
    fn key(&self) -> Self::KeyRef<'_>;
    /// Borrows a key.
    fn borrow_key(key: &Self::Key) -> Self::KeyRef<'_>;
    /// Copies a key.
    fn own_key(key: Self::KeyRef<'_>) -> Self::Key;
    /// Puts the columns of one member, and nothing for one whose rows are in child tables.
    fn bind_field<B: Binder>(&self, field: usize, b: &mut B) -> Result<()>;
}

/// One child table: the rows of a repeated field, in order.
pub trait ChildTable: Send + Sync + 'static {
    /// The record that holds the field.
    type Owner: Record;
    /// One element.
    type Item: Clone + Send + Sync;
    /// The table.
    const CHILD: &'static Child;

    /// Returns the elements; none where the message around them is not set.
    fn items(owner: &Self::Owner) -> &[Self::Item];
    /// Returns the elements, to fill; nothing where the message around them is not set.
    fn items_mut(owner: &mut Self::Owner) -> Option<&mut Vec<Self::Item>>;
    /// Puts the columns of an element.
    fn bind_item<B: Binder>(item: &Self::Item, b: &mut B) -> Result<()>;
    /// Takes the columns of an element.
    fn decode_item<R: Row>(r: &mut R) -> Result<Self::Item>;
}
