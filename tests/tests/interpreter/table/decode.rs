//! A message's members from their columns.

use prost_reflect::{DynamicMessage, Kind, Value};
use protostore_schema::Node;
use rusqlite::types::Value as Sql;

use super::{Names, field, take};

/// Sets the members of a message from its columns.
pub(super) fn decode(
    nodes: &[Node],
    message: &mut DynamicMessage,
    columns: &mut impl Iterator<Item = Sql>,
    names: &Names,
) {
    for node in nodes {
        match node {
            Node::Scalar(scalar) => {
                let field = field(message, &scalar.name.proto);
                match columns.next().expect("a column for each scalar") {
                    Sql::Null => {}
                    sql => message.set_field(&field, take(names, &scalar.column, &field, &sql)),
                }
            }
            Node::Group(group) => {
                let field = field(message, &group.name.proto);
                let Kind::Message(of) = field.kind() else { panic!("a group is a message") };
                let set = columns.next() == Some(Sql::Integer(1));
                let mut inner = DynamicMessage::new(of);
                decode(&group.nodes, &mut inner, columns, names);
                if set {
                    message.set_field(&field, Value::Message(inner));
                }
            }
            Node::Oneof(oneof) => {
                for variant in &oneof.variants {
                    decode(std::slice::from_ref(&variant.node), message, columns, names);
                }
            }
            Node::Child(_) | Node::Absent(_) => {}
        }
    }
}
