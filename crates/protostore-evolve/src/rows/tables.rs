//! T: tables that are new, gone or renamed, and how their rows are identified.

mod hashed;
mod lifetime;

use protostore_schema::{Column, ForeignKey, OnDelete, Table};

use crate::draft::Draft;
use crate::plan::{At, ChangeKind, ColumnId, DataEffect, DownEffect, Place, Previous, Test, Verdict, Word};
use crate::types::is_same_kind;
use crate::view::Datum;

/// A table that both versions have. Returns whether it is the same table, so that its fields can be compared.
pub(crate) fn both(old: &Table, new: &Table, draft: &mut Draft<'_>) -> bool {
    let at = At::table(Some(old), Some(new));
    if let Some(number) = number_of_before(new, draft) {
        let (name, is) = (&new.name.proto, new.number);
        let why =
            format!("table {name} was number {number}, and is number {is} now: put the number back, {name} = {number}");
        draft.never(ChangeKind::T10, &at, why);
        return false;
    }
    names(old, new, &at, draft);
    keys(old, new, &at, draft);
    lifetime::append_only(old, new, &at, draft);
    lifetime::expire(old, new, &at, draft);
    lifetime::soft_delete(old, new, &at, draft);
    hashed::revision(old, new, &at, draft);
    hashed::chain(old, new, &at, draft);
    true
}

/// A table that only the newer schema has.
pub(crate) fn added(new: &Table, draft: &mut Draft<'_>) {
    let at = At::table(None, Some(new));
    if let Some(number) = number_of_before(new, draft) {
        let (name, is) = (&new.name.proto, new.number);
        let why =
            format!("table {name} was number {number}, and is number {is} now: put the number back, {name} = {number}");
        return draft.never(ChangeKind::T10, &at, why);
    }
    let verdict = Verdict::new(ChangeKind::T06, at, format!("table {} is new", new.name.proto));
    let previous = if restricts(new, draft) { Previous::Reads } else { Previous::ReadsAndWrites };
    draft.verdict(verdict.loses(format!("the rows of {}", new.name.proto)).previous(previous));
}

/// A table that only the older schema has.
pub(crate) fn gone(old: &Table, draft: &mut Draft<'_>) {
    let verdict =
        Verdict::new(ChangeKind::T08, At::table(Some(old), None), format!("table {} is gone", old.name.proto));
    draft.verdict(verdict.data(DataEffect::Dropped).down(DownEffect::CopyOnly).previous(Previous::Neither));
}

/// Returns the number that a table had, if another has its name and record now.
fn number_of_before(new: &Table, draft: &Draft<'_>) -> Option<u32> {
    let (before, after) = (draft.old.schema, draft.new.schema);
    let old = before.tables.iter().find(|old| old.name.proto == new.name.proto && old.number != new.number)?;
    let kind = |table: &Table| protostore_schema::Kind::Message(table.record.ty.proto.clone());
    let stays = draft.new.table(old.number).is_some_and(|there| is_same_kind(before, after, &kind(old), &kind(there)));
    (!stays && is_same_kind(before, after, &kind(old), &kind(new))).then_some(old.number)
}

/// Returns whether rows of a table that the previous program has cannot be deleted because of rows in a new one.
fn restricts(new: &Table, draft: &Draft<'_>) -> bool {
    let items = new.descendants().into_iter().flat_map(|child| child.item_columns());
    let keys = new.descendants().into_iter().flat_map(|child| &child.foreign_keys).chain(&new.foreign_keys);
    is_any_restricting(new.columns().into_iter().chain(items), keys, draft)
}

/// Returns whether rows that the previous program has cannot be deleted because of what a new field at the top of a record
/// refers to, or what is in its message, list or map.
pub(super) fn is_restricted_by(new: &Datum<'_>, draft: &Draft<'_>) -> bool {
    let own: Vec<_> = new.table.columns().into_iter().filter(|column| column.path.starts_with(&new.path)).collect();
    let is_own = |key: &&ForeignKey| own.iter().any(|column| key.columns.contains(&column.name.sql));
    let children: Vec<_> =
        new.table.descendants().into_iter().filter(|child| child.path.starts_with(&new.path)).collect();
    let keys = new.table.foreign_keys.iter().filter(is_own);
    let keys = keys.chain(children.iter().flat_map(|child| &child.foreign_keys));
    is_any_restricting(own.iter().copied().chain(children.iter().flat_map(|child| child.item_columns())), keys, draft)
}

/// Returns whether one of these refers to a table of the previous program with RESTRICT.
fn is_any_restricting<'s>(
    mut columns: impl Iterator<Item = &'s Column>,
    mut keys: impl Iterator<Item = &'s ForeignKey>,
    draft: &Draft<'_>,
) -> bool {
    let refers = |column: &Column| {
        let reference = column.reference.as_ref();
        reference.is_some_and(|to| to.enforced && to.on_delete == OnDelete::Restrict && is_old(&to.table, draft))
    };
    let keeps = |key: &ForeignKey| key.enforced && key.on_delete == OnDelete::Restrict && is_old(&key.table, draft);
    columns.any(refers) || keys.any(keeps)
}

fn is_old(table: &str, draft: &Draft<'_>) -> bool {
    draft.new.number_of(table).is_some_and(|number| draft.old.table(number).is_some())
}

fn names(old: &Table, new: &Table, at: &At, draft: &mut Draft<'_>) {
    let (was, is) = (&old.name, &new.name);
    if was.proto == is.proto && (was.sql == is.sql || draft.is_mapped_anew()) {
        return;
    }
    let is_case = was.sql.eq_ignore_ascii_case(&is.sql);
    let kind = if is_case && was.sql != is.sql { ChangeKind::N09 } else { ChangeKind::T07 };
    let says = match was.proto == is.proto {
        true => format!("table {} is stored as {:?}, it was {:?}", is.proto, is.sql, was.sql),
        false => format!("table {} is now called {}", was.proto, is.proto),
    };
    let previous = if is_case { Previous::ReadsAndWrites } else { Previous::Neither };
    draft.verdict(Verdict::new(kind, at.clone(), says).previous(previous));
}

fn keys(old: &Table, new: &Table, at: &At, draft: &mut Draft<'_>) {
    let place = Place { table: new.number, path: Vec::new() };
    let passes = 2 + u8::try_from(new.descendants().len()).unwrap_or(u8::MAX - 2);
    match (&old.singleton, &new.singleton) {
        (None, Some(_)) => {
            let risk = format!("{} holds one row at most: more than one stop the upgrade", new.name.proto);
            draft.accept(Word::Rows, ChangeKind::T13, at, ("repeated", "singular"), risk);
            draft.guard_before(place, Test::Several, format!("{} has more than one row", old.name.proto));
            let verdict =
                Verdict::new(ChangeKind::T13, at.clone(), format!("{} is no longer repeated", new.name.proto));
            draft.verdict(verdict.data(DataEffect::Guarded).previous(Previous::Neither).passes(passes));
        }
        (Some(_), None) => {
            // The fields that are the key now were no key: they may be empty.
            guard_key(new, &place, draft);
            let verdict = Verdict::new(ChangeKind::T12, at.clone(), format!("{} is repeated now", new.name.proto));
            draft.verdict(verdict.data(DataEffect::Guarded).previous(Previous::Neither).passes(passes));
        }
        _ if key(draft.old, &place) != key(draft.new, &place) => {
            let risk = format!(
                "rows of {} are identified by other fields: rows without them, or with the same, stop the upgrade",
                new.name.proto
            );
            draft.accept(Word::Rekey, ChangeKind::T14, at, (old.key.join(","), new.key.join(",")), risk);
            guard_key(new, &place, draft);
            let columns = key(draft.new, &place);
            let rows = Test::Duplicate { columns, among: Box::new(Test::Any) };
            draft.guard_after(place, rows, format!("{} has several rows of one key", new.name.proto));
            let verdict = Verdict::new(ChangeKind::T14, at.clone(), format!("{} has another key", new.name.proto));
            draft.verdict(verdict.data(DataEffect::Guarded).previous(Previous::Neither).passes(passes));
        }
        _ => {}
    }
}

fn key(view: &crate::view::View<'_>, place: &Place) -> Vec<ColumnId> {
    view.places().get(place).map(|table| table.key.clone()).unwrap_or_default()
}

/// Stops where a field of the new key is unset, or an empty text.
fn guard_key(new: &Table, place: &Place, draft: &mut Draft<'_>) {
    for (id, column) in key(draft.new, place).into_iter().zip(new.key_columns()) {
        let name = format!("{}.{}", new.name.proto, column.name.proto);
        if column.non_zero {
            draft.guard_after(place.clone(), Test::Zero(id.clone()), format!("{name} is empty"));
        }
        draft.guard_after(place.clone(), Test::Unset(id), format!("{name} is unset"));
    }
}
