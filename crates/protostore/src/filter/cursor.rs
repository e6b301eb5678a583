//! Where a record stands in a list: what a page begins after or before.

use std::fmt;
use std::marker::PhantomData;

use crate::error::{Error, Kind, Result};
use crate::value::Kept;

/// Where a record stands in a list of a certain order; it need not be there any more.
///
/// Its bytes hold values of the record: seal them before they leave the process.
pub struct Cursor<R> {
    pub(super) order: String,
    pub(super) values: Vec<Kept>,
    pub(super) of: PhantomData<fn() -> R>,
}

impl<R> Cursor<R> {
    /// Returns the cursor as bytes, for a page token.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put(&mut bytes, b'o', self.order.as_bytes());
        for value in &self.values {
            match value {
                Kept::Null => put(&mut bytes, b'n', &[]),
                Kept::Int(v) => put(&mut bytes, b'i', &v.to_le_bytes()),
                Kept::Real(v) => put(&mut bytes, b'r', &v.to_le_bytes()),
                Kept::Text(v) => put(&mut bytes, b't', v.as_bytes()),
                Kept::Blob(v) => put(&mut bytes, b'b', v),
            }
        }
        bytes
    }

    /// Reads a cursor. Whether it belongs to a list is said when the list is read.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::read(bytes).ok_or_else(|| Error::new(Kind::Invalid, "is not the cursor of a list").at("cursor"))
    }

    fn read(mut bytes: &[u8]) -> Option<Self> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        let (b'o', order) = take(&mut bytes)? else { return None };
        let (order, mut values) = (text(order)?, Vec::new());
        while !bytes.is_empty() {
            values.push(match take(&mut bytes)? {
                (b'n', []) => Kept::Null,
                (b'i', v) => Kept::Int(i64::from_le_bytes(v.try_into().ok()?)),
                (b'r', v) => Kept::Real(f64::from_le_bytes(v.try_into().ok()?)),
                (b't', v) => Kept::Text(text(v)?),
                (b'b', v) => Kept::Blob(v.to_vec()),
                _ => return None,
            });
        }
        Some(Self { order, values, of: PhantomData })
    }
}

/// Writes what follows, its length and itself.
fn put(bytes: &mut Vec<u8>, tag: u8, content: &[u8]) {
    bytes.push(tag);
    bytes.extend((content.len() as u64).to_le_bytes());
    bytes.extend(content);
}

fn take<'b>(bytes: &mut &'b [u8]) -> Option<(u8, &'b [u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let (content, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    *bytes = rest;
    Some((*tag, content))
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
