//! Where a record stands in a list: what a page begins after or before.

use std::fmt;
use std::marker::PhantomData;

use crate::error::{Error, Kind, Result};
use crate::value::{Kept, coded};

/// Where a record stands in a list of a certain order; it need not be there any more.
///
/// Its bytes hold values of the record: what leaves the process is a token of [`PageTokens`](crate::PageTokens).
pub struct Cursor<R> {
    pub(super) order: String,
    pub(super) values: Vec<Kept>,
    pub(super) of: PhantomData<fn() -> R>,
}

impl<R> Cursor<R> {
    /// Returns the cursor as bytes: what [`PageTokens`](crate::PageTokens) seal.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        coded::put(&mut bytes, b'o', self.order.as_bytes());
        self.values.iter().for_each(|value| coded::put_value(&mut bytes, value));
        bytes
    }

    /// Reads a cursor. Whether it belongs to a list is said when the list is read.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::read(bytes).ok_or_else(|| Error::new(Kind::Invalid, "is not the cursor of a list").at("cursor"))
    }

    fn read(mut bytes: &[u8]) -> Option<Self> {
        let (b'o', order) = coded::take(&mut bytes)? else { return None };
        let order = String::from_utf8(order.to_vec()).ok()?;
        Some(Self { order, values: coded::take_values(bytes)?, of: PhantomData })
    }
}

impl<R> Clone for Cursor<R> {
    fn clone(&self) -> Self {
        Self { order: self.order.clone(), values: self.values.clone(), of: PhantomData }
    }
}

impl<R> PartialEq for Cursor<R> {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order && self.values == other.values
    }
}

impl<R> fmt::Debug for Cursor<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The values are the record's own.
        f.debug_struct("Cursor").field("order", &self.order).finish_non_exhaustive()
    }
}
