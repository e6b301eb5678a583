//! P04 to P06, P13: fields, messages and lists that must be set.

use protostore_schema::{Generated, Label};

use crate::draft::{Direction, Draft};
use crate::plan::{At, ChangeKind, ColumnId, DataEffect, Fill, Line, Previous, Step, Test, Verdict, Word};
use crate::view::{Datum, Many, Storage};

/// Whether a field that both versions store must be set.
pub(crate) fn required(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    // What the store counts is set, and the row of the counter says so.
    let is_counted = |datum: &Datum<'_>| datum.column().is_some_and(|c| c.generated == Some(Generated::Sequence));
    let is_given = || draft.has_hook(new) || new.column_id().is_some_and(|column| draft.backfill(&column).is_some());
    if is_counted(old) != is_counted(new) && !is_given() {
        return;
    }
    let (was, is) = (must(old), must(new));
    // A reference is never zero, and its rows say so.
    let is_label = old.field.label != new.field.label && !old.refers() && !new.refers();
    let is_tighter = (is.set && !was.set) || (is_label && is.not_zero && !was.not_zero);
    let is_looser = (was.set && !is.set) || (is_label && was.not_zero && !is.not_zero);
    if is_tighter {
        tighten(old, new, was, draft);
    } else if is_looser {
        loosen(old, new, draft);
    }
}

/// What a field must be, where the message around it is set.
#[derive(Clone, Copy)]
struct Must {
    /// Neither unset nor, of implicit presence, zero; of a list, not empty.
    set: bool,
    /// Not zero, though set.
    not_zero: bool,
}

fn must(datum: &Datum<'_>) -> Must {
    let column = datum.column();
    // A list or map in one column.
    let is_list = datum.many() != Many::One && matches!(datum.storage, Storage::Column(_));
    let not_zero = matches!(datum.storage, Storage::Column(_)) && column.is_some_and(|column| column.non_zero);
    // Of a reference of several fields, one that is never NULL need not be set.
    let is_of_several = datum.refers() && column.is_some_and(|column| column.reference.is_none());
    if is_of_several && datum.field.label == Label::Implicit {
        return Must { set: not_zero && datum.is_zero_where_set(), not_zero };
    }
    Must { set: datum.is_required() || is_list && not_zero, not_zero }
}

fn row(datum: &Datum<'_>, is_now: bool) -> ChangeKind {
    match (datum.many(), datum.storage) {
        (Many::List | Many::Map, _) => ChangeKind::P13,
        (Many::One, Storage::Flattened(_) | Storage::Child(_)) => ChangeKind::P06,
        (Many::One, _) if is_now => ChangeKind::P04,
        (Many::One, _) => ChangeKind::P05,
    }
}

fn tighten(old: &Datum<'_>, new: &Datum<'_>, was: Must, draft: &mut Draft<'_>) {
    let (kind, at) = (row(new, true), At::both(old, new));
    let says = format!("{} must be set now", new.name);
    let backfill = new.backfilled_by().and_then(|column| Some((draft.backfill(&column)?, column)));
    let verdict = Verdict::new(kind, at.clone(), says).data(DataEffect::Guarded).passes(2).previous(Previous::Reads);
    // The way back finds the value that was filled in, and not that there was none.
    let is_hooked = draft.has_hook(new);
    draft.verdict(match &backfill {
        _ if is_hooked => verdict.loses(format!("in which rows {} was not set", new.name)),
        Some(_) => verdict.loses(format!("in which rows {} was not set", new.name)),
        None => verdict,
    });
    if let Some(test) = is_unset(new) {
        draft.guard_after(new.place.clone(), within(new, test), format!("{} must be set", new.name));
    }
    if is_hooked {
        return draft.hook(kind, new);
    }
    if let Some((sql, column)) = backfill {
        return fill(old, new, was, (column, sql), draft);
    }
    if draft.direction == Direction::Up && !draft.rewrites(new.table.number) {
        let risk = format!("rows in which {} is not set stop the upgrade", new.name);
        let backfill = new.backfilled_by().map(|_| {
            let (source, text) = super::added::filled::backfill(new, draft);
            Line::Proto { file: source.file, after: source.line, text }
        });
        draft.accept_or_write(Word::Tighten, kind, &at, ("not required", "required"), risk, backfill);
    }
}

/// Sets a field where it is not, before its column changes otherwise.
fn fill(old: &Datum<'_>, new: &Datum<'_>, was: Must, (column, sql): (ColumnId, String), draft: &mut Draft<'_>) {
    if let (Storage::Child(_), Storage::Child(_), Some(place)) = (old.storage, new.storage, new.child_place()) {
        let is_other = |place: &crate::plan::Place| {
            let columns = |view: &crate::view::View<'_>| {
                let own = view.columns().iter().filter(|(id, _)| id.place == *place);
                own.map(|(id, column)| (id.clone(), column.name.sql.clone(), column.form)).collect::<Vec<_>>()
            };
            columns(draft.old) != columns(draft.new)
        };
        if is_other(&place) {
            let why = format!(
                "{}: its fields change and it becomes required at once: make one of both in a version of its own",
                new.name
            );
            return draft.never(row(new, true), &At::both(old, new), why);
        }
        super::added::own_rows::add(new, row(new, true), Test::NoChild(place), draft);
        return;
    }
    let why = if old.column_id().as_ref() != Some(&column) || old.storage.word() != new.storage.word() {
        Some("it is stored elsewhere")
    } else if draft.values.conversions.contains_key(&column) && old.field.kind != new.field.kind {
        Some("its kind changes")
    } else {
        None
    };
    if let Some(why) = why {
        let why =
            format!("{}: {why} and it becomes required at once: make one of both in a version of its own", new.name);
        return draft.never(row(new, true), &At::both(old, new), why);
    }
    let before = column.clone();
    let unset = match new.storage {
        Storage::Flattened(_) => Test::Zero(before),
        _ if old.is_zero_where_set() => Test::Zero(before),
        _ if was.set => return,
        _ => Test::Unset(before),
    };
    let rows = within(new, unset);
    draft.step(Step::Fill { column: column.clone(), rows, value: Fill::Sql(sql) });
    if matches!(new.storage, Storage::Flattened(_)) {
        members(new, &column, draft);
    }
}

/// Sets the plain fields of a message that a `backfill` set to zero.
fn members(message: &Datum<'_>, presence: &ColumnId, draft: &mut Draft<'_>) {
    let after = draft.new;
    let direct = |datum: &&Datum<'_>| datum.within.as_ref() == Some(presence);
    for member in after.data_of(message.table.number).filter(direct) {
        if matches!(member.storage, Storage::Flattened(_)) && member.is_required() {
            let why = format!("a `backfill` of {} cannot set {}, which it must have", message.name, member.name);
            return draft.never(ChangeKind::P06, &At::field(None, Some(member)), why);
        }
        let Some(column) = member.column_id().filter(|_| member.is_zero_where_set()) else { continue };
        let rows = Test::All(vec![Test::NotZero(presence.clone()), Test::Unset(column.clone())]);
        draft.step(Step::Fill { column, rows, value: Fill::Zero });
    }
}

fn loosen(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let kind = row(new, false);
    // The previous program holds what is always set, and what may be unset, in other types; a zero it reads, and rejects
    // where it writes the row back.
    let previous = match kind {
        ChangeKind::P05 if new.is_zero_where_set() => Previous::Reads,
        _ => Previous::Neither,
    };
    let says = format!("{} may be unset now", new.name);
    draft.verdict(Verdict::new(kind, At::both(old, new), says).previous(previous).passes(1));
}

/// Returns which rows break that a field must be set, the message around it being set.
pub(crate) fn is_unset(datum: &Datum<'_>) -> Option<Test> {
    let column = datum.column_id();
    Some(match datum.storage {
        Storage::Child(_) => Test::NoChild(datum.child_place()?),
        Storage::Flattened(_) => Test::Zero(column?),
        Storage::Column(scalar) => {
            let unset = (!datum.is_zero_where_set()).then(|| column.clone().map(Test::Unset));
            let zero = scalar.column.non_zero.then(|| column.clone().map(Test::Zero));
            let mut tests: Vec<Test> = [unset, zero].into_iter().flatten().flatten().collect();
            if tests.len() > 1 { Test::Either(tests) } else { tests.pop()? }
        }
        Storage::Element(_) | Storage::Inline | Storage::Absent(_) => return None,
    })
}

/// Returns a test that holds only where the message around a field is set.
pub(crate) fn within(datum: &Datum<'_>, test: Test) -> Test {
    match &datum.within {
        Some(presence) => Test::All(vec![Test::NotZero(presence.clone()), test]),
        None => test,
    }
}
