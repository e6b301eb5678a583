//! Lowers OUTPUT_ONLY and INPUT_ONLY of every message that a record holds, however it is stored.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{FieldDescriptor, MessageDescriptor};
use protostore_schema::{FieldBehavior, FieldShape, MessageBehavior};

use super::draft::Draft;
use super::types::{Types, message_path};
use super::walk::in_order;
use crate::annotations::{self, Behavior};
use crate::names;

/// Returns what is said of the records' messages, and of those in them that a request or response is not whole with.
pub(super) fn lower(drafts: &[Draft], types: &Types) -> Vec<MessageBehavior> {
    let records: BTreeSet<&str> = drafts.iter().map(|draft| draft.message.full_name()).collect();
    let messages = reachable(drafts);
    let [output, input] = [Behavior::OutputOnly, Behavior::InputOnly].map(|behavior| having(&messages, behavior));
    let mut found = Vec::new();
    for (proto, message) in &messages {
        let is_inside = |set: &BTreeSet<String>, field: &FieldDescriptor| {
            inner(field).is_some_and(|inner| set.contains(inner.full_name()))
        };
        let fields = in_order(message).into_iter().map(|field| {
            let behaviors = annotations::behaviors(&field);
            FieldBehavior {
                number: field.number(),
                name: field.name().to_owned(),
                output_only: behaviors.contains(&Behavior::OutputOnly),
                input_only: behaviors.contains(&Behavior::InputOnly),
                output_inside: is_inside(&output, &field),
                input_inside: is_inside(&input, &field),
                deprecated: annotations::is_deprecated(&field),
                ..named(&field, types)
            }
        });
        let fields: Vec<_> =
            fields.filter(|f| f.output_only || f.input_only || f.output_inside || f.input_inside).collect();
        if !fields.is_empty() || records.contains(proto.as_str()) {
            found.push(MessageBehavior { proto: proto.clone(), message: message_path(message), fields });
        }
    }
    found
}

/// Returns the messages of records and those in them at any depth, by name.
fn reachable(drafts: &[Draft]) -> BTreeMap<String, MessageDescriptor> {
    let mut open: Vec<MessageDescriptor> = drafts.iter().map(|draft| draft.message.clone()).collect();
    let mut found = BTreeMap::new();
    while let Some(message) = open.pop() {
        if found.insert(message.full_name().to_owned(), message.clone()).is_none() {
            open.extend(message.fields().filter_map(|field| inner(&field)));
        }
    }
    found
}

/// Returns the messages with such a field at any depth.
fn having(messages: &BTreeMap<String, MessageDescriptor>, behavior: Behavior) -> BTreeSet<String> {
    let has = |field: &FieldDescriptor| annotations::behaviors(field).contains(&behavior);
    let mut found: BTreeSet<String> =
        messages.values().filter(|m| m.fields().any(|f| has(&f))).map(|m| m.full_name().to_owned()).collect();
    loop {
        let holds = |m: &MessageDescriptor| {
            m.fields().any(|f| inner(&f).is_some_and(|inner| found.contains(inner.full_name())))
        };
        let more: Vec<String> = messages
            .values()
            .filter(|m| !found.contains(m.full_name()) && holds(m))
            .map(|m| m.full_name().to_owned())
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Returns the message of a field, or of a map's values, that is generated with the others.
fn inner(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    let message = field.kind().as_message().cloned()?;
    let message = match field.is_map() {
        true => message.map_entry_value_field().kind().as_message().cloned()?,
        false => message,
    };
    (!message.full_name().starts_with("google.protobuf.")).then_some(message)
}

fn named(field: &FieldDescriptor, types: &Types) -> FieldBehavior {
    let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
    let (rust, shape) = match &oneof {
        Some(oneof) => {
            let variant = names::variant(field.name());
            (names::field(oneof.name()), FieldShape::Member { oneof: types.oneof(oneof), variant })
        }
        None if field.is_map() => (names::field(field.name()), FieldShape::Map),
        None if field.is_list() => (names::field(field.name()), FieldShape::List),
        None => (names::field(field.name()), FieldShape::Single),
    };
    FieldBehavior {
        number: 0,
        name: String::new(),
        rust,
        shape,
        output_only: false,
        input_only: false,
        output_inside: false,
        input_inside: false,
        deprecated: false,
    }
}
