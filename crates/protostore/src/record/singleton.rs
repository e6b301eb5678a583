//! The key of a table of at most one row.

use crate::error::Result;
use crate::value::{Bad, Bind, Binder, Decode, Row};

/// The key of a table of at most one row: it says nothing, as there is nothing to choose.
///
/// In SQL it is the column `_singleton`, which is always 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Singleton;

impl Bind for Singleton {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.int(1)
    }
}

impl Decode for Singleton {
    fn decode<R: Row>(r: &mut R) -> Result<Self> {
        match r.take::<i64>()? {
            1 => Ok(Self),
            _ => Err(r.bad(Bad::Range)),
        }
    }
}
