//! P07 to P11: fields that go into a oneof, out of it or to another, and whether one of its members must be set.

use protostore_schema::Label;

use super::required::within;
use crate::draft::Draft;
use crate::plan::{At, ChangeKind, DataEffect, Effect, Previous, Test, Verdict, Word};
use crate::view::{Datum, OneofView, Storage, View};

/// Membership of a field in a oneof. Returns the row of a change that goes along with other presence.
pub(crate) fn membership(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) -> Option<ChangeKind> {
    let (before, after) = (draft.old, draft.new);
    let at = At::both(old, new);
    match (oneof_of(before, old), oneof_of(after, new)) {
        (None, None) => None,
        (None, Some(to)) => Some(into(old, new, to, draft)),
        (Some(from), None) => {
            let is_alone = from.members.len() == 1 && new.field.label == Label::Optional;
            let kind = if is_alone { ChangeKind::P07 } else { ChangeKind::P09 };
            let previous = if is_alone { Previous::ReadsAndWrites } else { Previous::Neither };
            let says = format!("{} is no longer a member of oneof {}", new.name, name_of(from));
            draft.verdict(Verdict::new(kind, at, says).previous(previous).passes(1));
            Some(kind)
        }
        (Some(from), Some(to)) if counterpart(before, to).is_some_and(|same| std::ptr::eq(same, from)) => None,
        (Some(from), Some(to)) => {
            let says = format!("{} is a member of oneof {}, it was of {}", new.name, name_of(to), name_of(from));
            let verdict = Verdict::new(ChangeKind::P10, at, says).wire(Effect::Breaks).data(DataEffect::Guarded);
            // It may be set beside a member that the previous program has in the same oneof.
            draft.verdict(verdict.previous(Previous::Neither).passes(1));
            at_most_one(ChangeKind::P10, old, new, to, draft);
            Some(ChangeKind::P10)
        }
    }
}

fn into(old: &Datum<'_>, new: &Datum<'_>, to: &OneofView<'_>, draft: &mut Draft<'_>) -> ChangeKind {
    let at = At::both(old, new);
    let is_implicit = old.is_zero_where_set() && old.field.label == Label::Implicit;
    let is_alone = to.members.len() == 1;
    let kind = if is_alone && !is_implicit { ChangeKind::P07 } else { ChangeKind::P08 };
    let previous = match (kind, is_implicit) {
        (ChangeKind::P07, _) => Previous::ReadsAndWrites,
        (_, true) => Previous::Neither,
        (_, false) => Previous::Reads,
    };
    let says = format!("{} is now a member of oneof {}", new.name, name_of(to));
    let mut verdict = Verdict::new(kind, at, says).previous(previous).passes(if is_implicit { 3 } else { 1 });
    if is_implicit {
        let lost = format!("whether it was unset or zero: {}", new.name);
        verdict = verdict.data(DataEffect::Oracle).loses(lost);
    }
    draft.verdict(verdict);
    at_most_one(kind, old, new, to, draft);
    kind
}

/// Stops the upgrade where more than one member is set that was there before.
fn at_most_one(kind: ChangeKind, old: &Datum<'_>, new: &Datum<'_>, to: &OneofView<'_>, draft: &mut Draft<'_>) {
    let (before, after) = (draft.old, draft.new);
    let was_there = |path: &&Vec<u32>| before.datum(to.table, path).is_some_and(Datum::is_stored);
    let members: Vec<&Datum<'_>> =
        to.members.iter().filter(was_there).filter_map(|path| after.datum(to.table, path)).collect();
    if members.len() < 2 {
        return;
    }
    let says = format!("more than one member of oneof {} is set", name_of(to));
    let risk = format!("{says} in a row that is there, which stops the upgrade");
    let (from, to) = (old.oneof.as_ref().map_or("no oneof", |of| &of.name).to_owned(), name_of(to).to_owned());
    draft.accept(Word::Narrow, kind, &At::both(old, new), (from, format!("oneof {to}")), risk);
    draft.guard_after(new.place.clone(), more_than_one(&members), says);
}

/// The oneofs of a table that both versions have: whether one member must be set.
pub(crate) fn oneofs(table: u32, draft: &mut Draft<'_>) {
    let (before, after) = (draft.old, draft.new);
    for new in after.oneofs_of(table) {
        // Rows that are there have no message that is new.
        let is_around = new.around.is_empty() || before.datum(table, &new.around).is_some_and(Datum::is_stored);
        let was = counterpart(before, new).is_some_and(|old| old.oneof.required);
        if is_around && was != new.oneof.required {
            required(new, draft);
        }
    }
}

fn required(new: &OneofView<'_>, draft: &mut Draft<'_>) {
    let (before, after) = (draft.old, draft.new);
    let members: Vec<&Datum<'_>> = new.members.iter().filter_map(|path| after.datum(new.table, path)).collect();
    let Some(first) = members.first() else { return };
    let at = At::field(before.datum(new.table, &first.path), Some(first));
    if !new.oneof.required {
        let says = format!("oneof {} may have no member set now", name_of(new));
        draft.verdict(Verdict::new(ChangeKind::P11, at, says).previous(Previous::Neither).passes(1));
        return;
    }
    let says = format!("oneof {} must have a member set now", name_of(new));
    let verdict = Verdict::new(ChangeKind::P11, at.clone(), says).data(DataEffect::Guarded);
    draft.verdict(verdict.previous(Previous::Reads).passes(2));
    let risk = format!("rows in which no member of oneof {} is set stop the upgrade", name_of(new));
    // A member with a `backfill` is the answer; the guard finds where it gives no value.
    let is_filled = |member: &&Datum<'_>| member.column_id().is_some_and(|column| draft.backfill(&column).is_some());
    if !members.iter().any(is_filled) && !draft.rewrites(new.table) {
        draft.accept(Word::Tighten, ChangeKind::P11, &at, ("not required", "required"), risk);
    }
    let none = Test::Not(Box::new(Test::Either(members.iter().filter_map(|member| is_set(member)).collect())));
    draft.guard_after(first.place.clone(), within(first, none), format!("oneof {} has no member set", name_of(new)));
}

/// Returns the oneof of a member.
fn oneof_of<'v, 's>(view: &'v View<'s>, member: &Datum<'_>) -> Option<&'v OneofView<'s>> {
    view.oneofs_of(member.table.number).find(|oneof| oneof.members.contains(&member.path))
}

/// Returns the oneof that a newer one was: of the same message that of the same name, or else that of which it has the
/// most members. A oneof has no number.
fn counterpart<'v, 's>(before: &'v View<'s>, new: &OneofView<'_>) -> Option<&'v OneofView<'s>> {
    let of_message = || before.oneofs_of(new.table).filter(|old| old.around == new.around);
    let shared = |old: &&OneofView<'_>| old.members.iter().filter(|path| new.members.contains(path)).count();
    let named = of_message().find(|old| name_of(old) == name_of(new));
    named.or_else(|| of_message().filter(|old| shared(old) > 0).max_by_key(shared))
}

fn name_of<'v>(oneof: &'v OneofView<'_>) -> &'v str {
    let name = &oneof.oneof.name.proto;
    name.rsplit('.').next().unwrap_or(name)
}

/// Returns in which rows a member is set.
fn is_set(member: &Datum<'_>) -> Option<Test> {
    Some(match member.storage {
        Storage::Column(_) => Test::Set(member.column_id()?),
        Storage::Flattened(_) => Test::NotZero(member.column_id()?),
        Storage::Child(_) => Test::Not(Box::new(Test::NoChild(member.child_place()?))),
        Storage::Element(_) | Storage::Inline | Storage::Absent(_) => return None,
    })
}

fn more_than_one(members: &[&Datum<'_>]) -> Test {
    let (children, columns): (Vec<&Datum<'_>>, Vec<&Datum<'_>>) =
        members.iter().copied().partition(|member| matches!(member.storage, Storage::Child(_)));
    let mut tests = Vec::new();
    if columns.len() > 1 {
        tests.push(Test::MoreThanOne(columns.iter().filter_map(|member| member.column_id()).collect()));
    }
    for (at, child) in children.iter().enumerate() {
        for other in children[at + 1..].iter().chain(&columns) {
            tests.extend(is_set(child).zip(is_set(other)).map(|(one, other)| Test::All(vec![one, other])));
        }
    }
    if tests.len() == 1 { tests.remove(0) } else { Test::Either(tests) }
}
