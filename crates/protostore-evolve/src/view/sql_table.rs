//! The SQL tables of a schema and their columns, by identity.

use std::collections::BTreeMap;

use protostore_schema::{ChildTable, Column, Schema, Table};

use crate::plan::{ColumnId, Place};

/// A table as SQL has it: a record's own, or that of a field.
pub(crate) struct SqlTable<'s> {
    /// Its SQL name.
    pub(crate) name: &'s str,
    /// The table of the record.
    pub(crate) table: &'s Table,
    /// The child table; none for a record's own.
    pub(crate) child: Option<&'s ChildTable>,
    /// The table whose rows own its rows.
    pub(crate) parent: Option<Place>,
    /// Its key, in the key's order.
    pub(crate) key: Vec<ColumnId>,
}

type Columns<'s> = BTreeMap<ColumnId, &'s Column>;

/// Returns all of a schema.
pub(crate) fn all(schema: &Schema) -> (BTreeMap<Place, SqlTable<'_>>, Columns<'_>) {
    let (mut places, mut columns) = (BTreeMap::new(), BTreeMap::new());
    for table in &schema.tables {
        let place = Place { table: table.number, path: Vec::new() };
        add_columns(&place, table.all_columns(), &mut columns);
        let key = ids(&place, table.key_columns());
        places.insert(place.clone(), SqlTable { name: &table.name.sql, table, child: None, parent: None, key });
        for child in table.children() {
            add_child(table, child, &place, &mut places, &mut columns);
        }
    }
    (places, columns)
}

fn add_child<'s>(
    table: &'s Table,
    child: &'s ChildTable,
    parent: &Place,
    places: &mut BTreeMap<Place, SqlTable<'s>>,
    columns: &mut Columns<'s>,
) {
    let place = Place { table: table.number, path: child.path.clone() };
    add_columns(&place, child.columns(), columns);
    let key = ids(&place, child.key_columns());
    let parent = Some(parent.clone());
    places.insert(place.clone(), SqlTable { name: &child.name.sql, table, child: Some(child), parent, key });
    for inner in child.nested() {
        add_child(table, inner, &place, places, columns);
    }
}

fn add_columns<'s>(place: &Place, of: Vec<&'s Column>, columns: &mut Columns<'s>) {
    columns.extend(of.into_iter().map(|column| (id(place, column), column)));
}

fn ids(place: &Place, columns: Vec<&Column>) -> Vec<ColumnId> {
    columns.into_iter().map(|column| id(place, column)).collect()
}

/// Returns what a column of a table is called in a plan.
pub(crate) fn id(place: &Place, column: &Column) -> ColumnId {
    ColumnId { place: place.clone(), path: column.path.clone(), role: column.role }
}
