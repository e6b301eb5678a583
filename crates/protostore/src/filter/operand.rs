//! What a column is compared with: a value, bound as the column's own values are.

use crate::stored::{Beyond, Countable, floor};
use crate::time::{Duration, NANOS, Timestamp};
use crate::value::Bind;

/// What a column may hold that a value can be equal to.
#[diagnostic::on_unimplemented(
    message = "nothing is equal to what a column of `{Self}` holds",
    label = "cannot be compared, so `eq`, `ne` and `in_list` are not there",
    note = "of a message, a oneof or JSON ask `is_set` or `is_unset`, or compare a field inside of it"
)]
pub trait Comparable: Bind + Sized {
    /// Says where the value is among those that a column holds: not every value of the type can be stored.
    fn location(&self) -> Location<Self> {
        Location::Held
    }

    /// Says whether a column can hold the value; nothing is equal to one that it cannot.
    fn is_held(&self) -> bool {
        matches!(self.location(), Location::Held)
    }
}

/// What a column may hold whose order in the database is the order of its values.
#[diagnostic::on_unimplemented(
    message = "values of `{Self}` have no order in the database",
    label = "has no order, so `lt`, `le`, `gt`, `ge`, `asc` and `desc` are not there",
    note = "numbers, text, bytes, times and enums have one; of a message, a oneof or JSON ask `is_set` or `is_unset`, or \
            take a field inside of it"
)]
pub trait Ordered: Comparable {}

/// Where a value is among those that a column holds, so that it can be compared with them though it is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location<T> {
    /// A column holds it.
    Held,
    /// Right above this one, which a column holds, and below the next: 1.5 s in a column of whole seconds is after 1 s.
    After(T),
    /// Above all that a column holds: a `u64` from 2^63 on.
    AboveAll,
    /// Below all that a column holds: a time before the year 1677.
    BelowAll,
    /// Neither above nor below anything: NaN.
    Unordered,
}

impl<T> Location<T> {
    /// The same, of the values in another form.
    pub(super) fn map<U>(self, form: impl FnOnce(T) -> U) -> Location<U> {
        match self {
            Self::Held => Location::Held,
            Self::After(value) => Location::After(form(value)),
            Self::AboveAll => Location::AboveAll,
            Self::BelowAll => Location::BelowAll,
            Self::Unordered => Location::Unordered,
        }
    }
}

/// Locates a time in a column that counts it in units, of which this many are a second.
pub(super) fn counted<T: Countable + PartialEq>(time: T, per_second: i64) -> Location<T> {
    match floor(time, per_second) {
        Ok(held) if held == time => Location::Held,
        Ok(held) => Location::After(held),
        Err(Beyond::Above) => Location::AboveAll,
        Err(Beyond::Below) => Location::BelowAll,
    }
}

/// What is given where a `T` is compared with: `&str` for a `String`.
#[diagnostic::on_unimplemented(
    message = "a column of `{T}` cannot be compared with `{Self}`",
    label = "give a value of `{T}`",
    note = "a column of `String` takes `&str` too, and one of bytes `&[u8]`; a number needs the type of its column, as in \
            `7_u32`, an enum a value of the generated enum, and a time `protostore::Timestamp`"
)]
pub trait Operand<T> {
    /// Returns it as the column's type.
    fn operand(self) -> T;
}

impl<T: Comparable> Operand<T> for T {
    fn operand(self) -> T {
        self
    }
}

impl Operand<String> for &str {
    fn operand(self) -> String {
        self.to_owned()
    }
}

impl Operand<String> for &String {
    fn operand(self) -> String {
        self.clone()
    }
}

impl Operand<Vec<u8>> for &[u8] {
    fn operand(self) -> Vec<u8> {
        self.to_vec()
    }
}

impl<const N: usize> Operand<Vec<u8>> for &[u8; N] {
    fn operand(self) -> Vec<u8> {
        self.to_vec()
    }
}

/// Writes the traits for types of which a column holds every value.
macro_rules! plain {
    ($($ty:ty),+) => {
        $(impl Comparable for $ty {}
        impl Ordered for $ty {})+
    };
}

plain!(bool, i32, i64, u32, Vec<u8>);

/// Writes the traits for types of which a column does not hold some values.
macro_rules! located {
    ($($ty:ty: $value:ident => $location:expr),+ $(,)?) => {
        $(impl Comparable for $ty {
            fn location(&self) -> Location<Self> {
                let $value = self;
                $location
            }
        }
        impl Ordered for $ty {})+
    };
}

located! {
    u64: v => if i64::try_from(*v).is_ok() { Location::Held } else { Location::AboveAll },
    f32: v => if v.is_nan() { Location::Unordered } else { Location::Held },
    f64: v => if v.is_nan() { Location::Unordered } else { Location::Held },
    // No text in a column has a NUL, and every other character is above it.
    String: v => v.split_once('\0').map_or(Location::Held, |(held, _)| Location::After(held.to_owned())),
    Timestamp: v => counted(*v, NANOS),
    Duration: v => counted(*v, NANOS),
}
