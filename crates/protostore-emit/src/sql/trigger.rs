//! CREATE TRIGGER: what CHECK cannot say, since it is about a row as it was and as it becomes.

use protostore_schema::{Column, Node, Scalar, Table, Type, immutable_name};
use protostore_sql::{Ddl, Event, Expr, Op, Trigger, TriggerStep};

use super::table;

/// A column of an immutable field.
struct Kept<'a> {
    column: &'a Column,
    /// Whether NULL stands for zero, as the message around the field is unset.
    is_zero: bool,
}

/// Returns the trigger that refuses to change an immutable field; nothing where a table has none.
///
/// The run time reads which column it was from the end of what the trigger says.
pub(super) fn immutable(table: &Table) -> Option<Ddl<'_>> {
    let mut kept: Vec<Kept<'_>> = table.record.nodes.iter().flat_map(|node| fields(node, false)).collect();
    if kept.is_empty() {
        return None;
    }
    // The order in which fields are declared is no part of a schema, and a trigger is compared by its text.
    kept.sort_by(|a, b| (&a.column.path, a.column.role).cmp(&(&b.column.path, b.column.role)));
    Some(Ddl::Trigger(Trigger {
        name: immutable_name(&table.name.sql).into(),
        table: (&table.name.sql).into(),
        before: Event::Update(kept.iter().map(|kept| (&kept.column.name.sql).into()).collect()),
        when: None,
        steps: kept.iter().map(|kept| refusal(&table.name.sql, kept)).collect(),
    }))
}

fn refusal<'s>(table: &str, kept: &Kept<'s>) -> TriggerStep<'s> {
    let column = &kept.column.name.sql;
    TriggerStep::Refuse {
        says: format!("{table}.{column} is immutable").into(),
        code: "PS001",
        column: Some(column.into()),
        when: Some(side(Expr::new, kept).compare(Op::Differs, side(Expr::old, kept))),
    }
}

/// Returns the value of a column before or after.
fn side<'s>(row: fn(&'s String) -> Expr<'s>, Kept { column, is_zero }: &Kept<'s>) -> Expr<'s> {
    let value = row(&column.name.sql);
    if *is_zero { value.coalesce(Expr::Lit(table::zero(&column.ty, column.form))) } else { value }
}

/// Returns the columns at or below a member that keep their values; `whole` says that the message around does.
fn fields(node: &Node, whole: bool) -> Vec<Kept<'_>> {
    match node {
        Node::Scalar(scalar) if whole => vec![Kept { column: &scalar.column, is_zero: false }],
        Node::Scalar(scalar) if scalar.immutable => {
            vec![Kept { column: &scalar.column, is_zero: is_zero(scalar) }]
        }
        Node::Scalar(_) | Node::Child(_) | Node::Absent(_) => Vec::new(),
        Node::Group(group) => {
            let whole = whole || group.immutable;
            let presence = whole.then_some(Kept { column: &group.presence, is_zero: false });
            presence.into_iter().chain(group.nodes.iter().flat_map(|node| fields(node, whole))).collect()
        }
        Node::Oneof(oneof) => oneof.variants.iter().flat_map(|variant| fields(&variant.node, whole)).collect(),
    }
}

/// Returns whether an unset message around the field is to it what its zero is: a field without presence.
fn is_zero(scalar: &Scalar) -> bool {
    let has_zero = match scalar.column.ty {
        Type::Bool | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Float | Type::Double => true,
        Type::String | Type::Bytes | Type::Enum(_) | Type::Repeated(_) => true,
        Type::Timestamp | Type::Duration | Type::Struct | Type::Value | Type::ListValue => false,
        Type::Any | Type::FieldMask | Type::Message(_) => false,
    };
    has_zero && scalar.column.nullable && !scalar.optional_in_message && !scalar.null_for_zero
}
