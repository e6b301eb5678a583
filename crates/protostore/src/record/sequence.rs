//! Numbers that the store gives, each once: taken from a counter in the transaction that uses them.

use super::Record;
use crate::error::{Error, Kind, Result};
use crate::session::Session;

/// A field that the store numbers, and the counter that it is numbered by:
///
/// ```
/// use protostore::generated::Sequence;
///
/// static ID: Sequence =
///     Sequence { field: "id", table: 3, path: "1", rows: "events", column: "id", text: false };
/// ```
#[derive(Debug)]
pub struct Sequence {
    /// The path of the field.
    pub field: &'static str,
    /// The number of the table in the store message: with the next the name of the counter, which no rename changes.
    pub table: u32,
    /// The numbers of the field and of the messages around it, from the record on, joined by dots.
    pub path: &'static str,
    /// The table of the records.
    pub rows: &'static str,
    /// The column of the field, after whose greatest number a new counter begins.
    pub column: &'static str,
    /// Whether the column holds the number as text.
    pub text: bool,
}

/// A field that holds a number of a sequence.
pub trait Numbered {
    /// Returns the number, where one is given.
    fn number(&self) -> Option<i64>;
    /// Puts a number in; not one that is too large for the field.
    fn set_number(&mut self, number: i64) -> bool;
}

macro_rules! numbered {
    ($($ty:ty),*) => {$(
        impl Numbered for $ty {
            fn number(&self) -> Option<i64> {
                // A number that is too large is refused when it is bound.
                (*self != 0).then(|| i64::try_from(*self).unwrap_or(i64::MAX))
            }

            fn set_number(&mut self, number: i64) -> bool {
                Self::try_from(number).map(|number| *self = number).is_ok()
            }
        }

        impl Numbered for Option<$ty> {
            fn number(&self) -> Option<i64> {
                self.map(|number| i64::try_from(number).unwrap_or(i64::MAX))
            }

            fn set_number(&mut self, number: i64) -> bool {
                <$ty>::try_from(number).map(|number| *self = Some(number)).is_ok()
            }
        }
    )*};
}

numbered!(i32, i64, u32, u64);

/// Gives a record the numbers that it lacks, and moves the counters past those that it brings.
pub(crate) async fn assign<R: Record, S: Session>(s: &mut S, record: &mut R) -> Result<()> {
    for (index, sequence) in R::TABLE.sequences.iter().enumerate() {
        let Some(field) = record.numbered(index) else { continue };
        let given = field.number();
        match s.advance(sequence, given).await {
            Ok(Some(last)) if given.is_none() && !field.set_number(last) => return Err(exhausted::<R>(sequence)),
            Ok(Some(_)) => {}
            Ok(None) => return Err(exhausted::<R>(sequence)),
            Err(e) => return Err(e.in_table(R::TABLE.layout.name)),
        }
    }
    Ok(())
}

/// Says that a counter has come to its end.
#[cold]
pub(super) fn exhausted<R: Record>(sequence: &Sequence) -> Error {
    Error::new(Kind::OutOfRange, "has no number left").at(sequence.field).in_table(R::TABLE.layout.name)
}
