//! Random messages by what their fields ask: each value one that its column holds, up to the last.

use std::collections::BTreeMap;

use fastrand::Rng;
use prost_reflect::{Cardinality, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};

use super::asked::{Ask, Asks, Encoding, Generated, Storage};
use super::same::join;
use super::{random, wild};

/// The keys of the rows that references may name, by table.
pub(crate) type Rows = BTreeMap<String, Vec<Value>>;

/// Draws the records of one table.
pub(crate) struct Drawer<'a> {
    pub(crate) asks: &'a Asks,
    pub(crate) rows: &'a Rows,
}

impl Drawer<'_> {
    /// Returns a message that the store accepts, but for its key, which the caller sees to.
    pub(crate) fn message(&self, rng: &mut Rng, descriptor: &MessageDescriptor) -> DynamicMessage {
        self.inner(rng, descriptor, "", 4)
    }

    fn inner(&self, rng: &mut Rng, descriptor: &MessageDescriptor, around: &str, deep: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        let own = |field: &FieldDescriptor| field.containing_oneof().is_none_or(|o| o.is_synthetic());
        for field in descriptor.fields().filter(own) {
            let path = join(around, field.name());
            if let Some(value) = self.field(rng, &field, &path, deep) {
                message.set_field(&field, value);
            }
        }
        for oneof in descriptor.oneofs().filter(|o| !o.is_synthetic()) {
            let members: Vec<_> = oneof.fields().collect();
            if let Some(member) = members.get(rng.usize(0..=members.len())) {
                let path = join(around, member.name());
                if let Some(value) = self.value(rng, member, &path, &self.asks.of(&path, member), deep) {
                    message.set_field(member, value);
                }
            }
        }
        message
    }

    /// Returns the value of a field; nothing where it stays unset.
    fn field(&self, rng: &mut Rng, field: &FieldDescriptor, path: &str, deep: usize) -> Option<Value> {
        let ask = self.asks.of(path, field);
        let counts = usize::from(ask.required)..if deep > 2 { 4 } else { 2 };
        match ask.storage {
            Storage::NotStored => return None,
            Storage::Bytes if field.is_list() || field.is_map() => return Some(wild::field(rng, field, 3)),
            Storage::Json if field.is_list() || field.is_map() => return Some(random::whole(rng, field, 3)),
            Storage::Own | Storage::ChildTable | Storage::Json | Storage::Bytes => {}
        }
        if field.is_map() {
            let kind = field.kind();
            let entry = kind.as_message()?;
            let (key, of) = (entry.map_entry_key_field(), entry.map_entry_value_field());
            let (key_path, of_path) = (join(path, "key"), join(path, "value"));
            let (key_ask, of_ask) = (self.asks.of(&key_path, &key), self.asks.of(&of_path, &of));
            let entries = (0..rng.usize(counts)).filter_map(|_| {
                let key = self.value(rng, &key, &key_path, &key_ask, deep)?.into_map_key()?;
                Some((key, self.value(rng, &of, &of_path, &of_ask, deep)?))
            });
            return Some(Value::Map(entries.collect()));
        }
        if field.is_list() {
            let items = (0..rng.usize(counts)).filter_map(|_| self.value(rng, field, path, &ask, deep));
            return Some(Value::List(items.collect()));
        }
        let plain = !field.supports_presence();
        if field.cardinality() == Cardinality::Required || ask.required || ask.generated.is_some() {
            return self.value(rng, field, path, &ask, deep).map(|value| if plain { nonzero(value) } else { value });
        }
        if plain || rng.bool() { self.value(rng, field, path, &ask, deep) } else { None }
    }

    /// Returns a value that is set; nothing where it would name a row and there is none.
    pub(crate) fn value(
        &self,
        rng: &mut Rng,
        field: &FieldDescriptor,
        path: &str,
        ask: &Ask,
        deep: usize,
    ) -> Option<Value> {
        if let Some(table) = &ask.reference {
            let rows = self.rows.get(table).filter(|rows| !rows.is_empty())?;
            return rng.choice(rows).cloned();
        }
        match ask.generated {
            Some(Generated::Uuid) => return Some(Value::String(uuid(rng))),
            Some(Generated::Sequence) => return Some(nonzero(positive(random::value(rng, field, 1)))),
            Some(Generated::Time) | None => {}
        }
        Some(match (field.kind(), ask.storage, ask.encoding) {
            (_, Storage::Bytes, _) => wild::value(rng, field, 3),
            (_, Storage::Json, _) => random::value(rng, field, 3),
            (Kind::Message(of), _, Encoding::FullRange | Encoding::FloatBits) => {
                let mut wrapper = DynamicMessage::new(of.clone());
                let inner = of.get_field_by_name("value").expect("a wrapper has a value");
                wrapper.set_field(&inner, wild::value(rng, &inner, 1));
                Value::Message(wrapper)
            }
            (_, _, Encoding::FullRange | Encoding::FloatBits) => wild::value(rng, field, 1),
            (Kind::Message(of), _, encoding) => match of.full_name() {
                "google.protobuf.Timestamp" => Value::Message(wild::timestamp(rng, &of, encoding)),
                "google.protobuf.Duration" => Value::Message(wild::duration(rng, &of, encoding)),
                "google.protobuf.Any" => Value::Message(wild::message(rng, &of, 2)),
                name if name.starts_with("google.protobuf.") => random::value(rng, field, 3),
                _ => Value::Message(self.inner(rng, &of, path, deep.saturating_sub(1))),
            },
            (Kind::Float, ..) if rng.u8(0..8) == 0 => Value::F32(-0.0),
            (Kind::Double, ..) if rng.u8(0..8) == 0 => Value::F64(-0.0),
            _ => random::value(rng, field, 1),
        })
    }
}

/// Returns the value, or the same type's one where it is zero.
fn nonzero(value: Value) -> Value {
    match value {
        Value::I32(0) => Value::I32(1),
        Value::I64(0) => Value::I64(1),
        Value::U32(0) => Value::U32(1),
        Value::U64(0) => Value::U64(1),
        Value::F32(0.0) => Value::F32(1.0),
        Value::F64(0.0) => Value::F64(1.0),
        Value::EnumNumber(0) => Value::EnumNumber(1),
        Value::String(text) if text.is_empty() => Value::String("1".to_owned()),
        Value::Bytes(bytes) if bytes.is_empty() => Value::Bytes(vec![0].into()),
        other => other,
    }
}

fn positive(value: Value) -> Value {
    match value {
        Value::I32(v) => Value::I32(v & i32::MAX),
        Value::I64(v) => Value::I64(v & i64::MAX),
        other => other,
    }
}

/// Returns a UUID of version 4 as the store spells it.
fn uuid(rng: &mut Rng) -> String {
    let (a, b) = (rng.u64(..), rng.u64(..));
    let variant = 0x8000 | (b >> 48 & 0x3fff);
    format!("{:08x}-{:04x}-4{:03x}-{variant:04x}-{:012x}", a >> 32, a >> 16 & 0xffff, a & 0xfff, b & 0xffff_ffff_ffff)
}
