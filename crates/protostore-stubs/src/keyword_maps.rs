//! Makes maps of enums compile whose name is a keyword of Rust: prost derives functions for them, and has `get_r#box`.

use heck::ToSnakeCase;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorProto};

use crate::services::raw;

/// Makes the values of such maps plain numbers, which prost has for values of enums as well; the bytes are the same.
pub(crate) fn complete(file: &mut FileDescriptorProto) {
    file.message_type.iter_mut().for_each(message);
}

fn message(message: &mut DescriptorProto) {
    let keywords = message.field.iter().filter(|field| raw(&field.name().to_snake_case()).starts_with("r#"));
    let entries: Vec<String> = keywords.filter_map(|f| f.type_name().rsplit('.').next().map(str::to_owned)).collect();
    for entry in &mut message.nested_type {
        let is_map = entry.options.as_ref().is_some_and(|options| options.map_entry());
        if is_map && entries.iter().any(|name| name == entry.name()) {
            for value in entry.field.iter_mut().filter(|field| field.r#type() == Type::Enum) {
                value.set_type(Type::Int32);
                value.type_name = None;
            }
        }
        self::message(entry);
    }
}
