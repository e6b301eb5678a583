//! S: where values are stored, and in which encoding.

use crate::draft::Draft;
use crate::plan::At;
use crate::view::Datum;

/// Storage and encoding of a field that both versions store.
pub(crate) fn storage(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let form = |datum: &Datum<'_>| datum.column().map(|column| column.form);
    if old.storage.word() != new.storage.word() || form(old) != form(new) {
        draft.unknown(&At::both(old, new), format!("{} is stored otherwise", new.name));
    }
}
