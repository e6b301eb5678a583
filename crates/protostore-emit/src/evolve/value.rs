//! What each column of a table that is kept will hold, as an expression over its row as it was.

use protostore_evolve::plan::{ColumnId, Conversion, Fill, Motion, Place, Step};
use protostore_schema::{Column, Role, Type};
use protostore_sql::{Arm, Expr, Lit, Select, Ty};

use super::convert::{Crossing, zero_of};
use super::follow::{of_record, of_target, only_row};
use super::test::{Look, condition};
use super::way::{Stage, Way};
use super::work::{Work, column_of};
use crate::plan::{COUNTERS, at};

/// What a column will hold.
#[derive(Clone)]
pub(super) struct Value<'w> {
    /// In rows of which nothing else is said.
    pub(super) base: Expr<'w>,
    /// Whether that must be written, where the table is not rebuilt.
    pub(super) is_new: bool,
    /// In some rows, in the order in which it was said.
    pub(super) layers: Vec<(Expr<'w>, Expr<'w>)>,
}

impl<'w> Value<'w> {
    fn kept(base: Expr<'w>) -> Self {
        Self { base, is_new: false, layers: Vec::new() }
    }

    fn new(base: Expr<'w>) -> Self {
        Self { base, is_new: true, layers: Vec::new() }
    }

    pub(super) fn is_written(&self) -> bool {
        self.is_new || !self.layers.is_empty()
    }

    /// Returns the value of every row.
    pub(super) fn whole(&self) -> Expr<'w> {
        if self.layers.is_empty() {
            return self.base.clone();
        }
        let arms = self.layers.iter().rev().map(|(when, then)| Arm(when.clone(), then.clone())).collect();
        let otherwise = (self.base != Expr::Null).then(|| Box::new(self.base.clone()));
        Expr::Case(None, arms, otherwise)
    }
}

/// Finds the values of all columns of the tables that are kept.
pub(super) fn all(way: &mut Way<'_>) {
    for place in way.kept.keys().cloned().collect::<Vec<_>>() {
        let Some(table) = way.new.table(&place) else { continue };
        // Presence comes first, since what members become may depend on it.
        let mut columns = table.columns.clone();
        columns.sort_by_key(|column| column.role != Role::Presence);
        for column in columns {
            let id = table.id(column);
            if let Some(value) = of_column(way, &place, column, &id) {
                way.values.insert(id, value);
            }
        }
    }
    for step in way.steps {
        match step {
            Step::Move { from, to, columns, by: Motion::OnlyRow } => only_row(way, from, to, columns),
            Step::Fill { column, rows, value } if way.kept.contains_key(&column.place) => {
                let when = condition(&way.seen(Stage::Filling), &column.place, rows);
                let layer = fill(way, column, value);
                if let Some(known) = way.values.get_mut(column) {
                    known.layers.push((layer.when(when), layer.then));
                }
            }
            _ => {}
        }
    }
}

/// What a fill writes, and in which rows alone.
pub(super) struct Filled<'w> {
    within: Option<Expr<'w>>,
    pub(super) then: Expr<'w>,
}

impl<'w> Filled<'w> {
    /// Returns the condition of the rows that it writes.
    pub(super) fn when(&self, rows: Expr<'w>) -> Expr<'w> {
        match (&self.within, rows) {
            (None, rows) => rows,
            (Some(within), Expr::Const(true)) => within.clone(),
            (Some(within), rows) => Expr::All(vec![within.clone(), rows]),
        }
    }
}

/// Returns what a fill writes into a column.
pub(super) fn fill<'w>(way: &Way<'w>, id: &ColumnId, fill: &Fill) -> Filled<'w> {
    let column = way.new.table(&id.place).and_then(|table| table.column(id));
    let zero = || column.map_or(Expr::Null, zero_of);
    let seen = way.seen(Stage::Filling);
    let always = |then| Filled { within: None, then };
    match fill {
        Fill::Zero => always(zero()),
        Fill::Unset => always(Expr::Null),
        Fill::ZeroWhereSet(presence) => Filled { within: Some(seen.value(presence)), then: zero() },
        Fill::Copy(other) => always(seen.value(other)),
        Fill::Sql(text) => always(Expr::Written(text.clone().into())),
        Fill::Numbered => always(column.map_or(Expr::Null, |column| numbered(way, &id.place, column))),
    }
}

/// Returns the next numbers of a column's counter, in the order of the key.
fn numbered<'w>(way: &Way<'w>, place: &Place, column: &'w Column) -> Expr<'w> {
    let Some(work) = way.kept.get(place) else { return Expr::Null };
    let by = work.old.key().into_iter().map(|key| Expr::column(way.physical(&work.old.id(key)))).collect();
    let last = Select::from(COUNTERS, [Expr::column("last")]).rows(at(work.new.record, column));
    let last = Expr::Value(Box::new(last)).coalesce(Expr::int(0));
    let number = Expr::Sum(vec![last, Expr::RowNumber { within: Vec::new(), by }]);
    if column.ty == Type::String { Expr::Cast(Box::new(number), Ty::Text) } else { number }
}

pub(super) fn of_column<'w>(way: &Way<'w>, place: &Place, column: &'w Column, id: &ColumnId) -> Option<Value<'w>> {
    let work = way.kept.get(place)?;
    if work.by_rust.contains(id) && (work.rebuild || !work.decoded.contains(id)) {
        return Some(by_rust(work, column));
    }
    if let Some(value) = carried(way, place, column, id) {
        return Some(value);
    }
    if let Some((old, new)) = work.pairs.iter().find(|(_, new)| new.path == column.path && new.role == column.role) {
        return Some(of_pair(way, work, (old, new), id));
    }
    if column.role == Role::Singleton {
        return Some(Value::new(Expr::int(1)));
    }
    if let Some(how) = work.adds.get(id) {
        let has_default = column_of(work.after, column).default.is_some();
        return Some(match how {
            Fill::Zero if has_default => Value::kept(zero_of(column)),
            Fill::Unset => Value::kept(Expr::Null),
            how => {
                let Filled { within, then } = fill(way, id, how);
                match within {
                    Some(within) => Value { base: Expr::Null, is_new: false, layers: vec![(within, then)] },
                    None => Value::new(then),
                }
            }
        });
    }
    match column.role {
        Role::Position => Some(Value::new(Expr::int(0))),
        Role::OwnerKey => Some(Value::new(of_record(way, work, column))),
        Role::Value | Role::Presence | Role::MapKey | Role::Singleton => None,
    }
}

/// Returns the value of a column that the run time fills: NULL until it does, and then what it wrote.
fn by_rust<'w>(work: &Work<'w>, column: &'w Column) -> Value<'w> {
    match work.rebuild {
        true => Value::kept(Expr::column(work.now(column))),
        // A default would pass for what was written.
        false if column_of(work.after, column).default.is_some() => Value::new(Expr::Null),
        false => Value::kept(Expr::Null),
    }
}

/// Returns what comes from the same table by another path, as between the keys of a map and positions.
fn carried<'w>(way: &Way<'w>, place: &Place, column: &'w Column, id: &ColumnId) -> Option<Value<'w>> {
    way.steps.iter().find_map(|step| {
        let Step::Move { from, to, columns, by: by @ (Motion::KeysToPositions | Motion::PositionsToKeys) } = step
        else {
            return None;
        };
        if from != place || to != place {
            return None;
        }
        if let Some((old, _, by)) = columns.iter().find(|(_, new, _)| new == id) {
            let crossing = way.crossing(old, id)?;
            return Some(Value::new(crossing.convert(by, Expr::column(way.physical(old)), None)));
        }
        // A map has a value under each of its keys.
        let is_value = column.role == Role::Presence && column.path.len() == place.path.len() + 1;
        if is_value && *by == Motion::KeysToPositions {
            return Some(Value::new(Expr::Lit(Lit::Bool(true))));
        }
        let is_place = column.role == Role::Position && column.path == place.path && *by == Motion::KeysToPositions;
        is_place.then(|| Value::new(position(way, place)))
    })
}

/// Returns the place of an element of a map among its owner's, in the order of the keys, from 0.
pub(super) fn position<'w>(way: &Way<'w>, from: &Place) -> Expr<'w> {
    let old = way.old.table(from);
    let names = |columns: Vec<&Column>| {
        let name = |column: &&Column| old.map(|table| Expr::column(way.physical(&table.id(column))));
        columns.iter().filter_map(name).collect::<Vec<_>>()
    };
    let child = old.and_then(|table| table.child);
    let within = names(child.map(|child| child.owner.iter().collect()).unwrap_or_default());
    let by = names(child.and_then(|child| child.place.column()).into_iter().collect());
    Expr::Plus(Box::new(Expr::RowNumber { within, by }), -1)
}

fn of_pair<'w>(way: &Way<'w>, work: &Work<'w>, (old, new): (&'w Column, &'w Column), id: &ColumnId) -> Value<'w> {
    let x = Expr::column(way.physical(&work.old.id(old)));
    let crossing = Crossing { from: old, to: new };
    let set = presence_around(way, work, new);
    let record = Place { table: id.place.table, path: Vec::new() };
    let own = work.converts.get(id).copied();
    // A child's copy of the record's key becomes what the key becomes.
    let of_key = ColumnId { place: record, path: new.path.clone(), role: Role::Value };
    let of_key = || way.kept.get(&of_key.place).and_then(|work| work.converts.get(&of_key).copied());
    let by = own.or_else(|| if new.role == Role::OwnerKey { of_key() } else { None });
    // What only the run time makes of the key is looked up where it wrote it.
    let is_rusts = |work: &Work<'w>| {
        work.by_rust.iter().any(|key| key.path == new.path && work.new.key().iter().any(|c| work.id(c) == *key))
    };
    let record = Place { table: id.place.table, path: Vec::new() };
    if new.role == Role::OwnerKey && way.kept.get(&record).is_some_and(is_rusts) {
        return Value::new(of_record(way, work, new));
    }
    match by {
        Some(by) if *by != Conversion::Same => Value::new(crossing.convert(by, x, set.as_ref())),
        _ => match of_target(way, work, old, new) {
            Some(value) => Value::new(value),
            None if work.anew.contains(id) => Value::new(x),
            None => Value::kept(x),
        },
    }
}

/// Returns whether the message around a column is set, if one is around it in the same table.
fn presence_around<'w>(way: &Way<'w>, work: &Work<'w>, column: &Column) -> Option<Expr<'w>> {
    let presence = (1..column.path.len()).rev().find_map(|length| {
        let is = |other: &&&Column| other.role == Role::Presence && other.path == column.path[..length];
        work.new.columns.iter().find(is).copied()
    })?;
    if !column.nullable {
        return None;
    }
    way.values.get(&work.id(presence)).map(Value::whole)
}
