//! Fields of messages, by their place in SQL, as a line tells them to the run time.

use protostore_evolve::plan::{ColumnId, Place};
use protostore_schema::{ChildTable, Column, Form, Item, Kind, Node, Place as Among, Schema, Type};
use serde::Serialize;

/// A field of a message, by its place.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Member<'l> {
    /// A column: its field's number, the kind of the proto file, the type and form of the snapshot, and whether NULL
    /// is in it for a field that is not set.
    Column {
        number: u32,
        column: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<&'l Kind>,
        ty: &'l Type,
        #[serde(skip_serializing_if = "Form::is_own")]
        form: Form,
        optional: bool,
    },
    /// A message in columns of the same row.
    Message { number: u32, presence: String, fields: Vec<Member<'l>> },
    /// A message of its own table, or a list or map: its rows by the owner's key, in the order of `place`.
    Rows {
        number: u32,
        table: String,
        owner: Vec<String>,
        /// The column of the position; none of a map or of a message.
        #[serde(skip_serializing_if = "Option::is_none")]
        position: Option<String>,
        /// The column of a map's key.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<Box<Member<'l>>>,
        /// The message of an element; none of scalars.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'l str>,
        fields: Vec<Member<'l>>,
    },
}

impl Member<'_> {
    fn number(&self) -> u32 {
        match self {
            Self::Column { number, .. } | Self::Message { number, .. } | Self::Rows { number, .. } => *number,
        }
    }
}

pub(super) fn nothing<'l>(id: &ColumnId) -> Member<'l> {
    let number = id.path.last().copied().unwrap_or_default();
    Member::Message { number, presence: String::new(), fields: Vec::new() }
}

/// What tables and columns are called at that point of the migration.
#[derive(Clone, Copy)]
pub(super) struct Names<'n> {
    pub(super) table: &'n dyn Fn(&Place, &ChildTable) -> String,
    pub(super) column: &'n dyn Fn(&Place, &Column) -> String,
}

/// A node of a schema, and what is around it.
#[derive(Clone, Copy)]
pub(super) struct Found<'s> {
    pub(super) node: &'s Node,
    /// The full name of the message that declares it.
    pub(super) message: &'s str,
    is_of_oneof: bool,
}

/// Returns the node of a schema at a column's path.
pub(super) fn node<'s>(schema: &'s Schema, id: &ColumnId) -> Option<Found<'s>> {
    fn find<'s>(nodes: &'s [Node], path: &[u32], message: &'s str, is_of_oneof: bool) -> Option<Found<'s>> {
        let found = |node| Some(Found { node, message, is_of_oneof });
        nodes.iter().find_map(|node| match node {
            Node::Scalar(scalar) if scalar.column.path == path => found(node),
            Node::Group(group) if group.presence.path == path => found(node),
            Node::Group(group) => find(&group.nodes, path, &group.message.proto, false),
            Node::Oneof(oneof) => {
                oneof.variants.iter().find_map(|v| find(std::slice::from_ref(&v.node), path, message, true))
            }
            Node::Child(child) if child.path == path => found(node),
            Node::Child(child) => match &child.item {
                Item::Scalar(_) => None,
                Item::Message { nodes, message, .. } => find(nodes, path, &message.proto, false),
            },
            Node::Scalar(_) | Node::Absent(_) => None,
        })
    }
    let table = schema.tables.iter().find(|table| table.number == id.place.table)?;
    find(&table.record.nodes, &id.path, &table.record.ty.proto, false)
}

pub(super) fn at<'l>(schema: &'l Schema, id: &ColumnId, names: Names<'_>) -> Option<Member<'l>> {
    let Found { node, is_of_oneof, .. } = node(schema, id)?;
    let mut member = members(id.place.table, &id.place, std::slice::from_ref(node), names).pop()?;
    if let Member::Column { optional, .. } = &mut member {
        *optional |= is_of_oneof;
    }
    Some(member)
}

pub(super) fn members<'l>(table: u32, place: &Place, nodes: &'l [Node], name: Names<'_>) -> Vec<Member<'l>> {
    nodes.iter().flat_map(|node| of_node(table, place, node, name)).collect()
}

/// Returns the members on the way to a path, without those beside it; all of them where the path is empty.
pub(super) fn only<'l>(all: Vec<Member<'l>>, path: &[u32]) -> Vec<Member<'l>> {
    let Some((first, rest)) = path.split_first() else { return all };
    let mut found: Vec<Member<'l>> = all.into_iter().filter(|member| member.number() == *first).collect();
    for member in &mut found {
        if let Member::Message { fields, .. } = member {
            *fields = only(std::mem::take(fields), rest);
        }
    }
    found
}

fn of_node<'l>(table: u32, place: &Place, node: &'l Node, name: Names<'_>) -> Vec<Member<'l>> {
    match node {
        Node::Absent(_) => Vec::new(),
        Node::Scalar(scalar) => {
            vec![of_column(place, &scalar.column, scalar.optional || scalar.null_for_zero, name)]
        }
        Node::Oneof(oneof) => {
            let of_variant = |node: &'l Node| match node {
                Node::Scalar(scalar) => vec![of_column(place, &scalar.column, true, name)],
                node => of_node(table, place, node, name),
            };
            oneof.variants.iter().flat_map(|variant| of_variant(&variant.node)).collect()
        }
        Node::Group(group) => vec![Member::Message {
            number: last(&group.presence.path),
            presence: (name.column)(place, &group.presence),
            fields: members(table, place, &group.nodes, name),
        }],
        Node::Child(child) => vec![of_child(table, child, name)],
    }
}

fn of_child<'l>(table: u32, child: &'l ChildTable, name: Names<'_>) -> Member<'l> {
    let place = Place { table, path: child.path.clone() };
    let (message, fields) = match &child.item {
        Item::Scalar(column) => (None, vec![of_column(&place, column, false, name)]),
        Item::Message { message, nodes, .. } => (Some(message.proto.as_str()), members(table, &place, nodes, name)),
    };
    let (position, key) = match &child.place {
        Among::Position(column) => (Some((name.column)(&place, column)), None),
        Among::Key(column) => (None, Some(Box::new(of_column(&place, column, false, name)))),
        Among::Alone(_) => (None, None),
    };
    let owner = child.owner.iter().map(|part| (name.column)(&place, part)).collect();
    Member::Rows {
        number: last(&child.path),
        table: (name.table)(&place, child),
        owner,
        position,
        key,
        message,
        fields,
    }
}

fn of_column<'l>(place: &Place, column: &'l Column, optional: bool, name: Names<'_>) -> Member<'l> {
    Member::Column {
        number: last(&column.path),
        column: (name.column)(place, column),
        kind: column.kind.as_ref(),
        ty: &column.ty,
        form: column.form,
        optional,
    }
}

fn last(path: &[u32]) -> u32 {
    path.last().copied().unwrap_or_default()
}
