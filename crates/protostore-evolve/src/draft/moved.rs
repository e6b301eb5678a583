//! Fields that moved to another path: a `backfill` that names the former column and nothing else.

use protostore_schema::Column;

use super::{Direction, Draft};
use crate::plan::ColumnId;

impl Draft<'_> {
    /// Returns the former column of which a new column has all values, on the way up.
    pub(crate) fn moved_from(&self, column: &ColumnId) -> Option<ColumnId> {
        let name = self.backfill(column)?;
        let name = named_alone(&name)?;
        let there = self.old.column_named(&column.place, name)?;
        (!self.new.columns().contains_key(there)).then(|| there.clone())
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
