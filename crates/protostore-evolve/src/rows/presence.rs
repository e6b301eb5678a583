//! P: when a field is set, and whether it must be: presence, oneofs, required and immutable fields.

use protostore_schema::Label;

use super::{required, values};
use crate::draft::Draft;
use crate::plan::{At, ChangeKind, Conversion, DataEffect, Previous, Verdict, Word};
use crate::view::{Datum, Many, Storage};

pub(crate) use super::oneofs::oneofs;

/// Presence, membership in a oneof, required, immutable, of a field that both versions store.
pub(crate) fn presence(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let is_rejected = draft.changes_at(new.table.number, &new.path).contains(&ChangeKind::T26);
    if old.many() != new.many() || is_rejected {
        return;
    }
    let membership = super::oneofs::membership(old, new, draft);
    unset(old, new, membership, draft);
    required::required(old, new, draft);
    if old.immutable != new.immutable {
        let (how, previous) = match new.immutable {
            true => ("keeps the value of the insert now", Previous::Reads),
            false => ("may change now", Previous::ReadsAndWrites),
        };
        let says = format!("{} {how}", new.name);
        draft.verdict(Verdict::new(ChangeKind::P12, At::both(old, new), says).previous(previous));
    }
}

/// P01 to P03, and of P08, P09, C08 and C09 what becomes of zero and of unset.
///
/// Protobuf does not write an implicit zero, so that a new program reads it as unset.
fn unset(old: &Datum<'_>, new: &Datum<'_>, membership: Option<ChangeKind>, draft: &mut Draft<'_>) {
    let (Storage::Column(_), Storage::Column(_), Many::One) = (old.storage, new.storage, new.many()) else { return };
    let (labels, at) = ((old.field.label, new.field.label), At::both(old, new));
    let is_reference = !old.is_zero_where_set() && !new.is_zero_where_set();
    let kind = match (labels, membership) {
        (_, Some(kind)) => kind,
        ((Label::Implicit, Label::Optional) | (Label::Optional, Label::Implicit), None) if is_reference => {
            draft.verdict(Verdict::new(ChangeKind::P03, at, format!("{} is now {}", new.name, new.type_words())));
            return;
        }
        ((Label::Implicit, Label::Optional), None) => ChangeKind::P01,
        ((Label::Optional, Label::Implicit), None) => ChangeKind::P02,
        // References, and the rows of required fields, say it.
        _ => ChangeKind::P05,
    };
    let says = || format!("{} is now {}, it was {}", new.name, new.type_words(), old.type_words());
    let merged = "whether it was unset or zero";
    match (old.is_zero_where_set(), new.is_zero_where_set()) {
        (true, false) => {
            if kind == ChangeKind::P01 {
                let verdict = Verdict::new(kind, at, says()).data(DataEffect::Oracle).passes(3);
                draft.verdict(verdict.loses(format!("{merged}: {}", new.name)).previous(Previous::Neither));
            }
            // `required` of proto2 writes its zero, and of another required field there is none.
            if old.field.label == Label::Implicit && !old.is_required() {
                values::convert(old, new, kind, Conversion::ZeroToUnset, draft);
            }
        }
        (false, true) => {
            if kind == ChangeKind::P02 {
                let verdict = Verdict::new(kind, at.clone(), says()).data(DataEffect::Oracle).passes(3);
                draft.verdict(verdict.loses(format!("{merged}: {}", new.name)).previous(Previous::Reads));
            }
            if old.is_required() {
                return;
            }
            if old.field.label == Label::Optional {
                let risk = format!("{} can no longer tell unset from zero, and what is unset becomes zero", new.name);
                draft.accept(Word::Presence, kind, &at, (old.type_words(), new.type_words()), risk);
            }
            values::convert(old, new, kind, Conversion::UnsetToZero, draft);
        }
        (true, true) | (false, false) => {}
    }
}
