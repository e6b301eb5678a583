//! A span of time with a sign, exact to the nanosecond and stored as their number.

use std::time::Duration as StdDuration;

use super::NANOS;
use crate::error::{Error, Kind, Result};
use crate::value::{Bad, Bind, Binder, Cell, Value};

/// A span of time: seconds and nanoseconds of the same sign.
///
/// It covers all of protobuf's; a store keeps up to 292 years either way and refuses more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    seconds: i64,
    nanos: i32,
}

impl Duration {
    /// Returns the span, or nothing where the signs differ or `nanos` is a second or more.
    pub fn new(seconds: i64, nanos: i32) -> Option<Self> {
        let short = i64::from(nanos).abs() < NANOS;
        let signs = i64::from(nanos).signum() * seconds.signum() >= 0;
        (short && signs).then_some(Self { seconds, nanos })
    }

    /// Returns the whole seconds.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Returns the nanoseconds beyond them.
    pub const fn nanos(self) -> i32 {
        self.nanos
    }
}

impl TryFrom<StdDuration> for Duration {
    type Error = Error;

    fn try_from(span: StdDuration) -> Result<Self> {
        let too_long = |_| Error::new(Kind::OutOfRange, "is longer than 2^63 seconds");
        let seconds = i64::try_from(span.as_secs()).map_err(too_long)?;
        let nanos = i32::try_from(span.subsec_nanos()).map_err(too_long)?;
        Ok(Self { seconds, nanos })
    }
}

impl TryFrom<Duration> for StdDuration {
    type Error = Error;

    fn try_from(span: Duration) -> Result<Self> {
        match (u64::try_from(span.seconds), u32::try_from(span.nanos)) {
            (Ok(seconds), Ok(nanos)) => Ok(Self::new(seconds, nanos)),
            (Err(_), _) | (_, Err(_)) => Err(Error::new(Kind::OutOfRange, "must not be negative")),
        }
    }
}

impl Bind for Duration {
    #[inline]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        let nanos = i128::from(self.seconds) * i128::from(NANOS) + i128::from(self.nanos);
        match i64::try_from(nanos) {
            Ok(nanos) => b.int(nanos),
            Err(_) => Err(b.refuse(Kind::OutOfRange, "must not be longer than 292 years")),
        }
    }
}

impl Value for Duration {
    #[inline]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        let nanos = i64::read(c)?;
        let Ok(rest) = i32::try_from(nanos % NANOS) else { return Err(Bad::Range) };
        Ok(Self { seconds: nanos / NANOS, nanos: rest })
    }
}
