//! The values of a new field in rows that are there: `backfill`, and what must have one.

use protostore_schema::{Generated, Label, Source};

use super::own_rows;
use crate::draft::{Direction, Draft};
use crate::plan::{At, ChangeKind, ColumnId, DataEffect, Effect, Fill, Previous, Step, Test, Verdict};
use crate::view::{Datum, Storage};

/// Returns whether the proto gives a `backfill` for it.
pub(super) fn is_given(new: &Datum<'_>, draft: &Draft<'_>) -> bool {
    draft.has_hook(new) || new.column_id().is_some_and(|column| draft.backfill(&column).is_some())
}

/// Fills a new column as its `backfill` says, where the message around is set; returns whether there is one.
pub(super) fn fill(new: &Datum<'_>, draft: &mut Draft<'_>) -> bool {
    let Some(column) = new.column_id() else { return false };
    if draft.has_hook(new) {
        // It is called where there is no value.
        if new.column().is_some_and(|column| !column.nullable && !column.default_zero) {
            draft.fill(column, Fill::Unset);
        }
        draft.hook(ChangeKind::A08, new);
        return true;
    }
    let Some(value) = value(new, &column, draft) else { return false };
    let is_null_free = new.column().is_some_and(|column| !column.nullable);
    match (new.within.clone(), value) {
        // What was in a message that is unset has no value to bring back.
        (None, Fill::Copy(from)) if is_null_free => {
            draft.fill(column.clone(), Fill::Zero);
            draft.step(Step::Fill { column, rows: Test::Set(from.clone()), value: Fill::Copy(from) });
        }
        (None, value) => {
            if is_null_free && !must_be(new) {
                let says = format!("{} has no value by its backfill", new.name);
                draft.guard_after(column.place.clone(), Test::Unset(column.clone()), says);
            }
            draft.fill(column, value);
        }
        (Some(presence), value) => {
            draft.fill(column.clone(), Fill::Unset);
            guard_moved(new, &column, &presence, draft);
            draft.step(Step::Fill { column, rows: Test::NotZero(presence), value });
        }
    }
    true
}

/// A value that moves into a message stops the upgrade where there is no such message.
fn guard_moved(new: &Datum<'_>, column: &ColumnId, presence: &ColumnId, draft: &mut Draft<'_>) {
    let former = match draft.direction {
        Direction::Up => draft.moved_from(column),
        Direction::Down => new.column().and_then(|former| draft.moved_to(former, column)),
    };
    let Some(former) = former else { return };
    let is_literal = draft.backfill(presence).is_some_and(|sql| ["1", "true", "TRUE"].contains(&sql.trim()));
    if is_literal {
        return;
    }
    let old = draft.old.datum(former.place.table, &former.path);
    let is_zero_kept = old.is_some_and(|old| old.field.label == Label::Implicit);
    let has_value = if is_zero_kept { Test::NotZero(former) } else { Test::Set(former) };
    let says = format!("{} has a value, and there is no message for it to go to", old.map_or("", |old| &old.name));
    let rows = Test::All(vec![Test::Zero(presence.clone()), has_value]);
    if draft.old.columns().contains_key(presence) {
        draft.guard_before(presence.place.clone(), rows, says);
    } else {
        draft.guard_after(presence.place.clone(), rows, says);
    }
}

/// Returns what fills a column: its `backfill`, or, on the way back, the column to which its values were moved.
fn value(new: &Datum<'_>, column: &ColumnId, draft: &Draft<'_>) -> Option<Fill> {
    match draft.direction {
        Direction::Up => draft.backfill(column).map(Fill::Sql),
        Direction::Down if !draft.is_back_whole(new) => None,
        Direction::Down => draft.moved_to(new.column()?, column).map(Fill::Copy),
    }
}

/// Returns the name of the field whose column is all of its `backfill`, and which is gone with nothing left behind.
pub(super) fn moved_from(new: &Datum<'_>, draft: &Draft<'_>) -> Option<String> {
    let column = new.column_id()?;
    let there = draft.moved_from(&column)?;
    let old = draft.old.datum(there.place.table, &there.path)?;
    draft.is_moved_whole(old).then(|| old.name.clone())
}

/// Returns whether rows that are there must get a value.
pub(super) fn must_be(new: &Datum<'_>) -> bool {
    new.is_required() && !matches!(new.storage, Storage::Absent(_) | Storage::Element(_) | Storage::Inline)
}

/// A field that must be set.
pub(super) fn required(new: &Datum<'_>, verdict: Verdict, draft: &mut Draft<'_>) {
    let at = At::field(None, Some(new));
    let verdict = verdict.data(DataEffect::Guarded).previous(Previous::Reads).passes(2);
    let Some(column) = new.column_id().filter(|_| new.field.label != Label::Repeated && new.field.label != Label::Map)
    else {
        return without_column(new, &at, verdict, draft);
    };
    let is_numbered = new.column().is_some_and(|column| column.generated == Some(Generated::Sequence));
    if is_numbered && new.is_at_top() && !is_given(new, draft) {
        draft.fill(column.clone(), Fill::Numbered);
        draft.step(Step::Count { column });
        return draft.verdict(verdict.data(DataEffect::Exact));
    }
    if !fill(new, draft) {
        ask(new, ChangeKind::A08, format!("{} must be set, and no row that is there has a value", new.name), draft);
    }
    guard_required(new, draft);
    draft.verdict(verdict);
}

/// Stops where a field that must be set is not.
fn guard_required(new: &Datum<'_>, draft: &mut Draft<'_>) {
    let Some(column) = new.column_id() else { return };
    let is_unset = match (new.storage, new.field.label) {
        (Storage::Flattened(_), _) => Test::Zero(column),
        (_, Label::Implicit) if !new.refers() => Test::Either(vec![Test::Unset(column.clone()), Test::Zero(column)]),
        _ => Test::Unset(column),
    };
    let rows = match new.within.clone() {
        Some(presence) => Test::All(vec![Test::NotZero(presence), is_unset]),
        None => is_unset,
    };
    draft.guard_after(new.place.clone(), rows, format!("{} must be set", new.name));
}

/// A message in a table of its own, or a list, that must be set: no expression makes its rows.
fn without_column(new: &Datum<'_>, at: &At, verdict: Verdict, draft: &mut Draft<'_>) {
    if matches!(new.field.label, Label::Repeated | Label::Map) {
        let risk =
            format!("{} must have an element, and the rows that are there have none until they are written", new.name);
        draft.accept(crate::plan::Word::Tighten, ChangeKind::A08, at, ("optional", "required"), risk);
        return draft.verdict(verdict.data(DataEffect::Untouched));
    }
    if !own_rows::add(new, ChangeKind::A08, Test::Any, draft) {
        ask(new, ChangeKind::A08, format!("{} must be set, and no row that is there has one", new.name), draft);
    }
    if let Some(place) = new.child_place() {
        let is_unset = super::super::required::within(new, Test::NoChild(place));
        draft.guard_after(new.place.clone(), is_unset, format!("{} must be set", new.name));
    }
    draft.verdict(verdict);
}

/// A field of which no two rows may have the same value; all rows that are there have zero.
pub(super) fn unique(new: &Datum<'_>, verdict: Verdict, draft: &mut Draft<'_>) {
    if new.field.label == Label::Optional {
        return draft.verdict(verdict.passes(1));
    }
    let risk = format!("{} must differ from row to row, and is zero in all that are there", new.name);
    ask(new, ChangeKind::A10, risk, draft);
    draft.verdict(verdict.data(DataEffect::Guarded).previous(Previous::Reads).passes(2));
}

/// Returns whether a unique index is of its column alone.
pub(super) fn is_unique(new: &Datum<'_>) -> bool {
    let Some(column) = new.column() else { return false };
    let is_of_it = |index: &&protostore_schema::Index| {
        index.unique && index.columns.len() == 1 && index.columns[0].column == column.name.sql
    };
    new.place.path.is_empty() && new.table.indexes.iter().any(|index| is_of_it(&index))
}

/// Asks for the value of a field in rows that are there.
pub(super) fn ask(new: &Datum<'_>, kind: ChangeKind, risk: String, draft: &mut Draft<'_>) {
    // Who rewrites the rows gives it a value; the guard finds where there is none.
    if draft.rewrites(new.table.number) {
        return;
    }
    write(new, kind, backfill(new, draft), risk, draft);
}

pub(super) fn write(
    new: &Datum<'_>,
    kind: ChangeKind,
    (source, line): (Source, String),
    risk: String,
    draft: &mut Draft<'_>,
) {
    draft.write(kind, &At::field(None, Some(new)), &source, line, risk);
}

/// Returns the line that gives a field a value in rows that are there, and after which line it goes.
pub(in crate::rows) fn backfill(new: &Datum<'_>, draft: &Draft<'_>) -> (Source, String) {
    // Of a message it says whether it is set.
    let is_message = matches!(new.storage, Storage::Flattened(_) | Storage::Child(_));
    backfill_by(new, if is_message { "true" } else { "…" }, draft)
}

/// The same with an expression: at the field, or, where its message belongs to others, at the table.
pub(super) fn backfill_by(new: &Datum<'_>, sql: &str, draft: &Draft<'_>) -> (Source, String) {
    let is_of_others = draft.new.schema.reach.message(&new.declared_by).is_some_and(|message| message.declared.others);
    if is_of_others {
        let (_, path) = new.name.split_once('.').unwrap_or(("", &new.name));
        return (new.table.source.clone(), format!("column: {{field: {path:?} backfill: {{sql: {sql:?}}}}}"));
    }
    (new.field.source.clone(), format!("[(protostore.v1.column) = {{backfill: {{sql: {sql:?}}}}}]"))
}

/// What is inside of a message that is new as a whole: it has values where the message's own `backfill` sets it.
pub(super) fn inside(new: &Datum<'_>, draft: &mut Draft<'_>) {
    let is_new = |column: &ColumnId| !draft.old.columns().contains_key(column);
    let is_of_old_table = draft.old.places().contains_key(&new.place);
    let Some(presence) = new.within.clone().filter(|presence| is_of_old_table && is_new(presence)) else { return };
    let is_set = draft.backfill(&presence).is_some();
    let is_given_whole = draft.has_hook_around(new) && !draft.has_hook(new);
    let at = At::field(None, Some(new));
    if let Some(from) = moved_from(new, draft) {
        let says = format!("the values of {} are those of {from}", new.name);
        let verdict = Verdict::new(ChangeKind::A13, at, says).wire(Effect::Breaks).json(Effect::Breaks);
        draft.verdict(verdict.data(DataEffect::Exact).previous(Previous::Neither));
    }
    let is_filled = fill(new, draft) || is_given_whole;
    if is_filled && must_be(new) {
        guard_required(new, draft);
    }
    if !is_filled && is_set && must_be(new) {
        let risk =
            format!("{} must be set where the message around it is, and no row that is there has a value", new.name);
        ask(new, ChangeKind::A08, risk, draft);
    }
}
