//! Numbers that the store gives, each once: taken from a counter in the transaction that uses them.

use super::Record;
use crate::error::{Error, Kind, Result, Violation};
use crate::schema::Stmt;
use crate::session::Session;
use crate::value::{Decode, Row};

/// A field that the store numbers.
#[derive(Debug)]
pub struct Sequence {
    /// The path of the field.
    pub field: &'static str,
    /// Takes the next number, or raises the counter to the number that is given; no row where there is no counter yet.
    pub next: Stmt,
    /// Makes the counter, from the numbers that are there.
    pub begin: Stmt,
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

/// A counter after it was moved.
struct Last(i64);

impl Decode for Last {
    fn decode<R: Row>(r: &mut R) -> Result<Self> {
        r.take().map(Self)
    }
}

/// Gives a record the numbers that it lacks, and moves the counters past those that it brings.
pub(crate) async fn assign<R: Record, S: Session>(s: &mut S, record: &mut R) -> Result<()> {
    for (index, sequence) in R::TABLE.sequences.iter().enumerate() {
        let Some(field) = record.numbered(index) else { continue };
        let given = field.number();
        match take(s, sequence, given).await {
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

/// Moves a counter, which is made where there is none, and returns where it stands; none at its end.
pub(crate) async fn take<S: Session>(
    s: &mut S,
    sequence: &'static Sequence,
    given: Option<i64>,
) -> Result<Option<i64>> {
    let moved = async {
        if let Some(moved) = next(s, sequence, given).await? {
            return Ok(Some(moved));
        }
        s.run(&sequence.begin, &()).await?;
        next(s, sequence, given).await
    };
    match moved.await {
        Err(e) if e.violation().is_some_and(Violation::is_end_of_counter) => Ok(None),
        moved => moved,
    }
}

async fn next<S: Session>(s: &mut S, sequence: &'static Sequence, given: Option<i64>) -> Result<Option<i64>> {
    Ok(s.one::<_, Last>(&sequence.next, &given).await?.map(|last| last.0))
}
