//! Times counted in a unit coarser than the nanosecond, so that the count reaches further.

use crate::error::{Kind, Result};
use crate::time::{Duration, NANOS, Timestamp};
use crate::value::{Bad, Bind, Binder, Cell, Value};

mod sealed {
    /// A time as seconds and the nanoseconds beyond them, in the sign convention of its type.
    pub trait Parts: Copy {
        /// Takes it apart.
        fn parts(self) -> (i64, i64);
        /// Makes it from a count of units, of which `per_second` are a second.
        fn counted(count: i64, per_second: i64) -> Option<Self>;
    }
}

use sealed::Parts;

/// What can be counted in a unit: [`Timestamp`] from 1970, [`Duration`] from zero.
pub trait Countable: Parts {}

impl Countable for Timestamp {}
impl Countable for Duration {}

impl Parts for Timestamp {
    fn parts(self) -> (i64, i64) {
        (self.seconds(), self.nanos().into())
    }

    fn counted(count: i64, per_second: i64) -> Option<Self> {
        let nanos = count.rem_euclid(per_second) * (NANOS / per_second);
        Self::new(count.div_euclid(per_second), i32::try_from(nanos).ok()?)
    }
}

impl Parts for Duration {
    fn parts(self) -> (i64, i64) {
        (self.seconds(), self.nanos().into())
    }

    fn counted(count: i64, per_second: i64) -> Option<Self> {
        let nanos = count % per_second * (NANOS / per_second);
        Self::new(count / per_second, i32::try_from(nanos).ok()?)
    }
}

/// Why a time has no count.
enum Uncounted {
    /// It is between two counts.
    Between,
    /// Its count takes more than 64 bits.
    Beyond,
}

/// Counts a time in units, exactly.
fn count(time: impl Countable, per_second: i64) -> Result<i64, Uncounted> {
    let (seconds, nanos) = time.parts();
    let step = NANOS / per_second;
    if nanos % step != 0 {
        return Err(Uncounted::Between);
    }
    // In 128 bits, because the first time that fits has seconds that do not fit alone.
    let count = i128::from(seconds) * i128::from(per_second) + i128::from(nanos / step);
    i64::try_from(count).map_err(|_| Uncounted::Beyond)
}

/// On which side of all counts a time is.
pub(crate) enum Beyond {
    Below,
    Above,
}

/// Returns the last time with a count that is not after this one.
pub(crate) fn floor<T: Countable>(time: T, per_second: i64) -> Result<T, Beyond> {
    let (seconds, nanos) = time.parts();
    let nanos = i128::from(seconds) * i128::from(NANOS) + i128::from(nanos);
    let count = nanos.div_euclid(i128::from(NANOS / per_second));
    let beyond = if count < 0 { Beyond::Below } else { Beyond::Above };
    i64::try_from(count).ok().and_then(|count| T::counted(count, per_second)).ok_or(beyond)
}

/// Writes the form of one unit: its name, how many are a second, and what it says to times that it does not keep.
macro_rules! unit {
    ($(#[$doc:meta])* $unit:ident: $per_second:literal, $between:literal, $beyond:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $unit<T>(pub T);

        impl<T: Countable> Bind for $unit<T> {
            #[inline]
            fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
                match count(self.0, $per_second) {
                    Ok(count) => b.int(count),
                    Err(Uncounted::Between) => Err(b.refuse(Kind::Invalid, $between)),
                    Err(Uncounted::Beyond) => Err(b.refuse(Kind::OutOfRange, $beyond)),
                }
            }
        }

        impl<T: Countable> Value for $unit<T> {
            #[inline]
            fn read(c: Cell<'_>) -> Result<Self, Bad> {
                T::counted(i64::read(c)?, $per_second).map(Self).ok_or(Bad::Range)
            }
        }
    };
}

unit! {
    /// A [`Timestamp`] or [`Duration`] of whole seconds, as their number.
    ///
    /// Order is kept. A fraction of a second is refused with [`Kind::Invalid`]; there is no time too far.
    Seconds: 1,
    "must be a whole number of seconds: round it, or encode the field in a finer unit",
    "must be within 2^63 seconds"
}

unit! {
    /// A [`Timestamp`] or [`Duration`] of whole milliseconds, as their number.
    ///
    /// Order is kept. A finer value is refused with [`Kind::Invalid`], one beyond 292 million years with
    /// [`Kind::OutOfRange`].
    Milliseconds: 1_000,
    "must be a whole number of milliseconds: round it, or encode the field in a finer unit",
    "must be within 2^63 milliseconds, 292 million years: encode the field as SECONDS to reach further"
}

unit! {
    /// A [`Timestamp`] or [`Duration`] of whole microseconds, as their number.
    ///
    /// Order is kept. A finer value is refused with [`Kind::Invalid`], one beyond 292 thousand years with
    /// [`Kind::OutOfRange`].
    Microseconds: 1_000_000,
    "must be a whole number of microseconds: round it, or encode the field in nanoseconds",
    "must be within 2^63 microseconds, 292 thousand years: encode the field as MILLISECONDS to reach further"
}
