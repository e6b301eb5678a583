//! Comparisons of columns whose values are in another form: a value is given as it is, and compared as it is stored.

use super::operand::{Comparable, Location, Operand, Ordered, counted};
use crate::stored::{
    Countable, DoubleBits, FloatBits, FullRange, Microseconds, Milliseconds, Rfc3339, Seconds, Timestamptz, Utf8,
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

impl Comparable for Rfc3339 {
    fn location(&self) -> Location<Self> {
        match self.0.seconds() {
            Rfc3339::FIRST..=Rfc3339::LAST => Location::Held,
            i64::MIN..Rfc3339::FIRST => Location::BelowAll,
            _ => Location::AboveAll,
        }
    }
}

impl Ordered for Rfc3339 {}

impl Comparable for Timestamptz {
    fn location(&self) -> Location<Self> {
        match self.0.seconds() {
            i64::MIN..Timestamptz::FIRST => Location::BelowAll,
            _ => counted(self.0, 1_000_000).map(Self),
        }
    }
}

impl Ordered for Timestamptz {}

/// Writes the traits for the forms of times that are counted in units, of which so many are a second.
macro_rules! unit {
    ($($unit:ident: $per_second:literal),+ $(,)?) => {
        $(impl<T: Countable + PartialEq> Comparable for $unit<T> {
            fn location(&self) -> Location<Self> {
                counted(self.0, $per_second).map(Self)
            }
        }
        impl<T: Countable + PartialEq> Ordered for $unit<T> {})+
    };
}

unit! { Seconds: 1, Milliseconds: 1_000, Microseconds: 1_000_000 }
