//! A message as it is printed: its fields by name, its values in readable form, without those that are `debug_redact`.

use std::collections::BTreeSet;

use base64ct::{Base64, Encoding as _};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage as _, SerializeOptions, Value};
use protostore_schema::{Item, Node};

use crate::output;

/// What a value that is `debug_redact` shows.
const REDACTED: &str = "[redacted]";

/// A value as it is printed.
#[derive(Debug)]
pub(crate) enum Shown {
    /// Not set.
    Unset,
    /// A single value: as people read it, and as JSON.
    Leaf(String, String),
    /// A message.
    Message(Vec<(String, Shown)>),
    /// The elements of a list.
    List(Vec<Shown>),
    /// The entries of a map, by key.
    Map(Vec<(String, Shown)>),
}

impl Shown {
    fn of_text(text: &str) -> Self {
        Self::Leaf(text.to_owned(), output::text(text))
    }

    /// Returns the value as JSON; what is not set is left out of the message around it.
    pub(crate) fn json(&self) -> String {
        let object = |members: &[(String, Self)]| {
            let set = members.iter().filter(|(_, value)| !matches!(value, Self::Unset));
            output::object(set.map(|(name, value)| (name.as_str(), value.json())))
        };
        match self {
            Self::Unset => "null".to_owned(),
            Self::Leaf(_, json) => json.clone(),
            Self::List(items) => output::list(items.iter().map(Self::json)),
            Self::Message(members) | Self::Map(members) => object(members),
        }
    }

    /// Returns a line for each value: its path, and its text, or nothing where it is not set.
    pub(crate) fn lines(&self) -> Vec<(String, Option<String>)> {
        let mut lines = Vec::new();
        self.add_lines("", &mut lines);
        lines
    }

    fn add_lines(&self, path: &str, lines: &mut Vec<(String, Option<String>)>) {
        let mut add = |text: Option<String>| lines.push((path.to_owned(), text));
        match self {
            Self::Unset => add(None),
            Self::Leaf(text, _) => add(Some(text.clone())),
            Self::Message(members) if members.is_empty() => add(Some("{}".to_owned())),
            Self::List(items) if items.is_empty() => add(Some("[]".to_owned())),
            Self::Map(entries) if entries.is_empty() => add(Some("{}".to_owned())),
            Self::Message(members) => {
                for (name, value) in members {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    value.add_lines(&path, lines);
                }
            }
            Self::List(items) => {
                for (at, value) in items.iter().enumerate() {
                    value.add_lines(&format!("{path}[{at}]"), lines);
                }
            }
            Self::Map(entries) => {
                for (key, value) in entries {
                    value.add_lines(&format!("{path}[{}]", output::text(key)), lines);
                }
            }
        }
    }
}

/// Returns a message as it is printed. `nodes` are its members in the schema; without them, such as in a message that is
/// stored whole, all fields are stored.
pub(crate) fn show(message: &DynamicMessage, nodes: Option<&[Node]>, reveal: bool) -> Shown {
    if let Some(known) = well_known(message, reveal) {
        return known;
    }
    let stored = nodes.map(|nodes| nodes.iter().flat_map(stored_fields).collect::<BTreeSet<&str>>());
    let is_stored = |field: &FieldDescriptor| stored.as_ref().is_none_or(|stored| stored.contains(field.name()));
    let mut members = Vec::new();
    let mut oneofs = BTreeSet::new();
    for field in message.descriptor().fields().filter(is_stored) {
        // Of a oneof, the member that is set; or that none is.
        if let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic())
            && !message.has_field(&field)
        {
            let none = !oneof.fields().any(|member| message.has_field(&member));
            if none && oneofs.insert(oneof.name().to_owned()) {
                members.push((oneof.name().to_owned(), Shown::Unset));
            }
            continue;
        }
        let inner = nodes.and_then(|nodes| inside(nodes, field.name()));
        members.push((field.name().to_owned(), show_field(message, &field, inner, reveal)));
    }
    Shown::Message(members)
}

fn show_field(message: &DynamicMessage, field: &FieldDescriptor, nodes: Option<&[Node]>, reveal: bool) -> Shown {
    if !message.has_field(field) && field.supports_presence() {
        return Shown::Unset;
    }
    if is_redacted(field) && !reveal {
        return Shown::of_text(REDACTED);
    }
    let value = message.get_field(field);
    match &*value {
        Value::List(items) => Shown::List(items.iter().map(|item| show_value(item, field, nodes, reveal)).collect()),
        Value::Map(entries) => {
            let of = match field.kind() {
                Kind::Message(entry) => entry.map_entry_value_field(),
                _ => field.clone(),
            };
            let mut entries: Vec<(&MapKey, &Value)> = entries.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            let entries = entries.into_iter();
            Shown::Map(entries.map(|(key, value)| (key_text(key), show_value(value, &of, nodes, reveal))).collect())
        }
        value => show_value(value, field, nodes, reveal),
    }
}

fn show_value(value: &Value, field: &FieldDescriptor, nodes: Option<&[Node]>, reveal: bool) -> Shown {
    let number = |text: String| Shown::Leaf(text.clone(), text);
    let wide = |text: String| Shown::Leaf(text.clone(), output::text(&text));
    let float = |text: String, finite: bool| if finite { number(text) } else { wide(text) };
    match value {
        Value::Bool(v) => number(v.to_string()),
        Value::I32(v) => number(v.to_string()),
        Value::U32(v) => number(v.to_string()),
        // JSON has them as strings: not every reader keeps 64 bits.
        Value::I64(v) => wide(v.to_string()),
        Value::U64(v) => wide(v.to_string()),
        Value::F32(v) => float(float_text((*v).into(), v.to_string()), v.is_finite()),
        Value::F64(v) => float(float_text(*v, v.to_string()), v.is_finite()),
        Value::String(v) => Shown::of_text(v),
        Value::Bytes(v) => Shown::Leaf(crate::show::hex(v), output::text(&base64(v))),
        Value::EnumNumber(v) => match field.kind() {
            Kind::Enum(of) if of.full_name() == "google.protobuf.NullValue" => {
                Shown::Leaf("null".to_owned(), "null".to_owned())
            }
            Kind::Enum(of) => of.get_value(*v).map_or_else(|| number(v.to_string()), |v| Shown::of_text(v.name())),
            _ => number(v.to_string()),
        },
        Value::Message(v) => show(v, nodes, reveal),
        Value::List(_) | Value::Map(_) => Shown::Unset,
    }
}

/// Returns a number as protobuf JSON writes it: what is no number has a name.
fn float_text(v: f64, text: String) -> String {
    if v.is_nan() {
        "NaN".to_owned()
    } else if v.is_infinite() {
        if v > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() }
    } else {
        text
    }
}

/// Returns a message of `google.protobuf` that JSON writes in a form of its own.
fn well_known(message: &DynamicMessage, reveal: bool) -> Option<Shown> {
    let of = message.descriptor();
    let name = of.full_name().strip_prefix("google.protobuf.")?;
    match name {
        "Timestamp" | "Duration" | "FieldMask" => {
            let json = serialized(message)?;
            Some(serde_json::from_str::<String>(&json).map_or_else(|_| Shown::Unset, |text| Shown::Leaf(text, json)))
        }
        "Struct" | "Value" | "ListValue" => {
            let json = serialized(message)?;
            Some(Shown::Leaf(json.clone(), json))
        }
        "Any" => Some(any(message, reveal)),
        _ if name.ends_with("Value") => {
            let value = of.get_field_by_name("value")?;
            Some(show_value(&message.get_field(&value), &value, None, reveal))
        }
        _ => None,
    }
}

/// Returns a message in an `Any` by its fields, where the descriptors have it; else its bytes.
fn any(message: &DynamicMessage, reveal: bool) -> Shown {
    let get = |name: &str| message.get_field_by_name(name).map(std::borrow::Cow::into_owned);
    let (Some(Value::String(url)), Some(Value::Bytes(bytes))) = (get("type_url"), get("value")) else {
        return Shown::Unset;
    };
    let mut members = vec![("@type".to_owned(), Shown::of_text(&url))];
    let name = url.rsplit('/').next().unwrap_or_default();
    let known = message.descriptor().parent_pool().get_message_by_name(name);
    let inner = known.and_then(|of| DynamicMessage::decode(of, bytes.clone()).ok());
    match inner.map(|inner| show(&inner, None, reveal)) {
        Some(Shown::Message(inner)) => members.extend(inner),
        Some(other) => members.push(("value".to_owned(), other)),
        None => {
            members.push(("value".to_owned(), Shown::Leaf(crate::show::hex(&bytes), output::text(&base64(&bytes)))))
        }
    }
    Shown::Message(members)
}

fn serialized(message: &DynamicMessage) -> Option<String> {
    // By way of a tree, whose objects are sorted by key.
    let options = SerializeOptions::new();
    message.serialize_with_options(serde_json::value::Serializer, &options).ok().map(|json| json.to_string())
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(v) => v.to_string(),
        MapKey::I32(v) => v.to_string(),
        MapKey::I64(v) => v.to_string(),
        MapKey::U32(v) => v.to_string(),
        MapKey::U64(v) => v.to_string(),
        MapKey::String(v) => v.clone(),
    }
}

/// Says whether a field is not to be shown.
fn is_redacted(field: &FieldDescriptor) -> bool {
    field.options().get_field_by_name("debug_redact").and_then(|v| v.as_bool()).unwrap_or(false)
}

/// Returns the names of the fields that a member of the schema stores.
fn stored_fields(node: &Node) -> Vec<&str> {
    match node {
        Node::Absent(_) => Vec::new(),
        Node::Oneof(oneof) => oneof.variants.iter().flat_map(|variant| stored_fields(&variant.node)).collect(),
        node => vec![own_name(node)],
    }
}

fn own_name(node: &Node) -> &str {
    node.name().proto.rsplit('.').next().unwrap_or_default()
}

/// Returns the members of the message in a field, where the schema has them.
fn inside<'a>(nodes: &'a [Node], name: &str) -> Option<&'a [Node]> {
    nodes.iter().find_map(|node| match node {
        Node::Group(group) if own_name(node) == name => Some(group.nodes.as_slice()),
        Node::Child(child) if own_name(node) == name => match &child.item {
            Item::Message { nodes, .. } => Some(nodes.as_slice()),
            Item::Scalar(_) => None,
        },
        Node::Oneof(oneof) => {
            oneof.variants.iter().find_map(|variant| inside(std::slice::from_ref(&variant.node), name))
        }
        _ => None,
    })
}

/// Encodes bytes as protobuf JSON does.
fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}
