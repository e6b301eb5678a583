//! A field mask as legible text.

use std::borrow::Borrow;

use prost_types::FieldMask;

use crate::error::{Kind, Result};
use crate::value::{Bad, Bind, Binder, Cell, Value};

/// A `FieldMask` as its paths, separated by commas, in their order and as they are spelled; without any, the empty text.
///
/// Order is not kept. Equality is that of the lists: `a,b` is not `b,a`. It is bound as `Paths(&mask)` and read as `Paths`.
///
/// An empty path, and one with a comma or NUL in it, is refused with [`Kind::Invalid`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paths<M = FieldMask>(pub M);

impl<M: Borrow<FieldMask>> Bind for Paths<M> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        let paths = &self.0.borrow().paths;
        if paths.iter().any(String::is_empty) {
            return Err(b.refuse(Kind::Invalid, "must not hold an empty path"));
        }
        if paths.iter().any(|path| path.contains(',')) {
            return Err(b.refuse(Kind::Invalid, "must not hold a path with a comma in it"));
        }
        paths.join(",").bind(b)
    }
}

impl Value for Paths {
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        let Cell::Text(text) = c else { return Err(Bad::Type) };
        if text.is_empty() {
            return Ok(Self::default());
        }
        let paths: Vec<String> = text.split(',').map(str::to_owned).collect();
        let kept = paths.iter().all(|path| !path.is_empty() && !path.contains('\0'));
        if kept { Ok(Self(FieldMask { paths })) } else { Err(Bad::Range) }
    }
}
