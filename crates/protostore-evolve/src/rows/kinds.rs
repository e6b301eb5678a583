//! K: other kinds of values, and other numbers of them.

use protostore_schema::Kind;

use super::{chained, enumeration, many, values};
use crate::draft::Draft;
use crate::plan::{At, ChangeKind, DownEffect, Effect, Previous, Verdict, Word};
use crate::value::wrapped;
use crate::view::{Datum, Many};

/// The kind, label or packing of a field that both versions store.
pub(crate) fn kind(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let is_another = draft.changes_at(new.table.number, &new.path).contains(&ChangeKind::N12);
    if is_another || chained::rejects(old, new, draft) {
        return;
    }
    if old.many() != new.many() {
        return many::many(old, new, draft);
    }
    wrapper(old, new, draft);
    enumeration::replaced(old, new, draft);
    values::values(old, new, draft);
    if old.field.packed != new.field.packed && new.many() == Many::List {
        let how = if new.field.packed { "packed" } else { "not packed" };
        draft.verdict(Verdict::new(ChangeKind::K20, At::both(old, new), format!("{} is now {how}", new.name)));
    }
}

/// K12, K13: a scalar of which unset is a value becomes a wrapper, or a wrapper a scalar. What becomes of unset and zero,
/// the rows of presence say.
fn wrapper(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let is_wrapper = |datum: &Datum<'_>| wrapped(&datum.field.kind).is_some();
    let is_scalar = |datum: &Datum<'_>| !matches!(datum.field.kind, Kind::Message(_));
    let is_either = is_wrapper(old) && is_scalar(new) || is_scalar(old) && is_wrapper(new);
    if !is_either {
        return;
    }
    let at = At::both(old, new);
    let is_implicit = |datum: &Datum<'_>| datum.field.label == protostore_schema::Label::Implicit;
    let kind = if is_implicit(old) || is_implicit(new) { ChangeKind::K13 } else { ChangeKind::K12 };
    let says = format!("{} is now {}, it was {}", new.name, new.type_words(), old.type_words());
    draft.verdict(Verdict::new(kind, at.clone(), says).wire(Effect::Breaks));
    let risk = format!("clients that speak protobuf's bytes read {} otherwise, or not at all", new.name);
    draft.accept(Word::Wire, kind, &at, (old.type_words(), new.type_words()), risk);
}

/// The kind or label of a field that neither version stores: to clients alone.
pub(crate) fn not_stored(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    if chained::rejects(old, new, draft) {
        return;
    }
    let what = |datum: &Datum<'_>| (datum.field.kind.word(), wrapped(&datum.field.kind), datum.field.label);
    if what(old) == what(new) {
        return;
    }
    let at = At::both(old, new);
    let (from, to) = (old.type_words(), new.type_words());
    let (kind, wire, json) = values::to_clients(old, new);
    let says = format!("{}, which is not stored, is now {to}, it was {from}", new.name);
    let verdict = Verdict::new(kind, at.clone(), says).wire(wire).json(json);
    draft.verdict(verdict.down(DownEffect::Exact).previous(Previous::ReadsAndWrites));
    if wire == Effect::Breaks {
        let risk = format!("clients that speak protobuf's bytes read {} otherwise, or not at all", new.name);
        draft.accept(Word::Wire, kind, &at, (from, to), risk);
    }
}
