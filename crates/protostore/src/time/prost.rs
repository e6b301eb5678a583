//! Conversions with prost's well-known types; what is not normalised is refused, never corrected silently.

use super::{Duration, Timestamp};
use crate::error::{Error, Kind, Result};

impl TryFrom<prost_types::Timestamp> for Timestamp {
    type Error = Error;

    fn try_from(time: prost_types::Timestamp) -> Result<Self> {
        Self::new(time.seconds, time.nanos)
            .ok_or_else(|| Error::new(Kind::Invalid, "has nanoseconds that are not between 0 and 999999999"))
    }
}

impl From<Timestamp> for prost_types::Timestamp {
    fn from(time: Timestamp) -> Self {
        // Nanoseconds are below 10^9, so they never wrap.
        Self { seconds: time.seconds(), nanos: time.nanos().cast_signed() }
    }
}

impl TryFrom<prost_types::Duration> for Duration {
    type Error = Error;

    fn try_from(span: prost_types::Duration) -> Result<Self> {
        Self::new(span.seconds, span.nanos).ok_or_else(|| {
            Error::new(Kind::Invalid, "has nanoseconds of another sign than its seconds, or a second of them")
        })
    }
}

impl From<Duration> for prost_types::Duration {
    fn from(span: Duration) -> Self {
        Self { seconds: span.seconds(), nanos: span.nanos() }
    }
}
