//! Filters over the records of a table, typed by the columns that generated code names.
//!
//! A filter is two-valued, as Rust is: what is not set equals nothing and is below or above nothing, and `!` turns what
//! does not hold into what does. A column of a repeated field or map is tested element by element, and its filter holds
//! where it does for at least one.

mod column;
mod compare;
mod cursor;
mod forms;
mod location;
mod operand;
mod order;
mod query;
mod stored;
mod tree;

pub mod columns {
    //! What a [`Col`](crate::Col) may stand for: generated code names these beside the record and the type.
    pub use super::column::{Nil, RowOf};
    pub use super::location::{
        Apart, Elements, Entries, Inner, InnerApart, InnerList, InnerMap, Keyed, List, Many, Map, Maskable, Member,
        Message, One, Oneof,
    };
}

pub use column::Col;
pub(crate) use column::{Place, Test};
pub use compare::At;
pub use cursor::Cursor;
pub use operand::{Comparable, Location, Operand, Ordered};
pub use order::Order;
pub(crate) use order::Sorting;
pub(crate) use query::Query;

use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use protostore_sql as sql;

use crate::error::Kind;
use crate::schema::Child;

/// A condition on the records of one table: `virtual_machine::mem_size_mb.gt(1024)`.
///
/// Filters are joined by [`Filter::and`] and [`Filter::or`], or by `&` and `|`, and turned around by `!`.
pub struct Filter<R> {
    pub(crate) expr: Expr,
    of: PhantomData<fn() -> R>,
}

/// What a filter says, without the type of the record.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    /// All hold; none are true.
    And(Vec<Expr>),
    /// One holds; none are false.
    Or(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// A column is as it should be.
    Test(Test),
    /// It holds for one element of a list.
    Element(&'static Child, Box<Expr>),
    /// The condition of a partial index.
    OfIndex(sql::Expr<'static>),
    /// A value cannot be compared with; said when the filter is used.
    Refused { place: Place, kind: Kind, why: String },
}

impl<R> Filter<R> {
    pub(crate) fn new(expr: Expr) -> Self {
        Self { expr, of: PhantomData }
    }

    #[doc(hidden)]
    /// For generated code: the condition of a partial index, over columns of the table `t` and with literals, so that the
    /// planner knows that the rows are in the index: `sql::Expr::of("t", "status").equals(sql::Expr::int(1))`.
    #[must_use]
    pub const fn of_index(condition: sql::Expr<'static>) -> Self {
        Self { expr: Expr::OfIndex(condition), of: PhantomData }
    }

    /// Returns the filter that holds for every record.
    #[must_use]
    pub fn everything() -> Self {
        Self::new(Expr::And(Vec::new()))
    }

    /// Returns the filter that holds where all of these do; for every record, where there are none.
    #[must_use]
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::new(Expr::And(filters.into_iter().map(|f| f.expr).collect()))
    }

    /// Returns the filter that holds where one of these does; for no record, where there are none.
    #[must_use]
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::new(Expr::Or(filters.into_iter().map(|f| f.expr).collect()))
    }

    /// Returns the filter that holds where both do.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::new(match (self.expr, other.expr) {
            (Expr::And(mut all), one) => {
                all.push(one);
                Expr::And(all)
            }
            (first, second) => Expr::And(vec![first, second]),
        })
    }

    /// Returns the filter that holds where either does.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::new(match (self.expr, other.expr) {
            (Expr::Or(mut any), one) => {
                any.push(one);
                Expr::Or(any)
            }
            (first, second) => Expr::Or(vec![first, second]),
        })
    }
}

impl<R> Not for Filter<R> {
    type Output = Self;

    /// Returns the filter that holds where this one does not.
    fn not(self) -> Self {
        Self::new(Expr::Not(Box::new(self.expr)))
    }
}

impl<R> BitAnd for Filter<R> {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.and(other)
    }
}

impl<R> BitOr for Filter<R> {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

impl<R> Clone for Filter<R> {
    fn clone(&self) -> Self {
        Self::new(self.expr.clone())
    }
}

impl<R> fmt::Debug for Filter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}
