//! T: tables that are new, gone, renamed, or of which something else holds.

use protostore_schema::Table;

use crate::draft::Draft;
use crate::plan::At;

/// A table that both versions have.
pub(crate) fn both(old: &Table, new: &Table, draft: &mut Draft<'_>) {
    let what = |table: &Table| {
        let Table { name, key, append_only, revision, hash_chain, expire, soft_delete, .. } = table;
        (name.sql.clone(), key.clone(), *append_only, [revision, hash_chain, expire, soft_delete].map(Clone::clone))
    };
    if what(old) != what(new) {
        draft.unknown(&At::table(Some(old), Some(new)), format!("table {} is another", new.name.proto));
    }
}

/// A table that only the newer schema has.
pub(crate) fn added(new: &Table, draft: &mut Draft<'_>) {
    draft.unknown(&At::table(None, Some(new)), format!("table {} is new", new.name.proto));
}

/// A table that only the older schema has.
pub(crate) fn gone(old: &Table, draft: &mut Draft<'_>) {
    draft.unknown(&At::table(Some(old), None), format!("table {} is gone", old.name.proto));
}
