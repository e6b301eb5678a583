//! The way from one schema to another: which tables are kept, made and dropped, what they are called meanwhile, and
//! what tests see at each point of it.

use std::collections::{BTreeMap, BTreeSet};

use protostore_evolve::plan::{ColumnId, Conversion, Object, ObjectKind, Place, Step};
use protostore_schema::Column;
use protostore_sql::{Ddl, Expr};

use super::convert::Crossing;
use super::definitions::Side;
use super::places::SqlTable;
use super::rename::{Renames, Temporary};
use super::test::Look;
use super::value::Value;
use super::work::Work;

/// The way from one schema to another.
pub(super) struct Way<'w> {
    pub(super) old: &'w Side<'w>,
    pub(super) new: &'w Side<'w>,
    pub(super) steps: &'w [Step],
    /// Tables that both schemas have, by place, without those that stay as they are.
    pub(super) kept: BTreeMap<Place, Work<'w>>,
    /// Tables that are made, each after the one that it is inside.
    pub(super) created: Vec<&'w SqlTable<'w>>,
    /// Tables that are dropped, each before the one that it is inside, and what they are called by then.
    pub(super) dropped: Vec<(&'w SqlTable<'w>, String)>,
    /// The renames of tables, in order.
    pub(super) renames: Vec<(String, String)>,
    /// The values of the newer columns of kept tables, over the row as it was.
    pub(super) values: BTreeMap<ColumnId, Value<'w>>,
    pub(super) temporary: Temporary,
}

/// A point of the way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing was done yet: names and values of the older schema.
    Before,
    /// Renames are done, columns are added, and nothing was written: columns of the older schema.
    Renamed,
    /// The same, and what a newer column will be as an expression.
    Filling,
    /// All values are there; tables that are rebuilt are not yet.
    Filled,
    /// Tables have their final form, but for constraints: names of the newer schema.
    Final,
}

/// What tests see at a point of the way.
pub(super) struct Seen<'v, 'w> {
    pub(super) way: &'v Way<'w>,
    pub(super) stage: Stage,
}

impl<'w> Way<'w> {
    pub(super) fn of(old: &'w Side<'w>, new: &'w Side<'w>, steps: &'w [Step]) -> Self {
        let mut temporary = Temporary::default();
        let is_made = |place: &Place| steps.iter().any(|s| matches!(s, Step::CreateTable { place: p } if p == place));
        let is_gone = |place: &Place| steps.iter().any(|s| matches!(s, Step::DropTable { place: p } if p == place));
        let created: Vec<&SqlTable<'w>> = new.places.tables.iter().filter(|table| is_made(&table.place)).collect();
        let mut dropped: Vec<&SqlTable<'w>> = old.places.tables.iter().filter(|table| is_gone(&table.place)).collect();
        dropped.reverse();
        let both = |table: &&'w SqlTable<'w>| new.table(&table.place).is_some();
        let both: Vec<&SqlTable<'w>> =
            old.places.tables.iter().filter(both).filter(|table| !is_gone(&table.place)).collect();
        let name_of = |table: &SqlTable<'w>| new.table(&table.place).map(|table| table.name.to_owned());
        let pending = both.iter().filter_map(|table| Some((table.name.to_owned(), name_of(table)?))).collect();
        let taken = old.places.tables.iter().map(|table| table.name.to_owned()).collect();
        let wanted = created.iter().map(|table| table.name.to_owned()).collect();
        let renames = Renames { taken, pending, wanted, by_case: false }.order(&mut temporary);
        let by_then = |name: &str| {
            let found = renames.iter().find(|(from, _)| from == name);
            found.map_or_else(|| name.to_owned(), |(_, to)| to.clone())
        };
        let dropped = dropped.into_iter().map(|table| (table, by_then(table.name))).collect();
        let changing = changing(steps);
        let kept = both.into_iter().filter(|table| !is_same([old, new], table, &changing)).filter_map(|table| {
            let work = Work::of([old, new], &table.place, steps, &mut temporary)?;
            Some((table.place.clone(), work))
        });
        let kept = kept.collect();
        let mut way = Self { old, new, steps, kept, created, dropped, renames, values: BTreeMap::new(), temporary };
        super::value::all(&mut way);
        way
    }

    pub(super) fn seen(&self, stage: Stage) -> Seen<'_, 'w> {
        Seen { way: self, stage }
    }

    /// Returns the name of a table once renames are done.
    pub(super) fn name(&self, place: &Place) -> String {
        if let Some(work) = self.kept.get(place) {
            return work.new.name.to_owned();
        }
        if let Some((_, name)) = self.dropped.iter().find(|(table, _)| table.place == *place) {
            return name.clone();
        }
        self.new.table(place).map(|table| table.name.to_owned()).unwrap_or_default()
    }

    /// Returns the name of an older column once renames are done.
    pub(super) fn physical(&self, id: &ColumnId) -> String {
        let kept = self.kept.get(&id.place).and_then(|work| work.physical.get(id).cloned());
        let own = || self.old.table(&id.place).and_then(|table| table.column(id)).map(|column| column.name.sql.clone());
        kept.or_else(own).unwrap_or_default()
    }

    /// Returns the tables whose rows or columns change in a way that views, triggers and indexes must not see, by the
    /// names that they had.
    pub(super) fn disturbed(&self) -> BTreeSet<String> {
        let writes = |work: &Work<'w>| {
            work.new.columns.iter().any(|column| self.values.get(&work.id(column)).is_some_and(Value::is_written))
        };
        let disturbs = |work: &&Work<'w>| {
            let is_alone = work.old.name == work.new.name && work.renames.is_empty() && work.drops.is_empty();
            !is_alone || work.rebuild || !work.anew.is_empty() || !work.by_rust.is_empty() || writes(work)
        };
        let mut names: BTreeSet<String> =
            self.kept.values().filter(disturbs).map(|work| work.old.name.to_owned()).collect();
        names.extend(self.dropped.iter().map(|(table, _)| table.name.to_owned()));
        let over = super::hook::over(self.steps);
        let handed = self.old.places.tables.iter().filter(|table| over.contains(&table.place.table));
        names.extend(handed.map(|table| table.name.to_owned()));
        if self.steps.iter().any(|step| matches!(step, Step::Sweep { .. })) {
            names.extend(self.old.places.tables.iter().map(|table| table.name.to_owned()));
        }
        names
    }

    /// Returns what becomes of a value between two columns.
    pub(super) fn crossing(&self, from: &ColumnId, to: &ColumnId) -> Option<Crossing<'w>> {
        let (old, new) = (self.old.table(&from.place)?, self.new.table(&to.place)?);
        Some(Crossing { from: old.column(from)?, to: new.column(to)? })
    }
}

/// Returns the numbers of the tables whose data or names a step changes.
fn changing(steps: &[Step]) -> BTreeSet<u32> {
    let number = |step: &Step| match step {
        Step::Guard(_)
        | Step::Drop(_)
        | Step::Make(_)
        | Step::Report { .. }
        | Step::ReportLists { .. }
        | Step::SameCount { .. }
        | Step::References => None,
        Step::CreateTable { place }
        | Step::DropTable { place }
        | Step::RenameTable { place }
        | Step::Rekey { place }
        | Step::Reparent { place, .. }
        | Step::Sweep { place, .. }
        | Step::Rust { place, .. }
        | Step::AddRows { to: place, .. }
        | Step::Move { to: place, .. } => Some(place.table),
        Step::RenameColumn { column }
        | Step::AddColumn { column, .. }
        | Step::DropColumn { column }
        | Step::Fill { column, .. }
        | Step::Convert { column, .. }
        | Step::Count { column } => Some(column.place.table),
    };
    steps.iter().filter_map(number).collect()
}

/// Returns whether a table that both schemas have stays as it is: its definition is the same, and no step changes its
/// rows or those that it refers to.
fn is_same<'w>([old, new]: [&Side<'w>; 2], table: &SqlTable<'w>, changing: &BTreeSet<u32>) -> bool {
    let Some(newer) = new.table(&table.place) else { return false };
    let (before, after) = (old.definition(table), new.definition(newer));
    let single = before.columns.iter().filter_map(|column| column.reference.as_ref());
    let named = single.chain(&before.foreign_keys).filter_map(|key| old.places.named(&key.table));
    let mut numbers = named.map(|target| target.place.table).chain([table.place.table]);
    let is_column = |column: &&Column| newer.column(&table.id(column)).is_some_and(|c| c.name.sql == column.name.sql);
    !numbers.any(|number| changing.contains(&number))
        && before.columns == after.columns
        && (&before.name, &before.checks, &before.key) == (&after.name, &after.checks, &after.key)
        && before.foreign_keys == after.foreign_keys
        && table.columns.iter().all(is_column)
}

impl<'w> Seen<'_, 'w> {
    fn side(&self) -> &'w Side<'w> {
        match self.stage {
            Stage::Before | Stage::Renamed => self.way.old,
            Stage::Filling | Stage::Filled | Stage::Final => self.way.new,
        }
    }

    /// Returns the table at a place as its side has it; else as the other has it.
    fn at(&self, place: &Place) -> Option<&'w SqlTable<'w>> {
        let (old, new) = (self.way.old.table(place), self.way.new.table(place));
        match self.stage {
            Stage::Before | Stage::Renamed => old.or(new),
            Stage::Filling | Stage::Filled | Stage::Final => new.or(old),
        }
    }
}

impl<'w> Look<'w> for Seen<'_, 'w> {
    fn column(&self, id: &ColumnId) -> Option<&'w Column> {
        let other = || self.way.old.table(&id.place)?.column(id);
        self.side().table(&id.place).and_then(|table| table.column(id)).or_else(other)
    }

    fn value(&self, id: &ColumnId) -> Expr<'w> {
        let old = |id| Expr::column(self.way.physical(id));
        if self.stage == Stage::Before {
            let named = self.way.old.table(&id.place).and_then(|table| table.column(id));
            return named.map_or(Expr::Null, |column| Expr::column(&column.name.sql));
        }
        if self.stage == Stage::Renamed {
            return old(id);
        }
        if self.stage == Stage::Final {
            let named = self.way.new.table(&id.place).and_then(|table| table.column(id));
            return named.map_or(Expr::Null, |column| Expr::column(&column.name.sql));
        }
        let new = self.way.new.table(&id.place).and_then(|table| table.column(id));
        match (self.way.kept.get(&id.place), new) {
            (_, None) => old(id),
            (None, Some(column)) => Expr::column(&column.name.sql),
            (Some(work), Some(column)) if self.stage == Stage::Filled && !work.rebuild => {
                Expr::column(work.now(column))
            }
            (Some(_), Some(_)) => self.way.values.get(id).map_or(Expr::Null, Value::whole),
        }
    }

    fn table(&self, place: &Place) -> String {
        match self.stage {
            Stage::Before => self.way.old.table(place).map(|table| table.name.to_owned()).unwrap_or_default(),
            Stage::Renamed | Stage::Filling | Stage::Filled => self.way.name(place),
            Stage::Final => self.way.new.table(place).map(|table| table.name.to_owned()).unwrap_or_default(),
        }
    }

    fn key(&self, place: &Place) -> Vec<ColumnId> {
        self.at(place).map(|table| table.key().into_iter().map(|column| table.id(column)).collect()).unwrap_or_default()
    }

    fn owner(&self, place: &Place) -> Vec<ColumnId> {
        let Some(table) = self.at(place) else { return Vec::new() };
        let owner = table.child.map(|child| child.owner.iter()).into_iter().flatten();
        owner.map(|column| table.id(column)).collect()
    }

    fn parent(&self, place: &Place) -> Option<Place> {
        self.at(place)?.parent.clone()
    }

    fn is_inexact(&self, id: &ColumnId, by: &Conversion) -> Expr<'w> {
        let to = self.way.steps.iter().find_map(|step| match step {
            Step::Move { columns, .. } => columns.iter().find(|(from, ..)| from == id).map(|(_, to, _)| to.clone()),
            _ => None,
        });
        let crossing = self.way.crossing(id, to.as_ref().unwrap_or(id));
        // Where the newer schema has no such column, its own form is that of the older.
        let own = || Some(self.column(id)?).map(|column| Crossing { from: column, to: column });
        crossing.or_else(own).map_or(Expr::Const(false), |crossing| crossing.is_inexact(by, &self.value(id)))
    }

    fn check(&self, object: &Object) -> Option<Expr<'w>> {
        let table = self.way.new.table(&object.place)?;
        let definition = self.way.new.definition(table);
        let all = definition.columns.iter().flat_map(|column| &column.checks).chain(&definition.checks);
        let check = all.into_iter().find(|check| check.name == object.name).map(|check| Expr::All(check.all.clone()));
        let index = |ddl: &Ddl<'w>| match ddl {
            Ddl::Index(index) if index.name == object.name => index.of.clone(),
            _ => None,
        };
        let condition = match object.kind {
            ObjectKind::Index | ObjectKind::Unique => self.way.new.beside.iter().find_map(index)?,
            _ => check?,
        };
        let value = |name: &str| {
            let column = table.columns.iter().find(|column| column.name.sql == name);
            column.map_or(Expr::Null, |column| self.value(&table.id(column)))
        };
        Some(condition.with_columns(&value))
    }
}
