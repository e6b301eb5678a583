//! Comparisons of columns whose values stand in another form: a value is given as it is, and compared as it is stored.

use super::operand::{Aside, Comparable, Operand, Ordered, beyond};
use crate::stored::{
    DoubleBits, FloatBits, FullRange, Microseconds, Milliseconds, Rfc3339, Seconds, Timestamptz, Utf8,
};
use crate::time::{Duration, Timestamp};

/// Writes how a value is given for a form.
macro_rules! given {
    ($($form:ty, $make:path: $given:ty),+ $(,)?) => {
        $(impl Operand<$form> for $given {
            fn operand(self) -> $form {
                $make(self)
            }
        })+
    };
}

given! {
    FullRange, FullRange: u64,
    FloatBits, FloatBits: f32,
    DoubleBits, DoubleBits: f64,
    Rfc3339, Rfc3339: Timestamp,
    Timestamptz, Timestamptz: Timestamp,
    Seconds<Timestamp>, Seconds: Timestamp,
    Seconds<Duration>, Seconds: Duration,
    Milliseconds<Timestamp>, Milliseconds: Timestamp,
    Milliseconds<Duration>, Milliseconds: Duration,
    Microseconds<Timestamp>, Microseconds: Timestamp,
    Microseconds<Duration>, Microseconds: Duration,
}

impl Operand<Utf8<String>> for &str {
    fn operand(self) -> Utf8<String> {
        Utf8(self.to_owned())
    }
}

impl Operand<Utf8<String>> for String {
    fn operand(self) -> Utf8<String> {
        Utf8(self)
    }
}

impl Comparable for Utf8<String> {}
impl Ordered for Utf8<String> {}

// Their order is not that of the numbers.
impl Comparable for FloatBits {}
impl Comparable for DoubleBits {}

impl Comparable for FullRange {}
impl Ordered for FullRange {}

/// Writes the traits for the forms of times, which all end somewhere.
macro_rules! time {
    ($($form:ty),+ $(,)?) => {
        $(impl Comparable for $form {
            fn aside(&self) -> Option<Aside> {
                beyond(self, self.0.seconds())
            }
        }
        impl Ordered for $form {})+
    };
}

time! {
    Rfc3339,
    Timestamptz,
    Seconds<Timestamp>,
    Seconds<Duration>,
    Milliseconds<Timestamp>,
    Milliseconds<Duration>,
    Microseconds<Timestamp>,
    Microseconds<Duration>,
}
