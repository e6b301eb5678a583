//! CREATE TABLE and CREATE INDEX.

use protostore_schema::{
    ChildTable, Column, Docs, ForeignKey, Form, Index, Item, Node, OnDelete, Reference, Role, Table, Type,
};

use super::{append_only, check, checks, comment, list, plain_condition, quote};

/// What a line of SQL may hold, beside its indent.
pub(super) const WIDTH: usize = 110;

/// Returns a table of the store with its indexes.
pub(super) fn record(table: &Table) -> String {
    let docs = if table.docs.is_empty() { &table.record.docs } else { &table.docs };
    let mut parts: Vec<String> = table.all_columns().into_iter().map(column).collect();
    parts.extend(constraints(&table.record.nodes));
    parts.push(primary_key(table.key.iter().map(String::as_str)));
    parts.extend(table.foreign_keys.iter().filter_map(foreign_key));
    comment(docs, "")
        + &create(&table.name.sql, &parts, "STRICT")
        + &indexes(&table.name.sql, &table.indexes)
        + &append_only::of(table, &table.name.sql)
}

/// Returns the child tables of a record at any depth, each after the one that it lies in.
pub(super) fn children(table: &Table) -> Vec<String> {
    let key: Vec<&str> = table.key.iter().map(String::as_str).collect();
    table.children().into_iter().flat_map(|c| child(table, &table.name.sql, &key, c)).collect()
}

/// Returns the table of a repeated field, keyed by its owner and its place, and those inside its elements.
fn child(record: &Table, parent: &str, parent_key: &[&str], child_table: &ChildTable) -> Vec<String> {
    let key: Vec<&str> = child_table.key_columns().into_iter().map(|c| c.name.sql.as_str()).collect();
    let nested = child_table.nested().into_iter().flat_map(|inner| child(record, &child_table.name.sql, &key, inner));
    let own = create_child(parent, parent_key, child_table) + &append_only::of(record, &child_table.name.sql);
    std::iter::once(own).chain(nested).collect()
}

fn create_child(parent: &str, parent_key: &[&str], child: &ChildTable) -> String {
    let owner: Vec<&str> = child.owner.iter().map(|c| c.name.sql.as_str()).collect();
    let parent = format!("REFERENCES {} ({}) ON DELETE CASCADE", quote(parent), list(parent_key.iter().copied()));
    let mut parts = Vec::new();
    for part in &child.owner {
        let inline = if child.owner.len() == 1 { format!(" {parent}") } else { String::new() };
        parts.push(column(part) + &inline);
    }
    parts.extend(child.place.column().into_iter().chain(child.item_columns()).map(column));
    if let Item::Message { nodes, .. } = &child.item {
        parts.extend(constraints(nodes));
    }
    parts.push(primary_key(child.key_columns().into_iter().map(|c| c.name.sql.as_str())));
    if child.owner.len() > 1 {
        parts.push(format!("  FOREIGN KEY ({}) {parent}", list(owner)));
    }
    parts.extend(child.foreign_keys.iter().filter_map(foreign_key));
    comment(&child.docs, "")
        + &create(&child.name.sql, &parts, "STRICT, WITHOUT ROWID")
        + &indexes(&child.name.sql, &child.indexes)
}

fn create(name: &str, parts: &[String], options: &str) -> String {
    format!("CREATE TABLE {} (\n{}\n) {options};\n", quote(name), parts.join(",\n"))
}

fn primary_key<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    format!("  PRIMARY KEY ({})", list(columns))
}

/// Returns the constraints that concern several columns; those of one column stand at it.
fn constraints(nodes: &[Node]) -> Vec<String> {
    checks(nodes)
        .into_iter()
        .filter(|c| c.place == check::Place::Table)
        .map(|c| format!("  CONSTRAINT {} CHECK (\n    {}\n  )", quote(&c.name), c.condition))
        .collect()
}

/// Returns a column with its constraints. A foreign key of one column stands here, so that ALTER can drop it.
fn column(column: &Column) -> String {
    let Column {
        name,
        path: _,
        role,
        ty,
        form,
        nullable,
        default_zero,
        non_zero: _,
        reference,
        generated: _,
        redacted: _,
        rules: _,
        docs,
    } = column;
    let mut sql = format!("{} {}", quote(&name.sql), sql_type(ty, *form));
    if !nullable {
        sql += " NOT NULL";
    }
    if *default_zero {
        sql += &format!(" DEFAULT {}", zero(ty, *form));
    }
    let check = check::value(column).into_iter().chain(super::rule_check(column)).map(|c| check_at_column(&c));
    let docs = if *role == Role::OwnerKey { &Docs::default() } else { docs };
    let clauses: Vec<String> =
        std::iter::once(sql).chain(check).chain(reference.as_ref().and_then(references)).collect();
    comment(docs, "  ") + "  " + &on_lines(&clauses)
}

/// Returns a CHECK at its column, its condition on a line of its own where it is long.
fn check_at_column(check: &check::Check) -> String {
    let line = format!("CONSTRAINT {} CHECK ({})", quote(&check.name), check.condition);
    if line.len() <= WIDTH {
        return line;
    }
    format!("CONSTRAINT {} CHECK (\n      {}\n    )", quote(&check.name), check.condition)
}

/// Returns what a reference asks and does.
fn references(Reference { table, column, on_delete, enforced }: &Reference) -> Option<String> {
    enforced.then(|| format!("REFERENCES {} ({}){}", quote(table), quote(column), action(*on_delete)))
}

/// Returns what a reference of several columns asks and does. It stands at the table.
fn foreign_key(ForeignKey { columns, table, key, on_delete, enforced }: &ForeignKey) -> Option<String> {
    let names = |names: &[String]| list(names.iter().map(String::as_str));
    enforced.then(|| {
        let (own, other, action) = (names(columns), names(key), action(*on_delete));
        format!("  FOREIGN KEY ({own}) REFERENCES {} ({other}){action}", quote(table))
    })
}

fn action(on_delete: OnDelete) -> &'static str {
    match on_delete {
        // NO ACTION, and not SQL's RESTRICT, whose outcome depends on the order in which tables were created.
        OnDelete::Restrict => "",
        OnDelete::Cascade => " ON DELETE CASCADE",
        OnDelete::SetNull => " ON DELETE SET NULL",
    }
}

/// Returns the clauses of a column on one line, or on a line each where that would be long.
fn on_lines(clauses: &[String]) -> String {
    let line = clauses.join(" ");
    if line.len() <= WIDTH { line } else { clauses.join("\n    ") }
}

fn indexes(table: &str, indexes: &[Index]) -> String {
    indexes
        .iter()
        .map(|Index { name, columns, unique, condition }| {
            let columns: Vec<String> =
                columns.iter().map(|c| quote(&c.column) + if c.descending { " DESC" } else { "" }).collect();
            let unique = if *unique { "UNIQUE " } else { "" };
            let rows = condition.as_ref().map(|c| format!("\n  WHERE {}", plain_condition(c))).unwrap_or_default();
            format!("CREATE {unique}INDEX {} ON {} ({}){rows};\n", quote(name), quote(table), columns.join(", "))
        })
        .collect()
}

/// Returns the SQL type of a column's values.
pub(super) fn sql_type(ty: &Type, form: Form) -> &'static str {
    match form {
        Form::Own => own_type(ty),
        Form::FullRange | Form::FloatBits | Form::Seconds | Form::Milliseconds => "INTEGER",
        // SQLite has no time of its own.
        Form::Microseconds | Form::Timestamptz => "INTEGER",
        Form::Rfc3339 | Form::Json => "TEXT",
        Form::Bytes => "BLOB",
    }
}

fn own_type(ty: &Type) -> &'static str {
    match ty {
        Type::Bool | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 => "INTEGER",
        Type::Enum(_) | Type::Timestamp | Type::Duration => "INTEGER",
        Type::Float | Type::Double => "REAL",
        Type::String | Type::Struct | Type::Value | Type::ListValue | Type::FieldMask => "TEXT",
        Type::Bytes | Type::Any | Type::Message(_) | Type::Repeated(_) => "BLOB",
    }
}

/// Returns what stands in a column for the zero of its type.
pub(super) fn zero(ty: &Type, form: Form) -> &'static str {
    match form {
        // 0 XOR 2^63.
        Form::FullRange => "-9223372036854775808",
        Form::FloatBits => "0",
        Form::Bytes => "x''",
        Form::Json if matches!(ty, Type::Repeated(repeated) if repeated.key.is_some()) => "'{}'",
        Form::Json => "'[]'",
        Form::Own => own_zero(ty),
        Form::Seconds | Form::Milliseconds | Form::Microseconds | Form::Timestamptz | Form::Rfc3339 => {
            unreachable!("a message is never zero, it is unset")
        }
    }
}

fn own_zero(ty: &Type) -> &'static str {
    match ty {
        Type::Bool | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 => "0",
        Type::Enum(_) | Type::Timestamp | Type::Duration => "0",
        Type::Float | Type::Double => "0.0",
        Type::String => "''",
        Type::Bytes | Type::Repeated(_) => "x''",
        Type::Message(_) | Type::Struct | Type::Value | Type::ListValue | Type::Any | Type::FieldMask => {
            unreachable!("a message is never zero, it is unset")
        }
    }
}
