//! A: fields that are new.

use crate::draft::Draft;
use crate::plan::At;
use crate::view::Datum;

/// A field that only the newer schema has.
pub(crate) fn field(new: &Datum<'_>, draft: &mut Draft<'_>) {
    draft.unknown(&At::field(None, Some(new)), format!("{} is new", new.name));
}

/// A field that was not stored and is now.
pub(crate) fn stored_at_last(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    draft.unknown(&At::both(old, new), format!("{} is stored now", new.name));
}
