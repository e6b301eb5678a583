//! What a schema is in SQL, table by table, and what there is beside its tables.

use std::collections::{BTreeMap, BTreeSet};

use protostore_evolve::plan::Place;
use protostore_schema::Schema;
use protostore_sql::{self as sql, Alteration, Ddl, Dropped};

use super::places::{Places, SqlTable};
use crate::sql::groups;

/// A schema and its definitions.
pub(super) struct Side<'a> {
    pub(super) places: Places<'a>,
    tables: BTreeMap<String, sql::Table<'a>>,
    /// Indexes, triggers and views, in the order in which they are made.
    pub(super) beside: Vec<Ddl<'a>>,
}

impl<'a> Side<'a> {
    pub(super) fn of(schema: &'a Schema) -> Self {
        let (mut tables, mut beside) = (BTreeMap::new(), Vec::new());
        for ddl in groups(schema).into_iter().flatten() {
            match ddl {
                Ddl::Table(table) => drop(tables.insert(table.name.to_string(), table)),
                other => beside.push(other),
            }
        }
        Self { places: Places::of(schema), tables, beside }
    }

    pub(super) fn table(&self, place: &Place) -> Option<&SqlTable<'a>> {
        self.places.get(place)
    }

    /// Returns the definition of a table of the schema.
    pub(super) fn definition(&self, table: &SqlTable<'_>) -> &sql::Table<'a> {
        self.tables.get(table.name).unwrap_or_else(|| unreachable!("each table has a definition"))
    }

    /// Returns the SQL names of the tables that a definition names.
    pub(super) fn named(&self, ddl: &Ddl<'a>) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let seen = std::cell::RefCell::new(&mut names);
        // The canonical form looks at every name.
        let _ = ddl.clone().canonical(&|table, _| {
            seen.borrow_mut().insert(table.to_owned());
            String::new()
        });
        names
    }
}

/// Returns how something beside a table is dropped.
pub(super) fn dropped<'a>(ddl: &Ddl<'a>) -> Option<Dropped<'a>> {
    match ddl {
        Ddl::Index(index) => Some(Dropped::Index(index.name.clone())),
        Ddl::Trigger(trigger) => Some(Dropped::Trigger(trigger.name.clone(), trigger.table.clone())),
        Ddl::View(view) => Some(Dropped::View(view.name.clone())),
        Ddl::Table(_) | Ddl::Alter(_) | Ddl::Drop(_) | Ddl::Guard(_) => None,
    }
}

/// Returns an ALTER.
pub(super) fn alter<'a>(table: &str, by: Alteration<'a>) -> Ddl<'a> {
    Ddl::Alter(sql::Alter { table: table.to_owned().into(), by })
}
