//! T16 to T20, T29: rows that never change, expire, or remain after they are deleted.

use protostore_schema::{Column, Table};

use crate::draft::{Direction, Draft};
use crate::plan::{At, ChangeKind, ColumnId, DataEffect, DownEffect, Place, Previous, Step, Test, Verdict, Word};
use crate::view::{Datum, View};

/// Whether rows are inserted and never change.
pub(super) fn append_only(old: &Table, new: &Table, at: &At, draft: &mut Draft<'_>) {
    if old.append_only == new.append_only {
        return;
    }
    let (says, previous) = match new.append_only {
        true => ("rows of {} never change now", Previous::Reads),
        false => ("rows of {} may change now", Previous::ReadsAndWrites),
    };
    let says = says.replace("{}", &new.name.proto);
    draft.verdict(Verdict::new(ChangeKind::T16, at.clone(), says).previous(previous));
}

/// The time after which a row is gone.
pub(super) fn expire(old: &Table, new: &Table, at: &At, draft: &mut Draft<'_>) {
    let (was, is) = (old.expire_column(), new.expire_column());
    let kind = match (was, is) {
        (None, None) => return,
        (Some(was), Some(is)) if was.path == is.path => return,
        (Some(_), Some(_)) => ChangeKind::T29,
        (None, Some(_)) => ChangeKind::T17,
        (Some(_), None) => ChangeKind::T18,
    };
    let mut verdict = Verdict::new(kind, at.clone(), says(&new.name.proto, "expire by", "expire no more", is));
    // Back in a version in which rows did not expire, those that are past are what they were.
    if let Some(was) = was.filter(|_| draft.direction == Direction::Up) {
        let place = place(new);
        // They would be seen again.
        draft.step(Step::Sweep { rows: Test::Past(id(&place, was)), place });
        verdict = verdict.data(DataEffect::Dropped).down(DownEffect::CopyOnly).passes(1);
    }
    if let Some(is) = is.filter(|is| has_values(new, is, draft)) {
        let risk = format!("rows of {} whose {} is past are deleted by the next sweep", new.name.proto, is.name.proto);
        draft.accept(Word::Rows, kind, at, (name(was), name(Some(is))), risk);
    }
    draft.verdict(verdict.previous(Previous::Neither));
}

/// The time at which a row was deleted, which then remains.
pub(super) fn soft_delete(old: &Table, new: &Table, at: &At, draft: &mut Draft<'_>) {
    let (was, is) = (old.soft_delete_column(), new.soft_delete_column());
    let kind = match (was, is) {
        (None, None) => return,
        (Some(was), Some(is)) if was.path == is.path => return,
        (Some(_), Some(_)) => ChangeKind::T29,
        (None, Some(_)) => ChangeKind::T19,
        (Some(_), None) => ChangeKind::T20,
    };
    let place = place(new);
    let says = says(&new.name.proto, "remain after they are deleted, by", "do not remain after they are deleted", is);
    let mut verdict = Verdict::new(kind, at.clone(), says);
    if let Some(was) = was {
        let risk = format!("rows of {} that are deleted and remain are purged", old.name.proto);
        draft.accept(Word::Rows, kind, at, (name(Some(was)), name(is)), risk);
        draft.step(Step::Sweep { place: place.clone(), rows: Test::Set(id(&place, was)) });
        verdict = verdict.data(DataEffect::Dropped).down(DownEffect::CopyOnly).passes(1);
    }
    if let Some(is) = is.filter(|is| has_values(new, is, draft)) {
        // Rows that have the time would be hidden.
        if was.is_some() || !draft.accepts(Word::Rows, at, (name(was), name(Some(is)))) {
            let says = format!("{}.{} is set, which would hide the row", new.name.proto, is.name.proto);
            draft.guard_after(place.clone(), Test::Set(id(&place, is)), says);
            verdict = if was.is_none() { verdict.data(DataEffect::Guarded) } else { verdict };
        } else {
            verdict = verdict.loses(format!("the rows of {} that {} hides", new.name.proto, is.name.proto));
        }
    }
    draft.verdict(verdict.previous(Previous::Neither));
}

/// Returns whether rows that are there may have a value in a column of the newer schema: it was stored before, wherever,
/// or a `backfill` gives one.
fn has_values(new: &Table, column: &Column, draft: &Draft<'_>) -> bool {
    let was_stored = draft.old.datum(new.number, &column.path).is_some_and(Datum::is_stored);
    was_stored || draft.backfill(&id(&place(new), column)).is_some()
}

fn says(table: &str, by: &str, none: &str, is: Option<&Column>) -> String {
    match is {
        Some(is) => format!("rows of {table} {by} {}", is.name.proto),
        None => format!("rows of {table} {none}"),
    }
}

pub(super) fn place(table: &Table) -> Place {
    Place { table: table.number, path: Vec::new() }
}

pub(super) fn id(place: &Place, column: &Column) -> ColumnId {
    ColumnId { place: place.clone(), path: column.path.clone(), role: column.role }
}

/// Returns whether a schema has a column.
pub(super) fn holds(view: &View<'_>, column: &ColumnId) -> bool {
    view.columns().contains_key(column)
}

pub(super) fn name(column: Option<&Column>) -> String {
    column.map_or_else(|| "none".to_owned(), |column| column.name.proto.clone())
}
