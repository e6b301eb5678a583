//! Indexes. They own no data, so they have a name and no number.

use serde::{Deserialize, Serialize};

use crate::Condition;

/// An index of a table or child table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// SQL name, unique in the store: `<table>_by_<columns>`, `<table>_unique_<columns>`, `_desc` after a column,
    /// and `_where_<condition>` at the end.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<IndexColumn>,
    /// Whether no two rows agree in all columns.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// Which rows it holds; all of them, unless it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

/// A column of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexColumn {
    /// SQL name of the column.
    pub column: String,
    /// Whether the order is descending.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
}
