//! The number of an enum value that this program has no name for.

use std::fmt;

use crate::error::Result;
use crate::value::{Bind, Binder};

/// The number of an enum value that this program has no name for: kept as it came, since a newer program may know it.
///
/// Only generated code makes one, so that it never stands for a value that has a name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumNumber(i32);

impl EnumNumber {
    #[doc(hidden)]
    /// For generated code.
    #[doc(hidden)]
    pub const fn __new(number: i32) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl fmt::Debug for EnumNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for EnumNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Bind for EnumNumber {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.0.bind(b)
    }
}
