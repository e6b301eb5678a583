//! C: rules, indexes, references and generated values.

use protostore_schema::Table;

use crate::draft::Draft;
use crate::plan::At;
use crate::view::{Datum, Storage};

/// Rules, reference, generated value and redaction of a field that both versions store.
pub(crate) fn field(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let counted = |datum: &Datum<'_>| match datum.storage {
        Storage::Child(child) => Some(child.counted),
        _ => None,
    };
    let what = |datum: &Datum<'_>| {
        datum.column().map(|c| (c.rules.clone(), c.generated, c.redacted, c.reference.as_ref().map(|r| r.on_delete)))
    };
    if what(old) != what(new) || counted(old) != counted(new) {
        draft.unknown(&At::both(old, new), format!("{} must be something else", new.name));
    }
}

/// Indexes and references of several fields, of a table that both versions have and of its child tables.
pub(crate) fn table(old: &Table, new: &Table, draft: &mut Draft<'_>) {
    if old.indexes != new.indexes || old.foreign_keys != new.foreign_keys {
        draft.unknown(&At::table(Some(old), Some(new)), format!("{} has other indexes or references", new.name.proto));
    }
}
