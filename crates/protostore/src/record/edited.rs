//! Child tables whose elements are written one by one, without the record that holds them.

use super::ChildTable;
use crate::filter::Comparable;
use crate::schema::Stmt;
use crate::stored::{FullRange, Utf8};

/// A list of a record, or of a message in its row, of which elements are written alone.
pub trait EditedList: ChildTable<Place = i64> {
    /// Its statements.
    const LIST: &'static ListEdits;
}

/// A list whose elements the database compares.
pub trait EditedValues: EditedList {
    /// Deletes the elements that are equal to a value: the owner's key, the value.
    const REMOVE: &'static Stmt;
}

/// A map of a record, or of a message in its row, of which entries are written alone.
pub trait EditedMap: ChildTable<Place: MapKey> {
    /// Its statements.
    const MAP: &'static MapEdits;
}

/// The statements of a list; the parameters begin with the owner's key.
#[derive(Debug)]
pub struct ListEdits {
    /// Reads the position behind the last element.
    pub next: Stmt,
    /// Deletes the element of that index.
    pub remove_at: Stmt,
}

/// The statements of a map; the parameters are the owner's key and the key of the entry.
#[derive(Debug)]
pub struct MapEdits {
    /// Reads 0, the key and the value of one entry.
    pub get: Stmt,
    /// Deletes one entry.
    pub remove: Stmt,
}

/// The message in the record's row that a child table is in.
#[derive(Debug)]
pub struct Around {
    /// The path of the field.
    pub field: &'static str,
    /// Reads whether it is set, by the key of the record.
    pub set: Stmt,
}

/// The key of an entry as it is stored.
pub trait MapKey: Comparable {
    /// The key of the map in the record.
    type Key: Ord + Send;
    /// Takes it out of the form in which it is stored.
    fn key(self) -> Self::Key;
}

/// Writes the trait for the keys that are stored as they are.
macro_rules! plain {
    ($($ty:ty),+) => {
        $(impl MapKey for $ty {
            type Key = Self;

            fn key(self) -> Self {
                self
            }
        })+
    };
}

plain!(bool, i32, i64, u32, u64, String);

impl MapKey for FullRange {
    type Key = u64;

    fn key(self) -> u64 {
        self.0
    }
}

impl MapKey for Utf8<String> {
    type Key = String;

    fn key(self) -> String {
        self.0
    }
}
