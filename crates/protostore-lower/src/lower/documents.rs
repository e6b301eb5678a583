//! Lowers the messages that are stored as JSON: every name in them, since JSON knows no numbers.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor};
use protostore_schema::{
    Document, DocumentEnum, DocumentField, DocumentKind, DocumentScalar, DocumentShape, Documents, Form, Type,
};

use super::Report;
use super::draft::{Draft, Spot};
use crate::diagnostic::Place;
use crate::{Code, annotations};

/// Lowers what stands in the JSON columns of all tables.
pub(super) fn lower(store: &MessageDescriptor, drafts: &[Draft], report: &mut Report<'_>) -> Documents {
    let mut walk = Walk { store, messages: BTreeMap::new(), enums: BTreeMap::new(), has_any: false, open: Vec::new() };
    for draft in drafts {
        for spot in draft.spots.iter().filter(|spot| spot.form() == Form::Json) {
            walk.column(spot);
            let place = place(spot, report);
            walk.finish(&place, report);
        }
    }
    let messages = walk.messages.into_iter().map(|(proto, fields)| {
        let fields = fields.into_values().collect();
        Document { proto, fields }
    });
    let enums = walk.enums.into_iter().map(|(proto, values)| DocumentEnum { proto, values });
    Documents { messages: messages.collect(), enums: enums.collect() }
}

fn place(spot: &Spot, report: &Report<'_>) -> Place {
    let said = spot.column.storage.as_ref().map(|(_, said)| said.place(report.sources, &[("storage", 0)]));
    said.unwrap_or_else(|| spot.place(report.sources))
}

struct Walk<'a> {
    store: &'a MessageDescriptor,
    messages: BTreeMap<String, BTreeMap<u32, DocumentField>>,
    enums: BTreeMap<String, Vec<(String, i32)>>,
    /// Whether a value of any known type may occur, so that all types of the files are known.
    has_any: bool,
    /// Messages whose fields are not lowered yet.
    open: Vec<MessageDescriptor>,
}

impl Walk<'_> {
    fn column(&mut self, spot: &Spot) {
        match spot.ty() {
            Some(Type::Repeated(_)) => {
                let field = self.field(&spot.field);
                let owner = spot.field.parent_message().full_name().to_owned();
                self.messages.entry(owner).or_default().insert(field.number, field);
            }
            _ => {
                self.kind(&spot.field.kind());
            }
        }
    }

    /// Lowers the fields of every message that was found, and of those in them.
    fn finish(&mut self, place: &Place, report: &mut Report<'_>) {
        let mut done = BTreeSet::new();
        while let Some(message) = self.open.pop() {
            if !done.insert(message.full_name().to_owned()) {
                continue;
            }
            refuse(&message, place, report);
            let fields: Vec<_> = message.fields().map(|field| self.field(&field)).collect();
            let known = self.messages.entry(message.full_name().to_owned()).or_default();
            if known.len() < fields.len() {
                known.extend(fields.into_iter().map(|field| (field.number, field)));
            }
        }
    }

    fn field(&mut self, field: &FieldDescriptor) -> DocumentField {
        let entry = field.kind().as_message().filter(|_| field.is_map()).cloned();
        let (shape, of) = match &entry {
            Some(entry) => {
                let key = scalar(&entry.map_entry_key_field().kind()).unwrap_or(DocumentScalar::String);
                (DocumentShape::Map(key), entry.map_entry_value_field())
            }
            None if field.is_list() && field.is_packed() => (DocumentShape::Packed, field.clone()),
            None if field.is_list() => (DocumentShape::List, field.clone()),
            None if field.supports_presence() => (DocumentShape::Optional, field.clone()),
            None => (DocumentShape::Plain, field.clone()),
        };
        let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
        DocumentField {
            number: field.number(),
            name: field.name().to_owned(),
            json: field.json_name().to_owned(),
            shape,
            kind: self.kind(&of.kind()),
            oneof: oneof.and_then(|oneof| oneof.fields().map(|member| member.number()).min()),
        }
    }

    fn kind(&mut self, kind: &Kind) -> DocumentKind {
        match kind {
            Kind::Enum(of) if of.full_name() == "google.protobuf.NullValue" => DocumentKind::Null,
            Kind::Enum(of) => self.enumeration(of),
            Kind::Message(of) => self.message(of),
            kind => DocumentKind::Scalar(scalar(kind).unwrap_or(DocumentScalar::Bytes)),
        }
    }

    fn message(&mut self, of: &MessageDescriptor) -> DocumentKind {
        if let Some(known) = known(of.full_name()) {
            if known == DocumentKind::Any && !std::mem::replace(&mut self.has_any, true) {
                let all = declared(&self.store.parent_file());
                self.open.extend(all.into_iter().filter(|message| !is_refused(message)));
            }
            return known;
        }
        self.open.push(of.clone());
        DocumentKind::Message(of.full_name().to_owned())
    }

    fn enumeration(&mut self, of: &EnumDescriptor) -> DocumentKind {
        let values = || {
            let values = of.enum_descriptor_proto().value.iter();
            values.map(|value| (value.name().to_owned(), value.number())).collect()
        };
        self.enums.entry(of.full_name().to_owned()).or_insert_with(values);
        DocumentKind::Enum(of.full_name().to_owned())
    }
}

/// Returns the messages that a file and those that it imports declare, but for the ones that describe protos.
fn declared(file: &FileDescriptor) -> Vec<MessageDescriptor> {
    let mut files = BTreeMap::new();
    let mut open = vec![file.clone()];
    while let Some(file) = open.pop() {
        if files.insert(file.name().to_owned(), file.clone()).is_none() {
            open.extend(file.dependencies());
        }
    }
    let describes =
        |package: &str| matches!(package, "google.protobuf" | "google.api" | "protostore.v1" | "buf.validate");
    let mut messages: Vec<_> =
        files.values().filter(|f| !describes(f.package_name())).flat_map(FileDescriptor::messages).collect();
    let mut at = 0;
    while let Some(message) = messages.get(at).cloned() {
        messages.extend(message.child_messages());
        at += 1;
    }
    messages.retain(|message| !message.is_map_entry() && !annotations::is_store(message));
    messages
}

fn is_refused(message: &MessageDescriptor) -> bool {
    message.fields().any(|field| field.is_group()) || shared_name(message).is_some()
}

/// Refuses a message that has no JSON, or none that tells its fields apart.
fn refuse(message: &MessageDescriptor, place: &Place, report: &mut Report<'_>) {
    let help = "write `storage: BYTES`";
    if let Some(group) = message.fields().find(FieldDescriptor::is_group) {
        let text = format!("`{}` has the group `{}`, so it has no JSON", message.full_name(), group.name());
        report.add(Code::NoJson, place.clone(), text, help);
    }
    if let Some(name) = shared_name(message) {
        let text = format!("`{name}` is not the name of one field of `{}` alone in JSON", message.full_name());
        report.add(Code::NoJson, place.clone(), text, format!("rename one of them, or {help}"));
    }
}

/// Returns a name that two fields are read under, or that JSON has another use for.
fn shared_name(message: &MessageDescriptor) -> Option<String> {
    let mut taken: BTreeMap<String, u32> = BTreeMap::from([("@type".to_owned(), 0)]);
    let names = message
        .fields()
        .flat_map(|field| [field.name(), field.json_name()].map(|name| (name.to_owned(), field.number())));
    let names: Vec<_> = names.collect();
    names.into_iter().find_map(|(name, number)| {
        let owner = *taken.entry(name.clone()).or_insert(number);
        (owner != number).then_some(name)
    })
}

fn scalar(kind: &Kind) -> Option<DocumentScalar> {
    Some(match kind {
        Kind::Bool => DocumentScalar::Bool,
        Kind::Int32 => DocumentScalar::Int32,
        Kind::Sint32 => DocumentScalar::Sint32,
        Kind::Sfixed32 => DocumentScalar::Sfixed32,
        Kind::Int64 => DocumentScalar::Int64,
        Kind::Sint64 => DocumentScalar::Sint64,
        Kind::Sfixed64 => DocumentScalar::Sfixed64,
        Kind::Uint32 => DocumentScalar::Uint32,
        Kind::Fixed32 => DocumentScalar::Fixed32,
        Kind::Uint64 => DocumentScalar::Uint64,
        Kind::Fixed64 => DocumentScalar::Fixed64,
        Kind::Float => DocumentScalar::Float,
        Kind::Double => DocumentScalar::Double,
        Kind::String => DocumentScalar::String,
        Kind::Bytes => DocumentScalar::Bytes,
        Kind::Enum(_) | Kind::Message(_) => return None,
    })
}

/// Returns the message of that full name, if JSON has a notation of its own for it.
fn known(name: &str) -> Option<DocumentKind> {
    Some(match name.strip_prefix("google.protobuf.")? {
        "Timestamp" => DocumentKind::Timestamp,
        "Duration" => DocumentKind::Duration,
        "FieldMask" => DocumentKind::FieldMask,
        "Struct" => DocumentKind::Struct,
        "Value" => DocumentKind::Value,
        "ListValue" => DocumentKind::ListValue,
        "Empty" => DocumentKind::Empty,
        "Any" => DocumentKind::Any,
        "BoolValue" => DocumentKind::Wrapper(DocumentScalar::Bool),
        "Int32Value" => DocumentKind::Wrapper(DocumentScalar::Int32),
        "Int64Value" => DocumentKind::Wrapper(DocumentScalar::Int64),
        "UInt32Value" => DocumentKind::Wrapper(DocumentScalar::Uint32),
        "UInt64Value" => DocumentKind::Wrapper(DocumentScalar::Uint64),
        "FloatValue" => DocumentKind::Wrapper(DocumentScalar::Float),
        "DoubleValue" => DocumentKind::Wrapper(DocumentScalar::Double),
        "StringValue" => DocumentKind::Wrapper(DocumentScalar::String),
        "BytesValue" => DocumentKind::Wrapper(DocumentScalar::Bytes),
        _ => return None,
    })
}
