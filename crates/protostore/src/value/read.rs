//! How cells become Rust's own types, exactly or not at all.

use super::{Bad, Cell, Decode, Row, Value};
use crate::error::Result;

impl<T: Value> Value for Option<T> {
    #[inline(always)]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        match c {
            Cell::Null => Ok(None),
            c => T::read(c).map(Some),
        }
    }
}

impl Value for i64 {
    #[inline(always)]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        match c {
            Cell::Int(v) => Ok(v),
            Cell::Null | Cell::Real(_) | Cell::Text(_) | Cell::Blob(_) => Err(Bad::Type),
        }
    }
}

impl Value for bool {
    #[inline(always)]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        match i64::read(c)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Bad::Range),
        }
    }
}

impl Value for i32 {
    #[inline(always)]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        Self::try_from(i64::read(c)?).map_err(|_| Bad::Range)
    }
}

impl Value for u32 {
    #[inline(always)]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        Self::try_from(i64::read(c)?).map_err(|_| Bad::Range)
    }
}

impl Value for u64 {
    #[inline(always)]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        Self::try_from(i64::read(c)?).map_err(|_| Bad::Range)
    }
}

impl Value for f64 {
    #[inline(always)]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        match c {
            Cell::Real(v) => Ok(v),
            Cell::Null | Cell::Int(_) | Cell::Text(_) | Cell::Blob(_) => Err(Bad::Type),
        }
    }
}

impl Value for f32 {
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)] // the comparison that follows is the check
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        let wide = f64::read(c)?;
        let narrow = wide as Self;
        if f64::from(narrow) == wide { Ok(narrow) } else { Err(Bad::Range) }
    }
}

impl Value for String {
    #[inline(always)]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        match c {
            Cell::Text(v) => Ok(v.to_owned()),
            Cell::Null | Cell::Int(_) | Cell::Real(_) | Cell::Blob(_) => Err(Bad::Type),
        }
    }
}

impl Value for Vec<u8> {
    #[inline(always)]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        match c {
            Cell::Blob(v) => Ok(v.to_vec()),
            Cell::Null | Cell::Int(_) | Cell::Real(_) | Cell::Text(_) => Err(Bad::Type),
        }
    }
}

impl<T: Value> Decode for T {
    #[inline(always)]
    fn decode<R: Row>(r: &mut R) -> Result<Self> {
        r.take()
    }
}

impl Decode for () {
    #[inline(always)]
    fn decode<R: Row>(_: &mut R) -> Result<Self> {
        Ok(())
    }
}

/// Writes `Decode` for a tuple, part by part.
macro_rules! tuple {
    ($($part:ident),+) => {
        impl<$($part: Decode),+> Decode for ($($part,)+) {
            #[inline(always)]
            fn decode<Z: Row>(r: &mut Z) -> Result<Self> {
                Ok(($($part::decode(r)?,)+))
            }
        }
    };
}

tuple!(A);
tuple!(A, B);
tuple!(A, B, C);
tuple!(A, B, C, D);
tuple!(A, B, C, D, E);
tuple!(A, B, C, D, E, F);
tuple!(A, B, C, D, E, F, G);
tuple!(A, B, C, D, E, F, G, H);
