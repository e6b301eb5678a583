//! C05 to C07: indexes, and values of which no two rows may have the same.

use protostore_schema::{Condition, Index, Role};

use crate::draft::Draft;
use crate::plan::{At, ChangeKind, ColumnId, DataEffect, ObjectKind, Place, Previous, Test, Verdict, Word};
use crate::structure::is_of_owner;
use crate::view::View;

/// An index has no number: it is what it is over, in which way, and of which rows.
struct Known<'v> {
    index: &'v Index,
    columns: Vec<(ColumnId, bool)>,
    /// With identities in place of names.
    condition: Option<Condition>,
}

/// The indexes of a table that both versions have, and of its child tables.
pub(crate) fn indexes(table: u32, draft: &mut Draft<'_>) {
    let (before, after) = (draft.old, draft.new);
    let places = after.places().keys().filter(|place| place.table == table);
    for place in places.filter(|place| before.places().contains_key(place)) {
        let (olds, news) = (known(before, place), known(after, place));
        for new in news.iter().filter(|new| !olds.iter().any(|old| is_same(old, new))) {
            added(place, new, &olds, draft);
        }
        for old in olds.iter().filter(|old| !news.iter().any(|new| is_same(old, new))) {
            // What the newer one holds unique, fewer or more rows, says it.
            if old.index.unique && news.iter().any(|new| new.index.unique && is_over(old, new)) {
                continue;
            }
            let is_explained =
                !old.index.unique && (is_over_others(old, draft.new) || is_of_reference(old, draft.old, draft.new));
            if is_explained {
                continue;
            }
            let kind = if old.index.unique { ChangeKind::C07 } else { ChangeKind::C05 };
            let says = format!("index {} is gone", old.index.name);
            draft.verdict(Verdict::new(kind, at(old, draft), says).previous(previous(kind)));
        }
    }
}

fn added(place: &Place, new: &Known<'_>, olds: &[Known<'_>], draft: &mut Draft<'_>) {
    let at = at(new, draft);
    let Index { name, unique, .. } = new.index;
    if is_over_others(new, draft.old) && (!unique || is_said(new, draft)) {
        return;
    }
    if !unique && is_of_reference(new, draft.new, draft.old) {
        return;
    }
    if !unique {
        draft.verdict(Verdict::new(ChangeKind::C05, at, format!("index {name} is new")));
        return;
    }
    let is_held = |old: &&Known<'_>| {
        old.index.unique && is_over(old, new) && (old.condition.is_none() || old.condition == new.condition)
    };
    if olds.iter().any(|old| is_held(&old)) {
        let says = format!("unique index {name} is over other rows, or in another order");
        draft.verdict(Verdict::new(ChangeKind::C07, at, says).previous(previous(ChangeKind::C07)));
        return;
    }
    let child = draft.new.places().get(place).and_then(|table| table.child);
    let is_of_list = child.is_some_and(|child| child.counted.unique);
    let was_of_list = draft.old.places().get(place).and_then(|table| table.child).is_some_and(|c| c.counted.unique);
    let kind = if is_of_list && !was_of_list { ChangeKind::C04 } else { ChangeKind::C06 };
    let verdict = Verdict::new(kind, at.clone(), format!("unique index {name} is new")).data(DataEffect::Guarded);
    draft.verdict(verdict.previous(previous(kind)).passes(2));
    let fields = fields(new, draft);
    let risk = format!("rows that agree in {fields} stop the upgrade");
    draft.accept(Word::Unique, kind, &at, ("not unique", name.as_str()), risk);
    let object = |object: &&crate::plan::Object| {
        object.kind == ObjectKind::Unique && object.place == *place && object.name == *name
    };
    let among = match draft.objects[1].iter().find(object).filter(|_| new.condition.is_some()) {
        Some(index) => Test::Indexed(index.clone()),
        None => Test::Any,
    };
    let columns = new.columns.iter().map(|(column, _)| column.clone()).collect();
    let says = format!("{fields} {} there more than once", if new.columns.len() > 1 { "are" } else { "is" });
    draft.guard_after(place.clone(), Test::Duplicate { columns, among: Box::new(among) }, says);
}

/// Returns whether a column of an index is not in the other schema: that it comes or goes says that the index does.
fn is_over_others(index: &Known<'_>, other: &View<'_>) -> bool {
    index.columns.iter().any(|(column, _)| !other.columns().contains_key(column))
}

/// Returns whether an index finds the rows that refer to one, by a reference of one field that only one schema has: its row
/// says it.
fn is_of_reference(index: &Known<'_>, view: &View<'_>, other: &View<'_>) -> bool {
    let refers = |view: &View<'_>, column: &ColumnId| {
        view.columns().get(column).is_some_and(|known| known.reference.is_some() && column.role == Role::Value)
    };
    let is_of_key = |column: &ColumnId| {
        let datum = view.datum(column.place.table, &column.path);
        is_of_owner(column) || datum.is_none_or(|datum| datum.is_key()) || column.role != Role::Value
    };
    let (of, rest): (Vec<&ColumnId>, Vec<&ColumnId>) =
        index.columns.iter().map(|(column, _)| column).partition(|column| refers(view, column));
    of.len() == 1 && rest.iter().all(|column| is_of_key(column)) && !of.iter().any(|column| refers(other, column))
}

/// Returns the fields of an index that are not its owner's key, in its order: `machines.node and machines.name`.
fn fields(index: &Known<'_>, draft: &Draft<'_>) -> String {
    let own = index.columns.iter().map(|(column, _)| column).filter(|column| !is_of_owner(column));
    let name = |column: &ColumnId| draft.new.datum(column.place.table, &column.path).map(|datum| datum.name.clone());
    let names: Vec<String> = own.filter_map(name).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => index.index.name.clone(),
    }
}

/// Returns whether the row of a new field that is unique said it.
fn is_said(index: &Known<'_>, draft: &Draft<'_>) -> bool {
    let kinds = |column: &ColumnId| draft.changes_at(column.place.table, &column.path);
    index.columns.iter().any(|(column, _)| kinds(column).contains(&ChangeKind::A10))
}

fn previous(kind: ChangeKind) -> Previous {
    if kind == ChangeKind::C05 { Previous::ReadsAndWrites } else { Previous::Reads }
}

fn known<'v>(view: &'v View<'_>, place: &Place) -> Vec<Known<'v>> {
    let Some(table) = view.places().get(place) else { return Vec::new() };
    let indexes = table.child.map_or(&table.table.indexes, |child| &child.indexes);
    let of = |index: &'v Index| {
        let part = |part: &protostore_schema::IndexColumn| {
            view.column_named(place, &part.column).map(|column| (column.clone(), part.descending))
        };
        let identity = |name: &str| format!("{:?}", view.column_named(place, name));
        let condition = index.condition.as_ref().map(|condition| condition.renamed(&identity));
        Known { index, columns: index.columns.iter().filter_map(part).collect(), condition }
    };
    indexes.iter().map(of).collect()
}

fn is_same(one: &Known<'_>, other: &Known<'_>) -> bool {
    (one.index.unique, &one.columns, &one.condition) == (other.index.unique, &other.columns, &other.condition)
}

/// Returns whether both are over the same columns, in whatever order.
fn is_over(one: &Known<'_>, other: &Known<'_>) -> bool {
    let has = |of: &Known<'_>, column: &ColumnId| of.columns.iter().any(|(other, _)| other == column);
    one.columns.len() == other.columns.len() && one.columns.iter().all(|(column, _)| has(other, column))
}

/// Returns where an index is said to be: at its first field that is not its owner's.
fn at(index: &Known<'_>, draft: &Draft<'_>) -> At {
    let is_own = |(column, _): &&(ColumnId, bool)| column.role != Role::OwnerKey;
    let column = index.columns.iter().find(is_own).or(index.columns.first());
    let Some((column, _)) = column else { return At::default() };
    let table = column.place.table;
    At::field(draft.old.datum(table, &column.path), draft.new.datum(table, &column.path))
}
