//! Tables and columns that both schemas ask for, by identity: what is made, renamed, carried over and dropped.

use protostore_schema::{Column, Role};

use crate::draft::Draft;
use crate::plan::{At, ColumnId, Conversion, Fill, Motion, Place, Step};
use crate::value::stored_as;
use crate::view::Many;

/// Adds the steps of a draft whose rows have all been looked at. What no row explains is rejected.
pub(crate) fn steps(draft: &mut Draft<'_>) -> Vec<Step> {
    let mut steps: Vec<Step> = draft.values.guards.drain(..).map(Step::Guard).collect();
    steps.append(&mut draft.values.steps);
    tables(draft, &mut steps);
    columns(draft, &mut steps);
    moves(draft, &mut steps);
    steps
}

fn tables(draft: &mut Draft<'_>, steps: &mut Vec<Step>) {
    let (before, after) = (draft.old.places(), draft.new.places());
    for (place, new) in after {
        let place = place.clone();
        let Some(old) = before.get(&place) else {
            expect_told(draft, &place, &place.path);
            steps.push(Step::CreateTable { place });
            continue;
        };
        if old.name != new.name {
            steps.push(Step::RenameTable { place: place.clone() });
        }
        if (old.parent != new.parent || places_of_owners(&old.key) != places_of_owners(&new.key))
            && let Some(under) = new.parent.clone()
        {
            steps.push(Step::SameCount { before: place.clone(), after: place.clone() });
            steps.push(Step::Reparent { place: place.clone(), under });
        }
        if place.path.is_empty() && old.key != new.key {
            expect_told(draft, &place, &[]);
            steps.push(Step::SameCount { before: place.clone(), after: place.clone() });
            steps.push(Step::Rekey { place });
        }
    }
    for place in before.keys().filter(|place| !after.contains_key(place)) {
        expect_told(draft, place, &place.path);
        steps.push(Step::DropTable { place: place.clone() });
    }
}

fn columns(draft: &mut Draft<'_>, steps: &mut Vec<Step>) {
    let (before, after) = (draft.old.columns(), draft.new.columns());
    let is_of_both = |draft: &Draft<'_>, id: &ColumnId| {
        let in_both = draft.old.places().contains_key(&id.place) && draft.new.places().contains_key(&id.place);
        in_both && !is_of_owner(id) && !draft.values.motions.contains_key(&(id.place.clone(), id.place.clone()))
    };
    for (id, new) in after {
        let Some(old) = before.get(id) else {
            if is_of_both(draft, id) {
                expect_told(draft, &id.place, &id.path);
                let fill = draft.values.fills.get(id).cloned().unwrap_or_else(|| fill_of(draft, id, new));
                steps.push(Step::AddColumn { column: id.clone(), fill });
            }
            continue;
        };
        // A child table that hangs under another parent gets all of its owner's key anew.
        let is_hung = is_of_owner(id)
            && steps.iter().any(|step| matches!(step, Step::Reparent { place, .. } if *place == id.place));
        if old.name.sql != new.name.sql && !is_hung {
            steps.push(Step::RenameColumn { column: id.clone() });
        }
        if is_of_both(draft, id)
            && let Some(by) = conversion(draft, id, old, new)
        {
            // Under other rules a column may have another default, and holds the same.
            if !(draft.is_mapped_anew() && is_stored_alike(old, new)) {
                expect_told(draft, &id.place, &id.path);
            }
            steps.push(Step::Convert { column: id.clone(), by });
        }
    }
    for id in before.keys().filter(|id| !after.contains_key(id) && is_of_both(draft, id)).collect::<Vec<_>>() {
        expect_told(draft, &id.place, &id.path);
        steps.push(Step::DropColumn { column: id.clone() });
    }
}

/// Returns which elements around tell the rows of a child table apart: its own place is the last of a key.
fn places_of_owners(key: &[ColumnId]) -> Vec<&ColumnId> {
    let is_place = |column: &&ColumnId| matches!(column.role, Role::Position | Role::MapKey);
    let is_own = |column: &ColumnId| column.path.starts_with(&column.place.path) && !column.place.path.is_empty();
    key.iter().filter(is_place).filter(|column| !is_own(column)).collect()
}

/// Returns whether a column repeats a part of its owner's key, which comes and goes with that key.
pub(crate) fn is_of_owner(id: &ColumnId) -> bool {
    match id.role {
        Role::OwnerKey | Role::Singleton => true,
        Role::Position | Role::MapKey => !id.path.starts_with(&id.place.path) || id.path.len() < id.place.path.len(),
        Role::Value | Role::Presence => false,
    }
}

/// Returns what a column of which no row says anything holds in rows that are there.
fn fill_of(draft: &Draft<'_>, id: &ColumnId, column: &Column) -> Fill {
    let datum = draft.new.datum(id.place.table, &id.path);
    let within = datum.and_then(|datum| datum.within.clone());
    // A list in one column is never unset, only empty.
    let is_never_unset = datum.is_some_and(|datum| datum.is_zero_where_set() || datum.many() != Many::One);
    match within {
        Some(presence) if is_never_unset && column.nullable => Fill::ZeroWhereSet(presence),
        _ if column.nullable => Fill::Unset,
        _ => Fill::Zero,
    }
}

/// Returns what becomes of the values of a column in the same table, or none if it remains as it is.
fn conversion(draft: &Draft<'_>, id: &ColumnId, old: &Column, new: &Column) -> Option<Conversion> {
    if let Some((from, by)) = draft.values.conversions.get(id).filter(|(from, _)| from == id) {
        debug_assert_eq!(from, id);
        return Some(joined(by));
    }
    if draft.values.is_recoded(id.place.table, &id.path) {
        return None;
    }
    let refers = |view: &crate::view::View<'_>, column: &Column| {
        let reference = column.reference.as_ref().filter(|reference| reference.enforced)?;
        Some((view.number_of(&reference.table), reference.on_delete))
    };
    let is_same = is_stored_alike(old, new)
        && old.default_zero == new.default_zero
        && refers(draft.old, old) == refers(draft.new, new);
    (!is_same).then_some(Conversion::Same)
}

fn is_stored_alike(old: &Column, new: &Column) -> bool {
    stored_as(&old.ty, old.form) == stored_as(&new.ty, new.form)
}

fn joined(by: &[Conversion]) -> Conversion {
    match by {
        [] => Conversion::Same,
        [one] => one.clone(),
        several => Conversion::Then(several.to_vec()),
    }
}

/// Carries columns whose field is stored in another table now.
fn moves(draft: &mut Draft<'_>, steps: &mut Vec<Step>) {
    let (before, after) = (draft.old.columns(), draft.new.columns());
    let motions: Vec<(Place, Place, Motion)> =
        draft.values.motions.iter().map(|((from, to), by)| (from.clone(), to.clone(), by.clone())).collect();
    for (from, to, by) in motions {
        let mut columns = Vec::new();
        for id in after.keys().filter(|id| id.place == to && !is_of_owner(id)) {
            let there = ColumnId { place: from.clone(), ..id.clone() };
            match draft.values.conversions.get(id) {
                Some((old, by)) if old.place == from => columns.push((old.clone(), id.clone(), joined(by))),
                Some(_) => {}
                None if before.contains_key(&there) => columns.push((there, id.clone(), Conversion::Same)),
                None => {}
            }
        }
        if matches!(by, Motion::KeysToPositions | Motion::PositionsToKeys) {
            steps.push(Step::SameCount { before: from.clone(), after: to.clone() });
        }
        steps.push(Step::Move { from, to, columns, by });
    }
    let is_moved =
        |draft: &Draft<'_>, from: &Place, to: &Place| draft.values.motions.contains_key(&(from.clone(), to.clone()));
    for id in after.keys().filter(|id| !before.contains_key(id) && !is_of_owner(id)) {
        let elsewhere = before.keys().find(|old| {
            (old.place.table, &old.path, old.role) == (id.place.table, &id.path, id.role) && !is_of_owner(old)
        });
        let Some(old) = elsewhere else { continue };
        let table_is_new = draft.old.table(id.place.table).is_none();
        if !table_is_new
            && !is_moved(draft, &old.place, &id.place)
            && !draft.values.is_recoded(id.place.table, &id.path)
        {
            let at = At::field(draft.old.datum(old.place.table, &old.path), draft.new.datum(id.place.table, &id.path));
            draft.unknown(&at, format!("{} is stored in another table", at.present()));
        }
    }
}

/// Rejects what the schemas ask for at a path, unless a row said a verdict or a question of it or of what is around it.
fn expect_told(draft: &mut Draft<'_>, place: &Place, path: &[u32]) {
    let table = place.table;
    let is_told = (0..=path.len()).any(|length| !draft.changes_at(table, &path[..length]).is_empty());
    if is_told {
        return;
    }
    let at = At::field(draft.old.datum(table, path), draft.new.datum(table, path));
    let at = if at.table.is_some() { at } else { At::table(draft.old.table(table), draft.new.table(table)) };
    draft.unknown(&at, format!("{} is stored otherwise", at.present()));
}
