//! The columns of a table: what each is in the proto, in SQL and in Rust, and what its values must be.

use protostore_schema::{Column, Role, Schema, Table};
use protostore_sql::Dialect;

use super::index::{Entry, Kind};
use super::page::table_of;
use super::{notes, prose};
use crate::markup::{Element, el};

/// Returns the columns as a table, and adds them to what can be found.
pub(super) fn of(
    schema: &Schema,
    table: &Table,
    name: &str,
    columns: &[&Column],
    key: &[String],
    place: &str,
    entries: &mut Vec<Entry>,
) -> Element {
    let mut row = |column: &&Column| {
        let sql = &column.name.sql;
        let id = format!("{name}.{sql}");
        let docs = crate::page::sentence(&column.docs);
        entries.push(Entry::new(Kind::Column, sql, name, format!("{place}#{id}"), docs));
        let own = prose::name(sql);
        let own = if key.contains(sql) { el("strong").with(own) } else { own };
        let mut notes = notes::of(schema, table, name, column);
        if key.contains(sql) {
            notes.insert(0, el("li").text("key"));
        }
        let says = comment(column);
        let says = if notes.is_empty() { says } else { says.with(el("ul").set("class", "notes").all(notes)) };
        el("tr")
            .set("id", id)
            .with(el("td").with(own))
            .with(field(schema, column))
            .with(el("td").with(el("code").text(crate::sql::sql_type(column, Dialect::Sqlite))))
            .with(el("td").text(if column.nullable { "yes" } else { "" }))
            .with(says)
    };
    table_of(&["Column", "Field", "SQLite", "Null", "Meaning"], columns.iter().map(&mut row).collect::<Vec<_>>())
}

/// Returns the field that a column holds: its type in the proto and the numbers that lead to it.
fn field(schema: &Schema, column: &Column) -> Element {
    let Some(kind) = &column.kind else { return el("td") };
    let (word, link) = match kind {
        protostore_schema::Kind::Enum(name) => (name.as_str(), is_listed(schema, name)),
        protostore_schema::Kind::Message(name) => (name.as_str(), false),
        plain => (plain.word(), false),
    };
    let ty = prose::name(word);
    let ty = if link { el("a").set("href", format!("../enums.html#{word}")).with(ty) } else { ty };
    let path: Vec<String> = column.path.iter().map(u32::to_string).collect();
    let numbers = el("span").set("class", "numbers").text(format!(" = {}", path.join(".")));
    el("td").with(ty).text(" ").with(prose::name(&column.name.proto)).with(numbers)
}

fn is_listed(schema: &Schema, name: &str) -> bool {
    schema.enums.iter().any(|listed| listed.name.proto == name)
}

/// Returns the cell with what is said of a column; of one that no field is, what it is there for.
fn comment(column: &Column) -> Element {
    let cell = el("td");
    match column.role {
        Role::OwnerKey => prose::with_code(cell, &format!("The `{}` of its record.", column.name.proto)),
        Role::Position => cell.text("Its place among the others."),
        Role::MapKey => cell.text("The key of the entry."),
        Role::Singleton => cell.text("Always 1: there is at most one row."),
        Role::Presence => prose::inline(cell.text("Whether this is set. "), &column.docs),
        Role::Value => prose::inline(cell, &column.docs),
    }
}
