//! Values that come from rows of another table: of an owner, of what a reference names, of a child.

use protostore_evolve::plan::{ColumnId, Conversion, Place};
use protostore_schema::{Column, Role};
use protostore_sql::{self as sql, Expr, Lit, Qualifier, Select};

use super::convert::Crossing;
use super::value::of_column;
use super::way::Way;
use super::work::Work;

/// Returns what a reference becomes where the rows that it names are called otherwise.
pub(super) fn of_target<'w>(way: &Way<'w>, work: &Work<'w>, old: &'w Column, new: &'w Column) -> Option<Expr<'w>> {
    let target = way.old.places.named(&old.reference.as_ref()?.table)?;
    let now = way.new.places.named(&new.reference.as_ref()?.table)?;
    let kept = way.kept.get(&target.place).filter(|_| target.place == now.place)?;
    let ([before], [after]) = (&target.key()[..], &kept.new.key()[..]) else { return None };
    if target.id(before) != kept.id(after) || kept.by_rust.contains(&kept.id(after)) {
        let x = outer(work.new.name, &way.physical(&work.old.id(old)));
        return Some(looked_up(way, kept, after, vec![x]));
    }
    let by = kept.converts.get(&kept.id(after)).filter(|by| ***by != Conversion::Same)?;
    let crossing = Crossing { from: old, to: new };
    Some(crossing.convert(by, Expr::column(way.physical(&work.old.id(old))), None))
}

/// Returns a part of the record's key in a child table: what it is in the row that owns this one.
pub(super) fn of_record<'w>(way: &Way<'w>, work: &Work<'w>, column: &'w Column) -> Expr<'w> {
    let record = Place { table: work.new.place.table, path: Vec::new() };
    let Some(kept) = way.kept.get(&record) else { return Expr::Null };
    let id = ColumnId { place: record, path: column.path.clone(), role: Role::Value };
    let key = kept
        .new
        .key()
        .into_iter()
        .find(|part| kept.id(part) == id || (part.role == Role::Singleton && part.path == column.path));
    let owner = work.old.child.map(|child| &child.owner[..]).unwrap_or_default();
    let parts = owner.iter().take(kept.old.key().len());
    let parts = parts.map(|part| outer(work.new.name, &way.physical(&work.old.id(part)))).collect();
    key.map_or(Expr::Null, |key| looked_up(way, kept, key, parts))
}

/// Returns the newer value of a column in the row that has an older key.
fn looked_up<'w>(way: &Way<'w>, kept: &Work<'w>, column: &'w Column, key: Vec<Expr<'w>>) -> Expr<'w> {
    let id = kept.id(column);
    let value = match way.values.get(&id) {
        Some(value) => value.whole(),
        None => of_column(way, &kept.new.place, column, &id).map_or(Expr::Null, |value| value.whole()),
    };
    let parts = kept.old.key().into_iter().map(|part| Expr::of("p", way.physical(&kept.old.id(part))));
    let ties = parts.zip(key).map(|(part, key)| part.equals(key));
    Expr::Value(Box::new(Select::of(kept.new.name.to_owned(), "p", [value]).rows(ties)))
}

/// Returns a column of the row outside of a subselect.
fn outer<'w>(table: &str, column: &str) -> Expr<'w> {
    let of = Qualifier::Table(table.to_owned().into());
    Expr::Column(sql::Column { of, name: column.to_owned().into() })
}

/// Lays over an owner's columns what its only row in another table holds.
pub(super) fn only_row<'w>(way: &mut Way<'w>, from: &Place, to: &Place, columns: &[(ColumnId, ColumnId, Conversion)]) {
    let (Some(work), Some(table)) = (way.kept.get(to), way.old.table(from)) else { return };
    let owner = table.child.map(|child| &child.owner[..]).unwrap_or_default();
    let name = way.name(from);
    let key: Vec<String> = work.old.key().into_iter().map(|part| way.physical(&work.old.id(part))).collect();
    let owner: Vec<String> = owner.iter().map(|part| way.physical(&table.id(part))).collect();
    let owners = Select::from(name.clone(), owner.iter().map(|part| Expr::column(part.clone())));
    let when = Expr::tuple(key.iter().map(|part| Expr::column(part.clone()))).in_rows(owners);
    let ties = || {
        let pairs = owner.iter().zip(&key);
        pairs.map(|(part, key)| Expr::of("c", part.clone()).equals(outer(work.new.name, key))).collect::<Vec<_>>()
    };
    let mut layers = Vec::new();
    for (old, new, by) in columns {
        let Some(crossing) = way.crossing(old, new) else { continue };
        let value = crossing.convert(by, Expr::of("c", way.physical(old)), None);
        let value = Select::of(name.clone(), "c", [value]).rows(ties());
        layers.push((new.clone(), Expr::Value(Box::new(value))));
    }
    // The message that had a table of its own is set where that had a row.
    let presence = ColumnId { place: to.clone(), path: from.path.clone(), role: Role::Presence };
    layers.push((presence, Expr::Lit(Lit::Bool(true))));
    for (id, value) in layers {
        if let Some(known) = way.values.get_mut(&id) {
            known.layers.push((when.clone(), value));
        }
    }
}
