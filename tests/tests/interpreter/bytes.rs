//! Messages as the bytes that prost writes, whose maps are in the order of their keys.

use prost::Message as _;
use prost::encoding::{WireType, encode_key, encode_varint};
use prost_reflect::{DynamicMessage, FieldDescriptor, MapKey, ReflectMessage as _, Value};

/// Returns the bytes of a message.
pub(crate) fn of(message: &DynamicMessage) -> Vec<u8> {
    let mut to = Vec::new();
    for (field, value) in message.fields() {
        match value {
            Value::Map(entries) => {
                let mut entries: Vec<(&MapKey, &Value)> = entries.iter().collect();
                entries.sort_by(|a, b| a.0.cmp(b.0));
                entries.into_iter().for_each(|(key, value)| put(&field, &entry(&field, key, value), &mut to));
            }
            Value::Message(inner) if !field.is_group() => put(&field, &of(inner), &mut to),
            Value::List(items)
                if items.first().is_some_and(|item| item.as_message().is_some()) && !field.is_group() =>
            {
                items.iter().filter_map(Value::as_message).for_each(|item| put(&field, &of(item), &mut to));
            }
            value => {
                let mut alone = DynamicMessage::new(message.descriptor());
                alone.set_field(&field, value.clone());
                to.extend(alone.encode_to_vec());
            }
        }
    }
    to
}

/// An entry is without a key or value that is zero.
fn entry(field: &FieldDescriptor, key: &MapKey, value: &Value) -> Vec<u8> {
    let kind = field.kind();
    let of_entry = kind.as_message().expect("a map has entries");
    let mut entry = DynamicMessage::new(of_entry.clone());
    entry.set_field(&of_entry.map_entry_key_field(), Value::from(key.clone()));
    let Value::Message(inner) = value else {
        entry.set_field(&of_entry.map_entry_value_field(), value.clone());
        return entry.encode_to_vec();
    };
    let (mut to, inner) = (entry.encode_to_vec(), of(inner));
    if !inner.is_empty() {
        put(&of_entry.map_entry_value_field(), &inner, &mut to);
    }
    to
}

fn put(field: &FieldDescriptor, bytes: &[u8], to: &mut Vec<u8>) {
    encode_key(field.number(), WireType::LengthDelimited, to);
    encode_varint(bytes.len() as u64, to);
    to.extend(bytes);
}
