//! Finds all data of a schema, by its records' trees and by what the messages in reach say of each field.

use std::collections::BTreeMap;

use protostore_schema::{Absent, ChildTable, Column, Field, Item, Kind, Label, Node, Schema, Table};

use super::sql_table::id;
use super::{Datum, Membership, OneofView, Storage};
use crate::plan::{ColumnId, Place};

/// What is around a field.
#[derive(Clone)]
struct Around<'s> {
    table: &'s Table,
    /// Full name of the message.
    message: &'s str,
    path: Vec<u32>,
    name: String,
    place: Place,
    within: Option<ColumnId>,
    immutable: bool,
    oneof: Option<Membership>,
}

struct Walk<'s, 'v> {
    schema: &'s Schema,
    data: &'v mut BTreeMap<(u32, Vec<u32>), Datum<'s>>,
    oneofs: &'v mut Vec<OneofView<'s>>,
}

/// Adds all data and oneofs of a schema.
pub(super) fn walk<'s>(
    schema: &'s Schema,
    data: &mut BTreeMap<(u32, Vec<u32>), Datum<'s>>,
    oneofs: &mut Vec<OneofView<'s>>,
) {
    let mut walk = Walk { schema, data, oneofs };
    for table in &schema.tables {
        let around = Around {
            table,
            message: &table.record.ty.proto,
            path: Vec::new(),
            name: table.name.proto.clone(),
            place: Place { table: table.number, path: Vec::new() },
            within: None,
            immutable: false,
            oneof: None,
        };
        walk.nodes(&table.record.nodes, &around);
    }
}

impl<'s> Walk<'s, '_> {
    fn nodes(&mut self, nodes: &'s [Node], around: &Around<'s>) {
        for node in nodes {
            self.node(node, around);
        }
    }

    fn node(&mut self, node: &'s Node, around: &Around<'s>) {
        match node {
            Node::Scalar(scalar) => {
                let immutable = scalar.immutable;
                self.add(around, &scalar.column.path, Storage::Column(scalar), immutable, || {
                    made_up(&scalar.name.proto, &scalar.column, scalar.optional_in_message)
                });
            }
            Node::Group(group) => {
                let presence = &group.presence;
                self.add(around, &presence.path, Storage::Flattened(group), group.immutable, || {
                    let kind = Kind::Message(group.message.proto.clone());
                    field(presence.path.last(), &group.name.proto, kind, Label::Optional)
                });
                let inside = Around {
                    message: &group.message.proto,
                    path: presence.path.clone(),
                    name: format!("{}.{}", around.name, group.name.proto),
                    within: Some(id(&around.place, presence)),
                    immutable: around.immutable || group.immutable,
                    oneof: None,
                    ..around.clone()
                };
                self.nodes(&group.nodes, &inside);
            }
            Node::Oneof(oneof) => {
                let name = oneof.name.proto.rsplit('.').next().unwrap_or_default().to_owned();
                let member = Around { oneof: Some(Membership { name, required: oneof.required }), ..around.clone() };
                for variant in &oneof.variants {
                    self.node(&variant.node, &member);
                }
                let members = oneof.variants.iter().filter_map(|variant| path_of(&variant.node).map(<[u32]>::to_vec));
                let (table, around) = (around.table.number, around.path.clone());
                self.oneofs.push(OneofView { table, around, oneof, members: members.collect() });
            }
            Node::Child(child) => self.child(child, around),
            Node::Absent(absent) => self.absent(absent, around),
        }
    }

    fn child(&mut self, child: &'s ChildTable, around: &Around<'s>) {
        self.add(around, &child.path, Storage::Child(child), child.immutable, || {
            let (label, kind) = match (&child.place, &child.item) {
                (protostore_schema::Place::Key(_), _) => (Label::Map, Kind::Message(String::new())),
                (protostore_schema::Place::Alone(_), Item::Message { message, .. }) => {
                    (Label::Optional, Kind::Message(message.proto.clone()))
                }
                (_, Item::Message { message, .. }) => (Label::Repeated, Kind::Message(message.proto.clone())),
                (_, Item::Scalar(column)) => (Label::Repeated, column.kind.clone().unwrap_or(Kind::Bytes)),
            };
            field(child.path.last(), &child.field.proto, kind, label)
        });
        let entry = self.data.get(&(around.table.number, child.path.clone()));
        let entry = entry.and_then(|datum| datum.message()).unwrap_or_default().to_owned();
        let place = Place { table: around.table.number, path: child.path.clone() };
        let inside = Around {
            path: child.path.clone(),
            name: format!("{}.{}", around.name, child.field.proto),
            place,
            within: None,
            // What an element keeps while it is there, its members say.
            immutable: false,
            oneof: None,
            ..around.clone()
        };
        let reach = self.schema.reach.message(&entry).map(|message| message.proto.as_str());
        let map = Around { message: reach.unwrap_or_default(), ..inside.clone() };
        if let protostore_schema::Place::Key(key) = &child.place {
            self.add(&map, &key.path, Storage::Element(key), false, || made_up("key", key, false));
        }
        match &child.item {
            // The elements of a list of scalars are the list's own.
            Item::Scalar(column) if column.path != child.path => {
                self.add(&map, &column.path, Storage::Element(column), false, || made_up("value", column, false));
            }
            Item::Scalar(_) => {}
            Item::Message { message, nodes, .. } if matches!(child.place, protostore_schema::Place::Key(_)) => {
                let path: Vec<u32> = child.path.iter().copied().chain([2]).collect();
                self.add(&map, &path, Storage::Inline, false, || {
                    field(Some(&2), "value", Kind::Message(message.proto.clone()), Label::Optional)
                });
                let name = format!("{}.value", inside.name);
                self.nodes(nodes, &Around { message: &message.proto, path, name, ..inside });
            }
            Item::Message { message, nodes, .. } => self.nodes(nodes, &Around { message: &message.proto, ..inside }),
        }
    }

    /// A field that is not stored has no number in the tree: its message says it.
    fn absent(&mut self, absent: &'s Absent, around: &Around<'s>) {
        let message = self.schema.reach.message(around.message);
        let field = message.and_then(|message| message.fields.iter().find(|field| field.name == absent.name.proto));
        let Some(field) = field else { return };
        let path: Vec<u32> = around.path.iter().copied().chain([field.number]).collect();
        self.add(around, &path, Storage::Absent(absent), false, || field.clone());
    }

    fn add(
        &mut self,
        around: &Around<'s>,
        path: &[u32],
        storage: Storage<'s>,
        immutable: bool,
        made_up: impl FnOnce() -> Field,
    ) {
        let number = path.last().copied().unwrap_or_default();
        let known = self.schema.reach.message(around.message).and_then(|message| message.field(number));
        let field = known.cloned().unwrap_or_else(made_up);
        let datum = Datum {
            table: around.table,
            path: path.to_vec(),
            name: format!("{}.{}", around.name, field.name),
            declared_by: around.message.to_owned(),
            field,
            place: around.place.clone(),
            within: around.within.clone(),
            storage,
            oneof: around.oneof.clone(),
            immutable: around.immutable || immutable,
        };
        self.data.insert((around.table.number, path.to_vec()), datum);
    }
}

/// Returns the path of a member of a oneof.
fn path_of(node: &Node) -> Option<&[u32]> {
    match node {
        Node::Scalar(scalar) => Some(&scalar.column.path),
        Node::Group(group) => Some(&group.presence.path),
        Node::Child(child) => Some(&child.path),
        Node::Oneof(_) | Node::Absent(_) => None,
    }
}

/// Returns what a column says of a field whose message is not known.
fn made_up(name: &str, column: &Column, is_optional: bool) -> Field {
    let label = if is_optional { Label::Optional } else { Label::Implicit };
    field(column.path.last(), name, column.kind.clone().unwrap_or(Kind::Bytes), label)
}

fn field(number: Option<&u32>, name: &str, kind: Kind, label: Label) -> Field {
    let (name, number) = (name.to_owned(), number.copied().unwrap_or_default());
    Field {
        number,
        name,
        json: None,
        kind,
        label,
        packed: false,
        group: false,
        oneof: None,
        deprecated: false,
        source: protostore_schema::Source::default(),
    }
}
