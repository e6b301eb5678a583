//! The Mermaid diagram of a store's tables.

use protostore_schema::{Alone, ChildTable, Column, ForeignKey, Place, Schema, Table, Type};

/// Returns an entity for each table, with its key and references, and a line for each relation.
pub(super) fn diagram(schema: &Schema) -> String {
    let mut out = String::from("```mermaid\nerDiagram\n");
    for table in &schema.tables {
        out += &entity(&table.name.sql, &table.all_columns(), &table.key);
        for child in table.descendants() {
            let key: Vec<String> = child.key_columns().into_iter().map(|c| c.name.sql.clone()).collect();
            out += &entity(&child.name.sql, &child.columns(), &key);
        }
    }
    for table in &schema.tables {
        for column in table.columns() {
            out += &relation(table, &table.name.sql, column);
        }
        for key in &table.foreign_keys {
            out += &composite(&table.name.sql, key);
        }
        for child in table.children() {
            out += &owned(table, &table.name.sql, child);
        }
    }
    out + "```\n"
}

/// Returns the lines of a child table: to its owner, to what it names, and of those inside its elements.
fn owned(table: &Table, owner: &str, child: &ChildTable) -> String {
    let many = match child.place {
        Place::Position(_) | Place::Key(_) => "o{",
        Place::Alone(Alone { required: true, .. }) => "||",
        Place::Alone(_) => "o|",
    };
    let mut out = format!("  {owner} ||--{many} {} : \"{}\"\n", child.name.sql, child.name.proto);
    for column in child.item_columns() {
        out += &relation(table, &child.name.sql, column);
    }
    for key in &child.foreign_keys {
        out += &composite(&child.name.sql, key);
    }
    out + &child.nested().into_iter().map(|inner| owned(table, &child.name.sql, inner)).collect::<String>()
}

fn entity(name: &str, columns: &[&Column], key: &[String]) -> String {
    let mut out = format!("  {name} {{\n");
    for column in columns {
        let mark = match (key.contains(&column.name.sql), column.reference.is_some()) {
            (true, true) => " PK, FK",
            (true, false) => " PK",
            (false, true) => " FK",
            // The others are in the table of columns: a box of fifty lines shows no relation.
            (false, false) => continue,
        };
        out += &format!("    {} {}{mark}\n", type_name(&column.ty), column.name.sql);
    }
    out + "  }\n"
}

/// A reference that is unique names at most one row, so that its own row is at most one to the other.
fn relation(table: &Table, name: &str, column: &Column) -> String {
    let Some(reference) = &column.reference else { return String::new() };
    let indexes = table.indexes_of_readers();
    let whole = indexes.iter().filter(|i| i.unique && i.condition.is_none());
    let unique = whole.into_iter().any(|i| i.columns.len() == 1 && i.columns[0].column == column.name.sql);
    let many = if unique { "o|" } else { "o{" };
    let one = if column.nullable || !reference.enforced { "|o" } else { "||" };
    // A dotted line is one that the database does not hold.
    let line = if reference.enforced { "--" } else { ".." };
    format!("  {} {one}{line}{many} {name} : \"{}\"\n", reference.table, column.name.proto)
}

fn composite(name: &str, key: &ForeignKey) -> String {
    let line = if key.enforced { "--" } else { ".." };
    format!("  {} |o{line}o{{ {name} : \"{}\"\n", key.table, key.columns.join(", "))
}

pub(super) fn type_name(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::Int32 => "int32",
        Type::Int64 => "int64",
        Type::Uint32 => "uint32",
        Type::Uint64 => "uint64",
        Type::Float => "float",
        Type::Double => "double",
        Type::String => "string",
        Type::Bytes => "bytes",
        Type::Enum(_) => "enum",
        Type::Timestamp => "timestamp",
        Type::Duration => "duration",
        Type::Struct => "struct",
        Type::Value => "value",
        Type::ListValue => "list_value",
        Type::Any => "any",
        Type::FieldMask => "field_mask",
        Type::Message(_) => "message",
        Type::Repeated(_) => "repeated",
    }
}
