//! S: where values are stored, and in which encoding.

use crate::draft::Draft;
use crate::plan::At;
use crate::view::Datum;

/// Storage and encoding of a field that both versions store.
pub(crate) fn storage(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    if old.storage.word() != new.storage.word() && old.many() == new.many() {
        draft.unknown(&At::both(old, new), format!("{} is stored otherwise", new.name));
    }
}
