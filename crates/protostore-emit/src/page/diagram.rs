//! The Mermaid diagram of a store's tables.

use protostore_schema::{Column, Schema, Type};

use super::relations::{Relation, Rows, Target, relations};

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
    relations(schema).iter().for_each(|relation| out += &line(relation));
    out + "```\n"
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

/// Returns a line: dotted where the database does not hold rows to it.
fn line(Relation { from, column: _, to, target, rows, enforced, label }: &Relation<'_>) -> String {
    let one = match target {
        Target::One => "||",
        Target::AtMostOne => "|o",
    };
    let many = match rows {
        Rows::One => "||",
        Rows::AtMostOne => "o|",
        Rows::Many => "o{",
    };
    let line = if *enforced { "--" } else { ".." };
    format!("  {to} {one}{line}{many} {from} : \"{label}\"\n")
}

pub(crate) fn type_name(ty: &Type) -> &'static str {
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
