//! What a column is compared with: a value, bound as the column's own values are.

use crate::error::Kind;
use crate::time::{Duration, Timestamp};
use crate::value::{Bind, Kept};

/// What a column may hold that a value can be equal to.
pub trait Comparable: Bind {
    /// Says where a value stands that no column holds; nothing where it is to be refused as in a write.
    fn aside(&self) -> Option<Aside> {
        None
    }
}

/// What a column may hold whose order in the database is the order of its values.
pub trait Ordered: Comparable {}

/// Where a value stands that no column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// Above all that a column holds: a `u64` from 2^63 on.
    Above,
    /// Below all that a column holds: a time before the year 1677.
    Below,
    /// Neither above nor below anything: NaN.
    Apart,
}

/// What is given where a `T` is compared with: `&str` for a `String`.
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

/// Writes the traits for types of which every value fits, or of which the others are refused.
macro_rules! plain {
    ($($ty:ty),+) => {
        $(impl Comparable for $ty {}
        impl Ordered for $ty {})+
    };
}

plain!(bool, i32, i64, u32, String, Vec<u8>);

/// Writes the traits for types of which some values stand aside.
macro_rules! aside {
    ($($ty:ty: $value:ident => $aside:expr),+ $(,)?) => {
        $(impl Comparable for $ty {
            fn aside(&self) -> Option<Aside> {
                let $value = self;
                $aside
            }
        }
        impl Ordered for $ty {})+
    };
}

aside! {
    u64: v => i64::try_from(*v).is_err().then_some(Aside::Above),
    f32: v => v.is_nan().then_some(Aside::Apart),
    f64: v => v.is_nan().then_some(Aside::Apart),
    Timestamp: v => beyond(v, v.seconds()),
    Duration: v => beyond(v, v.seconds()),
}

/// Says on which side a time is that its column does not reach; what is refused for another reason has no side.
pub(super) fn beyond(time: &impl Bind, seconds: i64) -> Option<Aside> {
    let side = if seconds < 0 { Aside::Below } else { Aside::Above };
    Kept::of(time).is_err_and(|e| e.kind() == Kind::OutOfRange).then_some(side)
}
