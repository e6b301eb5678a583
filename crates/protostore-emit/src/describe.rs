//! A schema as text for a terminal: what is stored, where, and what is not.

use protostore_schema::{Column, Index, Item, Node, Schema, Table, UnstoredMessage};
use protostore_sql::Dialect;

use crate::page::{sentence, type_name};

/// Returns the tables of a schema, a line each, the fields of records that are not stored, and the messages that no table
/// holds.
#[must_use]
pub fn describe(schema: &Schema, unstored: &[UnstoredMessage]) -> String {
    let Schema { name, store, tables, enums, .. } = schema;
    let row = |table: &Table| {
        let children = table.descendants().len();
        let columns = table.all_columns().len() + table.descendants().iter().map(|c| c.columns().len()).sum::<usize>();
        let docs = if table.docs.is_empty() { &table.record.docs } else { &table.docs };
        let key: Vec<&str> = table.key_columns().iter().map(|column| column.name.proto.as_str()).collect();
        let key = if table.singleton.is_some() { "at most one row".to_owned() } else { key.join(", ") };
        [table.name.sql.clone(), key, children.to_string(), columns.to_string(), sentence(docs)]
    };
    let head = ["table", "key", "child tables", "columns", ""].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(tables.iter().map(row)).collect();
    let left_out: Vec<String> = tables.iter().flat_map(not_stored).collect();
    let stored: usize = tables.iter().map(|table| fields(&table.record.nodes)).sum();
    let counts = format!("{}, {}", count(tables.len(), "table"), count(enums.len(), "enum"));
    let mut text = format!("{name}: {store}, {counts}\n\n{}\n", aligned(&rows));
    text += &match left_out.len() {
        0 => format!("all of {} are stored\n", count(stored, "field")),
        missing => format!("{stored} of {} are stored; not stored:\n", count(stored + missing, "field")),
    };
    text.extend(left_out.iter().map(|field| format!("  {field}\n")));
    if !unstored.is_empty() {
        text += "messages of the API that no table holds, requests and responses aside:\n";
        let line = |UnstoredMessage { proto, file, fields }: &UnstoredMessage| {
            format!("  {proto} ({file}): {}\n", fields.join(", "))
        };
        text.extend(unstored.iter().map(line));
    }
    text
}

/// Returns a table of a schema: its columns and those of its child tables, indexes, and the functions over it. None where
/// the schema has no table of that name.
#[must_use]
pub fn describe_table(schema: &Schema, name: &str) -> Option<String> {
    let at = schema.tables.iter().position(|table| table.name.sql == name)?;
    let table = &schema.tables[at];
    let docs = if table.docs.is_empty() { &table.record.docs } else { &table.docs };
    let mut text = format!("{name}: table {} of {}, record {}\n", table.number, schema.name, table.record.ty.rust);
    text.extend(docs.0.iter().filter(|line| !line.is_empty()).map(|line| format!("  {line}\n")));
    text += &part(&table.name.sql, &table.all_columns(), &table.key, &table.indexes);
    for child in table.descendants() {
        let key: Vec<String> = child.key_columns().into_iter().map(|column| column.name.sql.clone()).collect();
        text += &part(&child.name.sql, &child.columns(), &key, &child.indexes);
    }
    let checks: Vec<[String; 2]> = crate::constraints(schema)
        .into_iter()
        .filter(|check| check.table == name)
        .map(|check| [check.field, check.says])
        .collect();
    if !checks.is_empty() {
        text += &format!("\nconstraints\n{}", indented(&aligned(&checks)));
    }
    let functions = crate::rust::signatures(schema).swap_remove(at).functions;
    if !functions.is_empty() {
        let signatures: String = functions.iter().map(|function| function.signature.clone() + "\n").collect();
        text += &format!("\nfunctions of {}::{}\n{}", schema.name, table.record.module, indented(&signatures));
    }
    Some(text)
}

/// Returns the columns and indexes of one table.
fn part(name: &str, columns: &[&Column], key: &[String], indexes: &[Index]) -> String {
    let row = |column: &&Column| {
        let mark = match (key.contains(&column.name.sql), column.nullable) {
            (true, _) => "key",
            (false, true) => "null",
            (false, false) => "",
        };
        let path: Vec<String> = column.path.iter().map(u32::to_string).collect();
        let field = if path.is_empty() { String::new() } else { format!("{} = {}", column.name.proto, path.join(".")) };
        let to = column.reference.as_ref().map(|to| format!("-> {}", to.table)).unwrap_or_default();
        let ty = crate::sql::sql_type(column, Dialect::Sqlite).to_owned();
        [column.name.sql.clone(), type_name(&column.ty).to_owned(), ty, mark.to_owned(), field, to]
    };
    let rows: Vec<[String; 6]> = columns.iter().map(row).collect();
    let index = |Index { name, columns, unique, condition }: &Index| {
        let part = |c: &protostore_schema::IndexColumn| c.column.clone() + if c.descending { " desc" } else { "" };
        let columns = columns.iter().map(part).collect::<Vec<_>>().join(", ");
        let rows = condition.as_ref().map(|c| format!(" where {}", crate::sql::shown(c))).unwrap_or_default();
        format!("  {} {name} ({columns}){rows}\n", if *unique { "unique index" } else { "index" })
    };
    format!("\n{name}\n{}{}", indented(&aligned(&rows)), indexes.iter().map(index).collect::<String>())
}

fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// Returns how many fields are stored, those inside of others included.
pub(crate) fn fields(nodes: &[Node]) -> usize {
    let of_node = |node: &Node| match node {
        Node::Scalar(_) => 1,
        Node::Group(group) => 1 + fields(&group.nodes),
        Node::Oneof(oneof) => oneof.variants.iter().map(|v| fields(std::slice::from_ref(&v.node))).sum(),
        Node::Child(child) => match &child.item {
            Item::Scalar(_) => 1,
            Item::Message { nodes, .. } => 1 + fields(nodes),
        },
        Node::Absent(_) => 0,
    };
    nodes.iter().map(of_node).sum()
}

/// Returns the fields of a table's record that are not stored, each as a path from the table.
pub(crate) fn not_stored(table: &Table) -> Vec<String> {
    fn visit(around: &str, nodes: &[Node], found: &mut Vec<String>) {
        for node in nodes {
            let path = format!("{around}.{}", node.name().proto.rsplit('.').next().unwrap_or_default());
            match node {
                Node::Absent(_) => found.push(path),
                Node::Group(group) => visit(&path, &group.nodes, found),
                Node::Oneof(oneof) => {
                    oneof.variants.iter().for_each(|v| visit(around, std::slice::from_ref(&v.node), found));
                }
                Node::Child(child) => {
                    if let Item::Message { nodes, .. } = &child.item {
                        visit(&path, nodes, found);
                    }
                }
                Node::Scalar(_) => {}
            }
        }
    }
    let mut found = Vec::new();
    visit(&table.name.sql, &table.record.nodes, &mut found);
    found
}

/// Returns rows as lines whose cells begin below each other.
fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).filter(|(_, width)| *width > 0);
        let line: String = cells.map(|(cell, width)| format!("{cell:width$}  ")).collect();
        line.trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
