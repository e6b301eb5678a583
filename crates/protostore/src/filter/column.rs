//! Typed columns: what generated code names, and the tests that can be made on each.

use std::fmt;
use std::marker::PhantomData;

use protostore_sql::Op;

use super::location::{
    Apart, Elements, Entries, Inner, InnerApart, InnerList, InnerMap, List, Many, Map, Maskable, Member, Message, One,
    Oneof,
};
use super::operand::Ordered;
use super::order::Order;
use super::{Expr, Filter};
use crate::mask::Field;
use crate::record::{ChildTable, Record};
use crate::schema::{Child, Layout};
use crate::value::Kept;

/// A field of a record as generated code names it: `virtual_machine::mem_size_mb`.
///
/// `T` is the type of its values and `P` says where they are, which decides what can be done with it: a field of the
/// record itself can be named in a mask, and one that is in the record's own row can be sorted by.
pub struct Col<R, T, P = Member> {
    member: u16,
    pub(super) place: Place,
    of: Of<R, T, P>,
}

type Of<R, T, P> = PhantomData<fn() -> (R, T, P)>;

/// Where the values of a column are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The SQL name, in the record's table or in that of the list.
    pub(crate) column: &'static str,
    pub(crate) holds: Holds,
    /// The table of the elements that the column belongs to.
    pub(crate) list: Option<&'static Child>,
    /// The column of the map's key.
    pub(crate) key: &'static str,
    /// Whether a record has one such row at most, so that a test says the same as of a column of the record.
    pub(crate) alone: bool,
}

/// A member of a oneof in a table of its own: the table, and which of its columns is which of those around.
pub type RowOf = (&'static Child, &'static [(&'static str, &'static str)]);

/// What a column says, and what NULL says in it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Holds {
    /// A value; NULL is not set.
    Value,
    /// A value of implicit presence; NULL is its zero, where the message around it is set.
    Zero { nil: Nil, within: Option<&'static str> },
    /// Whether a message is set.
    Message,
    /// Nothing: one of these columns says whether it is set, or a row in one of these tables. True for the columns that
    /// say it of a message.
    Oneof(&'static [(&'static str, bool)], &'static [RowOf]),
    /// Nothing: the row of the element is there.
    Row,
}

/// The zero of a reference of implicit presence, which is stored as NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nil {
    /// The empty text.
    Text,
    /// 0.
    Int,
    /// No bytes.
    Blob,
}

/// A test of one column.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub(crate) place: Place,
    /// The key of the only entry that is looked at.
    pub(crate) entry: Option<Kept>,
    pub(crate) cond: Cond,
}

/// What is asked of a value, or of each element.
#[derive(Clone, Debug)]
pub(crate) enum Cond {
    /// It compares so.
    Is(Op, Kept),
    /// It is one of these.
    In(Vec<Kept>),
    /// It is from the first on, and below the second, if there is one.
    Between(Kept, Option<Kept>),
    Set,
    Unset,
    Always,
    Never,
}

impl<R, T, P> Col<R, T, P> {
    const fn at(member: u16, column: &'static str, list: Option<&'static Child>, key: &'static str) -> Self {
        let place = Place { column, holds: Holds::Value, list, key, alone: false };
        Self { member, place, of: PhantomData }
    }

    const fn holding(mut self, holds: Holds) -> Self {
        self.place.holds = holds;
        self
    }

    const fn alone(mut self) -> Self {
        self.place.alone = true;
        self
    }

    #[doc(hidden)]
    /// For generated code: NULL is the zero of this kind; inside a message, where its presence column says that it is set.
    #[must_use]
    pub const fn zero(self, nil: Nil, within: Option<&'static str>) -> Self {
        self.holding(Holds::Zero { nil, within })
    }
}

impl<R, T> Col<R, T, Member> {
    #[doc(hidden)]
    /// For generated code: the member of the record at this place, in this column.
    #[must_use]
    pub const fn member(index: u16, column: &'static str) -> Self {
        Self::at(index, column, None, "")
    }
}

impl<R, T> Col<R, T, Inner> {
    #[doc(hidden)]
    /// For generated code: a field inside a message, in this column of the record's own row.
    #[must_use]
    pub const fn inner(column: &'static str) -> Self {
        Self::at(u16::MAX, column, None, "")
    }
}

impl<R, T, C: ChildTable> Col<R, T, List<C>> {
    #[doc(hidden)]
    /// For generated code: a repeated field of the record, in this column of its table.
    #[must_use]
    pub const fn list(index: u16, column: &'static str) -> Self {
        Self::at(index, column, Some(C::CHILD), "")
    }
}

impl<R, T, C: ChildTable> Col<R, T, InnerList<C>> {
    #[doc(hidden)]
    /// For generated code: a repeated field inside a message, in this column of its table.
    #[must_use]
    pub const fn inner_list(column: &'static str) -> Self {
        Self::at(u16::MAX, column, Some(C::CHILD), "")
    }
}

impl<R, T> Col<R, T, Elements> {
    #[doc(hidden)]
    /// For generated code: a field of elements, in this column of this table.
    #[must_use]
    pub const fn elements(child: &'static Child, column: &'static str) -> Self {
        Self::at(u16::MAX, column, Some(child), "")
    }
}

impl<R, T> Col<R, T, Apart> {
    #[doc(hidden)]
    /// For generated code: a message of the record, in this table.
    #[must_use]
    pub const fn apart(index: u16, child: &'static Child, column: &'static str) -> Self {
        Self::at(index, column, Some(child), "").alone()
    }
}

impl<R, T> Col<R, T, InnerApart> {
    #[doc(hidden)]
    /// For generated code: a field of a message in this table, or the message.
    #[must_use]
    pub const fn inner_apart(child: &'static Child, column: &'static str) -> Self {
        Self::at(u16::MAX, column, Some(child), "").alone()
    }
}

impl<R, T, C: ChildTable> Col<R, T, Map<C>> {
    #[doc(hidden)]
    /// For generated code: a map of the record, in these columns of its table.
    #[must_use]
    pub const fn map(index: u16, key: &'static str, column: &'static str) -> Self {
        Self::at(index, column, Some(C::CHILD), key)
    }
}

impl<R, T, C: ChildTable> Col<R, T, InnerMap<C>> {
    #[doc(hidden)]
    /// For generated code: a map inside a message, in these columns of its table.
    #[must_use]
    pub const fn inner_map(key: &'static str, column: &'static str) -> Self {
        Self::at(u16::MAX, column, Some(C::CHILD), key)
    }
}

impl<R, T, K> Col<R, T, Entries<K>> {
    #[doc(hidden)]
    /// For generated code: a field of the values of a map, in these columns of this table.
    #[must_use]
    pub const fn entries(child: &'static Child, key: &'static str, column: &'static str) -> Self {
        Self::at(u16::MAX, column, Some(child), key)
    }
}

impl<R, P> Col<R, Message, P> {
    #[doc(hidden)]
    /// For generated code: the column says whether a message is set.
    #[must_use]
    pub const fn message(self) -> Self {
        self.holding(Holds::Message)
    }

    #[doc(hidden)]
    /// For generated code: there is a row for each message.
    #[must_use]
    pub const fn row(self) -> Self {
        self.holding(Holds::Row)
    }
}

impl<R, P> Col<R, Oneof, P> {
    #[doc(hidden)]
    /// For generated code: these columns say which member is set; true for those that say it of a message.
    #[must_use]
    pub const fn oneof(self, members: &'static [(&'static str, bool)]) -> Self {
        self.holding(Holds::Oneof(members, &[]))
    }

    #[doc(hidden)]
    /// For generated code: so does a row in one of these tables.
    #[must_use]
    pub const fn or_rows(self, rows: &'static [RowOf]) -> Self {
        match self.place.holds {
            Holds::Oneof(members, _) => self.holding(Holds::Oneof(members, rows)),
            Holds::Value | Holds::Zero { .. } | Holds::Message | Holds::Row => self,
        }
    }
}

impl<R, T, P> Col<R, T, P> {
    pub(super) fn test(self, cond: Cond) -> Filter<R> {
        Filter::new(Expr::Test(Test { place: self.place, entry: None, cond }))
    }

    /// Holds where the value is set; of elements, where it is in one of them.
    pub fn is_set(self) -> Filter<R> {
        self.test(Cond::Set)
    }

    /// Holds where the value is not set; of elements, where it is not in one of them.
    ///
    /// A field of implicit presence inside a message is not set where the message is not.
    pub fn is_unset(self) -> Filter<R> {
        self.test(Cond::Unset)
    }
}

impl<R, T, P: Many> Col<R, T, P> {
    /// Holds where the list or map has no element.
    pub fn is_empty(self) -> Filter<R> {
        !self.test(Cond::Always)
    }

    /// Holds where one element satisfies all of a filter, in which the fields of the element are about it alone.
    ///
    /// What the filter says of other fields of the record holds as it does elsewhere.
    pub fn any(self, filter: Filter<R>) -> Filter<R> {
        match self.place.list {
            Some(list) => Filter::new(Expr::Element(list, Box::new(filter.expr))),
            None => filter,
        }
    }
}

impl<R, T, P> Col<R, T, P> {
    /// Sorts by this column, the smallest value first and what is not set before all.
    pub fn asc(self) -> Order<R>
    where
        T: Ordered,
        P: One,
    {
        Order::new(self.place, false)
    }

    /// Sorts by this column, the largest value first and what is not set after all.
    pub fn desc(self) -> Order<R>
    where
        T: Ordered,
        P: One,
    {
        Order::new(self.place, true)
    }
}

impl<R, T, P> Col<R, T, P> {
    /// Returns the field as a mask names it.
    pub const fn field(self) -> Field<R>
    where
        P: Maskable,
    {
        Field::new(self.member)
    }
}

impl<R, T, P: Maskable> From<Col<R, T, P>> for Field<R> {
    fn from(col: Col<R, T, P>) -> Self {
        col.field()
    }
}

impl<R, T, P> Clone for Col<R, T, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, T, P> Copy for Col<R, T, P> {}

impl<R: Record, T, P> fmt::Debug for Col<R, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.place.field(&R::TABLE.layout))
    }
}

impl Place {
    /// Returns the path of the field, to name it in an error; `record` is the table of the record.
    pub(crate) fn field(&self, record: &'static Layout) -> &'static str {
        let layout = self.list.map_or(record, |child| &child.layout);
        layout.columns.iter().find(|c| c.name == self.column).map_or(layout.name, |c| c.field)
    }
}
