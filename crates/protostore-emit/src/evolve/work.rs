//! What is to be done to a table that both schemas have, and whether ALTER does it or a rebuild.

use std::collections::{BTreeMap, BTreeSet};

use protostore_evolve::plan::{ColumnId, Conversion, Fill, Motion, Place, RustStep, Step};
use protostore_schema::{Column, Role};
use protostore_sql::{self as sql, Dialect, Expr, ForeignKey, Ty};

use super::definitions::Side;
use super::objects;
use super::places::SqlTable;
use super::rename::{Renames, Temporary};

/// Full passes over a table that a rebuild takes; where ALTER and UPDATE take more, it is rebuilt.
const REBUILD: u32 = 6;
/// Those that a column takes which is added: the table is checked.
const ADD: u32 = 1;
/// Those that a column takes which is dropped: each row is written.
const DROP: u32 = 2;
/// Those of an UPDATE of all rows.
const UPDATE: u32 = 2;

/// A table that both schemas have.
pub(super) struct Work<'w> {
    pub(super) old: &'w SqlTable<'w>,
    pub(super) new: &'w SqlTable<'w>,
    pub(super) before: &'w sql::Table<'w>,
    pub(super) after: &'w sql::Table<'w>,
    /// Whether it is made anew and its rows copied.
    pub(super) rebuild: bool,
    /// The columns that both schemas have: the older and the newer.
    pub(super) pairs: Vec<(&'w Column, &'w Column)>,
    pub(super) adds: BTreeMap<ColumnId, &'w Fill>,
    pub(super) drops: Vec<&'w Column>,
    pub(super) converts: BTreeMap<ColumnId, &'w Conversion>,
    /// Columns that only the run time can fill.
    pub(super) by_rust: BTreeSet<ColumnId>,
    /// Those of them that only rows with a message get: others are as if they were added.
    pub(super) decoded: BTreeSet<ColumnId>,
    /// Columns of both schemas of which ALTER makes another column.
    pub(super) anew: BTreeSet<ColumnId>,
    /// The renames of its columns, in order.
    pub(super) renames: Vec<(String, String)>,
    /// The names of the older schema's columns once renames are done.
    pub(super) physical: BTreeMap<ColumnId, String>,
    /// The names that newer columns have until the older ones are dropped.
    pub(super) temporary: BTreeMap<ColumnId, String>,
}

impl<'w> Work<'w> {
    pub(super) fn of(
        sides: [&'w Side<'w>; 2],
        place: &Place,
        steps: &'w [Step],
        temporary: &mut Temporary,
    ) -> Option<Self> {
        let [old_side, new_side] = sides;
        let (old, new) = (old_side.table(place)?, new_side.table(place)?);
        let (before, after) = (old_side.definition(old), new_side.definition(new));
        let pairs = new.columns.iter().filter_map(|column| Some((old.column(&new.id(column))?, *column))).collect();
        let mut work = Self {
            old,
            new,
            before,
            after,
            rebuild: false,
            pairs,
            adds: BTreeMap::new(),
            drops: Vec::new(),
            converts: BTreeMap::new(),
            by_rust: BTreeSet::new(),
            decoded: BTreeSet::new(),
            anew: BTreeSet::new(),
            renames: Vec::new(),
            physical: BTreeMap::new(),
            temporary: BTreeMap::new(),
        };
        steps.iter().for_each(|step| work.take(step));
        work.anew = work.pairs.iter().filter(|pair| work.is_anew(sides, pair)).map(|(_, new)| work.id(new)).collect();
        let cost = work.cost(steps);
        let former_names = work.needs_former_names(steps);
        work.rebuild = former_names || work.must_rebuild(sides, steps) || (cost > REBUILD && work.by_rust.is_empty());
        work.name(former_names, temporary);
        Some(work)
    }

    /// Returns whether a text of the developer is to read columns that have, or give away, another name.
    ///
    /// The text says the names that the older schema has, and nothing changes a name in it: where one becomes that of
    /// another column, it would read that one.
    fn needs_former_names(&self, steps: &[Step]) -> bool {
        let is_written = self.adds.values().any(|fill| matches!(fill, Fill::Sql(_)))
            || self.converts.values().any(|by| is_text(by))
            || steps.iter().any(|step| match step {
                Step::Fill { column, value: Fill::Sql(_), .. } => column.place == self.new.place,
                Step::AddRows { of, .. } => *of == self.new.place,
                _ => false,
            });
        let is_renamed = self.pairs.iter().any(|(old, new)| old.name.sql != new.name.sql);
        let is_taken = |column: &Column| {
            self.new
                .columns
                .iter()
                .any(|new| new.name.sql.eq_ignore_ascii_case(&column.name.sql) && self.id(new) != self.old.id(column))
        };
        is_written && (is_renamed || self.old.columns.iter().any(|column| is_taken(column)))
    }

    pub(super) fn id(&self, column: &Column) -> ColumnId {
        self.new.id(column)
    }

    /// Takes what a step says of this table's columns.
    fn take(&mut self, step: &'w Step) {
        let (place, old, new) = (&self.new.place, self.old, self.new);
        match step {
            Step::AddColumn { column, fill }
                if column.place == *place && new.column(column).is_some() && old.column(column).is_none() =>
            {
                self.adds.insert(column.clone(), fill);
            }
            Step::DropColumn { column } if column.place == *place && new.column(column).is_none() => {
                self.drops.extend(old.column(column));
            }
            Step::Convert { column, by } if column.place == *place && old.column(column).is_some() => {
                self.converts.insert(column.clone(), by);
            }
            Step::Rust { place: of, by } if of == place => {
                let fed: Vec<ColumnId> = match by {
                    RustStep::Encode { into: column }
                    | RustStep::Reform { column }
                    | RustStep::Bits { column, .. }
                    | RustStep::Text { column }
                    | RustStep::Chain { column } => vec![column.clone()],
                    // It writes rows in their final form.
                    RustStep::Hook { .. } => Vec::new(),
                    // What a message in one column becomes: columns of the newer schema alone, at its path and below.
                    RustStep::Decode { from } => {
                        let below = new.columns.iter().filter(|column| column.path.starts_with(&from.path));
                        let fed = |id: &ColumnId| old.column(id).is_none() || id == from;
                        below.map(|column| new.id(column)).filter(fed).collect()
                    }
                };
                let fed: Vec<ColumnId> = fed.into_iter().filter(|id| new.column(id).is_some()).collect();
                if let RustStep::Decode { from } = by {
                    // A column that takes the place of the one that is taken apart is written in each row.
                    self.decoded.extend(fed.iter().filter(|id| *id != from).cloned());
                }
                self.by_rust.extend(fed);
            }
            _ => {}
        }
    }

    /// Returns whether another column must take the place of one: nothing alters a type, a default or a reference.
    fn is_anew(&self, [old_side, new_side]: [&Side<'w>; 2], (old, new): &(&'w Column, &'w Column)) -> bool {
        let (before, after) = (column_of(self.before, old), column_of(self.after, new));
        let default = |column: &sql::ColumnDef<'w>| {
            column.default.as_ref().map(|lit| Dialect::Sqlite.print_expr(&Expr::Lit(lit.clone())))
        };
        let refers = |side: &Side<'w>, table: &SqlTable<'w>, key: &Option<ForeignKey<'w>>| {
            key.as_ref().map(|key| objects::reference(&side.places, table.name, key))
        };
        self.by_rust.contains(&self.id(new))
            || storage(before.ty) != storage(after.ty)
            || default(before) != default(after)
            || refers(old_side, self.old, &before.reference) != refers(new_side, self.new, &after.reference)
    }

    /// Returns the full passes that ALTER and UPDATE take.
    fn cost(&self, steps: &[Step]) -> u32 {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX / 8);
        let is_fill = |fill: &&Fill| !matches!(fill, Fill::Zero | Fill::Unset);
        let is_own = |step: &Step| matches!(step, Step::Fill { column, .. } if column.place == self.new.place);
        let in_place = self.converts.values().any(|by| **by != Conversion::Same);
        let writes = in_place || !self.anew.is_empty() || self.adds.values().any(is_fill) || steps.iter().any(is_own);
        let (adds, drops) = (self.adds.len() + self.anew.len(), self.drops.len() + self.anew.len());
        count(adds) * ADD + count(drops) * DROP + u32::from(writes) * UPDATE
    }

    /// Returns whether only a rebuild makes what the newer schema has.
    fn must_rebuild(&self, sides: [&'w Side<'w>; 2], steps: &[Step]) -> bool {
        let [old_side, new_side] = sides;
        let place = &self.new.place;
        let keys = [self.old.key(), self.new.key()];
        let ids = |table: &SqlTable<'w>, key: &[&Column]| key.iter().map(|c| table.id(c)).collect::<Vec<_>>();
        let is_key = |id: &ColumnId| ids(self.new, &keys[1]).contains(id);
        // A child has copies of the key of its record, which change with it.
        let follows = |column: &Column| {
            let of_record = ColumnId {
                place: Place { table: place.table, path: Vec::new() },
                path: column.path.clone(),
                role: Role::Value,
            };
            column.role == Role::OwnerKey && steps.iter().any(|step| is_conversion_of(step, &of_record))
        };
        let composite = |side: &Side<'w>, table: &SqlTable<'w>, all: &[ForeignKey<'w>]| {
            all.iter().map(|key| objects::reference(&side.places, table.name, key)).collect::<BTreeSet<_>>()
        };
        let is_rowid = |name: &str| ["rowid", "oid", "_rowid_"].iter().any(|word| name.eq_ignore_ascii_case(word));
        let moves_rowid = self.new.has_rowid()
            && (self.drops.iter().any(|column| is_rowid(&column.name.sql))
                || self.adds.keys().filter_map(|id| self.new.column(id)).any(|column| is_rowid(&column.name.sql))
                || self.pairs.iter().any(|(old, new)| {
                    let changes = old.name.sql != new.name.sql || self.anew.contains(&self.id(new));
                    changes && (is_rowid(&old.name.sql) || is_rowid(&new.name.sql))
                }));
        let refers_to_rowid = |key: &ForeignKey<'w>| {
            let other = (old_side.places.named(&key.table), new_side.places.named(&key.table));
            let renamed = |name: &str| {
                let (old, new) = (other.0?, other.1?);
                let column = old.columns.iter().find(|column| column.name.sql == name)?;
                let now = new.column(&old.id(column))?;
                Some(now.name.sql != name && (is_rowid(name) || is_rowid(&now.name.sql)))
            };
            key.key.iter().any(|name| renamed(name).unwrap_or(false))
        };
        let references = || {
            let single = self.before.columns.iter().filter_map(|column| column.reference.as_ref());
            single.chain(&self.before.foreign_keys)
        };
        let is_moved = |step: &Step| match step {
            Step::Move { from, to, by, .. } => {
                from == to && to == place && matches!(by, Motion::KeysToPositions | Motion::PositionsToKeys)
            }
            Step::Fill { column, value: Fill::Numbered, .. } | Step::AddColumn { column, fill: Fill::Numbered } => {
                column.place == *place
            }
            _ => false,
        };
        ids(self.old, &keys[0]) != ids(self.new, &keys[1])
            || self.anew.iter().any(is_key)
            || self.converts.iter().any(|(id, by)| is_key(id) && **by != Conversion::Same)
            || keys[1].iter().any(|column| follows(column))
            || composite(old_side, self.old, &self.before.foreign_keys)
                != composite(new_side, self.new, &self.after.foreign_keys)
            || moves_rowid
            || references().any(refers_to_rowid)
            || steps.iter().any(is_moved)
    }

    /// Decides what columns are called until the table has its final form.
    fn name(&mut self, former_names: bool, temporary: &mut Temporary) {
        let is_rowid = |name: &str| ["rowid", "oid", "_rowid_"].iter().any(|word| name.eq_ignore_ascii_case(word));
        let stays = |old: &Column, new: &Column| {
            former_names
                || (self.rebuild && self.new.has_rowid() && (is_rowid(&old.name.sql) || is_rowid(&new.name.sql)))
        };
        let renamed = self.pairs.iter().filter(|(old, new)| !stays(old, new));
        let pending = renamed.map(|(old, new)| (old.name.sql.clone(), new.name.sql.clone())).collect();
        let added = self.adds.keys().filter(|_| !self.rebuild).filter_map(|id| self.new.column(id));
        let taken = self.old.columns.iter().map(|column| column.name.sql.clone()).collect();
        let wanted = added.map(|column| column.name.sql.clone()).collect();
        self.renames = Renames { taken, pending, wanted, by_case: true }.order(temporary);
        for column in &self.old.columns {
            let mut name = column.name.sql.clone();
            for (from, to) in &self.renames {
                if *from == name {
                    name.clone_from(to);
                }
            }
            self.physical.insert(self.old.id(column), name);
        }
        let between: Vec<ColumnId> = match self.rebuild {
            true => self.by_rust.iter().cloned().collect(),
            false => self.anew.iter().cloned().collect(),
        };
        self.temporary = between.into_iter().map(|id| (id, temporary.next())).collect();
    }

    /// Returns the name of a newer column before the table has its final form.
    pub(super) fn now(&self, column: &'w Column) -> String {
        let id = self.id(column);
        let known = self.temporary.get(&id).or_else(|| self.physical.get(&id));
        known.cloned().unwrap_or_else(|| column.name.sql.clone())
    }
}

fn is_text(conversion: &Conversion) -> bool {
    match conversion {
        Conversion::Then(all) => all.iter().any(is_text),
        _ => false,
    }
}

fn is_conversion_of(step: &Step, id: &ColumnId) -> bool {
    match step {
        Step::Convert { column, by } => column == id && *by != Conversion::Same,
        Step::Rust { by: RustStep::Text { column } | RustStep::Bits { column, .. }, .. } => column == id,
        _ => false,
    }
}

/// Returns the CHECKs of a table, those of its columns first.
pub(super) fn all_checks<'d, 'w>(table: &'d sql::Table<'w>) -> impl Iterator<Item = &'d sql::Check<'w>> {
    table.columns.iter().flat_map(|column| &column.checks).chain(&table.checks)
}

/// Returns the definition of a column.
pub(super) fn column_of<'d, 'w>(table: &'d sql::Table<'w>, column: &Column) -> &'d sql::ColumnDef<'w> {
    let found = table.columns.iter().find(|known| known.name == column.name.sql);
    found.unwrap_or_else(|| unreachable!("each column has a definition"))
}

/// Returns how SQLite stores values of a type.
fn storage(ty: Ty) -> u8 {
    match ty {
        Ty::Bool | Ty::Int4 | Ty::Int8 | Ty::Instant => 0,
        Ty::Real4 | Ty::Real8 => 1,
        Ty::Text | Ty::Json | Ty::Uuid => 2,
        Ty::Bytes => 3,
    }
}
