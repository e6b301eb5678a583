//! Numbers whose own form leaves some of their values out.

use crate::error::Result;
use crate::value::{Bad, Bind, Binder, Cell, Value};

/// A `u64` of any size, as the signed integer `value XOR 2^63`.
///
/// Order is kept: 0 is stored as the least integer and `u64::MAX` as the greatest. Sums of the column mean nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FullRange(pub u64);

const SIGN: u64 = 1 << 63;

impl Bind for FullRange {
    #[inline]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.int((self.0 ^ SIGN).cast_signed())
    }
}

impl Value for FullRange {
    #[inline]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        Ok(Self(i64::read(c)?.cast_unsigned() ^ SIGN))
    }
}

/// An `f32` with every bit, NaN payloads and -0 included, as the unsigned number that its bits are.
///
/// Order is not kept. Equality is that of the bits: a NaN equals itself, and -0 is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FloatBits(pub f32);

impl Bind for FloatBits {
    #[inline]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.0.to_bits().bind(b)
    }
}

impl Value for FloatBits {
    #[inline]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        u32::read(c).map(|bits| Self(f32::from_bits(bits)))
    }
}

/// An `f64` with every bit, NaN payloads and -0 included, as the signed number that its bits are.
///
/// Order is not kept. Equality is that of the bits: a NaN equals itself, and -0 is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DoubleBits(pub f64);

impl Bind for DoubleBits {
    #[inline]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.int(self.0.to_bits().cast_signed())
    }
}

impl Value for DoubleBits {
    #[inline]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        i64::read(c).map(|bits| Self(f64::from_bits(bits.cast_unsigned())))
    }
}
