//! The SQL tables of a schema by what they are: number of the table and path of the field.

use std::collections::BTreeMap;

use protostore_evolve::plan::{ColumnId, Place};
use protostore_schema::{ChildTable, Column, Role, Schema, Table};

/// An SQL table of a schema.
pub(super) struct SqlTable<'s> {
    pub(super) place: Place,
    pub(super) name: &'s str,
    /// The table of the store that it is, or is a part of.
    pub(super) record: &'s Table,
    /// The list, map or message that it holds; none of the record itself.
    pub(super) child: Option<&'s ChildTable>,
    /// The table whose rows own its rows.
    pub(super) parent: Option<Place>,
    /// Its columns, in their order in SQL.
    pub(super) columns: Vec<&'s Column>,
}

/// The SQL tables of a schema, each before those inside it.
pub(super) struct Places<'s> {
    pub(super) schema: &'s Schema,
    pub(super) tables: Vec<SqlTable<'s>>,
    by_place: BTreeMap<Place, usize>,
    by_name: BTreeMap<&'s str, usize>,
}

impl<'s> Places<'s> {
    pub(super) fn of(schema: &'s Schema) -> Self {
        let mut tables = Vec::new();
        for record in &schema.tables {
            let place = Place { table: record.number, path: Vec::new() };
            let (name, columns) = (record.name.sql.as_str(), record.all_columns());
            tables.push(SqlTable { place: place.clone(), name, record, child: None, parent: None, columns });
            record.children().into_iter().for_each(|child| add(record, &place, child, &mut tables));
        }
        let by_place = tables.iter().enumerate().map(|(at, table)| (table.place.clone(), at)).collect();
        let by_name = tables.iter().enumerate().map(|(at, table)| (table.name, at)).collect();
        Self { schema, tables, by_place, by_name }
    }

    pub(super) fn get(&self, place: &Place) -> Option<&SqlTable<'s>> {
        self.by_place.get(place).map(|at| &self.tables[*at])
    }

    pub(super) fn named(&self, name: &str) -> Option<&SqlTable<'s>> {
        self.by_name.get(name).map(|at| &self.tables[*at])
    }

    /// Returns what a table or column is; the name itself where the schema has none of it, as what the store keeps for
    /// itself.
    pub(super) fn identity(&self, table: &str, column: Option<&str>) -> String {
        let known = self.named(table);
        match (known, column) {
            (Some(known), None) => place(&known.place),
            (Some(known), Some(name)) => {
                known.columns.iter().find(|c| c.name.sql == name).map_or_else(|| name.to_owned(), |c| known.identity(c))
            }
            (None, name) => name.unwrap_or(table).to_owned(),
        }
    }
}

fn add<'s>(record: &'s Table, parent: &Place, child: &'s ChildTable, tables: &mut Vec<SqlTable<'s>>) {
    let place = Place { table: record.number, path: child.path.clone() };
    let (name, columns) = (child.name.sql.as_str(), child.columns());
    let parent = Some(parent.clone());
    tables.push(SqlTable { place: place.clone(), name, record, child: Some(child), parent, columns });
    child.nested().into_iter().for_each(|inner| add(record, &place, inner, tables));
}

impl<'s> SqlTable<'s> {
    /// Returns the columns of its key, in the key's order.
    pub(super) fn key(&self) -> Vec<&'s Column> {
        match self.child {
            None => self.record.key_columns(),
            Some(child) => child.key_columns(),
        }
    }

    /// Returns whether its rows have a number of SQLite's own, by three names that a column may take.
    pub(super) fn has_rowid(&self) -> bool {
        self.child.is_none()
    }

    pub(super) fn id(&self, column: &Column) -> ColumnId {
        ColumnId { place: self.place.clone(), path: column.path.clone(), role: column.role }
    }

    pub(super) fn column(&self, id: &ColumnId) -> Option<&'s Column> {
        self.columns.iter().copied().find(|column| column.role == id.role && column.path == id.path)
    }

    /// Returns a column as text: `1:4.2 presence` of field 2 of the message in field 4 of table 1.
    fn identity(&self, column: &Column) -> String {
        let role = match column.role {
            Role::Value => "value",
            Role::Presence => "presence",
            Role::OwnerKey => "owner_key",
            Role::Position => "position",
            Role::MapKey => "map_key",
            Role::Singleton => "singleton",
        };
        format!("{}:{} {role}", self.place.table, dotted(&column.path))
    }
}

/// Returns a table as text: `1`, or `1:5` of the list in field 5 of table 1.
fn place(place: &Place) -> String {
    if place.path.is_empty() { place.table.to_string() } else { format!("{}:{}", place.table, dotted(&place.path)) }
}

fn dotted(path: &[u32]) -> String {
    path.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}
