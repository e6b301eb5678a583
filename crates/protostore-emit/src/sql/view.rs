//! Readable views: names for enums, ISO times and decoded values, for people with an ordinary SQL tool.
//!
//! What is `debug_redact` is left out: a column, all of a message, the elements of a list or map.

use protostore_schema::{
    Alone, ChildTable, Column, Form, Item, Node, Place, Role, Schema, Table, Type, sql_name, view_name,
};
use protostore_sql::{self as sql, Arm, Ddl, Expr, Name, Qualifier, Select, Show, View};

type Shown<'s> = (Expr<'s>, Name<'s>);

/// Returns the view of a table: its columns decoded, a column for each oneof and a count for each repeated field.
pub(super) fn record<'s>(schema: &'s Schema, table: &'s Table) -> Ddl<'s> {
    let owner = Owner { table: &table.name.sql, key: table.key.iter().map(String::as_str).collect() };
    let key = table.singleton.iter().map(|column| decoded(schema, column));
    let shown = key.chain(table.record.nodes.iter().flat_map(|node| shown(schema, &owner, node))).collect();
    create(&table.name.sql, shown)
}

/// Returns the views of the child tables below members, each before those inside its elements.
pub(super) fn children<'s>(schema: &'s Schema, nodes: &'s [Node]) -> Vec<Ddl<'s>> {
    below(schema, nodes, false)
}

/// `redacted` says that what is around the members is left out, and with it what they hold.
fn below<'s>(schema: &'s Schema, nodes: &'s [Node], redacted: bool) -> Vec<Ddl<'s>> {
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
fn child<'s>(schema: &'s Schema, child: &'s ChildTable, redacted: bool) -> Ddl<'s> {
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

fn create<'s>(table: &'s str, columns: Vec<(Expr<'s>, Name<'s>)>) -> Ddl<'s> {
    Ddl::View(View { name: view_name(table).into(), table: table.into(), columns })
}

/// What child tables are counted for.
struct Owner<'s> {
    table: &'s str,
    key: Vec<&'s str>,
}

/// Returns the columns of a member with their names, and the counts of its repeated fields.
fn shown<'s>(schema: &'s Schema, owner: &Owner<'s>, node: &'s Node) -> Vec<Shown<'s>> {
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
fn count<'s>(owner: &Owner<'s>, child: &'s ChildTable) -> Shown<'s> {
    let name = child.name.sql.strip_prefix(&format!("{}__", owner.table)).unwrap_or(&child.name.sql);
    match child.place {
        Place::Position(_) | Place::Key(_) => {
            (Expr::Value(Box::new(rows(owner, child, Expr::Count))), sql_name(&format!("{name}__count")).into())
        }
        Place::Alone(_) => {
            let arm = Arm(rows(owner, child, Expr::int(1)).exists(), Expr::text("true"));
            (Expr::Case(None, vec![arm], Some(Box::new(Expr::text("false")))), name.into())
        }
    }
}

/// Returns the rows of an owner in a child table.
fn rows<'s>(owner: &Owner<'s>, child: &'s ChildTable, what: Expr<'s>) -> Select<'s> {
    let column = |table: &'s str, name: &'s str| {
        Expr::Column(sql::Column { of: Qualifier::Table(table.into()), name: name.into() })
    };
    let ties = child.owner.iter().zip(&owner.key);
    let ties = ties.map(|(part, key)| column(&child.name.sql, &part.name.sql).equals(column(owner.table, key)));
    Select::from(&child.name.sql, [what]).rows(ties)
}

fn member_set<'s>(owner: &Owner<'s>, oneof: &'s protostore_schema::Oneof) -> Shown<'s> {
    let arms = oneof.variants.iter().map(|v| match &v.node {
        Node::Group(group) => Arm(Expr::column(&group.presence.name.sql), Expr::text(&group.name.proto)),
        Node::Scalar(scalar) => Arm(Expr::column(&scalar.column.name.sql).not_null(), Expr::text(&scalar.name.proto)),
        Node::Child(child) => Arm(rows(owner, child, Expr::int(1)).exists(), Expr::text(&child.field.proto)),
        Node::Oneof(_) | Node::Absent(_) => unreachable!("a member of a oneof is a field of one value"),
    });
    (Expr::Case(None, arms.collect(), None), (&oneof.name.sql).into())
}

fn decoded<'s>(schema: &'s Schema, column: &'s Column) -> Shown<'s> {
    let name = || Expr::column(&column.name.sql);
    let shown = |show| Expr::Shown(show, Box::new(name()));
    let time = |per_second: i64| match column.ty {
        Type::Duration => shown(Show::Duration { per_second }),
        _ => shown(Show::Instant { per_second }),
    };
    let expr = match (column.form, &column.ty, column.role) {
        (Form::FullRange, ..) => shown(Show::Unsigned),
        (Form::FloatBits, Type::Float, _) => shown(Show::Bits { digits: 8 }),
        (Form::FloatBits, ..) => shown(Show::Bits { digits: 16 }),
        (Form::Seconds, ..) => time(1),
        (Form::Milliseconds, ..) => time(1_000),
        (Form::Microseconds, ..) => time(1_000_000),
        (Form::Timestamptz, ..) => shown(Show::Timestamptz),
        (Form::Rfc3339 | Form::Json, ..) => name(),
        // A text tool ends it at the first NUL; everything before it is legible.
        (Form::Bytes, Type::String, _) => shown(Show::Text),
        (Form::Bytes, ..) => shown(Show::Hex),
        (Form::Own, _, Role::Position) => name(),
        (Form::Own, _, Role::Presence) | (Form::Own, Type::Bool, _) => shown(Show::Truth),
        (Form::Own, Type::Enum(proto), _) => {
            let values = &schema.enumeration(proto).values;
            let arms = values.iter().map(|v| Arm(Expr::int(v.number.into()), Expr::text(&v.name.proto)));
            Expr::Case(Some(Box::new(name())), arms.collect(), Some(Box::new(shown(Show::Number))))
        }
        (Form::Own, Type::Timestamp | Type::Duration, _) => time(1_000_000_000),
        (Form::Own, Type::Bytes | Type::Any | Type::Message(_) | Type::Repeated(_), _) => shown(Show::Hex),
        (Form::Own, Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64, _) => name(),
        (Form::Own, Type::Float | Type::Double | Type::String, _) => name(),
        (Form::Own, Type::Struct | Type::Value | Type::ListValue | Type::FieldMask, _) => name(),
    };
    (expr, (&column.name.sql).into())
}
