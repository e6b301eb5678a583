//! Constraints that SQL can state: what each is called, what it asks, and what a refusal says.
//!
//! Every CHECK has a name, since an unnamed one can never be dropped by ALTER, and none is ever NULL, since
//! `ADD CONSTRAINT` refuses a table where it is.

use protostore_schema::{
    ChildTable, Column, Form, Group, Item, Node, Oneof, Role, Type, check_name, oneof_name, presence_name,
};

use super::{quote, rule};

/// A named CHECK.
pub(crate) struct Check {
    /// Name of the constraint, unique in its table.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) place: Place,
    /// The condition, without the parentheses around it.
    pub(crate) condition: String,
    /// Path of the field that it guards.
    pub(crate) field: String,
    /// What a value must be, after the field's name: `must not be empty`.
    pub(crate) says: String,
}

/// Where a CHECK stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// At the only column that it concerns.
    Column,
    /// After the columns, since it concerns several.
    Table,
}

/// Returns every CHECK below `nodes`: those of columns, of messages and of oneofs.
pub(crate) fn checks(nodes: &[Node]) -> Vec<Check> {
    checks_in(nodes, None)
}

/// `around` is the column that says whether the message around the members is set.
fn checks_in(nodes: &[Node], around: Option<&str>) -> Vec<Check> {
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
pub(crate) fn of_child(child: &ChildTable) -> Vec<Check> {
    let (value, nodes) = match &child.item {
        Item::Scalar(column) => (Some(column), &[][..]),
        Item::Message { nodes, .. } => (None, &nodes[..]),
    };
    let single = child.owner.iter().chain(child.place.column()).chain(value);
    let single = single.flat_map(|column| self::value(column).into_iter().chain(rule::check(column)));
    single.chain(checks(nodes)).collect()
}

/// Returns the CHECK of one column's values, which stands at the column.
pub(crate) fn value(column: &Column) -> Option<Check> {
    let name = quote(&column.name.sql);
    let (condition, says) = condition(column, &name)?;
    let condition = if column.nullable { format!("{name} IS NULL OR {condition}") } else { condition };
    Some(Check {
        name: check_name(&column.name.sql),
        place: Place::Column,
        condition,
        field: column.name.proto.clone(),
        says: says.to_owned(),
    })
}

fn condition(column: &Column, name: &str) -> Option<(String, &'static str)> {
    let some = |condition: String, says| Some((condition, says));
    match column.role {
        Role::OwnerKey | Role::Position => return None,
        Role::Singleton => return some(format!("{name} = 1"), "must be 1"),
        Role::Presence if column.non_zero => return some(format!("{name} = 1"), "must be set"),
        Role::Presence => return some(format!("{name} IN (0, 1)"), "must be 0 or 1"),
        Role::Value | Role::MapKey => {}
    }
    match column.form {
        Form::Own => {}
        Form::FullRange if column.non_zero => {
            return some(format!("{name} <> {}", super::table::zero(&column.ty, column.form)), "must not be zero");
        }
        // Both zeros of IEEE 754.
        Form::FloatBits if column.non_zero && column.ty == Type::Float => {
            let condition = format!("{name} BETWEEN 1 AND 4294967295 AND {name} <> 2147483648");
            return some(condition, "must not be zero");
        }
        Form::FloatBits if column.non_zero => {
            return some(format!("{name} NOT IN (0, -9223372036854775808)"), "must not be zero");
        }
        Form::FloatBits if column.ty == Type::Float => {
            return some(format!("{name} BETWEEN 0 AND 4294967295"), "must be the bits of a float");
        }
        Form::Rfc3339 => {
            let pattern =
                "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*.[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]Z'";
            let condition = format!("length({name}) = 30 AND {name} GLOB {pattern}");
            return some(condition, "must be a time such as 2026-11-20T23:41:22.000000000Z");
        }
        Form::Bytes if column.non_zero => return some(format!("{name} <> x''"), "must not be empty"),
        Form::Json if column.non_zero => {
            return some(format!("{name} <> {}", super::table::zero(&column.ty, column.form)), "must not be empty");
        }
        Form::Json | Form::Bytes | Form::FullRange | Form::FloatBits => return None,
        Form::Seconds | Form::Milliseconds | Form::Microseconds | Form::Timestamptz => return None,
    }
    match (&column.ty, column.non_zero) {
        (Type::Bool, false) => some(format!("{name} IN (0, 1)"), "must be 0 or 1"),
        (Type::Bool, true) => some(format!("{name} = 1"), "must be true"),
        (Type::Int32 | Type::Enum(_), false) => {
            some(format!("{name} BETWEEN -2147483648 AND 2147483647"), "must be between -2147483648 and 2147483647")
        }
        (Type::Int32 | Type::Enum(_), true) => {
            some(format!("{name} BETWEEN -2147483648 AND 2147483647 AND {name} <> 0"), "must be set, and fit 32 bits")
        }
        (Type::Uint32, false) => some(format!("{name} BETWEEN 0 AND 4294967295"), "must be between 0 and 4294967295"),
        (Type::Uint32, true) => some(format!("{name} BETWEEN 1 AND 4294967295"), "must be between 1 and 4294967295"),
        (Type::Uint64, false) => some(format!("{name} >= 0"), "must be between 0 and 9223372036854775807"),
        (Type::Uint64, true) => some(format!("{name} >= 1"), "must be between 1 and 9223372036854775807"),
        (Type::Int64 | Type::Timestamp | Type::Duration | Type::Float | Type::Double, false) => None,
        (Type::Int64 | Type::Timestamp | Type::Duration | Type::Float | Type::Double, true) => {
            some(format!("{name} <> 0"), "must not be zero")
        }
        (Type::String | Type::Bytes, false) => None,
        (Type::Struct | Type::Value | Type::ListValue | Type::Any | Type::FieldMask, _) => None,
        (Type::Message(_), _) | (Type::Repeated(_), false) => None,
        // In protobuf, a message with a list that has no element is no bytes.
        (Type::Repeated(_), true) => some(format!("{name} <> x''"), "must not be empty"),
        (Type::String, true) => some(format!("{name} <> ''"), "must not be empty"),
        (Type::Bytes, true) => some(format!("{name} <> x''"), "must not be empty"),
    }
}

/// Returns the CHECK that ties a message's members to its presence: absent, empty and zero stay three values.
fn presence(group: &Group) -> Option<Check> {
    let present = quote(&group.presence.name.sql);
    let conditions: Vec<String> = group.nodes.iter().flat_map(|node| tied(node, &present)).collect();
    (!conditions.is_empty()).then(|| Check {
        name: presence_name(&group.presence.name.sql),
        place: Place::Table,
        condition: conditions.join("\n    AND "),
        field: group.presence.name.proto.clone(),
        says: "is not set, so none of its fields may be; where it is set, each plain field must be".into(),
    })
}

fn tied(node: &Node, present: &str) -> Vec<String> {
    match node {
        Node::Scalar(scalar) => {
            let name = quote(&scalar.column.name.sql);
            if (scalar.optional && !scalar.open) || scalar.null_for_zero {
                vec![format!("({present} OR {name} IS NULL)")]
            } else {
                vec![format!("({name} IS NOT NULL) = {present}")]
            }
        }
        Node::Group(inner) if inner.required || inner.open => {
            vec![format!("{} = {present}", quote(&inner.presence.name.sql))]
        }
        Node::Group(inner) => vec![format!("({present} OR NOT {})", quote(&inner.presence.name.sql))],
        Node::Oneof(oneof) => oneof.variants.iter().flat_map(|v| tied(&v.node, present)).collect(),
        Node::Child(_) | Node::Absent(_) => Vec::new(),
    }
}

/// Returns the CHECK that at most one member is set, or exactly one. It loosens and tightens without touching data.
fn number_set(oneof: &Oneof, around: Option<&str>) -> Option<Check> {
    let set: Vec<String> = oneof
        .variants
        .iter()
        .filter_map(|v| match &v.node {
            Node::Group(group) => Some(quote(&group.presence.name.sql)),
            Node::Scalar(scalar) => Some(format!("({} IS NOT NULL)", quote(&scalar.column.name.sql))),
            // A CHECK sees no other table; the store sees to it.
            Node::Child(_) => None,
            Node::Oneof(_) | Node::Absent(_) => {
                unreachable!("a member of a oneof is a field of one value")
            }
        })
        .collect();
    let is_whole = set.len() == oneof.variants.len();
    let (bound, says) = match (oneof.required && is_whole, around) {
        (false, _) if set.len() < 2 => return None,
        (false, _) => ("<= 1".to_owned(), "may have at most one member set"),
        (true, None) => ("= 1".to_owned(), "must have one member set"),
        (true, Some(around)) => (format!("= {}", quote(around)), "must have one member set"),
    };
    Some(Check {
        name: oneof_name(&oneof.name.sql),
        place: Place::Table,
        condition: format!("{} {bound}", set.join(" + ")),
        field: oneof.name.proto.clone(),
        says: says.to_owned(),
    })
}
