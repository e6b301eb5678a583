//! What steps do to tables and columns by identity, without a database.

use std::collections::{BTreeMap, BTreeSet};

use protostore_evolve::plan::{ColumnId, Place, Step};
use protostore_schema::{Column, Role, Schema};

/// The SQL names of tables and columns, by identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Structure {
    tables: BTreeMap<Place, String>,
    columns: BTreeMap<ColumnId, String>,
}

impl Structure {
    pub(crate) fn of(schema: &Schema) -> Self {
        let mut all = Self::default();
        for table in &schema.tables {
            let own = Place { table: table.number, path: Vec::new() };
            all.add(own, &table.name.sql, &table.all_columns());
            for child in table.descendants() {
                let place = Place { table: table.number, path: child.path.clone() };
                all.add(place, &child.name.sql, &child.columns());
            }
        }
        all
    }

    fn add(&mut self, place: Place, name: &str, columns: &[&Column]) {
        for column in columns {
            let id = ColumnId { place: place.clone(), path: column.path.clone(), role: column.role };
            self.columns.insert(id, column.name.sql.clone());
        }
        self.tables.insert(place, name.to_owned());
    }

    /// Carries out steps that lead to `new`. A step that cannot be carried out is an error.
    pub(crate) fn follow(mut self, steps: &[Step], new: &Self) -> Result<Self, String> {
        for step in steps {
            self.step(step, new).map_err(|why| format!("{step:?}: {why}"))?;
        }
        Ok(self)
    }

    fn step(&mut self, step: &Step, new: &Self) -> Result<(), String> {
        match step {
            Step::CreateTable { place } => {
                let name = new.tables.get(place).ok_or("the newer schema has no such table")?;
                let is_there = self.tables.insert(place.clone(), name.clone()).is_some();
                self.columns.extend(new.columns_of(place));
                if is_there { Err("the table is there".to_owned()) } else { Ok(()) }
            }
            Step::DropTable { place } => {
                self.columns.retain(|column, _| column.place != *place);
                self.tables.remove(place).map(drop).ok_or_else(|| "no such table".to_owned())
            }
            Step::RenameTable { place } => {
                let to = new.tables.get(place).ok_or("the newer schema has no such table")?;
                self.tables.get_mut(place).map(|name| to.clone_into(name)).ok_or_else(|| "no such table".to_owned())
            }
            Step::RenameColumn { column } => {
                let to = new.columns.get(column).ok_or("the newer schema has no such column")?;
                self.columns.get_mut(column).map(|name| to.clone_into(name)).ok_or_else(|| "no such column".to_owned())
            }
            Step::AddColumn { column, .. } => {
                let name = new.columns.get(column).ok_or("the newer schema has no such column")?;
                let is_there = self.columns.insert(column.clone(), name.clone()).is_some();
                if is_there { Err("the column is there".to_owned()) } else { Ok(()) }
            }
            Step::DropColumn { column } => {
                self.columns.remove(column).map(drop).ok_or_else(|| "no such column".to_owned())
            }
            Step::Fill { column, .. }
            | Step::Convert { column, .. }
            | Step::Count { column }
            | Step::Report { column } => {
                let is_there = self.columns.contains_key(column);
                is_there.then_some(()).ok_or_else(|| "no such column".to_owned())
            }
            // A map and a list of entries have one table: its key changes.
            Step::Move { from, to, .. } if from == to => self.rebuild(new, |place| place == to, |_| true),
            Step::Rekey { place } => self.rebuild(new, |of| of.table == place.table, of_owner),
            Step::Reparent { place, .. } => self.rebuild(new, |of| of == place, of_owner),
            Step::Guard(_)
            | Step::Move { .. }
            | Step::AddRows { .. }
            | Step::Sweep { .. }
            | Step::ReportLists { .. }
            | Step::Rust { .. }
            | Step::Drop(_)
            | Step::Make(_)
            | Step::SameCount { .. }
            | Step::References => Ok(()),
        }
    }

    fn columns_of(&self, place: &Place) -> BTreeMap<ColumnId, String> {
        let of = self.columns.iter().filter(|(column, _)| column.place == *place);
        of.map(|(column, name)| (column.clone(), name.clone())).collect()
    }

    /// Gives some tables those columns of the newer schema that come with their keys.
    fn rebuild(
        &mut self,
        new: &Self,
        is_it: impl Fn(&Place) -> bool,
        of_key: fn(&ColumnId) -> bool,
    ) -> Result<(), String> {
        let places: BTreeSet<Place> = self.tables.keys().filter(|place| is_it(place)).cloned().collect();
        self.columns.retain(|column, _| !(places.contains(&column.place) && of_key(column)));
        for place in &places {
            self.columns.extend(new.columns_of(place).into_iter().filter(|(column, _)| of_key(column)));
        }
        (!places.is_empty()).then_some(()).ok_or_else(|| "no such table".to_owned())
    }
}

/// Returns whether a column repeats a part of its owner's key.
fn of_owner(column: &ColumnId) -> bool {
    match column.role {
        Role::OwnerKey | Role::Singleton => true,
        Role::Position | Role::MapKey => column.path.len() < column.place.path.len(),
        Role::Value | Role::Presence => false,
    }
}
