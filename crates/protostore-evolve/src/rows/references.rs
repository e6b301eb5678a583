//! C08 to C11, C15: values that name rows of other tables.

use protostore_schema::{ForeignKey, OnDelete, Reference};

use crate::draft::Draft;
use crate::plan::{At, ChangeKind, ColumnId, DataEffect, Place, Previous, Test, Verdict, Word};
use crate::view::{Datum, Storage, View};

/// The reference of a field that both versions store.
pub(crate) fn reference(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let (Some(before), Some(after)) = (old.column(), new.column()) else { return };
    let (was, is) = (before.reference.as_ref(), after.reference.as_ref());
    let (from, to) = (was.and_then(|r| target(draft.old, r)), is.and_then(|r| target(draft.new, r)));
    let on_delete = |of: Option<&Reference>| of.filter(|of| of.enforced).map(|of| of.on_delete);
    let is_enforced = (on_delete(was).is_some(), on_delete(is).is_some());
    if from == to && on_delete(was) == on_delete(is) {
        return;
    }
    let at = At::both(old, new);
    let is_listed = matches!(new.storage, Storage::Child(_) | Storage::Element(_));
    let row = |kind| if is_listed { ChangeKind::C15 } else { kind };
    // A program that knows no reference writes zero where NULL is none now; one that knows it reads NULL in vain.
    let previous = match old.is_zero_where_set() == new.is_zero_where_set() {
        true => Previous::Reads,
        false => Previous::Neither,
    };
    let name = |of: Option<&Reference>| of.map_or_else(|| "nothing".to_owned(), |of| of.table.clone());
    let verdict = match (from.is_some(), to.is_some(), is_enforced) {
        (false, true, _) | (_, _, (false, true)) => {
            Verdict::new(row(ChangeKind::C08), at.clone(), format!("{} refers to {} now", new.name, name(is)))
                .previous(previous)
        }
        (true, false, _) | (_, _, (true, false)) => {
            let says = format!("{} no longer refers to {}", new.name, name(was));
            // NULL was none, and is zero now.
            let data = if previous == Previous::Neither { DataEffect::Exact } else { DataEffect::Untouched };
            Verdict::new(row(ChangeKind::C09), at.clone(), says).data(data).previous(previous).passes(3)
        }
        _ if from == to => {
            let says = format!("{}: something else becomes of it when {} loses a row", new.name, name(is));
            // What the previous program deletes would take other rows along, or be kept.
            Verdict::new(row(ChangeKind::C10), at.clone(), says).previous(Previous::Reads).passes(3)
        }
        _ => {
            let says = format!("{} refers to {} now, it was to {}", new.name, name(is), name(was));
            Verdict::new(row(ChangeKind::C10), at.clone(), says).previous(Previous::Reads)
        }
    };
    let is_to_check = is_enforced.1 && (from != to || !is_enforced.0);
    let (kind, Some(column), Some(target)) = (verdict.kind, new.column_id(), to) else {
        draft.verdict(verdict);
        return;
    };
    if !is_to_check {
        draft.verdict(verdict);
        return;
    }
    draft.verdict(verdict.data(DataEffect::Guarded).passes(4));
    dangling(kind, &at, vec![column], target, (name(was), name(is)), draft);
}

/// Asks whether references may name no row, and stops the upgrade where one does.
fn dangling(
    kind: ChangeKind,
    at: &At,
    columns: Vec<ColumnId>,
    target: u32,
    names: (String, String),
    draft: &mut Draft<'_>,
) {
    let Some(place) = columns.first().map(|column| column.place.clone()) else { return };
    let says = format!("{} refers to no row of {}", at.present(), names.1);
    draft.accept(Word::Dangling, kind, at, names, format!("a row whose {says} stops the upgrade"));
    let target = Place { table: target, path: Vec::new() };
    draft.guard_after(place, Test::Dangling { columns, target }, says);
}

fn target(view: &View<'_>, reference: &Reference) -> Option<u32> {
    view.number_of(&reference.table)
}

/// What a reference of several columns is: the columns, the table, what a delete does, whether it is enforced.
type Several<'k> = (Vec<ColumnId>, Option<u32>, OnDelete, bool);

/// C11: references of several columns of a table that both versions have, and of its child tables.
pub(crate) fn of_several(table: u32, draft: &mut Draft<'_>) {
    let (before, after) = (draft.old, draft.new);
    let places: Vec<Place> = after.places().keys().filter(|place| place.table == table).cloned().collect();
    for place in places.into_iter().filter(|place| before.places().contains_key(place)) {
        let (olds, news) = (keys(before, &place), keys(after, &place));
        for (key, new) in news.iter().filter(|(key, _)| !olds.iter().any(|(old, _)| old == key)) {
            let at = at(&key.0, draft);
            let was = olds.iter().find(|(old, _)| old.0 == key.0);
            let is_same_target = was.is_some_and(|(old, _)| old.1 == key.1 && old.3);
            let says = format!("{} and others refer to {} otherwise", at.present(), new.table);
            let verdict = Verdict::new(ChangeKind::C11, at.clone(), says).previous(Previous::Reads).passes(4);
            let (true, Some(target)) = (key.3 && !is_same_target, key.1) else {
                draft.verdict(verdict);
                continue;
            };
            draft.verdict(verdict.data(DataEffect::Guarded));
            let names = (was.map_or_else(|| "nothing".to_owned(), |(_, old)| old.table.clone()), new.table.clone());
            dangling(ChangeKind::C11, &at, key.0.clone(), target, names, draft);
        }
        for (key, old) in olds.iter().filter(|(key, _)| !news.iter().any(|(new, _)| new.0 == key.0)) {
            let at = at(&key.0, draft);
            let says = format!("{} and others no longer refer to {}", at.present(), old.table);
            let verdict = Verdict::new(ChangeKind::C11, at, says).previous(Previous::Reads).passes(4);
            let is_zero = |view: &View<'_>, column: &ColumnId| {
                view.datum(table, &column.path).is_some_and(Datum::is_zero_where_set)
            };
            let is_other = key.0.iter().any(|column| is_zero(before, column) != is_zero(after, column));
            draft.verdict(if is_other { verdict.data(DataEffect::Exact) } else { verdict });
        }
    }
}

fn keys<'v>(view: &'v View<'_>, place: &Place) -> Vec<(Several<'v>, &'v ForeignKey)> {
    let Some(table) = view.places().get(place) else { return Vec::new() };
    let keys = table.child.map_or(&table.table.foreign_keys, |child| &child.foreign_keys);
    let of = |key: &'v ForeignKey| {
        let columns = key.columns.iter().filter_map(|name| view.column_named(place, name).cloned()).collect();
        ((columns, view.number_of(&key.table), key.on_delete, key.enforced), key)
    };
    keys.iter().map(of).collect()
}

/// Returns where a reference of several columns is said to be: at the last, since the first are often its owner's.
fn at(columns: &[ColumnId], draft: &Draft<'_>) -> At {
    let Some(last) = columns.last() else { return At::default() };
    let table = last.place.table;
    At::field(draft.old.datum(table, &last.path), draft.new.datum(table, &last.path))
}
