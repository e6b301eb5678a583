//! T26: what the hash of a row covers cannot become something else.

use protostore_schema::Kind;

use crate::draft::Draft;
use crate::plan::{At, ChangeKind};
use crate::view::{Datum, View};

/// Rejects another kind, label, packing, wrapper or oneof of a field in a table whose rows are hashed before and after:
/// the hash is over protobuf's bytes, so that rows that are there would not be verified any more.
///
/// Returns whether it rejected the change.
pub(crate) fn rejects(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) -> bool {
    if old.table.hash_chain.is_none() || new.table.hash_chain.is_none() {
        return false;
    }
    let what = |datum: &Datum<'_>| (datum.field.label, datum.field.packed);
    let is_kind = kind_on_the_wire(&old.field.kind) == kind_on_the_wire(&new.field.kind);
    let (before, after) = (draft.old, draft.new);
    let is_other = !is_kind || what(old) != what(new) || shares_oneof(old, before) != shares_oneof(new, after);
    if is_other {
        let why = format!(
            "{} is in the hash chain of {} as {}, and the rows that are there would no longer be verified: put it back, or \
             start a new table",
            new.name,
            new.table.name.proto,
            old.type_words()
        );
        draft.never(ChangeKind::T26, &At::both(old, new), why);
    }
    is_other
}

/// Returns a kind without the names that are not on the wire; wrappers and times are what they are called.
fn kind_on_the_wire(kind: &Kind) -> (&'static str, Option<&str>) {
    match kind {
        Kind::Message(name) if name.starts_with("google.protobuf.") => (kind.word(), Some(name)),
        Kind::Message(_) | Kind::Enum(_) => (kind.word(), None),
        scalar => (scalar.word(), None),
    }
}

/// Returns whether it is in a oneof with another field.
fn shares_oneof(datum: &Datum<'_>, view: &View<'_>) -> bool {
    let mut oneofs = view.oneofs_of(datum.table.number);
    oneofs.any(|oneof| oneof.members.len() > 1 && oneof.members.contains(&datum.path))
}
