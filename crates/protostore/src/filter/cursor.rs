//! A place in a list: what a page begins after or before.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use crate::error::{Error, Kind, Result, excerpt};
use crate::ops::Whole;
use crate::record::Record;
use crate::schema::OrderBy;
use crate::value::{Kept, Pick, coded};

/// A place in a list of records of a certain order: that of a record, which need not be there any more.
///
/// It is the values by which the list is sorted, up to the key: of a list that is sorted by the key, the key alone.
///
/// ```
/// use protostore::{Bind, Cursor, ListBy, Record, Result, Store};
///
/// async fn all<R: Record, P: Bind + Clone + Send + Sync + 'static>(store: &Store, list: ListBy<R, P>) -> Result<Vec<R>> {
///     let (mut all, mut next): (Vec<R>, Option<Cursor<R>>) = (Vec::new(), None);
///     loop {
///         let page = store.run(list.clone().after(next).size(50)).await?;
///         all.extend(page.records);
///         match page.next {
///             None => return Ok(all),
///             cursor => next = cursor,
///         }
///     }
/// }
/// ```
///
/// Its bytes hold values of the record: what leaves the process is a token of [`PageTokens`](crate::PageTokens).
pub struct Cursor<R> {
    order: String,
    values: Vec<Kept>,
    of: PhantomData<fn() -> R>,
}

impl<R: Record> Cursor<R> {
    /// Returns the place of a key in any list that is sorted by columns of the key alone, whether or not a record has it.
    ///
    /// # Errors
    /// [`Kind::Invalid`] or [`Kind::OutOfRange`] for a key that no record can have.
    pub fn of_key(key: R::KeyRef<'_>) -> Result<Self> {
        Ok(Self::new(R::TABLE.key.join(" "), Kept::all(&key)?))
    }

    /// Returns the place of a record in a list of this order.
    pub(crate) fn of_record(record: &R, order: &[OrderBy]) -> Result<Self> {
        let key = Kept::all(&record.key())?;
        let value = |by: &OrderBy| match R::TABLE.key.iter().position(|column| *column == by.column) {
            Some(part) => key.get(part).cloned(),
            None => Pick::from(&Whole(record), R::TABLE.column_names().position(|name| name == by.column)?),
        };
        let values = order.iter().map(|by| value(by).unwrap_or(Kept::Null)).collect();
        Ok(Self::new(spelled(order), values))
    }

    /// Returns the values, if the cursor is one of a list in this order.
    pub(crate) fn values_in(&self, order: &str) -> Result<&[Kept]> {
        self.exactly_in(order).ok_or_else(|| self.misplaced())
    }

    /// Returns the values by which a list is sorted, if the cursor is one of it, or a key, and the list is sorted by
    /// columns of the key.
    pub(crate) fn values_by(&self, order: &[OrderBy]) -> Result<Cow<'_, [Kept]>> {
        if let Some(values) = self.exactly_in(&spelled(order)) {
            return Ok(Cow::Borrowed(values));
        }
        let key = self.values_in(&R::TABLE.key.join(" "))?;
        let part = |by: &OrderBy| R::TABLE.key.iter().position(|column| *column == by.column);
        let values: Option<Vec<Kept>> = order.iter().map(|by| key.get(part(by)?).cloned()).collect();
        values.map(Cow::Owned).ok_or_else(|| self.misplaced())
    }

    fn exactly_in(&self, order: &str) -> Option<&[Kept]> {
        let is_it = self.order == order && self.values.len() == order.split(' ').count();
        is_it.then_some(&self.values)
    }

    #[cold]
    fn misplaced(&self) -> Error {
        let why = format!("belongs to a list in another order: {}", excerpt(&self.order));
        Error::new(Kind::Invalid, why).at("cursor").in_table(R::TABLE.layout.name)
    }
}

impl<R> Cursor<R> {
    pub(crate) fn new(order: String, values: Vec<Kept>) -> Self {
        Self { order, values, of: PhantomData }
    }

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
        Some(Self::new(order, coded::take_values(bytes)?))
    }
}

/// Returns an order as a cursor has it: `-create_time id`.
fn spelled(order: &[OrderBy]) -> String {
    let by = |by: &OrderBy| format!("{}{}", if by.descending { "-" } else { "" }, by.column);
    order.iter().map(by).collect::<Vec<_>>().join(" ")
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
