//! A point in time, exact to the nanosecond and stored as their number since 1970.

mod duration;
#[cfg(feature = "prost")]
mod prost;
#[cfg(test)]
mod tests;

pub use duration::Duration;

use std::time::{Duration as StdDuration, SystemTime, UNIX_EPOCH};

use crate::clock;
use crate::error::{Error, Kind, Result};
use crate::value::{Bad, Bind, Binder, Cell, Value};

pub(crate) const NANOS: i64 = 1_000_000_000;

/// A point in time: seconds since 1970 in UTC, and nanoseconds that count forward.
///
/// It covers all of protobuf's; a store keeps the years 1677 to 2262 and refuses others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

impl Timestamp {
    /// Returns the point in time, or nothing where `nanos` is not in 0..1_000_000_000.
    pub fn new(seconds: i64, nanos: i32) -> Option<Self> {
        let nanos = u32::try_from(nanos).ok().filter(|nanos| i64::from(*nanos) < NANOS)?;
        Some(Self { seconds, nanos })
    }

    /// Returns the system's time.
    pub fn now() -> Self {
        clock::now().into()
    }

    #[doc(hidden)]
    /// For generated code: returns the same, rounded towards the past to a multiple of `step` nanoseconds, which divide a
    /// second.
    #[must_use]
    pub const fn floor(self, step: u32) -> Self {
        Self { seconds: self.seconds, nanos: self.nanos - self.nanos % step }
    }

    /// Returns the seconds since 1970, rounded towards the past.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Returns the nanoseconds after that second.
    pub const fn nanos(self) -> u32 {
        self.nanos
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        // A `SystemTime` counts its seconds in 64 bits, so the saturation is never reached.
        let seconds = |d: StdDuration| i64::try_from(d.as_secs()).unwrap_or(i64::MAX);
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self { seconds: seconds(after), nanos: after.subsec_nanos() },
            Err(before) => {
                let before = before.duration();
                match before.subsec_nanos() {
                    0 => Self { seconds: -seconds(before), nanos: 0 },
                    nanos => Self { seconds: -seconds(before) - 1, nanos: 1_000_000_000 - nanos },
                }
            }
        }
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = Error;

    fn try_from(time: Timestamp) -> Result<Self> {
        let whole = StdDuration::from_secs(time.seconds.unsigned_abs());
        let second = if time.seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
        second
            .and_then(|second| second.checked_add(StdDuration::from_nanos(time.nanos.into())))
            .ok_or_else(|| Error::new(Kind::OutOfRange, "is beyond the system's time"))
    }
}

impl Bind for Timestamp {
    #[inline]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        // In 128 bits, because the first instant that fits has seconds that do not fit alone.
        let nanos = i128::from(self.seconds) * i128::from(NANOS) + i128::from(self.nanos);
        match i64::try_from(nanos) {
            Ok(nanos) => b.int(nanos),
            Err(_) => Err(b.refuse(Kind::OutOfRange, "must be between the years 1677 and 2262")),
        }
    }
}

impl Value for Timestamp {
    #[inline]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        let nanos = i64::read(c)?;
        let Ok(rest) = u32::try_from(nanos.rem_euclid(NANOS)) else { return Err(Bad::Range) };
        Ok(Self { seconds: nanos.div_euclid(NANOS), nanos: rest })
    }
}
