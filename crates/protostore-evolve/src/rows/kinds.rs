//! K: other kinds of values, and other numbers of them.

use crate::draft::Draft;
use crate::plan::At;
use crate::view::Datum;

/// The kind, label or packing of a field that both versions store.
pub(crate) fn kind(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let what = |datum: &Datum<'_>| (datum.field.kind.word(), datum.field.packed, datum.many());
    if what(old) != what(new) {
        let what = format!("{} is now {}, it was {}", new.name, new.type_words(), old.type_words());
        draft.unknown(&At::both(old, new), what);
    }
}

/// The kind or label of a field that neither version stores: to clients alone.
pub(crate) fn not_stored(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    if (old.field.kind.word(), old.field.label) != (new.field.kind.word(), new.field.label) {
        let what = format!("{} is now {}, it was {}", new.name, new.type_words(), old.type_words());
        draft.unknown(&At::both(old, new), what);
    }
}
