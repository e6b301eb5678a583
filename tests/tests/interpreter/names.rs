//! The names that texts of earlier versions have for what is called otherwise today.
//!
//! It is written apart from the generator and the run time, and knows descriptors alone.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::Value;

/// Former names, by what their message or enum is called today.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// By message and former name: the number.
    fields: BTreeMap<(String, String), u32>,
    /// By enum and former name: the number.
    values: BTreeMap<(String, String), i32>,
}

impl Names {
    /// Says whether nothing was ever called otherwise.
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.values.is_empty()
    }

    /// Learns what an earlier version called what both versions of a message hold, by the same numbers.
    #[allow(dead_code, reason = "where there is one version, nothing is called otherwise")]
    pub(crate) fn learn(&mut self, older: &MessageDescriptor, newer: &MessageDescriptor) {
        self.message(older, newer, &mut BTreeSet::new());
    }

    fn message(&mut self, older: &MessageDescriptor, newer: &MessageDescriptor, met: &mut BTreeSet<(String, String)>) {
        if !met.insert((older.full_name().to_owned(), newer.full_name().to_owned())) {
            return;
        }
        for field in newer.fields() {
            let Some(was) = older.get_field(field.number()) else { continue };
            for name in [was.name(), was.json_name()].into_iter().filter(|name| named(newer, name).is_none()) {
                self.fields.insert((newer.full_name().to_owned(), name.to_owned()), field.number());
            }
            match (was.kind(), field.kind()) {
                (Kind::Message(was), Kind::Message(is)) => self.message(&was, &is, met),
                (Kind::Enum(was), Kind::Enum(is)) => self.enumeration(&was, &is),
                _ => {}
            }
        }
    }

    fn enumeration(&mut self, older: &EnumDescriptor, newer: &EnumDescriptor) {
        for value in older.values().filter(|value| newer.get_value_by_name(value.name()).is_none()) {
            self.values.insert((newer.full_name().to_owned(), value.name().to_owned()), value.number());
        }
    }

    /// Returns a text of a message with today's names.
    pub(super) fn present(&self, of: &MessageDescriptor, json: Value) -> Value {
        let Value::Object(members) = json else { return json };
        if of.full_name().starts_with("google.protobuf.") {
            return Value::Object(members);
        }
        let renamed = members.into_iter().map(|(name, json)| {
            let former = || of.get_field(*self.fields.get(&(of.full_name().to_owned(), name.clone()))?);
            match named(of, &name).or_else(former) {
                Some(field) => (field.json_name().to_owned(), self.field(&field, json)),
                None => (name, json),
            }
        });
        Value::Object(renamed.collect())
    }

    fn field(&self, field: &FieldDescriptor, json: Value) -> Value {
        match (field.kind(), json) {
            (Kind::Message(entry), Value::Object(entries)) if field.is_map() => {
                let of = entry.map_entry_value_field();
                Value::Object(entries.into_iter().map(|(key, json)| (key, self.value(&of.kind(), json))).collect())
            }
            (kind, Value::Array(items)) if field.is_list() => {
                Value::Array(items.into_iter().map(|json| self.value(&kind, json)).collect())
            }
            (kind, json) => self.value(&kind, json),
        }
    }

    fn value(&self, kind: &Kind, json: Value) -> Value {
        match (kind, json) {
            (Kind::Message(of), json) => self.present(of, json),
            (Kind::Enum(of), Value::String(name)) if of.get_value_by_name(&name).is_none() => {
                let number = self.values.get(&(of.full_name().to_owned(), name.clone()));
                number.map_or(Value::String(name), |number| (*number).into())
            }
            (_, json) => json,
        }
    }
}

fn named(of: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    of.fields().find(|field| field.name() == name || field.json_name() == name)
}
