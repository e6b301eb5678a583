//! Which types of messages a record holds, and how often each was drawn with something in it.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};

use super::asked::{Asks, Storage};
use super::same::join;

/// Returns the full names of a record's type and of those that it stores, at any depth; not those of protobuf's own.
pub(crate) fn types(asks: &Asks, of: &MessageDescriptor) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    add(asks, "", of, &mut found);
    found
}

fn add(asks: &Asks, around: &str, of: &MessageDescriptor, found: &mut BTreeSet<String>) {
    if of.package_name() == "google.protobuf" {
        return;
    }
    let stored = |field: &FieldDescriptor| asks.of(&join(around, field.name()), field).storage;
    let holds = of.fields().len() == 0 || of.fields().any(|field| stored(&field) != Storage::NotStored);
    if !of.is_map_entry() && holds && !found.insert(of.full_name().to_owned()) {
        return;
    }
    // What is in bytes ends somewhere, maybe before all of its types were met.
    for field in of.fields().filter(|field| matches!(stored(field), Storage::Own | Storage::ChildTable)) {
        if let Kind::Message(inner) = field.kind() {
            add(asks, &join(around, field.name()), &inner, found);
        }
    }
}

/// Counts the messages of each type in which a field is set; of a type without fields, all.
pub(crate) fn count(message: &DynamicMessage, counts: &mut BTreeMap<String, usize>) {
    let of = message.descriptor();
    if of.fields().len() == 0 || message.fields().next().is_some() {
        *counts.entry(of.full_name().to_owned()).or_default() += 1;
    }
    for (_, value) in message.fields() {
        match value {
            Value::Message(inner) => count(inner, counts),
            Value::List(items) => items.iter().filter_map(Value::as_message).for_each(|inner| count(inner, counts)),
            Value::Map(entries) => {
                entries.values().filter_map(Value::as_message).for_each(|inner| count(inner, counts))
            }
            _ => {}
        }
    }
}
