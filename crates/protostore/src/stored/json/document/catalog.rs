//! The messages and enums of a version of a store, from its snapshot: an upgrade has no generated types of then.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::write::Writer;
use super::wire::Payload;
use super::{Enum, Field, Kind, Known, Later, Message, Scalar, Shape, known, read, transcode, tree, write};

/// The messages and enums of a version, with all names that they had until then.
///
/// What it is made of is never given back, as the tables of generated code are not: a few kilobytes for each upgrade that
/// has messages to encode or decode.
#[derive(Debug)]
pub(crate) struct Catalog {
    messages: BTreeMap<String, (&'static Later, Option<&'static Message>)>,
    any: &'static Later,
}

/// What a column of bytes or JSON holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// A value of this type.
    One(Kind),
    /// All of a field: its only value, if it has one, or each of a repeated or map field.
    All(&'static Field),
}

/// The format of snapshots whose messages can be read.
const FORMAT: u32 = 1;

/// Why something cannot be encoded or decoded.
type Why = String;

impl Catalog {
    /// Reads the snapshots of all versions until one, the oldest first; the error says what is wrong with the newest.
    pub(crate) fn of(snapshots: &[&str]) -> Result<Self, Why> {
        let parse =
            |text: &&str| serde_json::from_str::<Value>(text).map_err(|why| format!("a snapshot is none: {why}"));
        let versions = snapshots.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let newest = versions.last().ok_or("there is no snapshot")?;
        if newest["format"] != FORMAT {
            return Err(format!("a snapshot has the format {}, and this program knows {FORMAT}", newest["format"]));
        }
        let store = newest["store"].as_str().unwrap_or_default();
        let mut building = Building {
            versions: &versions,
            former: versions.iter().map(|older| former(newest, older)).collect(),
            enums: BTreeMap::new(),
            later: BTreeMap::new(),
            any: later(),
        };
        for proto in items(newest, "enums").filter_map(|of| of["proto"].as_str()) {
            let found = building.enumeration(proto);
            building.enums.insert(proto.to_owned(), found);
        }
        for proto in items(newest, "messages").filter_map(|of| of["proto"].as_str()) {
            building.later.insert(proto.to_owned(), later());
        }
        let mut messages = BTreeMap::new();
        let mut in_any: Vec<&'static Message> = Vec::new();
        for of in items(newest, "messages") {
            let proto = of["proto"].as_str().unwrap_or_default();
            let named = building.later[proto];
            let message = building.message(newest, of).map_err(|why| format!("{proto} in a snapshot: {why}"))?;
            if let Some(message) = message {
                // It is said once.
                let _ = named.0.set(Kind::Message(message));
                if proto != store && may_be_in_any(of) {
                    in_any.push(message);
                }
            }
            messages.insert(proto.to_owned(), (named, message));
        }
        let _ = building.any.0.set(Kind::Any(leak(Known(leak(in_any)))));
        Ok(Self { messages, any: building.any })
    }

    /// Returns the message of that full name.
    pub(crate) fn message(&self, proto: &str) -> Option<&'static Message> {
        self.messages.get(proto)?.1
    }

    /// Returns the type of that full name, a message of `google.protobuf` too.
    pub(crate) fn kind(&self, proto: &str) -> Option<Kind> {
        if proto == "google.protobuf.Any" {
            return Some(Kind::Later(self.any));
        }
        known::kind(proto).or_else(|| self.message(proto).map(Kind::Message))
    }

    /// Returns a field of a message.
    pub(crate) fn field(&self, owner: &str, number: u32) -> Option<&'static Field> {
        self.message(owner)?.fields.iter().find(|field| field.number == number)
    }
}

impl What {
    /// Returns the bytes of a text of JSON.
    pub(crate) fn bytes_of_json(self, text: &str) -> Result<Vec<u8>, Why> {
        let tree = tree::of(text).ok_or("is no JSON")?;
        let bytes = match self {
            Self::One(kind) => read::bytes(kind, &tree),
            Self::All(field) => read::all(field, &tree),
        };
        bytes.ok_or_else(|| "is no JSON of its message".to_owned())
    }

    /// Returns bytes as a text of JSON.
    pub(crate) fn json_of_bytes(self, bytes: &[u8]) -> Result<String, Why> {
        let mut writer = Writer::default();
        match self {
            Self::One(kind) => write::value(&mut writer, kind, &Payload::Bytes(bytes)),
            Self::All(field) => write::all(&mut writer, field, bytes),
        }?;
        Ok(writer.text().to_owned())
    }

    /// Returns the bytes that `new` has for what has these here, in the order in which prost writes them; nothing where a
    /// field without values becomes a message.
    ///
    /// One message becomes the only element of a list, and the only element one message.
    pub(crate) fn become_of(self, new: Self, bytes: &[u8]) -> Result<Option<Vec<u8>>, Why> {
        match (self, new) {
            (Self::One(old), Self::One(new)) => transcode::whole(old, new, bytes).map(Some),
            (Self::All(old), Self::All(new)) => transcode::all(old, new, bytes).map(Some),
            (Self::One(old), Self::All(new)) => transcode::element(old, new, bytes).map(Some),
            (Self::All(old), Self::One(new)) => transcode::only(old, new, bytes),
        }
    }
}

fn leak<T>(value: T) -> &'static T
where
    T: 'static,
{
    Box::leak(Box::new(value))
}

fn later() -> &'static Later {
    leak(Later::default())
}

/// Returns the messages or enums of a snapshot.
fn items<'v>(version: &'v Value, what: &str) -> impl Iterator<Item = &'v Value> {
    version["reach"][what].as_array().into_iter().flatten()
}

fn item<'v>(version: &'v Value, what: &str, proto: &str) -> Option<&'v Value> {
    items(version, what).find(|of| of["proto"] == proto)
}

/// Says whether an Any may hold a message as JSON: it has no group, and each name there is of one field.
fn may_be_in_any(of: &Value) -> bool {
    let fields = || of["fields"].as_array().into_iter().flatten();
    let mut taken = BTreeMap::from([("@type".to_owned(), None)]);
    let mut named = fields().flat_map(|field| names(field).map(|name| (name, field["number"].as_u64())));
    fields().all(|field| field["group"] != true)
        && named.all(|(name, number)| *taken.entry(name).or_insert(number) == number)
}

/// Returns what each message and enum was called in an older version, by where it occurs: from the store message down, by
/// the same numbers. So one that was renamed has the names that its fields had before.
fn former(newest: &Value, older: &Value) -> Former {
    let mut former = Former::new();
    let store = |version: &Value| version["store"].as_str().unwrap_or_default().to_owned();
    let mut open = vec![(store(newest), store(older))];
    while let Some((new, old)) = open.pop() {
        if !former.entry(new.clone()).or_default().insert(old.clone()) {
            continue;
        }
        let (Some(new), Some(old)) = (fields(newest, &new), fields(older, &old)) else { continue };
        for new in new {
            let Some(old) = old.iter().find(|old| old["number"] == new["number"]) else { continue };
            for what in ["message", "enum"] {
                if let (Some(new), Some(old)) = (new["kind"][what].as_str(), old["kind"][what].as_str()) {
                    open.push((new.to_owned(), old.to_owned()));
                }
            }
        }
    }
    former
}

fn fields<'v>(version: &'v Value, proto: &str) -> Option<&'v Vec<Value>> {
    item(version, "messages", proto)?["fields"].as_array()
}

/// Present full names to those that they had in one version.
type Former = BTreeMap<String, BTreeSet<String>>;

/// What is being read.
struct Building<'v> {
    versions: &'v [Value],
    /// For each version what it called the messages and enums of the newest.
    former: Vec<Former>,
    enums: BTreeMap<String, &'static Enum>,
    later: BTreeMap<String, &'static Later>,
    any: &'static Later,
}

impl<'v> Building<'v> {
    /// Returns a message or enum as each version had it, the newest first. What nothing leads to has its name alone, such
    /// as a message that only an Any holds.
    fn versions_of(&self, what: &str, proto: &str) -> Vec<&'v Value> {
        let versions = self.versions.iter().zip(&self.former).rev();
        let own = BTreeSet::from([proto.to_owned()]);
        let all = versions.flat_map(|(version, former)| {
            let names = former.get(proto).unwrap_or(&own);
            names.iter().filter_map(|name| item(version, what, name)).collect::<Vec<_>>()
        });
        all.collect()
    }

    fn enumeration(&self, proto: &str) -> &'static Enum {
        let mut values: Vec<(&'static str, i32)> = Vec::new();
        // The newest version's names come first, and they alone are written.
        let mut newest = None;
        for of in self.versions_of("enums", proto) {
            for value in of["values"].as_array().into_iter().flatten() {
                let (name, number) = (value[0].as_str().unwrap_or_default(), value[1].as_i64().unwrap_or_default());
                if values.iter().all(|(known, _)| *known != name) {
                    values.push((leak(name.to_owned()).as_str(), i32::try_from(number).unwrap_or_default()));
                }
            }
            newest.get_or_insert(values.len());
        }
        let default = values.first().map_or(0, |(_, number)| *number);
        let (values, others) = leak(values).split_at(newest.unwrap_or_default());
        leak(Enum { default, values, others })
    }

    /// Returns a message; nothing for the entry of a map.
    fn message(&self, newest: &Value, of: &Value) -> Result<Option<&'static Message>, Why> {
        if of["entry"] == true {
            return Ok(None);
        }
        let proto = of["proto"].as_str().ok_or("it has no name")?;
        let fields = of["fields"].as_array().ok_or("it has no fields")?;
        let older = self.versions_of("messages", proto);
        let former = |number: &Value| -> Vec<String> {
            let fields = older.iter().flat_map(|of| of["fields"].as_array()).flatten();
            fields.filter(|field| field["number"] == *number).flat_map(names).collect()
        };
        let mut built = Vec::new();
        for field in fields {
            let [name, json] = names(field);
            let others: BTreeSet<String> = former(&field["number"]).into_iter().chain([name]).collect();
            let others = others.into_iter().filter(|other| *other != json);
            let others: Vec<&'static str> = others.map(|name| leak(name).as_str()).collect();
            let siblings = fields.iter().filter(|other| field["oneof"].is_string() && other["oneof"] == field["oneof"]);
            let (shape, kind) = self.shape_and_kind(newest, field)?;
            built.push(Field {
                number: number(&field["number"])?,
                name: leak(json),
                others: leak(others),
                shape,
                kind,
                oneof: siblings.filter_map(|other| number(&other["number"]).ok()).min().unwrap_or(0),
            });
        }
        Ok(Some(leak(Message { name: leak(proto.to_owned()), fields: leak(built) })))
    }

    fn shape_and_kind(&self, newest: &Value, field: &Value) -> Result<(Shape, Kind), Why> {
        let (shape, kind) = self.shape_and_value(newest, field)?;
        Ok(match (field["group"] == true, kind) {
            (true, Kind::Later(message)) => (shape, Kind::Group(message)),
            _ => (shape, kind),
        })
    }

    fn shape_and_value(&self, newest: &Value, field: &Value) -> Result<(Shape, Kind), Why> {
        let own = &field["kind"];
        Ok(match field["label"].as_str() {
            Some("map") => {
                let entry = own["message"].as_str().and_then(|proto| item(newest, "messages", proto));
                let of = |number: u32| {
                    let fields = entry.and_then(|entry| entry["fields"].as_array()).into_iter().flatten();
                    fields.into_iter().find(|field| field["number"] == number).map(|field| &field["kind"])
                };
                let (Some(key), Some(value)) = (of(1), of(2)) else { return Err("a map has no entries".to_owned()) };
                let Kind::Scalar(key) = self.kind(key)? else { return Err("the key of a map is no scalar".to_owned()) };
                (Shape::Map(key), self.kind(value)?)
            }
            Some("repeated") if field["packed"] == true => (Shape::Packed, self.kind(own)?),
            Some("repeated") => (Shape::List, self.kind(own)?),
            Some("optional" | "required") => (Shape::Optional, self.kind(own)?),
            Some("implicit") => (Shape::Plain, self.kind(own)?),
            _ => return Err("a field has a label that is not known".to_owned()),
        })
    }

    fn kind(&self, kind: &Value) -> Result<Kind, Why> {
        if let Some(proto) = kind["enum"].as_str() {
            return Ok(self.enums.get(proto).map_or(Kind::Null, |of| Kind::Enum(of)));
        }
        if let Some(proto) = kind["message"].as_str() {
            if proto == "google.protobuf.Any" {
                return Ok(Kind::Later(self.any));
            }
            let own = || self.later.get(proto).map(|later| Kind::Later(later));
            return known::kind(proto).or_else(own).ok_or_else(|| format!("{proto} is not in it"));
        }
        let word = kind.as_str().unwrap_or_default();
        Scalar::named(word).map(Kind::Scalar).ok_or_else(|| format!("{kind} is no kind"))
    }
}

impl Scalar {
    /// Returns the scalar of a word of a proto file.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Some(match word {
            "bool" => Self::Bool,
            "int32" => Self::Int32,
            "sint32" => Self::Sint32,
            "sfixed32" => Self::Sfixed32,
            "int64" => Self::Int64,
            "sint64" => Self::Sint64,
            "sfixed64" => Self::Sfixed64,
            "uint32" => Self::Uint32,
            "fixed32" => Self::Fixed32,
            "uint64" => Self::Uint64,
            "fixed64" => Self::Fixed64,
            "float" => Self::Float,
            "double" => Self::Double,
            "string" => Self::String,
            "bytes" => Self::Bytes,
            _ => return None,
        })
    }
}

fn number(value: &Value) -> Result<u32, Why> {
    value.as_u64().and_then(|number| u32::try_from(number).ok()).ok_or_else(|| "a field has no number".to_owned())
}

/// Returns the name of a field in its proto file, and that in JSON.
fn names(field: &Value) -> [String; 2] {
    let name = field["name"].as_str().unwrap_or_default();
    let json = field["json"].as_str().map_or_else(|| lower_camel(name), str::to_owned);
    [name.to_owned(), json]
}

/// Returns the name that a field has in JSON unless its proto file says another.
fn lower_camel(name: &str) -> String {
    let mut json = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        if c == '_' {
            upper = true;
        } else {
            json.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        }
    }
    json
}
