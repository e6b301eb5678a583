//! A schema by identity: all data of its tables by (number of the table, path of field numbers), wherever it is stored.

mod datum;
mod facets;
mod sql_table;
mod walk;

use std::collections::BTreeMap;

use protostore_schema::{Column, Schema, Table};

pub(crate) use datum::{Datum, Many, Membership, Storage};
pub(crate) use sql_table::SqlTable;

use crate::plan::{ColumnId, Place};

/// The data, SQL tables and columns of a schema, each by what it is rather than by what it is called.
pub(crate) struct View<'s> {
    pub(crate) schema: &'s Schema,
    data: BTreeMap<(u32, Vec<u32>), Datum<'s>>,
    /// In the order of declaration.
    oneofs: Vec<OneofView<'s>>,
    places: BTreeMap<Place, SqlTable<'s>>,
    columns: BTreeMap<ColumnId, &'s Column>,
}

/// A oneof of a record or of a message in it.
pub(crate) struct OneofView<'s> {
    /// The table's number.
    pub(crate) table: u32,
    /// Field numbers of the message that declares it; none for the record.
    pub(crate) around: Vec<u32>,
    pub(crate) oneof: &'s protostore_schema::Oneof,
    /// Paths of its members, in the order of declaration.
    pub(crate) members: Vec<Vec<u32>>,
}

impl<'s> View<'s> {
    pub(crate) fn new(schema: &'s Schema) -> Self {
        let (places, columns) = sql_table::all(schema);
        let mut view = Self { schema, data: BTreeMap::new(), oneofs: Vec::new(), places, columns };
        walk::walk(schema, &mut view.data, &mut view.oneofs);
        view
    }

    /// Returns the table of that number.
    pub(crate) fn table(&self, number: u32) -> Option<&'s Table> {
        self.schema.tables.iter().find(|table| table.number == number)
    }

    /// Returns the number of the table of that SQL name.
    pub(crate) fn number_of(&self, sql: &str) -> Option<u32> {
        self.schema.tables.iter().find(|table| table.name.sql == sql).map(|table| table.number)
    }

    /// Returns what a table holds at a path.
    pub(crate) fn datum(&self, table: u32, path: &[u32]) -> Option<&Datum<'s>> {
        self.data.get(&(table, path.to_vec()))
    }

    /// Returns all data of a table, by path: a message before what is in it.
    pub(crate) fn data_of(&self, table: u32) -> impl Iterator<Item = &Datum<'s>> {
        self.data.range((table, Vec::new())..).take_while(move |((of, _), _)| *of == table).map(|(_, datum)| datum)
    }

    /// Returns the oneofs of a table, in the order of declaration.
    pub(crate) fn oneofs_of(&self, table: u32) -> impl Iterator<Item = &OneofView<'s>> {
        self.oneofs.iter().filter(move |oneof| oneof.table == table)
    }

    /// Returns the SQL tables: a record's own before those of its fields, an owner before what it owns.
    pub(crate) fn places(&self) -> &BTreeMap<Place, SqlTable<'s>> {
        &self.places
    }

    /// Returns all columns, by identity and the table in which each is.
    pub(crate) fn columns(&self) -> &BTreeMap<ColumnId, &'s Column> {
        &self.columns
    }

    /// Returns the identity of the column of that SQL name in a table.
    pub(crate) fn column_named(&self, place: &Place, sql: &str) -> Option<&ColumnId> {
        let mut columns = self.columns.iter().filter(|(id, _)| id.place == *place);
        columns.find(|(_, column)| column.name.sql == sql).map(|(id, _)| id)
    }
}
