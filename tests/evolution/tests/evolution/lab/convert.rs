//! What a record must be in another version: by protobuf's bytes, or the same values by number of field.
//!
//! It is written apart from the evolver, and knows descriptors and values only.

use std::collections::BTreeMap;

use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, Value};

use super::bits;
use super::fates::{Fate, meet};
use super::number::same_value;
use super::{Rows, Store, hashes};
use crate::asked::{Asks, Storage};
use crate::bytes;
use crate::same::join;

/// How values are carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rule {
    /// As a program of the other version reads the bytes that one of this version wrote.
    #[default]
    Wire,
    /// The same number or text at the same field number, or the row does not fit.
    Value,
}

/// How records are carried from one version to another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Carry {
    pub(crate) rule: Rule,
    /// What a field is set to, wherever its message is; `@id` is what another field of the message is, and `{label = "a"}`
    /// a message where there is none.
    pub(crate) fill: BTreeMap<String, toml::Value>,
    /// Fields of the record that get the value of a former field of it.
    pub(crate) moved: BTreeMap<String, String>,
    /// Rows that are deleted, or that do not fit.
    pub(crate) fates: Vec<Fate>,
    /// Whether the rows of chained tables get their hashes.
    pub(crate) is_chained: bool,
}

impl Carry {
    /// Returns all records of one version as the other has them, or says which does not fit.
    pub(crate) fn rows(&self, from: &Store, rows: &Rows, to: &Store) -> Result<Rows, String> {
        let mut carried = Rows::new();
        let rows = &meet(&self.fates, rows)?;
        for (table, messages) in rows {
            let Some(of) = to.record(*table) else { continue };
            let mut all = messages.iter().map(|m| self.record(m, &of)).collect::<Result<Vec<_>, String>>()?;
            let (earlier, asks) = (from.asks(*table), to.asks(*table));
            messages.iter().try_for_each(|message| bits::fit(&earlier, message, &asks, &of))?;
            for message in &mut all {
                bits::unsigned(&asks, "", message);
                stored(&asks, "", message)?;
            }
            self.number(&mut all);
            carried.insert(*table, all);
        }
        if self.is_chained {
            hashes::link(to, &mut carried);
        }
        Ok(carried)
    }

    fn record(&self, from: &DynamicMessage, to: &MessageDescriptor) -> Result<DynamicMessage, String> {
        let mut message = match self.rule {
            Rule::Wire => {
                DynamicMessage::decode(to.clone(), bytes::of(from).as_slice()).map_err(|e| format!("{e}: {from}"))?
            }
            Rule::Value => same_message(from, to)?,
        };
        bits::signs(from, &mut message);
        known(&mut message);
        for (to, path) in &self.moved {
            if let Some(value) = get(from, path) {
                set(&mut message, to, value);
            }
        }
        self.fill(&mut message);
        Ok(message)
    }

    /// Numbers the records in the order of their ids, in the fields that say so.
    fn number(&self, records: &mut [DynamicMessage]) {
        let numbered = self.fill.iter().filter(|(_, value)| value.as_str() == Some("#"));
        for (name, _) in numbered {
            records.sort_by_key(|record| record.get_field_by_name("id").and_then(|id| id.as_str().map(str::to_owned)));
            for (record, number) in records.iter_mut().zip(1_i64..) {
                if record.descriptor().get_field_by_name(name).is_some() {
                    record.set_field_by_name(name, Value::I64(number));
                }
            }
        }
    }

    fn fill(&self, message: &mut DynamicMessage) {
        let of = message.descriptor();
        if of.full_name().starts_with("google.protobuf.") {
            return;
        }
        for field in of.fields() {
            let given = self.fill.get(field.name()).filter(|value| value.as_str() != Some("#"));
            if let (Some(toml::Value::Table(fields)), Kind::Message(of)) = (given, field.kind()) {
                if !message.has_field(&field) {
                    let mut inner = DynamicMessage::new(of.clone());
                    for (name, text) in fields {
                        let field = of.get_field_by_name(name).expect("a field of the message");
                        inner.set_field(&field, literal(text, &field));
                    }
                    message.set_field(&field, Value::Message(inner));
                }
            } else if let Some(text) = given {
                let value = match text.as_str().and_then(|text| text.strip_prefix('@')) {
                    Some(other) => message.get_field_by_name(other).expect("a field of the message").into_owned(),
                    None => literal(text, &field),
                };
                message.set_field(&field, value);
            } else if message.has_field(&field) {
                each(message.get_field_mut(&field), &mut |inner| self.fill(inner));
            }
        }
    }
}

/// Takes the fields away that are not stored, and finds what SQL cannot see: lists that are required and empty, and text
/// that has a NUL.
fn stored(asks: &Asks, around: &str, message: &mut DynamicMessage) -> Result<(), String> {
    for field in message.descriptor().fields() {
        let path = join(around, field.name());
        let ask = asks.of(&path, &field);
        if ask.storage == Storage::NotStored {
            message.clear_field(&field);
        } else if message.has_field(&field) && !matches!(ask.storage, Storage::Bytes | Storage::Json) {
            let path = if field.is_map() { join(&path, "value") } else { path };
            let mut done = Ok(());
            each(message.get_field_mut(&field), &mut |inner| {
                if done.is_ok() {
                    done = stored(asks, &path, inner);
                }
            });
            done?;
            if has_nul(&message.get_field(&field)) {
                return Err(format!("{path} has a NUL"));
            }
        } else if ask.required && (field.is_list() || field.is_map()) && !message.has_field(&field) {
            return Err(format!("{path} must be set"));
        }
    }
    Ok(())
}

/// Says whether text that is a value of its own has a NUL, which no column of text holds.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::List(items) => items.iter().any(has_nul),
        Value::Map(entries) => {
            entries.iter().any(|(key, value)| key.as_str().is_some_and(|key| key.contains('\0')) || has_nul(value))
        }
        _ => false,
    }
}

/// Returns the value of a field below a message, if it is set.
pub(super) fn get(message: &DynamicMessage, path: &str) -> Option<Value> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = message.descriptor().get_field_by_name(name)?;
    let is_set = message.has_field(&field) || !field.supports_presence();
    let value = is_set.then(|| message.get_field(&field).into_owned())?;
    rest.map_or(Some(value.clone()), |rest| get(value.as_message().expect("a message"), rest))
}

/// Sets a field below a message, and the messages around it.
pub(super) fn set(message: &mut DynamicMessage, path: &str, value: Value) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = message.descriptor().get_field_by_name(name).expect("a field of the message");
    match rest {
        None => message.set_field(&field, value),
        Some(rest) => each(message.get_field_mut(&field), &mut |inner| set(inner, rest, value.clone())),
    }
}

/// Takes the fields away that the version does not know: a store does not keep them.
fn known(message: &mut DynamicMessage) {
    let unknown: Vec<u32> = message.unknown_fields().map(prost_reflect::UnknownField::number).collect();
    if !unknown.is_empty() {
        let mut clean = DynamicMessage::new(message.descriptor());
        for (field, value) in message.fields() {
            clean.set_field(&field, value.clone());
        }
        *message = clean;
    }
    for field in message.descriptor().fields() {
        if message.has_field(&field) {
            each(message.get_field_mut(&field), &mut known);
        }
    }
}

/// Calls for each message in a value.
pub(super) fn each(value: &mut Value, call: &mut dyn FnMut(&mut DynamicMessage)) {
    match value {
        Value::Message(inner) => call(inner),
        Value::List(list) => list.iter_mut().for_each(|item| each(item, call)),
        Value::Map(map) => map.values_mut().for_each(|item| each(item, call)),
        _ => {}
    }
}

fn literal(text: &toml::Value, field: &FieldDescriptor) -> Value {
    let value = match text {
        toml::Value::String(text) => same_value(&Value::String(text.clone()), &field.kind()),
        toml::Value::Integer(v) => same_value(&Value::I64(*v), &field.kind()),
        toml::Value::Float(v) => same_value(&Value::F64(*v), &field.kind()),
        toml::Value::Boolean(v) => same_value(&Value::Bool(*v), &field.kind()),
        _ => None,
    };
    value.unwrap_or_else(|| panic!("{text} is no {:?}", field.kind()))
}

fn same_message(from: &DynamicMessage, to: &MessageDescriptor) -> Result<DynamicMessage, String> {
    if from.descriptor().full_name() == to.full_name() && to.full_name().starts_with("google.protobuf.") {
        return DynamicMessage::decode(to.clone(), from.encode_to_vec().as_slice()).map_err(|e| e.to_string());
    }
    let mut message = DynamicMessage::new(to.clone());
    for field in to.fields() {
        let Some(old) = from.descriptor().get_field(field.number()) else { continue };
        if from.has_field(&old) {
            let Some(value) = same_field(&from.get_field(&old), &old, &field)? else { continue };
            // The last member of a oneof would stay, and a value be lost.
            let taken = |oneof: prost_reflect::OneofDescriptor| oneof.fields().any(|other| message.has_field(&other));
            if field.containing_oneof().is_some_and(taken) {
                return Err(format!("{} is not the only member that is set", field.full_name()));
            }
            message.set_field(&field, value);
        }
    }
    Ok(message)
}

/// Returns the value of a field that is set; nothing where a list has no element.
fn same_field(value: &Value, old: &FieldDescriptor, new: &FieldDescriptor) -> Result<Option<Value>, String> {
    let kind = new.kind();
    Ok(Some(match value {
        Value::Map(map) if new.is_map() => {
            let entry = kind.as_message().expect("a map has entries");
            let mut carried = std::collections::HashMap::new();
            for (key, value) in map {
                carried
                    .insert(same_key(key, &entry.map_entry_key_field())?, one(value, &entry.map_entry_value_field())?);
            }
            Value::Map(carried)
        }
        Value::Map(map) => {
            let mut entries: Vec<(&MapKey, &Value)> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            let of = kind.as_message().ok_or("an entry is a message")?;
            let part = |number| of.get_field(number).ok_or_else(|| format!("{} has no field {number}", of.full_name()));
            let (key_field, value_field) = (part(1)?, part(2)?);
            let entries = entries.into_iter().map(|(key, value)| {
                let mut entry = DynamicMessage::new(of.clone());
                entry.set_field(&key_field, one(&Value::from(key.clone()), &key_field)?);
                entry.set_field(&value_field, one(value, &value_field)?);
                Ok(Value::Message(entry))
            });
            Value::List(entries.collect::<Result<_, String>>()?)
        }
        Value::List(list) if new.is_map() => {
            let entry = kind.as_message().expect("a map has entries");
            let mut carried = std::collections::HashMap::new();
            for item in list {
                let item = item.as_message().ok_or("an entry is a message")?;
                let part = |number| item.get_field_by_number(number).ok_or("an entry has a key and a value");
                let key = one(&*part(1)?, &entry.map_entry_key_field())?.into_map_key().ok_or("a key")?;
                let value = one(&*part(2)?, &entry.map_entry_value_field())?;
                if carried.insert(key.clone(), value).is_some() {
                    return Err(format!("{} has {key:?} twice", old.full_name()));
                }
            }
            Value::Map(carried)
        }
        Value::List(list) if new.is_list() => {
            Value::List(list.iter().map(|item| one(item, new)).collect::<Result<_, _>>()?)
        }
        Value::List(list) => match list.as_slice() {
            [] => return Ok(None),
            [item] => one(item, new)?,
            _ => return Err(format!("{} has {} elements", old.full_name(), list.len())),
        },
        value if new.is_list() => Value::List(vec![one(value, new)?]),
        value => one(value, new)?,
    }))
}

fn same_key(key: &MapKey, to: &FieldDescriptor) -> Result<MapKey, String> {
    one(&Value::from(key.clone()), to)?.into_map_key().ok_or_else(|| format!("{key:?} is no key"))
}

/// Returns one value in the type of another field.
fn one(value: &Value, to: &FieldDescriptor) -> Result<Value, String> {
    let misfit = || format!("{value:?} does not fit {}", to.full_name());
    match (value, to.kind()) {
        (Value::Message(from), Kind::Message(of)) => Ok(Value::Message(same_message(from, &of)?)),
        (Value::Message(from), Kind::Bytes) if !from.descriptor().full_name().ends_with("BytesValue") => {
            Ok(Value::Bytes(bytes::of(from).into()))
        }
        (Value::Message(from), _) => {
            let inner = from.get_field_by_name("value").ok_or_else(misfit)?;
            one(&inner, to)
        }
        (Value::Bytes(bytes), Kind::Message(of)) if !of.full_name().ends_with("BytesValue") => {
            DynamicMessage::decode(of, bytes.clone()).map(Value::Message).map_err(|_| misfit())
        }
        (value, Kind::Message(of)) => {
            let inner = of.get_field_by_name("value").ok_or_else(misfit)?;
            let mut wrapper = DynamicMessage::new(of);
            wrapper.set_field(&inner, one(value, &inner)?);
            Ok(Value::Message(wrapper))
        }
        (value, kind) => same_value(value, &kind).ok_or_else(misfit),
    }
}
