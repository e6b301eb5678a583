//! A file's descriptor as reflection serves it: with its options, and without what only the generator reads.

use prost::Message as _;
use prost::encoding::{DecodeContext, decode_key, skip_field};
use prost_reflect::{DynamicMessage, FileDescriptor, ReflectMessage, Value};
use prost_types::FileDescriptorProto;

/// The message of the `column` options.
const COLUMN: &str = "protostore.v1.ColumnOptions";
/// The message of the `table` options.
const TABLE: &str = "protostore.v1.TableOptions";
/// The number of `FileDescriptorProto.source_code_info`.
const SOURCE_CODE_INFO: u32 = 9;
/// What a `column` entry is about, which says nothing by itself.
const ABOUT: [&str; 2] = ["field", "message"];

/// Returns a file's descriptor without comments and places, and without `backfill`: that is read once, while a version is
/// made, so that to take it away afterwards changes nothing.
pub(crate) fn served(file: &FileDescriptor) -> Option<DynamicMessage> {
    let mut encoded = without_places(&file.encode_to_vec())?;
    // The options of others are unknown to any pool but the file's own.
    if let Some(own) = file.parent_pool().get_message_by_name("google.protobuf.FileDescriptorProto") {
        let mut message = DynamicMessage::decode(own, encoded.as_slice()).ok()?;
        without_backfills(&mut message);
        // Compilers differ in the order of the fields of an option's value.
        encoded = message.encode_to_vec();
    }
    DynamicMessage::decode(FileDescriptorProto::default().descriptor(), encoded.as_slice()).ok()
}

/// Returns an encoded `FileDescriptorProto` without its `source_code_info`, which is most of it.
fn without_places(encoded: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while !rest.is_empty() {
        let field = rest;
        let (number, wire_type) = decode_key(&mut rest).ok()?;
        skip_field(wire_type, number, &mut rest, DecodeContext::default()).ok()?;
        if number != SOURCE_CODE_INFO {
            kept.extend_from_slice(&field[..field.len() - rest.len()]);
        }
    }
    Some(kept)
}

/// Takes each `backfill` out of a message, and the options and entries that had nothing else; returns whether one was there.
fn without_backfills(message: &mut DynamicMessage) -> bool {
    let is_option = [COLUMN, TABLE].contains(&message.descriptor().full_name());
    let mut found = is_option && message.has_field_by_name("backfill");
    if found {
        message.clear_field_by_name("backfill");
    }
    let mut emptied = Vec::new();
    for (field, value) in message.fields_mut() {
        if in_value(value) {
            found = true;
            emptied.extend(is_empty(value).then_some(field));
        }
    }
    emptied.iter().for_each(|field| message.clear_field(field));
    let mut emptied = Vec::new();
    for (extension, value) in message.extensions_mut() {
        if in_value(value) {
            found = true;
            emptied.extend(is_empty(value).then_some(extension));
        }
    }
    emptied.iter().for_each(|extension| message.clear_extension(extension));
    found
}

fn in_value(value: &mut Value) -> bool {
    match value {
        Value::Message(message) => without_backfills(message),
        Value::List(items) => {
            let before = items.len();
            let mut found = false;
            items.retain_mut(|item| {
                let was_there = in_value(item);
                found |= was_there;
                !(was_there && is_empty(item))
            });
            found || items.len() < before
        }
        _ => false,
    }
}

/// Returns whether nothing is left in options.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Message(message) => {
            let is_column = message.descriptor().full_name() == COLUMN;
            message.fields().all(|(field, _)| is_column && ABOUT.contains(&field.name()))
                && message.extensions().next().is_none()
                && message.unknown_fields().next().is_none()
        }
        Value::List(items) => items.is_empty(),
        _ => false,
    }
}
