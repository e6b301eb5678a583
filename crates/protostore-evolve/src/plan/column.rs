//! What an SQL table and a column are called in a plan: numbers, which no rename changes.

use protostore_schema::Role;
use serde::{Deserialize, Serialize};

/// An SQL table: the record's own where the path is empty, else the child table of the field at that path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The table's number in the store message.
    pub table: u32,
    /// Field numbers from the record down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<u32>,
}

/// A column of an SQL table: what it holds of the field at `path`.
///
/// (`place.table`, `path`, `role`) is what the data is, wherever it appears; `place` is the table in which it is.
/// In a child table `path` of an owner's key is that key field's own path in the record, as in the schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnId {
    /// The table in which it is.
    pub place: Place,
    /// Field numbers from the record down.
    pub path: Vec<u32>,
    /// What it holds of the field.
    pub role: Role,
}
