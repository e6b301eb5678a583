//! Which members of a record an update writes.

use std::fmt;
use std::marker::PhantomData;

use crate::error::{Error, Kind, Result, excerpt};
use crate::filter::Col;
use crate::filter::columns::Maskable;
use crate::record::Record;
use crate::schema::{FieldKind, FieldOf};

/// One member of a record: what a [`Col`](crate::Col) of the record itself is to a mask.
pub struct Field<R> {
    index: u16,
    of: PhantomData<fn() -> R>,
}

impl<R> Field<R> {
    #[doc(hidden)]
    /// For generated code: the member at this place of the table's fields.
    pub const fn new(index: u16) -> Self {
        Self { index, of: PhantomData }
    }

    /// Returns the place of the member among the table's fields.
    pub const fn index(self) -> usize {
        self.index as usize
    }
}

impl<R> Clone for Field<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Field<R> {}

impl<R: Record> fmt::Debug for Field<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(R::TABLE.fields.get(self.index()).and_then(|field| field.paths.first()).copied().unwrap_or("?"))
    }
}

/// The members of a record that an update writes; a message, a oneof or a repeated field is written as a whole.
pub struct Mask<R> {
    bits: Vec<u64>,
    of: PhantomData<fn() -> R>,
}

impl<R: Record> Mask<R> {
    /// Returns the mask of these members.
    pub fn of(fields: impl IntoIterator<Item = Field<R>>) -> Self {
        let mut mask = Self::none();
        for field in fields {
            mask.set(field.index());
        }
        mask
    }

    /// Returns the mask of everything but the key.
    pub fn all() -> Self {
        let mut mask = Self::none();
        for (index, field) in R::TABLE.fields.iter().enumerate() {
            match field.kind {
                FieldKind::Value | FieldKind::Children => mask.set(index),
                FieldKind::Key => {}
            }
        }
        mask
    }

    /// Reads the paths of a `google.protobuf.FieldMask`; `*` means everything but the key.
    ///
    /// Refuses the key, a path that is not there, and a path into a member, naming each.
    pub fn parse<'p>(paths: impl IntoIterator<Item = &'p str>) -> Result<Self> {
        let mut mask = Self::none();
        for path in paths {
            if path == "*" {
                return Ok(Self::all());
            }
            mask.set(member::<R>(path).map_err(|e| e.in_table(R::TABLE.layout.name))?);
        }
        Ok(mask)
    }

    /// Says whether the member at this place is to be written.
    pub fn has(&self, index: usize) -> bool {
        self.bits.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    /// Returns the members as bits.
    pub(crate) fn bits(&self) -> &[u64] {
        &self.bits
    }

    /// Takes a member out.
    pub(crate) fn clear(&mut self, index: usize) {
        if let Some(word) = self.bits.get_mut(index / 64) {
            *word &= !(1 << (index % 64));
        }
    }

    fn none() -> Self {
        Self { bits: vec![0; R::TABLE.fields.len().div_ceil(64)], of: PhantomData }
    }

    pub(crate) fn set(&mut self, index: usize) {
        if let Some(word) = self.bits.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }
}

/// Returns the place of the member that a path selects.
fn member<R: Record>(path: &str) -> Result<usize> {
    let at = |path: &str, why: String| Err(Error::new(Kind::Invalid, why).at(excerpt(path).into_owned()));
    let inside = |field: &&FieldOf| {
        field.paths.iter().find(|p| path.strip_prefix(**p).is_some_and(|rest| rest.starts_with('.')))
    };
    let fields = R::TABLE.fields;
    match fields.iter().position(|field| field.paths.contains(&path)) {
        Some(index) if fields[index].kind == FieldKind::Key => at(path, "is the key, which never changes".to_owned()),
        Some(index) => Ok(index),
        None => match fields.iter().find_map(|field| inside(&field)) {
            Some(whole) => at(path, format!("is written as a whole only: name {whole} in the mask")),
            None => at(path, format!("is not a field of {}", R::TABLE.record)),
        },
    }
}

impl<R: Record, const N: usize> From<[Field<R>; N]> for Mask<R> {
    fn from(fields: [Field<R>; N]) -> Self {
        Self::of(fields)
    }
}

impl<R: Record, T, P: Maskable> From<Col<R, T, P>> for Mask<R> {
    fn from(col: Col<R, T, P>) -> Self {
        Self::of([col.field()])
    }
}

impl<R: Record, T, P: Maskable, const N: usize> From<[Col<R, T, P>; N]> for Mask<R> {
    fn from(cols: [Col<R, T, P>; N]) -> Self {
        Self::of(cols.map(Col::field))
    }
}

/// Writes how a tuple of columns is a mask: their types differ.
macro_rules! tuple {
    ($($part:ident . $at:tt),+) => {
        impl<R: Record, $($part: Into<Field<R>>),+> From<($($part,)+)> for Mask<R> {
            fn from(fields: ($($part,)+)) -> Self {
                Self::of([$(fields.$at.into()),+])
            }
        }
    };
}

tuple!(A.0);
tuple!(A.0, B.1);
tuple!(A.0, B.1, C.2);
tuple!(A.0, B.1, C.2, D.3);
tuple!(A.0, B.1, C.2, D.3, E.4);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7);

impl<R> Clone for Mask<R> {
    fn clone(&self) -> Self {
        Self { bits: self.bits.clone(), of: PhantomData }
    }
}

impl<R> PartialEq for Mask<R> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<R> Eq for Mask<R> {}

impl<R: Record> fmt::Debug for Mask<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chosen = (0..R::TABLE.fields.len()).filter(|index| self.has(*index));
        f.debug_list().entries(chosen.filter_map(|index| R::TABLE.fields[index].paths.first())).finish()
    }
}
