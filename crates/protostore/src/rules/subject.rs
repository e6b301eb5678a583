//! A value as rules look at it.

use std::cmp::Ordering;

use super::Literal;
use crate::time::{Duration, Timestamp};

/// A value as rules look at it.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'v> {
    /// A bool, an integer or the number of an enum's value.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Text(&'v str),
    /// Bytes.
    Bytes(&'v [u8]),
    /// A time in nanoseconds.
    Time(i128),
}

/// What rules can look at.
pub trait Subjected {
    /// Returns the value as rules look at it.
    fn subject(&self) -> Subject<'_>;
}

impl<'v> Subject<'v> {
    /// Returns the order of the value and a literal of its type; none where it is NaN.
    pub(super) fn compare(self, literal: Literal) -> Option<Ordering> {
        match (self, literal) {
            (Self::Int(a), Literal::Int(b)) | (Self::Time(a), Literal::Time(b)) => Some(a.cmp(&b)),
            (Self::Float(a), Literal::Float(b)) => a.partial_cmp(&b),
            (Self::Text(a), Literal::Bytes(b)) => Some(a.as_bytes().cmp(b)),
            (Self::Bytes(a), Literal::Bytes(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Returns the bytes of a text or of bytes.
    pub(super) const fn bytes(self) -> Option<&'v [u8]> {
        match self {
            Self::Text(text) => Some(text.as_bytes()),
            Self::Bytes(bytes) => Some(bytes),
            Self::Int(_) | Self::Float(_) | Self::Time(_) => None,
        }
    }

    pub(super) fn characters(self) -> Option<u64> {
        match self {
            Self::Text(text) => Some(text.chars().count() as u64),
            Self::Bytes(_) | Self::Int(_) | Self::Float(_) | Self::Time(_) => None,
        }
    }

    pub(super) fn is_zero(self) -> bool {
        match self {
            Self::Int(v) => v == 0,
            Self::Float(v) => v == 0.0,
            Self::Text(v) => v.is_empty(),
            Self::Bytes(v) => v.is_empty(),
            // A message is unset, and never zero.
            Self::Time(_) => false,
        }
    }

    /// Returns the nanoseconds from now to a time, which are fewer than none before now.
    pub(super) fn distance(self, now: Timestamp) -> Option<i128> {
        match self {
            Self::Time(time) => Some(time - super::nanos(now)),
            Self::Int(_) | Self::Float(_) | Self::Text(_) | Self::Bytes(_) => None,
        }
    }

    /// Returns what equal values have in common, and no others; nothing for NaN, which equals none.
    pub(super) fn identity(self) -> Option<Identity<'v>> {
        match self {
            Self::Int(v) | Self::Time(v) => Some(Identity::Number(v)),
            Self::Float(v) if v.is_nan() => None,
            // Both zeros are one number.
            Self::Float(v) => Some(Identity::Bits((v + 0.0).to_bits())),
            Self::Text(v) => Some(Identity::Bytes(v.as_bytes())),
            Self::Bytes(v) => Some(Identity::Bytes(v)),
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity<'v> {
    Number(i128),
    Bits(u64),
    Bytes(&'v [u8]),
}

macro_rules! integers {
    ($($ty:ty),*) => {
        $(impl Subjected for $ty {
            fn subject(&self) -> Subject<'_> {
                Subject::Int(i128::from(*self))
            }
        })*
    };
}

integers!(bool, i32, i64, u32, u64);

impl Subjected for f32 {
    fn subject(&self) -> Subject<'_> {
        Subject::Float((*self).into())
    }
}

impl Subjected for f64 {
    fn subject(&self) -> Subject<'_> {
        Subject::Float(*self)
    }
}

impl Subjected for str {
    fn subject(&self) -> Subject<'_> {
        Subject::Text(self)
    }
}

impl Subjected for String {
    fn subject(&self) -> Subject<'_> {
        Subject::Text(self)
    }
}

impl Subjected for Vec<u8> {
    fn subject(&self) -> Subject<'_> {
        Subject::Bytes(self)
    }
}

impl Subjected for Timestamp {
    fn subject(&self) -> Subject<'_> {
        Subject::Time(super::nanos(*self))
    }
}

impl Subjected for Duration {
    fn subject(&self) -> Subject<'_> {
        Subject::Time(i128::from(self.seconds()) * 1_000_000_000 + i128::from(self.nanos()))
    }
}

/// What is asked of an `Any` is asked of the URL of its type.
#[cfg(feature = "prost")]
impl Subjected for prost_types::Any {
    fn subject(&self) -> Subject<'_> {
        Subject::Text(&self.type_url)
    }
}
