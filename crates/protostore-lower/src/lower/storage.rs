//! Where a field is stored in another shape than that of its type: asked for while walking, checked with the other options.

use std::collections::BTreeSet;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use protostore_schema::{Encoded, Repeated, Type};

use super::Report;
use super::draft::{Draft, EMPTY, Part, Presence, Said, Shape, Spot, column_type};
use super::types::message_path;
use crate::annotations::{self, Storage};
use crate::{Code, names};

/// Returns what the field itself or the first of the entries about it asks for.
pub(super) fn asked(draft: &Draft, field: &FieldDescriptor, entries: &[usize]) -> Option<Storage> {
    let own = annotations::column_options(field).and_then(|options| options.storage);
    let listed = || draft.entries.get(entries).find_map(|entry| entry.options.storage);
    own.or_else(listed).flatten()
}

/// Returns the shape of a field that is stored as bytes, in a table of its own although it is one message, or not at all.
pub(super) fn shape(field: &FieldDescriptor, part: Part, storage: Storage) -> Option<Shape> {
    match storage {
        Storage::NotStored if part == Part::Field => Some(Shape::Absent),
        Storage::Bytes | Storage::Json if field.is_list() || field.is_map() => repeated(field).map(Shape::Scalar),
        Storage::Bytes | Storage::Json => match field.kind() {
            Kind::Message(message) if column_type(&field.kind()).is_none() && message.full_name() != EMPTY => {
                let boxed = part == Part::Field && is_boxed(field);
                Some(Shape::Scalar(Type::Message(Encoded { boxed, ..encoded(&message) })))
            }
            _ => None,
        },
        Storage::ChildTable if part == Part::Field && !field.is_list() && !field.is_map() => match field.kind() {
            Kind::Message(message) if column_type(&field.kind()).is_none() => Some(Shape::Row(message)),
            _ => None,
        },
        Storage::NotStored | Storage::Columns | Storage::ChildTable => None,
    }
}

fn encoded(message: &MessageDescriptor) -> Encoded {
    Encoded { proto: message.full_name().to_owned(), message: message_path(message), boxed: false }
}

fn repeated(field: &FieldDescriptor) -> Option<Type> {
    let element = |kind: Kind| match &kind {
        Kind::Message(message) => Some(column_type(&kind).unwrap_or_else(|| Type::Message(encoded(message)))),
        kind => column_type(kind),
    };
    let entry = field.kind().as_message().filter(|_| field.is_map()).cloned();
    let (key, element) = match entry {
        Some(entry) => (element(entry.map_entry_key_field().kind()), element(entry.map_entry_value_field().kind())?),
        None => (None, element(field.kind())?),
    };
    let owner = encoded(field.parent_message());
    Some(Type::Repeated(Box::new(Repeated { owner, field: names::field(field.name()), element, key })))
}

/// Returns whether prost boxes a message field: its message holds the one around it, at any depth, without a list between.
pub(super) fn is_boxed(field: &FieldDescriptor) -> bool {
    let (Kind::Message(message), target) = (field.kind(), field.parent_message()) else { return false };
    let mut seen = BTreeSet::new();
    let mut open = vec![message];
    while let Some(message) = open.pop() {
        if message.full_name() == target.full_name() {
            return true;
        }
        if seen.insert(message.full_name().to_owned()) {
            let single = message.fields().filter(|field| !field.is_list() && !field.is_map());
            open.extend(single.filter_map(|field| field.kind().as_message().cloned()));
        }
    }
    false
}

/// Returns the storage, or says why the field cannot have it.
pub(super) fn check(spot: &Spot, asked: Option<Storage>, said: &Said, report: &mut Report<'_>) -> Option<Storage> {
    let (path, field) = (spot.dotted(), &spot.field);
    let repeated = field.is_list() || field.is_map();
    let is_columns = matches!(spot.shape, Shape::Message(_));
    let bytes = matches!(spot.ty(), Some(Type::String | Type::Any | Type::Message(_) | Type::Repeated(_)))
        || spot.ty().is_some_and(|ty| protostore_schema::Form::Bytes.is_of(ty));
    let json = matches!(
        spot.ty(),
        Some(Type::Message(_) | Type::Repeated(_) | Type::Any | Type::Struct | Type::Value | Type::ListValue)
    );
    let member = spot.presence == Presence::Member;
    let (why, help) = match asked {
        None => ("is not known".to_owned(), "write COLUMNS, CHILD_TABLE, JSON, BYTES or NOT_STORED"),
        Some(Storage::Columns) if is_columns => return asked,
        Some(Storage::ChildTable) if repeated || matches!(spot.shape, Shape::Row(_)) => return asked,
        Some(Storage::Bytes) if bytes => return asked,
        Some(Storage::Json) if json => return asked,
        Some(Storage::NotStored) if spot.shape_is_absent() && !member && spot.presence != Presence::Required => {
            return asked;
        }
        Some(Storage::Columns) => ("cannot be COLUMNS".to_owned(), "COLUMNS is for a message that is not repeated"),
        Some(Storage::ChildTable) => {
            ("cannot be CHILD_TABLE".to_owned(), "CHILD_TABLE is for messages, repeated and map fields")
        }
        Some(Storage::Bytes) => {
            ("cannot be BYTES".to_owned(), "BYTES is for messages, repeated and map fields, and strings")
        }
        Some(Storage::Json) => (
            "cannot be JSON".to_owned(),
            "JSON is for repeated and map fields, and for messages but those with a column of their own",
        ),
        Some(Storage::NotStored) if member => (
            "cannot be NOT_STORED".to_owned(),
            "a member of a oneof is stored; store it as JSON or BYTES, or move it out",
        ),
        Some(Storage::NotStored) => {
            ("cannot be NOT_STORED".to_owned(), "what is required, and the key and the value of a map, are stored")
        }
    };
    let text = format!("the `storage` of `{path}` {why}");
    report.add(Code::CannotApply, said.place(report.sources, &[("storage", 0)]), text, help);
    None
}
