//! A binder that puts nothing anywhere: it says what of a list a statement would refuse.

use super::Binder;
use crate::error::{Error, Kind, Result};
use crate::schema::Column;

/// Counts the values that pass, so that a refusal can name the field of the next.
pub(crate) struct Look {
    columns: &'static [Column],
    at: usize,
}

impl Look {
    /// Why a message that holds others is refused.
    pub(crate) const DEEP_MESSAGE: &'static str = "must not be nested deeper than 100 messages";
    /// Why a value that holds others is refused.
    pub(crate) const DEEP_VALUE: &'static str = "must not hold more than 100 objects and arrays within one another";

    /// Says whether a value was refused because it is nested too deep.
    pub(crate) fn is_too_deep(e: &Error) -> bool {
        [Self::DEEP_MESSAGE, Self::DEEP_VALUE].contains(&e.message())
    }

    /// Looks at the values of a row, from the column `at` on.
    pub(crate) fn at(columns: &'static [Column], at: usize) -> Self {
        Self { columns, at }
    }

    /// Returns the column that the next value is for.
    #[inline(always)]
    pub(crate) fn column(&self) -> usize {
        self.at
    }

    #[inline(always)]
    fn pass(&mut self) -> Result<()> {
        self.at += 1;
        Ok(())
    }
}

impl Binder for Look {
    #[inline(always)]
    fn null(&mut self) -> Result<()> {
        self.pass()
    }

    #[inline(always)]
    fn int(&mut self, _: i64) -> Result<()> {
        self.pass()
    }

    #[inline(always)]
    fn real(&mut self, _: f64) -> Result<()> {
        self.pass()
    }

    #[inline(always)]
    fn text(&mut self, _: &str) -> Result<()> {
        self.pass()
    }

    #[inline(always)]
    fn blob(&mut self, _: &[u8]) -> Result<()> {
        self.pass()
    }

    #[cold]
    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        let e = Error::new(kind, why);
        match self.columns.get(self.at) {
            Some(column) if !column.field.is_empty() => e.at(column.field),
            Some(_) | None => e,
        }
    }
}
