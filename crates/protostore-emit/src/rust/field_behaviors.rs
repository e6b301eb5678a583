//! What is said of the fields of a record, and of those of the messages in it: who writes and reads them.

use std::collections::BTreeMap;

use protostore_schema::{Item, MessageBehavior, Node, Table};

/// The words of `Behaviors` for each field of a record, by its path in numbers; those of a message hold inside it.
pub(super) type Said = BTreeMap<Vec<u32>, Vec<&'static str>>;

/// Returns what is said of a table's fields.
pub(super) fn of_table(behaviors: &[MessageBehavior], table: &Table) -> Said {
    let mut said = Said::new();
    let mut walk = Walk { behaviors, said: &mut said };
    walk.nodes(&table.record.ty.proto, &table.record.nodes, [false; 4]);
    said
}

struct Walk<'a> {
    behaviors: &'a [MessageBehavior],
    said: &'a mut Said,
}

impl Walk<'_> {
    fn nodes(&mut self, message: &str, nodes: &[Node], around: [bool; 4]) {
        for node in nodes {
            match node {
                Node::Scalar(scalar) => {
                    self.field(message, &scalar.column.path, scalar.immutable, scalar.column.redacted, around);
                }
                Node::Group(group) => {
                    let (path, redacted) = (&group.presence.path, group.presence.redacted);
                    let around = self.field(message, path, group.immutable, redacted, around);
                    self.nodes(&group.message.proto, &group.nodes, around);
                }
                Node::Oneof(oneof) => {
                    oneof.variants.iter().for_each(|v| self.nodes(message, std::slice::from_ref(&v.node), around));
                }
                Node::Child(child) => {
                    let around = self.field(message, &child.path, child.immutable, child.place.is_redacted(), around);
                    match &child.item {
                        Item::Message { message, nodes, .. } => self.nodes(&message.proto, nodes, around),
                        // The value of a map has a path of its own.
                        Item::Scalar(column) if column.path != child.path => {
                            let words = self.said.get(&child.path).cloned();
                            self.said.extend(words.map(|words| (column.path.clone(), words)));
                        }
                        Item::Scalar(_) => {}
                    }
                    if let Some(column) = child.place.column().filter(|column| column.path != child.path) {
                        let words = self.said.get(&child.path).cloned();
                        self.said.extend(words.map(|words| (column.path.clone(), words)));
                    }
                }
                Node::Absent(_) => {}
            }
        }
    }

    /// Notes what is said of a field, and returns what holds inside it.
    fn field(&mut self, message: &str, path: &[u32], immutable: bool, redacted: bool, around: [bool; 4]) -> [bool; 4] {
        let of = self.behaviors.iter().find(|of| of.proto == message);
        let field = of.and_then(|of| of.fields.iter().find(|field| Some(&field.number) == path.last()));
        let [output, input, keeps, hidden] = around;
        let output = output || field.is_some_and(|field| field.output_only);
        let input = input || field.is_some_and(|field| field.input_only);
        let (keeps, hidden) = (keeps || immutable, hidden || redacted);
        let words = [(output, "OUTPUT_ONLY"), (input, "INPUT_ONLY"), (keeps, "IMMUTABLE"), (hidden, "REDACTED")];
        let words: Vec<&'static str> = words.into_iter().filter(|(said, _)| *said).map(|(_, word)| word).collect();
        if !words.is_empty() {
            self.said.insert(path.to_vec(), words);
        }
        [output, input, keeps, hidden]
    }
}
