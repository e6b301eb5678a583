//! Random messages of a descriptor, and random paths of its fields.

use std::collections::HashMap;

use fastrand::Rng;
use prost_reflect::{Cardinality, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};

/// Draws a message: about half of its fields are set, messages in it down to a depth.
pub(crate) fn message(rng: &mut Rng, of: &MessageDescriptor, depth: u32) -> DynamicMessage {
    let mut message = DynamicMessage::new(of.clone());
    for field in of.fields() {
        let required = field.cardinality() == Cardinality::Required;
        let too_deep = depth == 0 && field.kind().as_message().is_some();
        if required || (rng.bool() && !too_deep) {
            let value = value(rng, &field, depth.saturating_sub(1));
            message.set_field(&field, value);
        }
    }
    message
}

/// Draws a path of up to three numbers; seldom that of the whole message.
pub(crate) fn path(rng: &mut Rng, of: &MessageDescriptor) -> Vec<u32> {
    let mut path = Vec::new();
    let mut message = Some(of.clone());
    while let Some(of) = message.filter(|_| path.len() < 3 && rng.u8(0..8) > 0) {
        let fields: Vec<FieldDescriptor> = of.fields().collect();
        let Some(field) = rng.choice(fields) else { break };
        path.push(field.number());
        let single = !field.is_list() && !field.is_map();
        message = field.kind().as_message().filter(|_| single).cloned();
    }
    path
}

fn value(rng: &mut Rng, field: &FieldDescriptor, depth: u32) -> Value {
    if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
        let (key, value) = (entry.map_entry_key_field(), entry.map_entry_value_field());
        let entries = (0..rng.usize(0..3)).map(|_| (map_key(rng, &key.kind()), single(rng, &value.kind(), depth)));
        return Value::Map(entries.collect::<HashMap<_, _>>());
    }
    if field.is_list() {
        return Value::List((0..rng.usize(0..3)).map(|_| single(rng, &field.kind(), depth)).collect());
    }
    single(rng, &field.kind(), depth)
}

fn single(rng: &mut Rng, kind: &Kind, depth: u32) -> Value {
    match kind {
        Kind::Bool => Value::Bool(rng.bool()),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(rng.i32(-2..3)),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(rng.i64(-2..3)),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(rng.u32(0..4)),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(rng.u64(0..4)),
        Kind::Float => Value::F32(f32::from(rng.i8(-2..3))),
        Kind::Double => Value::F64(f64::from(rng.i8(-2..3))),
        Kind::String => Value::String(["", "a", "bc"][rng.usize(0..3)].to_owned()),
        Kind::Bytes => Value::Bytes((0..rng.u8(0..3)).collect::<Vec<u8>>().into()),
        Kind::Enum(of) => {
            let numbers: Vec<i32> = of.values().map(|value| value.number()).collect();
            Value::EnumNumber(rng.choice(numbers).expect("an enum has a value"))
        }
        Kind::Message(of) => Value::Message(message(rng, of, depth)),
    }
}

fn map_key(rng: &mut Rng, kind: &Kind) -> MapKey {
    match single(rng, kind, 0) {
        Value::Bool(key) => MapKey::Bool(key),
        Value::I32(key) => MapKey::I32(key),
        Value::I64(key) => MapKey::I64(key),
        Value::U32(key) => MapKey::U32(key),
        Value::U64(key) => MapKey::U64(key),
        Value::String(key) => MapKey::String(key),
        other => unreachable!("{other:?} is no key of a map"),
    }
}
