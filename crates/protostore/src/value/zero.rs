//! Values of implicit presence: zero means not set.

/// A type with a zero that stands for "not set".
pub trait Zero {
    /// Says whether this is the zero.
    fn is_zero(&self) -> bool;
}

/// Returns the value, or nothing where it is its type's zero: a reference of implicit presence is NULL then.
#[inline]
pub fn nonzero<T: Zero + ?Sized>(v: &T) -> Option<&T> {
    if v.is_zero() { None } else { Some(v) }
}

/// Returns whether a field of a message is set, or differs from its zero.
pub fn is_set<T: Default + PartialEq>(v: &T) -> bool {
    *v != T::default()
}

impl Zero for str {
    fn is_zero(&self) -> bool {
        self.is_empty()
    }
}

impl Zero for String {
    fn is_zero(&self) -> bool {
        self.is_empty()
    }
}

impl Zero for [u8] {
    fn is_zero(&self) -> bool {
        self.is_empty()
    }
}

impl Zero for Vec<u8> {
    fn is_zero(&self) -> bool {
        self.is_empty()
    }
}

/// Writes `Zero` for numbers.
macro_rules! number {
    ($($number:ty),+) => {
        $(impl Zero for $number {
            fn is_zero(&self) -> bool {
                *self == 0
            }
        })+
    };
}

number!(i32, i64, u32, u64);

impl<T: Zero + ?Sized> Zero for &T {
    fn is_zero(&self) -> bool {
        (**self).is_zero()
    }
}
