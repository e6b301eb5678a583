//! Stored values that a newer type cannot hold.

use crate::plan::{ColumnId, Conversion, Test};

/// Which stored values of a column do not fit. NULL always fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Numbers below `low` or above `high`.
    Outside {
        /// The least that fits.
        low: i64,
        /// The greatest that fits.
        high: i64,
    },
    /// Integers from `low` to `high`, both included.
    Within {
        /// The least that does not fit.
        low: i64,
        /// The greatest that does not fit.
        high: i64,
    },
    /// Values that are not the same after the conversion.
    Inexact(Conversion),
    /// Values that one of these does not fit.
    Either(Vec<Self>),
}

impl Misfit {
    /// Returns the test of a guard over a column of the older schema.
    #[must_use]
    pub fn test(&self, column: &ColumnId) -> Test {
        let outside = |low, high| Test::OutOfRange { column: column.clone(), low, high };
        match self {
            Self::Outside { low, high } => outside(*low, *high),
            Self::Within { low, high } => {
                Test::All(vec![Test::Set(column.clone()), Test::Not(Box::new(outside(*low, *high)))])
            }
            Self::Inexact(by) => Test::Inexact { column: column.clone(), by: by.clone() },
            Self::Either(all) => Test::Either(all.iter().map(|one| one.test(column)).collect()),
        }
    }
}
