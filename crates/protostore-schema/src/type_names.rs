//! The Rust names of a schema's types, which later versions keep.

use std::collections::BTreeMap;

use crate::{Item, Node, Schema};

impl Schema {
    /// Returns the Rust name of each message, enum and oneof inside records, by full protobuf name.
    #[must_use]
    pub fn type_names(&self) -> BTreeMap<&str, &str> {
        let enums = self.enums.iter().map(|e| (e.name.proto.as_str(), e.name.rust.as_str()));
        let mut names: BTreeMap<&str, &str> = enums.collect();
        for table in &self.tables {
            add(&table.record.nodes, &mut names);
        }
        names
    }
}

fn add<'s>(nodes: &'s [Node], names: &mut BTreeMap<&'s str, &'s str>) {
    for node in nodes {
        let (name, inner) = match node {
            Node::Scalar(_) | Node::Absent(_) => continue,
            Node::Group(group) => (&group.message, group.nodes.as_slice()),
            Node::Oneof(oneof) => {
                names.insert(&oneof.ty.proto, &oneof.ty.rust);
                oneof.variants.iter().for_each(|variant| add(std::slice::from_ref(&variant.node), names));
                continue;
            }
            Node::Child(child) => match &child.item {
                Item::Scalar(_) => continue,
                Item::Message { message, nodes, .. } => (message, nodes.as_slice()),
            },
        };
        names.insert(&name.proto, &name.rust);
        add(inner, names);
    }
}
