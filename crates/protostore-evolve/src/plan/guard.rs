//! What stops an upgrade: rows that do not fit into the newer schema.

use serde::{Deserialize, Serialize};

use super::{ColumnId, Conversion, Object, Place};

/// Stops the upgrade where a row meets the test: the error says the sentence, how many rows there are, and the key of
/// the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// The table whose rows are looked at.
    pub place: Place,
    /// Which rows are wrong.
    pub rows: Test,
    /// Whether it looks at the older schema's columns, before any step, or at the newer's, after all values are there.
    pub before: bool,
    /// What is wrong with them: `machines.mem_size_mb does not fit int32`.
    pub says: String,
}

/// Which rows of a table are meant. None of them is ever NULL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// All rows.
    Any,
    /// The column is NULL.
    Unset(ColumnId),
    /// The column is not NULL.
    Set(ColumnId),
    /// The column has the zero of its type.
    Zero(ColumnId),
    /// The column is neither NULL nor the zero of its type.
    NotZero(ColumnId),
    /// The integer in the column is below `low` or above `high`.
    OutOfRange {
        /// The column.
        column: ColumnId,
        /// The least that fits.
        low: i64,
        /// The greatest that fits.
        high: i64,
    },
    /// The integer in the column is none of these.
    NotIn {
        /// The column.
        column: ColumnId,
        /// Those that fit.
        numbers: Vec<i64>,
    },
    /// The value does not come back the same when it is converted there and back again.
    ///
    /// Of [`Conversion::Number`]: no number of the newer type equals it. 2^63 as REAL is no integer, though SQLite's
    /// CAST makes 2^63-1 of it; of a 32-bit float, neither is a value beyond its range or between two of its values.
    Inexact {
        /// The column, of the older schema.
        column: ColumnId,
        /// The conversion.
        by: Conversion,
    },
    /// Another row has the same values in all of these columns, none of them NULL.
    Duplicate {
        /// The columns.
        columns: Vec<ColumnId>,
        /// Which rows are compared.
        among: Box<Self>,
    },
    /// No row of the target has the values of these columns as its key; none of them is NULL.
    Dangling {
        /// The columns, in the order of the target's key.
        columns: Vec<ColumnId>,
        /// The table that is referred to.
        target: Place,
    },
    /// The table has more than one row for one owner; of a record, more than one row.
    Several,
    /// The row owns no row of this child table.
    NoChild(Place),
    /// The row breaks a CHECK of the newer schema.
    Breaks(Object),
    /// This partial index of the newer schema holds the row.
    Indexed(Object),
    /// More than one of these is set: a column that is not NULL, or a presence that is not 0.
    MoreThanOne(Vec<ColumnId>),
    /// None of these is set.
    None(Vec<ColumnId>),
    /// The time in the column is at or before the time of the upgrade.
    Past(ColumnId),
    /// All of them hold.
    All(Vec<Self>),
    /// One of them holds.
    Either(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
}

impl Test {
    /// Returns the columns that it looks at by themselves; those of a derived object are the object's.
    #[must_use]
    pub fn columns(&self) -> Vec<&ColumnId> {
        match self {
            Self::Any | Self::Several | Self::NoChild(_) => Vec::new(),
            Self::Unset(column)
            | Self::Set(column)
            | Self::Zero(column)
            | Self::NotZero(column)
            | Self::Past(column)
            | Self::OutOfRange { column, .. }
            | Self::NotIn { column, .. }
            | Self::Inexact { column, .. } => vec![column],
            Self::Duplicate { columns, among } => columns.iter().chain(among.columns()).collect(),
            Self::Dangling { columns, .. } | Self::MoreThanOne(columns) | Self::None(columns) => {
                columns.iter().collect()
            }
            Self::Breaks(object) | Self::Indexed(object) => object.columns.iter().collect(),
            Self::All(tests) | Self::Either(tests) => tests.iter().flat_map(Self::columns).collect(),
            Self::Not(test) => test.columns(),
        }
    }
}
