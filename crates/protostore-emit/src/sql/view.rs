//! Readable views: names for enums, ISO times and decoded values, for people with an ordinary SQL tool.

use protostore_schema::{ChildTable, Column, Item, Node, Role, Schema, Table, Type, sql_name, view_name};

use super::{literal, quote};

/// Returns the view of a table: its columns decoded, a column for each oneof and a count for each repeated field.
pub(super) fn record(schema: &Schema, table: &Table) -> String {
    let owner = Owner { table: &table.name.sql, key: table.key.iter().map(String::as_str).collect() };
    let key = table.singleton.iter().map(|column| decoded(schema, column));
    let shown = key.chain(table.record.nodes.iter().flat_map(|node| shown(schema, &owner, node))).collect();
    create(&table.name.sql, shown)
}

/// Returns the view of a child table.
pub(super) fn child(schema: &Schema, child: &ChildTable) -> String {
    let key = child.key_columns();
    let owner = Owner { table: &child.name.sql, key: key.iter().map(|c| c.name.sql.as_str()).collect() };
    let mut columns: Vec<_> = key.iter().map(|c| decoded(schema, c)).collect();
    match &child.item {
        Item::Scalar(column) => columns.push(decoded(schema, column)),
        Item::Message { nodes, .. } => columns.extend(nodes.iter().flat_map(|n| shown(schema, &owner, n))),
    }
    create(&child.name.sql, columns)
}

fn create(table: &str, columns: Vec<(String, String)>) -> String {
    let columns: Vec<String> = columns
        .into_iter()
        .map(
            |(name, sql)| if sql == quote(&name) { format!("  {sql}") } else { format!("  {sql} AS {}", quote(&name)) },
        )
        .collect();
    format!("CREATE VIEW {} AS SELECT\n{}\nFROM {};\n", quote(&view_name(table)), columns.join(",\n"), quote(table))
}

/// What child tables are counted for.
struct Owner<'s> {
    table: &'s str,
    key: Vec<&'s str>,
}

/// Returns the columns of a member with their names, and the counts of its repeated fields.
fn shown(schema: &Schema, owner: &Owner<'_>, node: &Node) -> Vec<(String, String)> {
    match node {
        Node::Child(child) => vec![count(owner, child)],
        Node::Scalar(scalar) => vec![decoded(schema, &scalar.column)],
        Node::Group(group) => std::iter::once(decoded(schema, &group.presence))
            .chain(group.nodes.iter().flat_map(|n| shown(schema, owner, n)))
            .collect(),
        Node::Oneof(oneof) => std::iter::once(member_set(oneof))
            .chain(oneof.variants.iter().flat_map(|v| shown(schema, owner, &v.node)))
            .collect(),
    }
}

fn count(owner: &Owner<'_>, child: &ChildTable) -> (String, String) {
    let child_name = quote(&child.name.sql);
    let ties: Vec<String> = child
        .owner
        .iter()
        .zip(&owner.key)
        .map(|(part, key)| format!("{child_name}.{} = {}.{}", quote(&part.name.sql), quote(owner.table), quote(key)))
        .collect();
    let name = child.name.sql.strip_prefix(&format!("{}__", owner.table)).unwrap_or(&child.name.sql);
    (sql_name(&format!("{name}__count")), format!("(SELECT count(*) FROM {child_name} WHERE {})", ties.join(" AND ")))
}

fn member_set(oneof: &protostore_schema::Oneof) -> (String, String) {
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
            Node::Oneof(_) | Node::Child(_) => unreachable!("a member of a oneof is a field of one value"),
        })
        .collect();
    (oneof.name.sql.clone(), format!("CASE {} END", arms.join(" ")))
}

fn decoded(schema: &Schema, column: &Column) -> (String, String) {
    let name = quote(&column.name.sql);
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
        (Type::Timestamp, _) => timestamp(&name),
        (Type::Duration, _) => duration(&name),
        (Type::Bytes | Type::Any, _) => format!("CASE WHEN {name} IS NOT NULL THEN hex({name}) END"),
        (Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64, _) => name,
        (Type::Float | Type::Double | Type::String, _) => name,
        (Type::Struct | Type::Value | Type::ListValue | Type::FieldMask, _) => name,
    };
    (column.name.sql.clone(), sql)
}

/// Division truncates toward zero, hence the correction before 1970.
fn timestamp(name: &str) -> String {
    format!(
        "strftime('%Y-%m-%dT%H:%M:%S', {name} / 1000000000 - ({name} % 1000000000 < 0), 'unixepoch') \
         || printf('.%09dZ', ({name} % 1000000000 + 1000000000) % 1000000000)"
    )
}

/// Protobuf's own spelling, `-1.500000000s`.
fn duration(name: &str) -> String {
    format!(
        "CASE WHEN {name} IS NOT NULL THEN printf('%s%d.%09ds', CASE WHEN {name} < 0 THEN '-' ELSE '' END, \
         abs({name} / 1000000000), abs({name} % 1000000000)) END"
    )
}
