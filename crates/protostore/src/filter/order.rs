//! The order of a list, and where a page of it begins.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use protostore_sql::{self as sql, Expr, Op};

use super::column::{Holds, Place};
use super::cursor::Cursor;
use super::query::Values;
use super::stored::value_of;
use super::tree::RECORD;
use crate::error::Result;
use crate::ops::Whole;
use crate::record::Record;
use crate::value::{Kept, Pick};

/// One column to sort by, and the direction.
pub struct Order<R> {
    by: By,
    of: PhantomData<fn() -> R>,
}

#[derive(Clone, Copy, Debug)]
struct By {
    place: Place,
    descending: bool,
}

impl<R> Order<R> {
    pub(super) fn new(place: Place, descending: bool) -> Self {
        Self { by: By { place, descending }, of: PhantomData }
    }
}

impl<R> Clone for Order<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Order<R> {}

impl<R> fmt::Debug for Order<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.by.spelled())
    }
}

/// Everything that a list is sorted by: what was asked for, and then the key, so that no two records are equal.
pub(crate) struct Sorting<R> {
    by: Vec<By>,
    of: PhantomData<fn() -> R>,
}

impl<R: Record> Sorting<R> {
    pub(crate) fn of(orders: &[Order<R>]) -> Self {
        let key = R::TABLE.key.iter().map(|column| {
            let place = Place { column, holds: Holds::Value, list: None, key: "", alone: false };
            By { place, descending: false }
        });
        let mut by: Vec<By> = Vec::new();
        for next in orders.iter().map(|order| order.by).chain(key) {
            // What a column decides once, it does not decide again.
            if !by.iter().any(|before| before.place.column == next.place.column) {
                by.push(next);
            }
        }
        Self { by, of: PhantomData }
    }

    /// Returns the order, or the same the other way round.
    pub(crate) fn order(&self, backward: bool) -> impl Iterator<Item = sql::Order<'static>> {
        self.by.iter().map(move |by| sql::Order {
            by: own(&by.place),
            descending: by.descending != backward,
            nullable: by.is_nullable::<R>(),
        })
    }

    /// Returns the conditions that a record comes after the cursor, or before it.
    pub(crate) fn beyond<'f>(
        &self,
        cursor: &'f Cursor<R>,
        backward: bool,
        values: &mut Values<'f>,
    ) -> Result<impl Iterator<Item = Expr<'static>>> {
        let layout = &R::TABLE.layout;
        let last = cursor.values_in(&self.spelled())?;
        let mut known = |by: &By, value: &'f Kept| match value {
            Kept::Null => None,
            value => Some(values.add(by.place.field(layout), Cow::Borrowed(value))),
        };
        let all: Vec<(&By, Option<Expr<'static>>)> =
            self.by.iter().zip(last).map(|(by, value)| (by, known(by, value))).collect();
        // Said apart, because SQLite finds no range in what is joined by OR.
        let range = match &all[..] {
            [(by, Some(value)), _, ..] if by.descending == backward => {
                Some(own(&by.place).compare(Op::AtLeast, value.clone()))
            }
            _ => None,
        };
        let beyond = all.iter().enumerate().map(|(at, (by, value))| {
            let before = all[..at].iter().map(|(before, value)| same(before, value.as_ref()));
            Expr::all(before.chain([step(by, value.as_ref(), by.descending != backward)]))
        });
        Ok(range.into_iter().chain([Expr::any(beyond)]))
    }

    /// Returns where a record is.
    pub(crate) fn cursor(&self, record: &R) -> Cursor<R> {
        let values = self.by.iter().map(|by| value(record, &by.place)).collect();
        Cursor::new(self.spelled(), values)
    }

    fn spelled(&self) -> String {
        self.by.iter().map(By::spelled).collect::<Vec<_>>().join(" ")
    }
}

/// Returns the value of a column of the record itself.
fn own(place: &Place) -> Expr<'static> {
    value_of(&RECORD.into(), place)
}

/// Returns the condition that a column has the value of the cursor, of which it is known whether it is NULL.
fn same(by: &By, value: Option<&Expr<'static>>) -> Expr<'static> {
    match value {
        None => own(&by.place).is_null(),
        Some(value) => own(&by.place).equals(value.clone()),
    }
}

/// Returns the condition that a column is beyond the value of the cursor; NULL is the smallest.
fn step(by: &By, value: Option<&Expr<'static>>, descending: bool) -> Expr<'static> {
    let column = own(&by.place);
    match (value, descending) {
        (None, false) => column.not_null(),
        (None, true) => Expr::Const(false),
        (Some(value), false) => column.compare(Op::Greater, value.clone()),
        (Some(value), true) => Expr::any([column.compare(Op::Less, value.clone()), own(&by.place).is_null()]),
    }
}

/// Returns what a record has in a column, as [`own`] reads it.
fn value<R: Record>(record: &R, place: &Place) -> Kept {
    let stored = |column: &str| {
        let at = R::TABLE.column_names().position(|name| name == column);
        at.and_then(|at| Pick::from(&Whole(record), at)).unwrap_or(Kept::Null)
    };
    match (stored(place.column), place.holds) {
        (Kept::Null, Holds::Zero { nil, within }) => match within.map(stored) {
            None | Some(Kept::Int(1)) => nil.kept(),
            Some(_) => Kept::Null,
        },
        (value, _) => value,
    }
}

impl By {
    /// Says whether a row may have no value to sort by: all have a key, and zero where nothing is set.
    fn is_nullable<R: Record>(&self) -> bool {
        !R::TABLE.key.contains(&self.place.column) && !matches!(self.place.holds, Holds::Zero { within: None, .. })
    }

    fn spelled(&self) -> String {
        let Place { column, holds, .. } = self.place;
        // The order of an index has NULL where this one has zero.
        let zero = if matches!(holds, Holds::Zero { .. }) { "?" } else { "" };
        format!("{}{column}{zero}", if self.descending { "-" } else { "" })
    }
}
