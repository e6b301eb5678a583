//! Constraints that SQL can state: what each is called, what it asks, and what a refusal says.
//!
//! Every CHECK has a name, since an unnamed one can never be dropped by ALTER, and none is ever NULL, since
//! `ADD CONSTRAINT` refuses a table where it is.

use protostore_schema::{
    ChildTable, Column, Form, Group, Item, Node, Oneof, Role, Type, check_name, oneof_name, presence_name,
};
use protostore_sql::{Expr, Length, Lit, Op};

use super::{rule, table::zero};

/// A named CHECK.
pub(crate) struct Check<'s> {
    /// Name of the constraint, unique in its table.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) place: Place,
    /// The conditions, joined by AND.
    pub(crate) all: Vec<Expr<'s>>,
    /// Path of the field that it guards.
    pub(crate) field: String,
    /// What a value must be, after the field's name: `must not be empty`.
    pub(crate) says: String,
}

/// Where a CHECK is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// At the only column that it concerns.
    Column,
    /// After the columns, since it concerns several.
    Table,
}

/// Returns every CHECK below `nodes`: those of columns, of messages and of oneofs.
pub(crate) fn checks(nodes: &[Node]) -> Vec<Check<'_>> {
    checks_in(nodes, None)
}

/// `around` is the column that says whether the message around the members is set.
fn checks_in<'s>(nodes: &'s [Node], around: Option<&'s str>) -> Vec<Check<'s>> {
    nodes
        .iter()
        .flat_map(|node| match node {
            Node::Scalar(scalar) => value(&scalar.column).into_iter().chain(rule::check(&scalar.column)).collect(),
            Node::Group(group) => {
                let own = value(&group.presence).into_iter().chain(presence(group));
                own.chain(checks_in(&group.nodes, Some(&group.presence.name.sql))).collect::<Vec<_>>()
            }
            Node::Oneof(oneof) => {
                let members = oneof.variants.iter().flat_map(|v| checks_in(std::slice::from_ref(&v.node), around));
                members.chain(number_set(oneof, around)).collect()
            }
            Node::Child(_) | Node::Absent(_) => Vec::new(),
        })
        .collect()
}

/// Returns every CHECK of a child table.
pub(crate) fn of_child(child: &ChildTable) -> Vec<Check<'_>> {
    let (value, nodes) = match &child.item {
        Item::Scalar(column) => (Some(column), &[][..]),
        Item::Message { nodes, .. } => (None, &nodes[..]),
    };
    let single = child.owner.iter().chain(child.place.column()).chain(value);
    let single = single.flat_map(|column| self::value(column).into_iter().chain(rule::check(column)));
    single.chain(checks(nodes)).collect()
}

/// Returns the CHECK of one column's values, which is at the column.
pub(crate) fn value(column: &Column) -> Option<Check<'_>> {
    let (condition, says) = condition(column)?;
    let name = || Expr::column(&column.name.sql);
    let condition = if column.nullable { Expr::Any(vec![name().is_null(), condition]) } else { condition };
    Some(Check {
        name: check_name(&column.name.sql),
        place: Place::Column,
        all: vec![condition],
        field: column.name.proto.clone(),
        says: says.to_owned(),
    })
}

fn condition(column: &Column) -> Option<(Expr<'_>, &'static str)> {
    let name = || Expr::column(&column.name.sql);
    let is_truth = || name().equals(Expr::Lit(Lit::Bool(true)));
    let zeros = |one, other| Expr::NotIn(Box::new(name()), vec![Expr::int(one), Expr::int(other)]);
    let between = |low, high| Expr::Between(Box::new(name()), Lit::Int(low), Lit::Int(high));
    let is_bool = || Expr::In(Box::new(name()), vec![Expr::int(0), Expr::int(1)]).by_type();
    let not_zero = || name().compare(Op::NotEqual, Expr::Lit(zero(&column.ty, column.form)));
    let (unsigned, sign) = (i64::from(u32::MAX), i64::from(i32::MIN).abs());
    match column.role {
        Role::OwnerKey | Role::Position => return None,
        Role::Singleton => return Some((name().equals(Expr::int(1)), "must be 1")),
        Role::Presence if column.non_zero => return Some((is_truth(), "must be set")),
        Role::Presence => return Some((is_bool(), "must be 0 or 1")),
        Role::Value | Role::MapKey => {}
    }
    match column.form {
        Form::Own => {}
        Form::FullRange if column.non_zero => return Some((not_zero(), "must not be zero")),
        // Both zeros of IEEE 754.
        Form::FloatBits if column.non_zero && column.ty == Type::Float => {
            let other = name().compare(Op::NotEqual, Expr::int(sign));
            return Some((Expr::All(vec![between(1, unsigned), other]), "must not be zero"));
        }
        Form::FloatBits if column.non_zero => return Some((zeros(0, i64::MIN), "must not be zero")),
        Form::FloatBits if column.ty == Type::Float => {
            return Some((between(0, unsigned), "must be the bits of a float"));
        }
        Form::Rfc3339 => {
            let length = Expr::Length(Length::Characters, Box::new(name())).equals(Expr::int(30));
            let all = Expr::All(vec![length, Expr::Rfc3339(Box::new(name()))]);
            return Some((all, "must be a time such as 2026-11-20T23:41:22.000000000Z"));
        }
        Form::Bytes | Form::Json if column.non_zero => return Some((not_zero(), "must not be empty")),
        Form::Json | Form::Bytes | Form::FullRange | Form::FloatBits => return None,
        Form::Seconds | Form::Milliseconds | Form::Microseconds | Form::Timestamptz => return None,
    }
    let int32 = || between(i64::from(i32::MIN), i64::from(i32::MAX)).by_type();
    let at_least = |least| name().compare(Op::AtLeast, Expr::int(least));
    Some(match (&column.ty, column.non_zero) {
        (Type::Bool, false) => (is_bool(), "must be 0 or 1"),
        (Type::Bool, true) => (is_truth(), "must be true"),
        (Type::Int32 | Type::Enum(_), false) => (int32(), "must be between -2147483648 and 2147483647"),
        (Type::Int32 | Type::Enum(_), true) => (Expr::All(vec![int32(), not_zero()]), "must be set, and fit 32 bits"),
        (Type::Uint32, false) => (between(0, unsigned), "must be between 0 and 4294967295"),
        (Type::Uint32, true) => (between(1, unsigned), "must be between 1 and 4294967295"),
        (Type::Uint64, false) => (at_least(0), "must be between 0 and 9223372036854775807"),
        (Type::Uint64, true) => (at_least(1), "must be between 1 and 9223372036854775807"),
        (Type::Float | Type::Double, true) => (name().compare(Op::NotEqual, Expr::int(0)), "must not be zero"),
        (Type::Int64 | Type::Timestamp | Type::Duration, true) => (not_zero(), "must not be zero"),
        (Type::String | Type::Bytes, true) => (not_zero(), "must not be empty"),
        // In protobuf, a message with a list that has no element is no bytes.
        (Type::Repeated(_), true) => (not_zero(), "must not be empty"),
        (Type::Int64 | Type::Timestamp | Type::Duration | Type::Float | Type::Double, false) => return None,
        (Type::String | Type::Bytes, false) => return None,
        (Type::Struct | Type::Value | Type::ListValue | Type::Any | Type::FieldMask, _) => return None,
        (Type::Message(_), _) | (Type::Repeated(_), false) => return None,
    })
}

/// Returns the CHECK that ties a message's members to its presence: absent, empty and zero stay three values.
fn presence(group: &Group) -> Option<Check<'_>> {
    let all: Vec<Expr<'_>> = group.nodes.iter().flat_map(|node| tied(node, &group.presence)).collect();
    (!all.is_empty()).then(|| Check {
        name: presence_name(&group.presence.name.sql),
        place: Place::Table,
        all,
        field: group.presence.name.proto.clone(),
        says: "is not set, so none of its fields may be; where it is set, each plain field must be".into(),
    })
}

fn tied<'s>(node: &'s Node, presence: &'s Column) -> Vec<Expr<'s>> {
    let present = || Expr::column(&presence.name.sql);
    match node {
        Node::Scalar(scalar) => {
            let name = Expr::column(&scalar.column.name.sql);
            vec![match (scalar.optional && !scalar.open) || scalar.null_for_zero {
                true => Expr::Any(vec![present(), name.is_null()]),
                false => name.not_null().equals(present()),
            }]
        }
        Node::Group(inner) if inner.required || inner.open => {
            vec![Expr::column(&inner.presence.name.sql).equals(present())]
        }
        Node::Group(inner) => vec![Expr::Any(vec![present(), Expr::column(&inner.presence.name.sql).not()])],
        Node::Oneof(oneof) => oneof.variants.iter().flat_map(|v| tied(&v.node, presence)).collect(),
        Node::Child(_) | Node::Absent(_) => Vec::new(),
    }
}

/// Returns the CHECK that at most one member is set, or exactly one. It loosens and tightens without touching data.
fn number_set<'s>(oneof: &'s Oneof, around: Option<&'s str>) -> Option<Check<'s>> {
    let set: Vec<Expr<'s>> = oneof
        .variants
        .iter()
        .filter_map(|v| match &v.node {
            Node::Group(group) => Some(Expr::column(&group.presence.name.sql)),
            Node::Scalar(scalar) => Some(Expr::column(&scalar.column.name.sql).not_null()),
            // A CHECK sees no other table; the store sees to it.
            Node::Child(_) => None,
            Node::Oneof(_) | Node::Absent(_) => {
                unreachable!("a member of a oneof is a field of one value")
            }
        })
        .collect();
    let is_whole = set.len() == oneof.variants.len();
    let (op, bound, says) = match (oneof.required && is_whole, around) {
        (false, _) if set.len() < 2 => return None,
        (false, _) => (Op::AtMost, Expr::int(1), "may have at most one member set"),
        (true, None) => (Op::Equal, Expr::int(1), "must have one member set"),
        (true, Some(around)) => (Op::Equal, Expr::HowMany(vec![Expr::column(around)]), "must have one member set"),
    };
    Some(Check {
        name: oneof_name(&oneof.name.sql),
        place: Place::Table,
        all: vec![Expr::HowMany(set).compare(op, bound)],
        field: oneof.name.proto.clone(),
        says: says.to_owned(),
    })
}
