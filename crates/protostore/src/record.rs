//! What generated code implements for each table: data and names; the behaviour is in `ops`.

mod both;
pub(crate) mod chain;
pub(crate) mod check;
mod children;
mod edited;
mod elements;
mod field_behavior;
pub(crate) mod immutable;
mod keys;
mod make;
mod nested;
pub(crate) mod revision;
mod sequence;
mod singleton;
pub(crate) mod touch;
#[cfg(feature = "prost")]
mod wire;

pub use both::Both;
pub use chain::{Chain, ChainOf, Chained, Link, chain_hash, chain_of, chain_origin};
pub(crate) use children::all_of;
pub use children::{By, Children, Element};
pub use edited::{Around, EditedList, EditedMap, EditedValues, ListEdits, MapEdits, MapKey};
pub(crate) use elements::element;
pub use field_behavior::FieldBehavior;
pub use immutable::{Immutable, ImmutableMember};
pub(crate) use keys::Keys;
pub use make::{Fill, Made, Make};
pub use nested::Nested;
pub use revision::{Revised, Revision, RevisionField};
pub(crate) use sequence::assign;
pub use sequence::{Numbered, Sequence};
pub use singleton::Singleton;
#[cfg(feature = "prost")]
pub use wire::Wire;

use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::error::Result;
use crate::life::Life;
use crate::schema::{Child, Stmt, Table};
use crate::time::Timestamp;
use crate::value::{Bind, Binder, Decode, Row};

/// One row of a table, with the rows of its child tables, as a Rust value.
pub trait Record: Decode + Clone + Debug + PartialEq + Send + Sync + Sized + 'static {
    /// The key, owned: `String`, `u64`, `(String, String)`; of a table of at most one row, [`Singleton`].
    type Key: Bind + Decode + Clone + Debug + PartialEq + Send + Sync + 'static;
    /// The key, borrowed: `&str`, `u64`, `(&str, &str)`.
    type KeyRef<'a>: Bind + Copy + PartialEq + Send + Sync;
    /// The child tables: `()`, one and the rest, or [`Both`] of two lists.
    type Children: Children<Self>;
    /// The type of the field that every write changes; `()` where the table has no `revision`.
    type Revision: Revision;
    /// The table.
    const TABLE: &'static Table;
    /// The field that every write changes.
    const REVISION: Option<&'static RevisionField> = None;
    /// Writes the revision and the time of the write to a row of which only child tables are written.
    const TOUCH: Option<&'static Stmt> = None;
    /// Says that the store makes some of the record's values.
    const MAKES: bool = false;
    /// Says that a write of the whole record keeps some of what the row has that is there.
    const KEEPS: bool = false;
    /// Says that an update of a row fires a trigger.
    const FIRES: bool = false;
    /// Says that values are kept to rules.
    const RULES: bool = false;
    /// How long a row is there.
    const LIFE: Life = Life::NONE;

    /// How a row is linked to the one before.
    const CHAIN: Option<&'static Chain<Self>> = None;

    /// Returns the key of the record.
    fn key(&self) -> Self::KeyRef<'_>;
    /// Borrows a key.
    fn borrow_key(key: &Self::Key) -> Self::KeyRef<'_>;
    /// Copies a key.
    fn own_key(key: Self::KeyRef<'_>) -> Self::Key;
    /// Puts the columns of one member, and nothing for one whose rows are in child tables.
    fn bind_field<B: Binder>(&self, field: usize, b: &mut B) -> Result<()>;

    /// Refuses a record of which a part of the key is not set, where its type leaves it open.
    fn check_key(&self) -> Result<()> {
        Ok(())
    }

    /// Refuses a member that breaks a rule at this time.
    fn check_field(&self, _field: usize, _now: Timestamp) -> Result<()> {
        Ok(())
    }

    /// Fills in what the store makes before a write, where [`Record::MAKES`] says that there is something.
    fn complete(&mut self, _: &mut Make<'_>) -> Result<()> {
        Ok(())
    }

    /// Takes over what a write keeps of the row that is there.
    fn keep(&mut self, _old: &Self, _made: &Made) {}

    /// Returns the field that every write changes, where it is set.
    fn revision(&self) -> Option<&Self::Revision> {
        None
    }

    /// Sets the field that every write changes.
    fn set_revision(&mut self, _revision: Self::Revision) {}

    /// Puts what [`Record::TOUCH`] writes, before the key.
    fn bind_touch<B: Binder>(_now: Timestamp, _revision: &Self::Revision, _b: &mut B) -> Result<()> {
        Ok(())
    }

    /// Returns the field of one of the table's sequences.
    fn numbered(&mut self, _sequence: usize) -> Option<&mut (dyn Numbered + Send)> {
        None
    }
}

/// A record whose rows may change once they are there: every one but those of an append-only table.
///
/// What updates or deletes is there for these alone, so that it does not compile for the others:
///
/// ```compile_fail,E0277
/// fn forget<R: protostore::Record>(store: &protostore::Store, key: R::KeyRef<'_>) {
///     let _ = store.table::<R>().delete(key);
/// }
/// ```
///
/// ```
/// fn forget<R: protostore::Mutable>(store: &protostore::Store, key: R::KeyRef<'_>) {
///     let _ = store.table::<R>().delete(key);
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` are inserted and never change: its table is append-only",
    label = "is in an append-only table, or in one of which that is not known",
    note = "`insert`, `get`, `list` and filters are there for every record; in code for any record, ask for `R: \
            protostore::Mutable`; or leave `append_only` out of the table's options"
)]
pub trait Mutable: Record {}

/// One child table: the rows of a repeated or map field, or the row of a message.
pub trait ChildTable: Send + Sync + 'static {
    /// What holds the field: the record, or an element of the child table around.
    type Owner: Send + Sync;
    /// Where an element is: its position, or the key of a map; `()` of a message.
    type Place: Bind + Decode + Clone + Debug + PartialEq + Send + Sync;
    /// One element.
    type Item: Clone + Debug + Send + Sync;
    /// The child tables inside an element: `()`, or one and the rest.
    type Nested: Nested<Self>
    where
        Self: Sized;
    /// The table.
    const CHILD: &'static Child;
    /// Says that each owner has a row.
    const REQUIRED: bool = false;
    /// Says that all elements together are kept to rules.
    const COUNTED: bool = false;
    /// What of it, or of the child tables inside its elements, is IMMUTABLE.
    const IMMUTABLE: Option<&'static Immutable> = None;
    /// The message in the record's row that the field is in, where it may be unset.
    const AROUND: Option<&'static Around> = None;

    /// Refuses an element that breaks a rule at this time.
    fn check(_place: &Self::Place, _item: &Self::Item, _now: Timestamp) -> Result<()> {
        Ok(())
    }

    /// Returns the elements with their places; none where the message around them is not set.
    fn items(owner: &Self::Owner) -> Vec<(Self::Place, &Self::Item)>;
    /// Adds an element, which comes after those before; refuses it where the message around is not set,
    /// or where the message or another member of its oneof is set already.
    fn put(owner: &mut Self::Owner, place: Self::Place, item: Self::Item) -> bool;
    /// Puts the columns of an element.
    fn bind_item<B: Binder>(item: &Self::Item, b: &mut B) -> Result<()>;
    /// Takes the columns of an element.
    fn decode_item<R: Row>(r: &mut R) -> Result<Self::Item>;
}

/// Returns the elements of a list with their positions, from 0.
#[must_use]
pub fn positions<T>(list: &[T]) -> Vec<(i64, &T)> {
    (0..).zip(list).collect()
}

/// Returns the entries of a map, in the order of its keys.
#[must_use]
pub fn entries<K: Clone, V>(map: &BTreeMap<K, V>) -> Vec<(K, &V)> {
    map.iter().map(|(key, value)| (key.clone(), value)).collect()
}
