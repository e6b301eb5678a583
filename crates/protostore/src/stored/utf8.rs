//! Text as bytes, so that NUL may occur in it.

use crate::error::Result;
use crate::value::{Bad, Bind, Binder, Cell, Value};

/// A string as the bytes of its UTF-8, every character included.
///
/// Order is kept: bytes compare as Rust compares strings. It is bound as `Utf8(&self.name)` and read as `Utf8<String>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Utf8<T>(pub T);

impl<T: AsRef<str>> Bind for Utf8<T> {
    #[inline]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.blob(self.0.as_ref().as_bytes())
    }
}

impl Value for Utf8<String> {
    #[inline]
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        String::from_utf8(Vec::read(c)?).map(Self).map_err(|_| Bad::Range)
    }
}
