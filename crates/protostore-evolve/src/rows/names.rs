//! N: other names of fields, and names and numbers that are used again.

use crate::draft::Draft;
use crate::plan::At;
use crate::view::Datum;

/// The name of a field that both versions have.
pub(crate) fn field(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    if (&old.field.name, &old.field.json) != (&new.field.name, &new.field.json) {
        draft.unknown(&At::both(old, new), format!("{} is now called {}", old.name, new.name));
    }
}

/// Names and numbers that the history had for something else.
pub(crate) fn reused(_draft: &mut Draft<'_>) {}
