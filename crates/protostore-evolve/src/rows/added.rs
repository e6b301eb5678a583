//! A: fields that are new.

pub(super) mod filled;
pub(super) mod own_rows;
pub(super) mod renumbered;

use protostore_schema::{Label, Type};

use super::tables;
use crate::draft::{Direction, Draft};
use crate::plan::{At, ChangeKind, DataEffect, Effect, Previous, Verdict};
use crate::view::{Datum, Storage};

/// A field that only the newer schema has.
pub(crate) fn field(new: &Datum<'_>, draft: &mut Draft<'_>) {
    if is_inside_added(new, draft) {
        return filled::inside(new, draft);
    }
    if is_counted_or_chained(new, draft) {
        // The table's row says it.
        return;
    }
    let at = At::field(None, Some(new));
    if let Some(old) = renumbered::left_number(new, draft).filter(|_| draft.direction == Direction::Up) {
        return renumbered::field(&old, new, draft);
    }
    added(new, at, Effect::Adds, draft);
}

/// A field that was not stored and is now: clients had it before.
pub(crate) fn stored_at_last(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    added(new, At::both(old, new), Effect::Same, draft);
}

/// A field that is not stored, and shows rows of another table than it did, if any.
pub(crate) fn relation(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let shown = |datum: &Datum<'_>, view: &crate::view::View<'_>| {
        let Storage::Absent(absent) = datum.storage else { return None };
        let relation = absent.relation.as_ref()?;
        let place = crate::plan::Place { table: view.number_of(&relation.table)?, path: Vec::new() };
        Some((view.column_named(&place, &relation.column)?.clone(), relation.many))
    };
    if shown(old, draft.old) != shown(new, draft.new) {
        let verdict = Verdict::new(ChangeKind::A12, At::both(old, new), format!("{} shows other rows", new.name));
        draft.verdict(verdict.json(Effect::Same));
    }
}

fn added(new: &Datum<'_>, at: At, clients: Effect, draft: &mut Draft<'_>) {
    let says = match clients {
        Effect::Same => format!("{} is stored now", new.name),
        Effect::Adds | Effect::Breaks => format!("{} is new", new.name),
    };
    let verdict = |kind: ChangeKind| Verdict::new(kind, at.clone(), says.clone()).wire(clients).json(clients);
    if !new.is_stored() {
        return draft.verdict(verdict(ChangeKind::A12));
    }
    if let Some(from) = filled::moved_from(new, draft) {
        let says = format!("the values of {} are those of {from}", new.name);
        let moved = Verdict { says, ..verdict(ChangeKind::A13) }.wire(Effect::Breaks).json(Effect::Breaks);
        filled::fill(new, draft);
        return draft.verdict(moved.data(DataEffect::Exact).previous(Previous::Neither).passes(1));
    }
    let loses = match new.storage {
        Storage::Child(_) => format!("the rows of {}", new.name),
        _ => format!("the values of {}", new.name),
    };
    // What is inside an element would be lost as the previous program writes the list anew; a message that it sets
    // would lack it. A reference can keep rows that it deletes.
    let is_free = new.is_at_top() && !tables::is_restricted_by(new, draft);
    let inside = if is_free { Previous::ReadsAndWrites } else { Previous::Reads };
    let is_chained =
        |view: &crate::view::View<'_>| view.table(new.table.number).is_some_and(|t| t.hash_chain.is_some());
    let verdict = |kind: ChangeKind| verdict(kind).loses(loses.clone());
    if is_chained(draft.old) && is_chained(draft.new) {
        if filled::is_given(new, draft) {
            let why = format!(
                "{} is in a hash chain, and a value in rows that are there would break it: leave out the backfill",
                new.name
            );
            return draft.never(ChangeKind::T26, &at, why);
        }
        return draft.verdict(verdict(ChangeKind::T25).previous(inside));
    }
    if filled::must_be(new) {
        return filled::required(new, verdict(ChangeKind::A08), draft);
    }
    if filled::fill(new, draft) {
        let kind = kind(new, draft);
        // The expression is for rows that are there. The previous program inserts zero, and another member over this one.
        let is_in_the_way = match kind {
            ChangeKind::A10 => new.field.label != Label::Optional,
            kind => kind == ChangeKind::A07,
        };
        let previous = if is_in_the_way { Previous::Reads } else { inside };
        return draft.verdict(verdict(kind).data(DataEffect::Exact).previous(previous).passes(1));
    }
    let row = match kind(new, draft) {
        ChangeKind::A03 => verdict(ChangeKind::A03).data(DataEffect::Exact).previous(Previous::Reads).passes(2),
        ChangeKind::A04 => verdict(ChangeKind::A04).data(DataEffect::Exact).previous(Previous::Reads).passes(1),
        ChangeKind::A07 => verdict(ChangeKind::A07).previous(Previous::Reads).passes(1),
        ChangeKind::A10 => return filled::unique(new, verdict(ChangeKind::A10), draft),
        ChangeKind::A01 => verdict(ChangeKind::A01).data(DataEffect::Exact).passes(1),
        ChangeKind::A06 => verdict(ChangeKind::A06).previous(inside),
        kind => verdict(kind).previous(inside).passes(1),
    };
    draft.verdict(row);
}

/// Returns the row of a new field that is stored and need not be set.
fn kind(new: &Datum<'_>, draft: &Draft<'_>) -> ChangeKind {
    if is_member_of_known_oneof(new, draft) {
        return ChangeKind::A07;
    }
    let is_implicit = new.field.label == Label::Implicit;
    match new.storage {
        Storage::Flattened(_) => ChangeKind::A05,
        Storage::Child(_) => ChangeKind::A06,
        Storage::Column(scalar) => match scalar.column.ty {
            Type::Message(_) | Type::Repeated(_) => ChangeKind::A11,
            _ if new.refers() => ChangeKind::A09,
            _ if filled::is_unique(new) => ChangeKind::A10,
            _ if !is_implicit => ChangeKind::A02,
            _ if new.within.is_some() => ChangeKind::A03,
            _ if new.is_in_element() => ChangeKind::A04,
            _ => ChangeKind::A01,
        },
        Storage::Element(_) | Storage::Inline | Storage::Absent(_) => ChangeKind::A12,
    }
}

/// Returns whether a message, list or map around it is new too: what is said of that holds for what is in it.
fn is_inside_added(new: &Datum<'_>, draft: &Draft<'_>) -> bool {
    let table = new.table.number;
    // What one column holds as a whole has no columns inside, though it has the fields.
    let is_new = |path: &[u32]| draft.old.datum(table, path).is_none_or(|old| !old.is_stored() || old.is_one_column());
    (1..new.path.len()).any(|end| draft.new.datum(table, &new.path[..end]).is_some() && is_new(&new.path[..end]))
}

/// Returns whether the store counts its values, or chains rows by them, since this version.
fn is_counted_or_chained(new: &Datum<'_>, draft: &Draft<'_>) -> bool {
    let Storage::Column(scalar) = new.storage else { return false };
    let own = [&new.table.revision, &new.table.hash_chain];
    let is_own = new.place.path.is_empty() && own.contains(&&Some(scalar.column.name.sql.clone()));
    is_own && (draft.direction == Direction::Up || draft.old.table(new.table.number).is_some())
}

/// Returns whether it is a member of a oneof that the older schema has too, by another member.
fn is_member_of_known_oneof(new: &Datum<'_>, draft: &Draft<'_>) -> bool {
    let (table, before) = (new.table.number, draft.old);
    let mut oneofs = draft.new.oneofs_of(table).filter(|oneof| oneof.members.contains(&new.path));
    oneofs.any(|oneof| {
        let is_known = |path: &Vec<u32>| before.datum(table, path).is_some_and(|old| old.oneof.is_some());
        oneof.members.iter().any(is_known)
    })
}
