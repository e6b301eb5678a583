//! What is derived of a schema and owns no data: CHECKs, NOT NULL, foreign keys, indexes, triggers and views.

use serde::{Deserialize, Serialize};

use super::{ColumnId, Place};

/// A derived object. Emission computes those of a schema; what one schema has and the other has not is dropped or made.
///
/// Two are the same where their kind, place, name and `canonical` are. `canonical` says what it means with identities
/// in place of names: so a rename of a column alone makes no other object of it, though it is dropped and made where
/// SQL would keep the former name in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// The table that it belongs to: of a view, that which it shows; of a trigger, that which fires it.
    pub place: Place,
    /// Its SQL name, unique among its kind in its table; empty for NOT NULL.
    pub name: String,
    /// The columns that it names in its own table; left out in a plan's steps for views and triggers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnId>,
    /// What it means, with identities in place of names; left out in a plan's steps for views and triggers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub canonical: String,
}

/// What a derived object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// A named CHECK.
    Check,
    /// That NULL may not be in a column.
    NotNull,
    /// A reference that the database enforces.
    ForeignKey,
    /// An index.
    Index,
    /// A unique index.
    Unique,
    /// A trigger.
    Trigger,
    /// A view.
    View,
}
