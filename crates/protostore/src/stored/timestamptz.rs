//! A point in time to the microsecond, within what PostgreSQL's own type reaches.

use super::Microseconds;
use crate::error::{Kind, Result};
use crate::time::Timestamp;
use crate::value::{Bad, Bind, Binder, Cell, Value};

/// A [`Timestamp`] of whole microseconds, as PostgreSQL's
/// [`TIMESTAMPTZ`](https://www.postgresql.org/docs/current/datatype-datetime.html); SQLite keeps the number of microseconds
/// since 1970.
///
/// Order is kept. A finer value is refused with [`Kind::Invalid`], one before 4714 BC or after 294247 AD with
/// [`Kind::OutOfRange`], on every engine, so that what one accepts all do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamptz(pub Timestamp);

impl Timestamptz {
    /// The first second that PostgreSQL has: the beginning of 24 November 4714 BC.
    pub(crate) const FIRST: i64 = -210_866_803_200;
}

impl Bind for Timestamptz {
    #[inline]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        if self.0.seconds() < Self::FIRST {
            return Err(b.refuse(Kind::OutOfRange, "must not be before the year 4714 BC"));
        }
        Microseconds(self.0).bind(b)
    }
}

impl Value for Timestamptz {
    #[inline]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        let time = Microseconds::<Timestamp>::read(c)?.0;
        if time.seconds() < Self::FIRST { Err(Bad::Range) } else { Ok(Self(time)) }
    }
}
