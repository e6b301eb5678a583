//! CREATE TRIGGER where the deletion of one row changes another: the engine unsets a reference or takes an element away,
//! and the revision of the record that it stands in must change as well.

use protostore_schema::{Column, OnDelete, Schema, Table, Type, revises_name};

use super::{list, quote};
use crate::plan::{counter, number_of};

/// A column that the deletion of a row of another table unsets, or removes with the element that it stands in.
struct Place<'a> {
    /// The table whose records have a revision.
    owner: &'a Table,
    /// SQL name of the table that the column stands in: the owner's, or that of one of its lists.
    relation: &'a str,
    column: &'a Column,
    /// In a list, the columns that hold the owner's key.
    key: Option<Vec<&'a str>>,
}

/// Returns the triggers on a table whose deletions change records that have a revision.
pub(super) fn triggers(schema: &Schema, table: &Table) -> Vec<String> {
    schema.tables.iter().flat_map(places).filter(|place| names(place, table)).map(|p| trigger(table, &p)).collect()
}

fn places(owner: &Table) -> Vec<Place<'_>> {
    if owner.revision.is_none() {
        return Vec::new();
    }
    let own = owner.columns().into_iter().filter(|column| action(column) == Some(OnDelete::SetNull));
    let own = own.map(|column| Place { owner, relation: &owner.name.sql, column, key: None });
    let inner = owner.descendants().into_iter().flat_map(|child| {
        let key: Vec<&str> = child.owner.iter().take(owner.key.len()).map(|c| c.name.sql.as_str()).collect();
        let changing = child
            .columns()
            .into_iter()
            .filter(|column| matches!(action(column), Some(OnDelete::SetNull | OnDelete::Cascade)));
        changing.map(move |column| Place { owner, relation: &child.name.sql, column, key: Some(key.clone()) })
    });
    own.chain(inner).collect()
}

fn action(column: &Column) -> Option<OnDelete> {
    column.reference.as_ref().map(|reference| reference.on_delete)
}

fn names(place: &Place<'_>, table: &Table) -> bool {
    place.column.reference.as_ref().is_some_and(|reference| reference.table == table.name.sql)
}

fn trigger(table: &Table, Place { owner, relation, column, key }: &Place<'_>) -> String {
    let revision = owner.revision_column().expect("the records of the place have a revision");
    let (number, path) = counter(owner, revision);
    let (target, own, set) = (quote(&table.name.sql), quote(&owner.name.sql), quote(&revision.name.sql));
    let name = quote(&revises_name(&table.name.sql, relation, &column.name.sql));
    let named = column.reference.as_ref().map(|reference| quote(&reference.column)).unwrap_or_default();
    let naming = format!("FROM {} WHERE {} = OLD.{named}", quote(relation), quote(&column.name.sql));
    let rows = match key {
        None => format!("{} = OLD.{named}", quote(&column.name.sql)),
        Some(key) => format!(
            "({}) IN (SELECT {} {naming})",
            list(owner.key.iter().map(String::as_str)),
            list(key.iter().copied())
        ),
    };
    // The row that is being deleted must not be written.
    let others = if table.number == owner.number { format!(" AND {named} <> OLD.{named}") } else { String::new() };
    let at = format!("\"table\" = {number} AND \"path\" = '{path}'");
    let last = format!("(SELECT \"last\" FROM \"protostore__sequences\" WHERE {at})");
    let last = if revision.ty == Type::String { format!("CAST({last} AS TEXT)") } else { last };
    format!(
        "CREATE TRIGGER {name} BEFORE DELETE ON {target}\n\
         WHEN EXISTS (SELECT 1 {naming})\n\
         BEGIN\n  \
         INSERT INTO \"protostore__sequences\" (\"table\", \"path\", \"last\")\n    \
         SELECT {number}, '{path}', max(coalesce(max({}), 0), 0) FROM {own}\n    \
         WHERE NOT EXISTS (SELECT 1 FROM \"protostore__sequences\" WHERE {at})\n    \
         ON CONFLICT DO NOTHING;\n  \
         UPDATE \"protostore__sequences\" SET \"last\" = \"last\" + 1 WHERE {at};\n  \
         UPDATE {own} SET {set} = {last}\n    \
         WHERE {rows}{others};\n\
         END;\n",
        number_of(revision)
    )
}
