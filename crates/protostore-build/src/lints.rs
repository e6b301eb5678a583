//! Notes about what is allowed and may not be meant. Each has a name, under which a project allows it.

mod fields;
mod indexes;

use std::collections::HashMap;

use protostore_schema::{Column, Role, Schema, Table, widest_parts};

/// The names of all notes.
pub(crate) const NAMES: [&str; 7] = [
    "enum_zero_value",
    "plain_reference",
    "plain_secret",
    "prefix_index",
    "sql_word",
    "unique_optional",
    "wide_record",
];

/// Returns the names of all notes, each with what the page of diagnostics says about it.
pub fn explained_notes() -> impl Iterator<Item = (&'static str, &'static str)> + Clone {
    NAMES.iter().map(|name| (*name, protostore_lower::note_explanation(name)))
}

/// Tables that a record may become without a note.
const TABLES: usize = 50;

/// A note, apart from whether it is allowed.
struct Lint {
    name: &'static str,
    /// What it is about: store and table, or store, table and field: `shop.orders.item_id`.
    place: String,
    says: String,
}

/// Returns the notes about some schemas that a project does not allow, and those of its `allow` that name nothing.
pub(crate) fn notes<'s>(schemas: impl Iterator<Item = &'s Schema>, allow: &[String], is_whole: bool) -> Vec<String> {
    let lints: Vec<Lint> = schemas.flat_map(of_schema).collect();
    let is_meant = |allowed: &str, lint: &Lint| match allowed.split_once(':') {
        Some((name, place)) => name == lint.name && place == lint.place,
        None => allowed == lint.name,
    };
    let shown = lints.iter().filter(|lint| !allow.iter().any(|allowed| is_meant(allowed, lint)));
    let mut notes: Vec<String> = shown.map(|Lint { name, says, place: _ }| format!("{says} [{name}]")).collect();
    // Where some stores are left out, an entry may be about one of those.
    let unneeded = allow.iter().filter(|allowed| is_whole && !lints.iter().any(|lint| is_meant(allowed, lint)));
    notes.extend(
        unneeded.map(|allowed| format!("`allow` has \"{allowed}\", and there is nothing of that name to allow")),
    );
    notes
}

fn of_schema(schema: &Schema) -> Vec<Lint> {
    let mut lints = wide_records(schema);
    lints.extend(plain(schema));
    lints.extend(indexes::unique_optional(schema));
    lints.extend(indexes::prefixes(schema));
    lints.extend(fields::enums(schema));
    lints.extend(fields::secrets(schema));
    lints.extend(fields::sql_words(schema));
    lints
}

/// Returns a note for each record that becomes many tables, with the parts that most of them are of.
fn wide_records(schema: &Schema) -> Vec<Lint> {
    let tables = schema.tables.iter().map(|table| {
        let paths: Vec<String> = table.descendants().iter().map(|child| child.name.proto.clone()).collect();
        (&table.name.proto, paths)
    });
    let wide = tables.filter(|(_, paths)| paths.len() >= TABLES);
    wide.map(|(name, paths)| {
        let widest: Vec<_> = widest_parts(&paths).iter().map(|(part, count)| format!("`{part}` ({count})")).collect();
        let says = format!(
            "`{name}` of `{}` becomes {} SQL tables; the widest parts: {}. A part that no query looks into can be one column: \
             `storage: JSON` or `BYTES`",
            schema.name,
            paths.len() + 1,
            widest.join(", ")
        );
        Lint { name: "wide_record", place: format!("{}.{name}", schema.name), says }
    })
    .collect()
}

/// Returns a note for each field that is called as the key of another table is, and refers to nothing.
fn plain(schema: &Schema) -> Vec<Lint> {
    let called = &called(schema);
    let of_table = |table| {
        let table: &Table = table;
        let columns = table.columns().into_iter().map(move |column| (column, table.foreign_keys.as_slice()));
        let children = table.descendants().into_iter();
        let inside =
            children.flat_map(|c| c.item_columns().into_iter().map(|column| (column, c.foreign_keys.as_slice())));
        let plain = columns.chain(inside).filter(|(column, keys)| {
            let is_part = keys.iter().any(|key| key.columns.contains(&column.name.sql));
            column.role == Role::Value && column.reference.is_none() && !is_part
        });
        plain
            .filter_map(move |(column, _)| Some(lint(schema, table, column, target(called, column)?)))
            .collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of_table).collect()
}

fn lint(schema: &Schema, table: &Table, column: &Column, target: &Table) -> Lint {
    let place = format!("{}.{}.{}", schema.name, table.name.proto, column.name.proto);
    let says = format!(
        "`{}.{}` of `{}` is called as the key of `{}` is, and refers to nothing: `(protostore.v1.column) = {{references: \
         {{table: \"{}\"}}}}` makes it a reference",
        table.name.proto, column.name.proto, schema.name, target.name.proto, target.name.proto
    );
    Lint { name: "plain_reference", place, says }
}

/// Tables with the column of their key, by what a field that refers to one is called.
type Called<'s> = HashMap<String, Vec<(&'s Table, &'s Column)>>;

/// Returns the tables by record and key, as a field is called that refers to one, `machine_id`, and a list, `machine_ids`.
fn called(schema: &Schema) -> Called<'_> {
    let mut called = Called::new();
    for table in schema.tables.iter().filter(|table| table.singleton.is_none()) {
        let [key] = table.key_columns()[..] else { continue };
        let one = format!("{}_{}", table.record.module, key.name.proto);
        for name in [format!("{one}s"), one] {
            called.entry(name).or_default().push((table, key));
        }
    }
    called
}

/// Returns the first table whose record and key a field is called by.
fn target<'s>(called: &Called<'s>, column: &Column) -> Option<&'s Table> {
    let name = column.name.proto.rsplit('.').next()?;
    called.get(name)?.iter().find(|(_, key)| key.ty == column.ty).map(|(table, _)| *table)
}
