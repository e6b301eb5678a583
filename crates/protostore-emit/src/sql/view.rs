//! Readable views: names for enums, ISO times and decoded values, for people with an ordinary SQL tool.
//!
//! What is `debug_redact` is left out: a column, all of a message, the elements of a list or map.

use protostore_schema::{
    Alone, ChildTable, Column, Form, Item, Node, Place, Role, Schema, Table, Type, sql_name, view_name,
};

use super::{literal, quote};

/// Returns the view of a table: its columns decoded, a column for each oneof and a count for each repeated field.
pub(super) fn record(schema: &Schema, table: &Table) -> String {
    let owner = Owner { table: &table.name.sql, key: table.key.iter().map(String::as_str).collect() };
    let key = table.singleton.iter().map(|column| decoded(schema, column));
    let shown = key.chain(table.record.nodes.iter().flat_map(|node| shown(schema, &owner, node))).collect();
    create(&table.name.sql, shown)
}

/// Returns the views of the child tables below members, each before those inside its elements.
pub(super) fn children(schema: &Schema, nodes: &[Node]) -> Vec<String> {
    below(schema, nodes, false)
}

/// `redacted` says that what is around the members is left out, and with it what they hold.
fn below(schema: &Schema, nodes: &[Node], redacted: bool) -> Vec<String> {
    let views = nodes.iter().flat_map(|node| match node {
        Node::Scalar(_) | Node::Absent(_) => Vec::new(),
        Node::Group(group) => below(schema, &group.nodes, redacted || group.presence.redacted),
        Node::Oneof(oneof) => {
            oneof.variants.iter().flat_map(|v| below(schema, std::slice::from_ref(&v.node), redacted)).collect()
        }
        Node::Child(inner) => {
            let redacted = redacted || inner.place.is_redacted();
            let nested = match &inner.item {
                Item::Scalar(_) => Vec::new(),
                Item::Message { nodes, .. } => below(schema, nodes, redacted),
            };
            std::iter::once(child(schema, inner, redacted)).chain(nested).collect()
        }
    });
    views.collect()
}

/// Returns the view of a child table.
fn child(schema: &Schema, child: &ChildTable, redacted: bool) -> String {
    let key = child.key_columns();
    let owner = Owner { table: &child.name.sql, key: key.iter().map(|c| c.name.sql.as_str()).collect() };
    // A key of a map tells as much as its value; the place in a list tells nothing.
    let is_shown = |c: &&&Column| c.role != Role::MapKey || !(c.redacted || redacted);
    let mut columns: Vec<_> = key.iter().filter(is_shown).map(|c| decoded(schema, c)).collect();
    match &child.item {
        Item::Scalar(_) | Item::Message { .. } if redacted => {}
        Item::Scalar(column) => columns.push(decoded(schema, column)),
        Item::Message { nodes, .. } => columns.extend(nodes.iter().flat_map(|n| shown(schema, &owner, n))),
    }
    create(&child.name.sql, columns)
}

fn create(table: &str, columns: Vec<(String, String)>) -> String {
    let columns: Vec<String> = columns
        .into_iter()
        .map(|(name, sql)| if sql == quote(&name) { format!("  {sql}") } else { named(&sql, &quote(&name)) })
        .collect();
    format!("CREATE VIEW {} AS SELECT\n{}\nFROM {};\n", quote(&view_name(table)), columns.join(",\n"), quote(table))
}

/// Returns an expression under its name, its arms and parts on lines of their own where it is long.
fn named(sql: &str, name: &str) -> String {
    const WIDTH: usize = 116;
    let line = format!("  {sql} AS {name}");
    if line.len() <= WIDTH {
        return line;
    }
    let inner = sql.replace(", CASE WHEN ", ",\n    CASE\tWHEN ");
    let parts = [" WHEN ", " ELSE \"", " || ", " WHERE ", " THEN printf"];
    let parted = parts.iter().fold(inner, |sql, part| sql.replace(part, &format!("\n    {}", &part[1..])));
    let parted = parted.replace(", abs(", ",\n    abs(").replace('\t', " ");
    format!("  {parted}\n    AS {name}")
}

/// What child tables are counted for.
struct Owner<'s> {
    table: &'s str,
    key: Vec<&'s str>,
}

/// Returns the columns of a member with their names, and the counts of its repeated fields.
fn shown(schema: &Schema, owner: &Owner<'_>, node: &Node) -> Vec<(String, String)> {
    match node {
        Node::Child(ChildTable { place: Place::Alone(Alone { redacted: true, .. }), .. }) => Vec::new(),
        Node::Child(child) => vec![count(owner, child)],
        Node::Absent(_) => Vec::new(),
        Node::Scalar(scalar) if scalar.column.redacted => Vec::new(),
        Node::Scalar(scalar) => vec![decoded(schema, &scalar.column)],
        Node::Group(group) if group.presence.redacted => Vec::new(),
        Node::Group(group) => std::iter::once(decoded(schema, &group.presence))
            .chain(group.nodes.iter().flat_map(|n| shown(schema, owner, n)))
            .collect(),
        Node::Oneof(oneof) => std::iter::once(member_set(owner, oneof))
            .chain(oneof.variants.iter().flat_map(|v| shown(schema, owner, &v.node)))
            .collect(),
    }
}

/// Returns how many elements there are, or whether a message is set.
fn count(owner: &Owner<'_>, child: &ChildTable) -> (String, String) {
    let name = child.name.sql.strip_prefix(&format!("{}__", owner.table)).unwrap_or(&child.name.sql);
    match child.place {
        Place::Position(_) | Place::Key(_) => {
            (sql_name(&format!("{name}__count")), format!("(SELECT count(*) FROM {})", rows(owner, child)))
        }
        Place::Alone(_) => (
            name.to_owned(),
            format!("CASE WHEN EXISTS (SELECT 1 FROM {}) THEN 'true' ELSE 'false' END", rows(owner, child)),
        ),
    }
}

/// Returns the child table and the condition that finds the rows of an owner.
fn rows(owner: &Owner<'_>, child: &ChildTable) -> String {
    let child_name = quote(&child.name.sql);
    let ties: Vec<String> = child
        .owner
        .iter()
        .zip(&owner.key)
        .map(|(part, key)| format!("{child_name}.{} = {}.{}", quote(&part.name.sql), quote(owner.table), quote(key)))
        .collect();
    format!("{child_name} WHERE {}", ties.join(" AND "))
}

fn member_set(owner: &Owner<'_>, oneof: &protostore_schema::Oneof) -> (String, String) {
    let arms: Vec<String> = oneof
        .variants
        .iter()
        .map(|v| match &v.node {
            Node::Group(group) => {
                format!("WHEN {} THEN {}", quote(&group.presence.name.sql), literal(&group.name.proto))
            }
            Node::Scalar(scalar) => {
                format!("WHEN {} IS NOT NULL THEN {}", quote(&scalar.column.name.sql), literal(&scalar.name.proto))
            }
            Node::Child(child) => {
                let set = format!("EXISTS (SELECT 1 FROM {})", rows(owner, child));
                format!("WHEN {set} THEN {}", literal(&child.field.proto))
            }
            Node::Oneof(_) | Node::Absent(_) => {
                unreachable!("a member of a oneof is a field of one value")
            }
        })
        .collect();
    (oneof.name.sql.clone(), format!("CASE {} END", arms.join(" ")))
}

fn decoded(schema: &Schema, column: &Column) -> (String, String) {
    let name = quote(&column.name.sql);
    if let Some(sql) = formed(column, &name) {
        return (column.name.sql.clone(), sql);
    }
    let sql = match (&column.ty, column.role) {
        (_, Role::Position) => name,
        (_, Role::Presence) | (Type::Bool, _) => format!("CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"),
        (Type::Enum(proto), _) => {
            let arms: Vec<String> = schema
                .enumeration(proto)
                .values
                .iter()
                .map(|v| format!("WHEN {} THEN {}", v.number, literal(&v.name.proto)))
                .collect();
            format!("CASE {name} {} ELSE {name} END", arms.join(" "))
        }
        (Type::Timestamp, _) => timestamp(&name, 1_000_000_000, 9),
        (Type::Duration, _) => duration(&name, 1_000_000_000, 9),
        (Type::Bytes | Type::Any | Type::Message(_) | Type::Repeated(_), _) => {
            format!("CASE WHEN {name} IS NOT NULL THEN hex({name}) END")
        }
        (Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64, _) => name,
        (Type::Float | Type::Double | Type::String, _) => name,
        (Type::Struct | Type::Value | Type::ListValue | Type::FieldMask, _) => name,
    };
    (column.name.sql.clone(), sql)
}

/// Returns a value that stands in another form than that of its type, decoded.
fn formed(column: &Column, name: &str) -> Option<String> {
    let time = |per_second: i64, digits: usize| match column.ty {
        Type::Duration => duration(name, per_second, digits),
        _ => timestamp(name, per_second, digits),
    };
    Some(match column.form {
        Form::Own => return None,
        Form::FullRange => full_range(name),
        Form::FloatBits => {
            let digits = if column.ty == Type::Float { 8 } else { 16 };
            format!("CASE WHEN {name} IS NOT NULL THEN printf('%0{digits}X', {name}) END")
        }
        Form::Seconds => time(1, 0),
        Form::Milliseconds => time(1_000, 3),
        Form::Microseconds | Form::Timestamptz => time(1_000_000, 6),
        Form::Rfc3339 | Form::Json => name.to_owned(),
        // A text tool ends it at the first NUL; everything before it is legible.
        Form::Bytes if column.ty == Type::String => format!("CAST({name} AS TEXT)"),
        Form::Bytes => format!("CASE WHEN {name} IS NOT NULL THEN hex({name}) END"),
    })
}

/// SQLite has no XOR, but a difference of OR and AND.
fn full_range(name: &str) -> String {
    let sign = "(-9223372036854775807 - 1)";
    format!("CASE WHEN {name} IS NOT NULL THEN printf('%u', ({name} | {sign}) - ({name} & {sign})) END")
}

/// Division truncates toward zero, hence the correction before 1970. Years beyond 9999 are shown as the number.
fn timestamp(name: &str, per_second: i64, digits: usize) -> String {
    if digits == 0 {
        return format!("coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', {name}, 'unixepoch'), {name})");
    }
    let text = format!(
        "strftime('%Y-%m-%dT%H:%M:%S', {name} / {per_second} - ({name} % {per_second} < 0), 'unixepoch') \
         || printf('.%0{digits}dZ', ({name} % {per_second} + {per_second}) % {per_second})"
    );
    // Nanoseconds in 64 bits end in 2262.
    if digits == 9 { text } else { format!("coalesce({text}, {name})") }
}

/// Protobuf's own spelling, `-1.500000000s`.
fn duration(name: &str, per_second: i64, digits: usize) -> String {
    if digits == 0 {
        return format!("CASE WHEN {name} IS NOT NULL THEN printf('%ds', {name}) END");
    }
    format!(
        "CASE WHEN {name} IS NOT NULL THEN printf('%s%d.%0{digits}ds', CASE WHEN {name} < 0 THEN '-' ELSE '' END, \
         abs({name} / {per_second}), abs({name} % {per_second})) END"
    )
}
