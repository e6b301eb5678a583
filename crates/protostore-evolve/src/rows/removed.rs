//! D: fields that are gone.

use crate::draft::Draft;
use crate::plan::At;
use crate::view::Datum;

/// A field that only the older schema has.
pub(crate) fn field(old: &Datum<'_>, draft: &mut Draft<'_>) {
    draft.unknown(&At::field(Some(old), None), format!("{} is gone", old.name));
}

/// A field that was stored and is not now.
pub(crate) fn no_longer_stored(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    draft.unknown(&At::both(old, new), format!("{} is no longer stored", new.name));
}
