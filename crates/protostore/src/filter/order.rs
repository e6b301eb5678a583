//! The order of a list, and where a page of it begins.

use std::fmt;
use std::marker::PhantomData;

use super::column::{Holds, Place};
use super::compile::{Query, own};
use super::cursor::Cursor;
use crate::error::{Error, Kind, Result, excerpt};
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

    /// Writes `ORDER BY …`, or the same the other way round.
    pub(crate) fn order(&self, query: &mut Query, backward: bool) {
        for (i, by) in self.by.iter().enumerate() {
            query.push(if i == 0 { " ORDER BY " } else { ", " });
            query.push(&own(&by.place));
            query.push(if by.descending == backward { "" } else { " DESC" });
        }
    }

    /// Writes the condition that a record comes after the cursor, or before it.
    pub(crate) fn beyond(&self, query: &mut Query, cursor: &Cursor<R>, backward: bool) -> Result<()> {
        if cursor.order != self.spelled() || cursor.values.len() != self.by.len() {
            let why = format!("belongs to a list in another order: {}", excerpt(&cursor.order));
            return Err(Error::new(Kind::Invalid, why).at("cursor").in_table(R::TABLE.layout.name));
        }
        let all: Vec<(&By, &Kept)> = self.by.iter().zip(&cursor.values).collect();
        // Said apart, because SQLite finds no range in what is joined by OR.
        if let [(by, value), _, ..] = all[..]
            && by.descending == backward
            && *value != Kept::Null
        {
            query.push(&format!("{} >= ", own(&by.place)));
            query.value(by.place.field::<R>(), value.clone());
            query.push(" AND ");
        }
        query.push("(");
        for (i, (by, value)) in all.iter().enumerate() {
            query.push(if i == 0 { "(" } else { " OR (" });
            for (before, value) in &all[..i] {
                query.push(&format!("{} IS ", own(&before.place)));
                query.value(before.place.field::<R>(), (*value).clone());
                query.push(" AND ");
            }
            step::<R>(query, by, value, by.descending != backward);
            query.push(")");
        }
        query.push(")");
        Ok(())
    }

    /// Returns where a record stands.
    pub(crate) fn cursor(&self, record: &R) -> Cursor<R> {
        let values = self.by.iter().map(|by| value(record, &by.place)).collect();
        Cursor { order: self.spelled(), values, of: PhantomData }
    }

    fn spelled(&self) -> String {
        self.by.iter().map(By::spelled).collect::<Vec<_>>().join(" ")
    }
}

/// Writes that a column is beyond a value; NULL is the smallest.
fn step<R: Record>(query: &mut Query, by: &By, value: &Kept, descending: bool) {
    let column = own(&by.place);
    match (value, descending) {
        (Kept::Null, false) => query.push(&format!("{column} IS NOT NULL")),
        (Kept::Null, true) => query.push("FALSE"),
        (value, false) => {
            query.push(&format!("{column} > "));
            query.value(by.place.field::<R>(), value.clone());
        }
        (value, true) => {
            query.push(&format!("({column} < "));
            query.value(by.place.field::<R>(), value.clone());
            query.push(&format!(" OR {column} IS NULL)"));
        }
    }
}

/// Returns what a record has in a column, as [`own`] reads it.
fn value<R: Record>(record: &R, place: &Place) -> Kept {
    let stored = |column: &str| {
        let at = R::TABLE.fields.iter().flat_map(|field| field.columns).position(|name| *name == column);
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
    fn spelled(&self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.place.column)
    }
}
