//! Breaks a message on purpose in one random place, and says how the store must refuse it.

use fastrand::Rng;
use prost_reflect::{
    Cardinality, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, Value,
};

use super::asked::{Ask, Asks, Encoding, Generated, Storage};
use super::beyond::{NUL, document, duration, timestamp};
use super::same::join;

/// What was broken.
#[derive(Debug)]
pub(crate) struct Spoilt {
    /// The path of the field that the refusal names.
    pub(crate) field: String,
    /// The path of the list or map whose table holds it, if it is not the record's own.
    #[allow(dead_code, reason = "read where a test writes to the tables themselves")]
    pub(crate) list: Option<String>,
    /// How the refusal may be worded.
    pub(crate) says: Vec<String>,
}

/// Breaks a message of a table whose key is made of the fields at `key`; nothing where it has no field to break.
pub(crate) fn spoil(rng: &mut Rng, asks: &Asks, key: &[String], message: &mut DynamicMessage) -> Option<Spoilt> {
    Spoiler { asks, key }.message(rng, message, "", None)
}

struct Spoiler<'a> {
    asks: &'a Asks,
    key: &'a [String],
}

const MISSING: &str = "must be set";

impl Spoiler<'_> {
    fn message(&self, rng: &mut Rng, m: &mut DynamicMessage, around: &str, list: Option<&str>) -> Option<Spoilt> {
        let mut fields: Vec<_> = m.descriptor().fields().collect();
        rng.shuffle(&mut fields);
        fields.into_iter().find_map(|field| {
            let path = join(around, field.name());
            self.field(rng, m, &field, &path, list)
        })
    }

    fn field(
        &self,
        rng: &mut Rng,
        m: &mut DynamicMessage,
        field: &FieldDescriptor,
        path: &str,
        list: Option<&str>,
    ) -> Option<Spoilt> {
        let ask = self.asks.of(path, field);
        let is_key = self.key.iter().any(|key| key == path);
        let spoilt = |says: &[&str]| Some(Spoilt::new(path, list, says));
        match ask.storage {
            Storage::NotStored => {
                m.set_field(field, set(field));
                return spoilt(&["is not stored, so it must not be set"]);
            }
            Storage::Bytes => {
                let deep = field.kind().as_message().and_then(chain).filter(|_| !field.is_list());
                if let Some(deep) = deep.filter(|_| m.has_field(field)) {
                    m.set_field(field, Value::Message(deep));
                    return spoilt(&["must not be nested deeper than 100 messages"]);
                }
            }
            Storage::Own | Storage::ChildTable | Storage::Json => {}
        }
        let explicit = field.supports_presence();
        let needed = ask.required && !field.is_list() && !field.is_map();
        if ask.generated.is_some() || (is_key && ask.encoding != Encoding::Own) {
            // What is unset is made.
            return self.made(m, field, path, &ask);
        }
        if needed && rng.u8(0..3) == 0 && field.cardinality() != Cardinality::Required {
            m.clear_field(field);
            return if explicit { spoilt(&[MISSING]) } else { spoilt(&zero_says(field, &ask)) };
        }
        if is_key && matches!(field.kind(), Kind::String | Kind::Bytes) && rng.bool() {
            m.clear_field(field);
            return if explicit && field.cardinality() != Cardinality::Required {
                spoilt(&[MISSING])
            } else {
                spoilt(&["must not be empty"])
            };
        }
        if matches!(ask.storage, Storage::Bytes | Storage::Json) || (explicit && !m.has_field(field)) {
            return None;
        }
        let mut value = m.get_field(field).into_owned();
        let found = match &mut value {
            Value::List(items) if !items.is_empty() => {
                let at = rng.usize(0..items.len());
                self.value(rng, &mut items[at], path, &ask, Some(path))
            }
            Value::Map(entries) if !entries.is_empty() => self.entry(rng, entries, field, path),
            Value::List(_) | Value::Map(_) => None,
            one if ask.storage == Storage::ChildTable => self.value(rng, one, path, &ask, Some(path)),
            one => self.value(rng, one, path, &ask, list),
        }?;
        m.set_field(field, value);
        Some(found)
    }

    /// Breaks a value that the store would make if it were unset.
    fn made(&self, m: &mut DynamicMessage, field: &FieldDescriptor, path: &str, ask: &Ask) -> Option<Spoilt> {
        if ask.generated != Some(Generated::Uuid) {
            return None;
        }
        m.set_field(field, Value::String("\0".to_owned()));
        Some(Spoilt::new(path, None, &["must be a UUID in lower case, with hyphens", NUL]))
    }

    fn entry(
        &self,
        rng: &mut Rng,
        entries: &mut std::collections::HashMap<MapKey, Value>,
        field: &FieldDescriptor,
        path: &str,
    ) -> Option<Spoilt> {
        let kind = field.kind();
        let entry = kind.as_message()?;
        let (key_field, of) = (entry.map_entry_key_field(), entry.map_entry_value_field());
        let (key_path, of_path) = (join(path, "key"), join(path, "value"));
        let mut keys: Vec<MapKey> = entries.keys().cloned().collect();
        keys.sort_by_key(|key| format!("{key:?}"));
        let key = rng.choice(&keys)?.clone();
        if rng.bool() {
            let mut value = Value::from(key.clone());
            let ask = self.asks.of(&key_path, &key_field);
            if let Some(found) = self.value(rng, &mut value, &key_path, &ask, Some(path)) {
                let value_of = entries.remove(&key)?;
                entries.insert(value.into_map_key()?, value_of);
                return Some(found);
            }
        }
        let ask = self.asks.of(&of_path, &of);
        self.value(rng, entries.get_mut(&key)?, &of_path, &ask, Some(path))
    }

    fn value(&self, rng: &mut Rng, value: &mut Value, path: &str, ask: &Ask, list: Option<&str>) -> Option<Spoilt> {
        if matches!(ask.storage, Storage::Bytes | Storage::Json) {
            return None;
        }
        if let (Some(table), Value::String(id)) = (&ask.reference, &mut *value)
            && rng.bool()
        {
            "there is no such row".clone_into(id);
            return Some(Spoilt::new(path, list, &[&format!("refers to a record of {table} that does not exist")]));
        }
        let says = match value {
            Value::U64(v) if ask.encoding == Encoding::Own => {
                *v = *rng.choice(&[1 << 63, u64::MAX])?;
                "must not be above 9223372036854775807"
            }
            Value::F32(v) if ask.encoding == Encoding::Own => {
                *v = f32::NAN;
                "must not be NaN"
            }
            Value::F64(v) if ask.encoding == Encoding::Own => {
                *v = -f64::NAN;
                "must not be NaN"
            }
            Value::String(v) => {
                v.insert(0, '\0');
                NUL
            }
            Value::Message(m) => {
                let name = m.descriptor().full_name().to_owned();
                match name.as_str() {
                    "google.protobuf.Timestamp" => timestamp(rng, m, ask.encoding),
                    "google.protobuf.Duration" => duration(rng, m, ask.encoding),
                    "google.protobuf.Value" => document(rng, m),
                    "google.protobuf.FieldMask" => {
                        let (path, says) = *rng.choice(&[
                            ("", "must not hold an empty path"),
                            ("a,b", "must not hold a path with a comma in it"),
                            ("a\0", NUL),
                        ])?;
                        m.set_field_by_name("paths", Value::List(vec![Value::String(path.to_owned())]));
                        says
                    }
                    "google.protobuf.ListValue" | "google.protobuf.Struct" => {
                        let inner = m.descriptor().fields().next()?;
                        let Some(Value::Message(mut bad)) = element(&inner) else { return None };
                        let says = document(rng, &mut bad);
                        let bad = Value::Message(bad);
                        let key = MapKey::String("k".to_owned());
                        let held =
                            if inner.is_list() { Value::List(vec![bad]) } else { Value::Map([(key, bad)].into()) };
                        m.set_field(&inner, held);
                        says
                    }
                    "google.protobuf.Any" | "google.protobuf.Empty" => return None,
                    name if name.starts_with("google.protobuf.") => {
                        let inner = m.descriptor().get_field_by_name("value")?;
                        let mut wrapped = m.get_field(&inner).into_owned();
                        let found = self.value(rng, &mut wrapped, path, ask, list)?;
                        m.set_field(&inner, wrapped);
                        return Some(found);
                    }
                    _ => return self.message(rng, m, path, list),
                }
            }
            _ => return None,
        };
        Some(Spoilt::new(path, list, &[says]))
    }
}

impl Spoilt {
    fn new(field: &str, list: Option<&str>, says: &[&str]) -> Self {
        let says = says.iter().map(|&says| says.to_owned()).collect();
        Self { field: field.to_owned(), list: list.map(str::to_owned), says }
    }
}

/// Returns what a required field of implicit presence says to its zero.
fn zero_says(field: &FieldDescriptor, ask: &Ask) -> Vec<&'static str> {
    match field.kind() {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Enum(_) => vec!["must be set, and fit 32 bits"],
        Kind::Uint32 | Kind::Fixed32 => vec!["must be between 1 and 4294967295"],
        Kind::Uint64 | Kind::Fixed64 if ask.encoding == Encoding::Own => {
            vec!["must be between 1 and 9223372036854775807"]
        }
        Kind::String | Kind::Bytes => vec!["must not be empty"],
        _ => vec!["must not be zero"],
    }
}

/// Returns a value that is set, whatever the field.
fn set(field: &FieldDescriptor) -> Value {
    let one = |field: &FieldDescriptor| match field.kind() {
        Kind::Bool => Value::Bool(true),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(1),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(1),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(1),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(1),
        Kind::Float => Value::F32(1.0),
        Kind::Double => Value::F64(1.0),
        Kind::String => Value::String("a".to_owned()),
        Kind::Bytes => Value::Bytes(vec![0].into()),
        Kind::Enum(of) => Value::EnumNumber(of.values().last().map_or(1, |v| v.number())),
        Kind::Message(of) => Value::Message(DynamicMessage::new(of)),
    };
    match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            let key = one(&entry.map_entry_key_field()).into_map_key().expect("a key");
            Value::Map([(key, one(&entry.map_entry_value_field()))].into())
        }
        _ if field.is_list() => Value::List(vec![one(field)]),
        _ => one(field),
    }
}

/// Returns the empty message that a list holds, or a map's values.
fn element(field: &FieldDescriptor) -> Option<Value> {
    let kind = field.kind();
    let of = kind.as_message()?;
    let of = if field.is_map() { of.map_entry_value_field().kind().as_message()?.clone() } else { of.clone() };
    Some(Value::Message(DynamicMessage::new(of)))
}

/// Returns a message that holds itself 101 times, where it can.
fn chain(of: &MessageDescriptor) -> Option<DynamicMessage> {
    let own = of.fields().find(|f| !f.is_list() && !f.is_map() && f.kind().as_message() == Some(of))?;
    Some((0..101).fold(DynamicMessage::new(of.clone()), |inner, _| {
        let mut outer = DynamicMessage::new(of.clone());
        outer.set_field(&own, Value::Message(inner));
        outer
    }))
}
