//! K16 to K19: one value and several, lists and maps.

use crate::draft::Draft;
use crate::plan::{At, ChangeKind};
use crate::view::{Datum, Many};

/// A field that has another number of values than before.
pub(crate) fn many(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let kind = match (old.many(), new.many()) {
        (Many::Map, Many::List) => ChangeKind::K16,
        (Many::List, Many::Map) => ChangeKind::K17,
        (Many::One, _) => ChangeKind::K18,
        _ => ChangeKind::K19,
    };
    let why = format!(
        "{} is now {}, it was {}, which is not carried over: reserve the number, take a new one, and fill it with \
         `backfill`",
        new.name,
        new.type_words(),
        old.type_words()
    );
    draft.never(kind, &At::both(old, new), why);
}
