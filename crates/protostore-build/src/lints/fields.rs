//! Notes about fields: an unset enum that means something, secrets that are shown, and names that SQL reserves.

use std::collections::BTreeSet;

use protostore_schema::{Column, Node, Schema, Table, Type};

use super::Lint;

/// How the zero of an enum is called where it means that the field is unset.
const UNSET: [&str; 6] = ["UNSPECIFIED", "UNKNOWN", "UNDEFINED", "INVALID", "UNSET", "NONE"];

/// How a field is called whose value should be seen by few.
const SECRETS: [&str; 8] =
    ["password", "passphrase", "secret", "private_key", "secret_key", "api_key", "access_token", "refresh_token"];

/// Words that SQLite or PostgreSQL reserve: as a name, each has quotes around it.
const SQL_WORDS: [&str; 62] = [
    "all",
    "alter",
    "and",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "check",
    "collate",
    "column",
    "commit",
    "constraint",
    "create",
    "cross",
    "default",
    "delete",
    "desc",
    "distinct",
    "drop",
    "else",
    "end",
    "except",
    "exists",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "index",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "join",
    "left",
    "limit",
    "not",
    "null",
    "offset",
    "on",
    "or",
    "order",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "set",
    "table",
    "then",
    "to",
    "transaction",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "where",
];

/// Returns a note for each enum whose zero means something, where a field that was never set has it.
pub(super) fn enums(schema: &Schema) -> Vec<Lint> {
    let mut seen = BTreeSet::new();
    let mut lints = Vec::new();
    for table in &schema.tables {
        for (column, has_presence) in scalars(&table.record.nodes) {
            let Type::Enum(name) = &column.ty else { continue };
            let of = schema.enumeration(name);
            let Some(zero) = of.values.iter().find(|value| value.number == 0) else { continue };
            // `NullValue` has one value, and it is all that it says.
            let is_unset =
                of.values.len() == 1 || UNSET.iter().any(|word| zero.name.proto.to_ascii_uppercase().ends_with(word));
            if has_presence || column.non_zero || is_unset || !seen.insert(name) {
                continue;
            }
            let (store, name, field) = (&schema.name, &table.name.proto, &column.name.proto);
            let says = format!(
                "`{name}.{field}` of `{store}` is `{}` where it was never set: `optional`, or a value `…_UNSPECIFIED = 0` in \
                 the enum, tells the two apart",
                zero.name.proto
            );
            lints.push(Lint { name: "enum_zero_value", place: format!("{store}.{name}.{field}"), says });
        }
    }
    lints
}

/// Returns the fields of one value, in the record and in messages inside it, each with whether it has presence.
fn scalars(nodes: &[Node]) -> Vec<(&Column, bool)> {
    let mut found = Vec::new();
    for node in nodes {
        match node {
            Node::Scalar(scalar) => found.push((&scalar.column, scalar.optional || scalar.optional_in_message)),
            Node::Group(group) => found.extend(scalars(&group.nodes)),
            Node::Oneof(_) | Node::Child(_) | Node::Absent(_) => {}
        }
    }
    found
}

/// Returns a note for each field that is called as a secret is, and is printed with its record.
pub(super) fn secrets(schema: &Schema) -> Vec<Lint> {
    let of_table = |table: &Table| {
        let columns = table.columns().into_iter().filter(|column| {
            let name = column.name.proto.rsplit('.').next().unwrap_or_default();
            let is_text = matches!(column.ty, Type::String | Type::Bytes);
            let is_called = SECRETS.iter().any(|word| name == *word || name.ends_with(&format!("_{word}")));
            is_text && is_called && !column.redacted && column.reference.is_none()
        });
        let lint = |column: &Column| {
            let (store, name, field) = (&schema.name, &table.name.proto, &column.name.proto);
            let says = format!(
                "`{name}.{field}` of `{store}` is called as a secret is, and is printed in logs and by the commands: \
                 `debug_redact = true` leaves it out of what people read"
            );
            Lint { name: "plain_secret", place: format!("{store}.{name}.{field}"), says }
        };
        columns.map(lint).collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of_table).collect()
}

/// Returns a note for each table and column that has the name of a word of SQL.
pub(super) fn sql_words(schema: &Schema) -> Vec<Lint> {
    let is_word = |name: &str| SQL_WORDS.contains(&name.to_ascii_lowercase().as_str());
    let lint = |path: &str, name: &str| {
        let says = format!(
            "`{path}` of `{}` is a word of SQL: statements of your own write `\"{name}\"`, as the generated ones do",
            schema.name
        );
        Lint { name: "sql_word", place: format!("{}.{path}", schema.name), says }
    };
    let of_table = |table: &Table| {
        let name = &table.name;
        let own = is_word(&name.sql).then(|| lint(&name.proto, &name.sql));
        let columns = table.columns().into_iter().filter(|column| is_word(&column.name.sql));
        let columns = columns.map(|column| lint(&format!("{}.{}", name.proto, column.name.proto), &column.name.sql));
        own.into_iter().chain(columns).collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of_table).collect()
}
