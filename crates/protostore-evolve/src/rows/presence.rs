//! P: when a field is set, and whether it must be: presence, oneofs, required and immutable fields.

use crate::draft::Draft;
use crate::plan::At;
use crate::view::Datum;

/// Presence, membership in a oneof, required, immutable, of a field that both versions store.
pub(crate) fn presence(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let what = |datum: &Datum<'_>| (datum.field.label, datum.oneof.is_some(), datum.is_required(), datum.immutable);
    if what(old) != what(new) {
        draft.unknown(&At::both(old, new), format!("{} is set otherwise", new.name));
    }
}

/// The oneofs of a table that both versions have: whether one member must be set.
pub(crate) fn oneofs(table: u32, draft: &mut Draft<'_>) {
    let (before, after) = (draft.old, draft.new);
    for new in after.oneofs_of(table) {
        let same = |old: &&crate::view::OneofView<'_>| old.members.iter().any(|path| new.members.contains(path));
        let Some(old) = before.oneofs_of(table).find(same) else { continue };
        if old.oneof.required != new.oneof.required {
            let first = new.members.iter().find_map(|path| after.datum(table, path));
            draft.unknown(&At::field(None, first), format!("oneof {} is required otherwise", new.oneof.name.proto));
        }
    }
}
