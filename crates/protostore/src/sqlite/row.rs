//! The columns of SQLite's current row.

use rusqlite::types::ValueRef;

use crate::error::{Error, Kind, Result};
use crate::value::{Bad, Cell, Row};

/// A cursor over the columns of the current row.
pub(super) struct Columns<'r> {
    row: &'r rusqlite::Row<'r>,
    next: usize,
    bytes: usize,
}

impl<'r> Columns<'r> {
    #[inline(always)]
    pub(super) fn of(row: &'r rusqlite::Row<'r>) -> Self {
        Self { row, next: 0, bytes: 0 }
    }

    /// Returns how many bytes the row takes, of which `T` was made.
    #[inline(always)]
    pub(super) fn bytes<T>(&self) -> usize {
        size_of::<T>() + self.bytes
    }

    #[cold]
    fn beyond(&self) -> Error {
        Error::new(Kind::Engine, format!("the row ends before column {}", self.next))
    }
}

impl Row for Columns<'_> {
    #[inline(always)]
    fn cell(&mut self) -> Result<Cell<'_>> {
        let at = self.next;
        self.next += 1;
        match self.row.get_ref(at) {
            Ok(ValueRef::Null) => Ok(Cell::Null),
            Ok(ValueRef::Integer(v)) => Ok(Cell::Int(v)),
            Ok(ValueRef::Real(v)) => Ok(Cell::Real(v)),
            Ok(ValueRef::Text(v)) => match std::str::from_utf8(v) {
                Ok(text) => {
                    self.bytes += text.len();
                    Ok(Cell::Text(text))
                }
                Err(_) => Err(self.bad(Bad::Type)),
            },
            Ok(ValueRef::Blob(v)) => {
                self.bytes += v.len();
                Ok(Cell::Blob(v))
            }
            Err(_) => Err(self.beyond()),
        }
    }

    #[inline(always)]
    fn skip(&mut self, columns: usize) {
        self.next += columns;
    }

    #[cold]
    fn bad(&self, bad: Bad) -> Error {
        let why = match bad {
            Bad::Type => "holds a value of another type",
            Bad::Range => "holds a value that is out of range",
        };
        let stmt: &rusqlite::Statement<'_> = self.row.as_ref();
        let column = stmt.column_name(self.next.saturating_sub(1)).unwrap_or("?").to_owned();
        Error::new(Kind::Damaged, why).at(column)
    }
}
