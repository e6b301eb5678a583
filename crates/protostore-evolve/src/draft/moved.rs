//! Fields that moved to another path: a `backfill` that names the former column and nothing else.

use protostore_schema::Column;

use super::{Direction, Draft};
use crate::plan::ColumnId;
use crate::view::{Datum, Storage};

impl Draft<'_> {
    /// Returns the former column of which a new column has all values, on the way up.
    pub(crate) fn moved_from(&self, column: &ColumnId) -> Option<ColumnId> {
        let name = self.backfill(column)?;
        let name = named_alone(&name)?;
        let there = self.old.column_named(&column.place, name)?;
        (!self.new.columns().contains_key(there)).then(|| there.clone())
    }

    /// Returns whether new columns have all values of a field that is gone: its own, and, of a message in columns, those of
    /// each field in it. A `backfill` moves one column, so a list or a message in a table of its own stays behind.
    pub(crate) fn is_moved_whole(&self, old: &Datum<'_>) -> bool {
        let is_column_moved = |datum: &Datum<'_>| match datum.storage {
            Storage::Column(_) | Storage::Flattened(_) => datum.column_id().is_some_and(|column| {
                self.new.columns().keys().any(|new| self.moved_from(new).as_ref() == Some(&column))
            }),
            Storage::Absent(_) => true,
            Storage::Child(_) | Storage::Element(_) | Storage::Inline => false,
        };
        let is_it_or_inside = |datum: &&Datum<'_>| datum.path.starts_with(&old.path);
        old.is_stored() && self.old.data_of(old.table.number).filter(is_it_or_inside).all(is_column_moved)
    }

    /// Returns whether all of a message in columns comes back, on the way back: a message of which one field stayed behind
    /// was dropped.
    pub(crate) fn is_back_whole(&self, new: &Datum<'_>) -> bool {
        let comes_back = |datum: &Datum<'_>| match datum.storage {
            Storage::Column(_) | Storage::Flattened(_) => {
                let column = datum.column().zip(datum.column_id());
                column.is_some_and(|(former, column)| self.moved_to(former, &column).is_some())
            }
            Storage::Absent(_) => true,
            Storage::Child(_) | Storage::Element(_) | Storage::Inline => false,
        };
        let is_inside = |datum: &&Datum<'_>| datum.path.starts_with(&new.path) && datum.path.len() > new.path.len();
        self.new.data_of(new.table.number).filter(is_inside).all(comes_back)
    }

    /// Returns the column to which all values of a former one were moved, on the way back.
    pub(crate) fn moved_to(&self, former: &Column, column: &ColumnId) -> Option<ColumnId> {
        if self.direction == Direction::Up {
            return None;
        }
        let is_it = |(there, sql): &(&ColumnId, &String)| {
            there.place == column.place && named_alone(sql) == Some(&former.name.sql)
        };
        let (there, _) = self.answers.backfills.iter().find(is_it)?;
        (self.old.columns().contains_key(there) && !self.new.columns().contains_key(there)).then(|| there.clone())
    }
}

/// Returns the name of a column, if an expression is that alone.
fn named_alone(sql: &str) -> Option<&str> {
    let name = sql.trim();
    if let Some(quoted) = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return (!quoted.contains('"')).then_some(quoted);
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(is_plain) && !name.starts_with(|c: char| c.is_ascii_digit())).then_some(name)
}
