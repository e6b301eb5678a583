//! The tables of columns in the generated crate's README.

use protostore_schema::{ChildTable, Column, Docs, Role, Schema, Table};

use super::{cell, diagram::type_name};

/// Returns a section for each table and child table, with a row for each column.
pub(super) fn columns(schema: &Schema) -> String {
    let of_table = |table: &Table| {
        let children = table.descendants().into_iter().map(of_child).collect::<String>();
        section(&table.name.sql, &table.all_columns(), &Docs::default()) + &children
    };
    schema.tables.iter().map(of_table).collect()
}

fn of_child(child: &ChildTable) -> String {
    section(&child.name.sql, &child.columns(), &child.docs)
}

/// Returns the columns of one table; `element` is what a repeated field says of its elements.
fn section(table: &str, columns: &[&Column], element: &Docs) -> String {
    let rows: String = columns.iter().map(|column| row(column, element)).collect();
    format!("\n### {table}\n\n| column | type | null | |\n| --- | --- | --- | --- |\n{rows}")
}

fn row(column: &Column, element: &Docs) -> String {
    let null = if column.nullable { "yes" } else { "" };
    let said = match column.role {
        Role::OwnerKey => format!("The `{}` of its record.", column.name.proto),
        Role::Position => "Its place among the others.".to_owned(),
        Role::MapKey => "The key of the entry.".to_owned(),
        Role::Singleton => "Always 1: there is at most one row.".to_owned(),
        Role::Presence => format!("Whether this is set: {}", cell(&column.docs)),
        Role::Value if column.docs.is_empty() && column.name.sql == "value" => cell(element),
        Role::Value => cell(&column.docs),
    };
    let said = said.trim_end().trim_end_matches(':');
    format!("| `{}` | {} | {null} | {said} |\n", column.name.sql, type_name(&column.ty))
}
