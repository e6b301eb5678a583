//! D: fields that are gone. Whether the proto says that they are, `reused` asks, once a message.

use crate::draft::{Direction, Draft};
use crate::plan::{At, ChangeKind, DataEffect, Effect, Previous, Test, Verdict, Word};
use crate::rows::names::is_alias_of_rowid;
use crate::view::{Datum, Storage};

/// A field that only the older schema has.
pub(crate) fn field(old: &Datum<'_>, draft: &mut Draft<'_>) {
    if is_inside_removed(old, draft) {
        return;
    }
    let at = At::field(Some(old), None);
    let gone = Verdict::new(ChangeKind::D01, at.clone(), format!("{} is gone", old.name)).json(Effect::Breaks);
    if !old.is_stored() {
        return draft.verdict(gone);
    }
    if draft.direction == Direction::Up && is_chained(old, draft) && !is_hash(old) {
        let why = format!(
            "{} is in a hash chain, which no one could verify without it: keep the field, or begin a new table",
            old.name
        );
        return draft.never(ChangeKind::T26, &at, why);
    }
    let gone = lost(old, gone, draft);
    let column = old.column().map(|column| column.name.sql.as_str());
    let kind = match &old.oneof {
        Some(_) => ChangeKind::D03,
        None if column.is_some_and(|sql| is_alias_of_rowid(old, sql)) => ChangeKind::D08,
        None => ChangeKind::D01,
    };
    if old.oneof.as_ref().is_some_and(|oneof| oneof.required) {
        guard_oneof(old, draft);
    }
    draft.verdict(Verdict { kind, ..gone });
}

/// A field that was stored and is not now, though clients still have it.
pub(crate) fn no_longer_stored(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let at = At::both(old, new);
    let risk = format!("the values of {} are dropped", old.name);
    draft.accept(Word::Drop, ChangeKind::D04, &at, ("stored", "not stored"), risk);
    let gone = Verdict::new(ChangeKind::D04, at, format!("{} is no longer stored", new.name));
    let gone = lost(old, gone, draft);
    draft.verdict(gone);
}

fn lost(old: &Datum<'_>, gone: Verdict, draft: &Draft<'_>) -> Verdict {
    let gone = gone.previous(Previous::Neither).passes(1);
    if draft.is_moved_whole(old) {
        return gone.data(DataEffect::Exact);
    }
    let gone = gone.data(DataEffect::Dropped);
    match old.storage {
        Storage::Child(_) => gone.loses(format!("the rows of {}", old.name)),
        // On the way back there is no value that its CHECK accepts.
        _ if old.is_required() && !old.is_key() => gone.down(crate::plan::DownEffect::CopyOnly),
        _ => gone.loses(format!("the values of {}", old.name)),
    }
}

/// Rows in which this member was the one that is set would have none.
fn guard_oneof(old: &Datum<'_>, draft: &mut Draft<'_>) {
    let table = old.table.number;
    let oneof = draft.old.oneofs_of(table).find(|oneof| oneof.members.contains(&old.path));
    let rest = oneof.map(|oneof| oneof.members.clone()).unwrap_or_default();
    let rest = rest.iter().filter_map(|path| draft.new.datum(table, path)?.column_id()).collect::<Vec<_>>();
    if rest.is_empty() || rest.iter().any(|column| column.place != old.place) {
        return;
    }
    let rows = match old.within.clone() {
        Some(presence) => Test::All(vec![Test::NotZero(presence), Test::None(rest)]),
        None => Test::None(rest),
    };
    draft.guard_after(old.place.clone(), rows, format!("{} was the member that is set, and is gone", old.name));
}

fn is_chained(old: &Datum<'_>, draft: &Draft<'_>) -> bool {
    let is =
        |view: &crate::view::View<'_>| view.table(old.table.number).is_some_and(|table| table.hash_chain.is_some());
    is(draft.old) && is(draft.new)
}

fn is_hash(old: &Datum<'_>) -> bool {
    old.column().is_some_and(|column| old.table.hash_chain.as_ref() == Some(&column.name.sql))
}

/// Returns whether a message, list or map around it is gone too.
fn is_inside_removed(old: &Datum<'_>, draft: &Draft<'_>) -> bool {
    let table = old.table.number;
    // What one column holds as a whole has no columns inside, though it has the fields.
    let is_gone = |path: &[u32]| draft.new.datum(table, path).is_none_or(|new| !new.is_stored() || new.is_one_column());
    (1..old.path.len()).any(|end| draft.old.datum(table, &old.path[..end]).is_some() && is_gone(&old.path[..end]))
}
