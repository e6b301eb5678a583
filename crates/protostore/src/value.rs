//! One column: how a Rust value goes into a statement and comes out of a row.

mod bind;
pub(crate) mod coded;
mod given;
mod kept;
mod look;
mod read;
mod zero;

pub(crate) use given::{After, InForm, Limit, Now, Offset, Target, TimeForm, To};
pub(crate) use kept::{Kept, Pick};
pub(crate) use look::Look;
pub use zero::{Zero, is_set, nonzero};

use crate::error::{Error, Kind, Result};

/// Where parameters go, from left to right.
///
/// It takes storage classes, not SQL types: the engine converts by the column's own type.
pub trait Binder {
    /// Puts NULL.
    fn null(&mut self) -> Result<()>;
    /// Puts an integer.
    fn int(&mut self, v: i64) -> Result<()>;
    /// Puts a real number; it is not NaN.
    fn real(&mut self, v: f64) -> Result<()>;
    /// Puts text; it holds no NUL.
    fn text(&mut self, v: &str) -> Result<()>;
    /// Puts bytes.
    fn blob(&mut self, v: &[u8]) -> Result<()>;
    /// Makes the error that refuses the next parameter; it names the field, because the position is known.
    fn refuse(&self, kind: Kind, why: &'static str) -> Error;

    /// Says which parameters the next values are for, and returns for which they were; nothing where there are no roles.
    #[doc(hidden)]
    #[inline(always)]
    fn aim(&mut self, target: Target) -> Target {
        target
    }

    /// Gives the present time to each parameter that asks for it; to none where there are no roles.
    #[doc(hidden)]
    #[inline(always)]
    fn now(&mut self, _: Now) -> Result<()> {
        Ok(())
    }

    /// Puts a value.
    #[inline(always)]
    fn put<T: Bind + ?Sized>(&mut self, v: &T) -> Result<()>
    where
        Self: Sized,
    {
        v.bind(self)
    }
}

/// One column of a result row, borrowed: it never owns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// NULL.
    Null,
    /// An integer.
    Int(i64),
    /// A real number.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// Why a cell is not the value that was asked for; the row adds the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// It is of another storage class.
    Type,
    /// It is out of the range of the type.
    Range,
}

/// The columns of a row, from left to right: a cursor, so that generated code has no numbers to get wrong.
pub trait Row {
    /// Returns the next column.
    fn cell(&mut self) -> Result<Cell<'_>>;
    /// Passes over columns.
    fn skip(&mut self, columns: usize);
    /// Makes the error about the column that was read last.
    fn bad(&self, bad: Bad) -> Error;

    /// Takes the next column as a value.
    #[inline(always)]
    fn take<T: Value>(&mut self) -> Result<T>
    where
        Self: Sized,
    {
        match T::read(self.cell()?) {
            Ok(v) => Ok(v),
            Err(bad) => Err(self.bad(bad)),
        }
    }

    /// Takes the next column as a value of implicit presence: NULL is its zero.
    #[inline(always)]
    fn take_or_default<T: Value + Default>(&mut self) -> Result<T>
    where
        Self: Sized,
    {
        Ok(self.take::<Option<T>>()?.unwrap_or_default())
    }
}

/// A parameter list: a value, a tuple, a key.
pub trait Bind {
    /// Puts its values, from left to right.
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()>;

    /// Returns the path of the field that a value is of, counted from 0, where the list is a row and knows it.
    #[doc(hidden)]
    fn field(&self, _at: usize) -> Option<&'static str> {
        None
    }
}

/// A result row: a record, a tuple, one value.
pub trait Decode: Sized {
    /// Takes its columns, from left to right.
    fn decode<R: Row>(r: &mut R) -> Result<Self>;
}

/// What exactly one column holds.
pub trait Value: Sized {
    /// Reads it.
    fn read(c: Cell<'_>) -> Result<Self, Bad>;
}
