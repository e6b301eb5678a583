//! The kind of a field in the model.

use prost_reflect::{FieldDescriptor, Kind};
use protostore_schema as schema;

/// Returns the kind of a field's values; of a map that is one column, that of its own values.
pub(super) fn of_field(field: &FieldDescriptor) -> schema::Kind {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => of_kind(&entry.map_entry_value_field().kind()),
        kind => of_kind(&kind),
    }
}

/// Returns a kind in the model; of a map it is the message of its entries.
pub(super) fn of_kind(kind: &Kind) -> schema::Kind {
    match kind {
        Kind::Bool => schema::Kind::Bool,
        Kind::Int32 => schema::Kind::Int32,
        Kind::Sint32 => schema::Kind::Sint32,
        Kind::Sfixed32 => schema::Kind::Sfixed32,
        Kind::Int64 => schema::Kind::Int64,
        Kind::Sint64 => schema::Kind::Sint64,
        Kind::Sfixed64 => schema::Kind::Sfixed64,
        Kind::Uint32 => schema::Kind::Uint32,
        Kind::Fixed32 => schema::Kind::Fixed32,
        Kind::Uint64 => schema::Kind::Uint64,
        Kind::Fixed64 => schema::Kind::Fixed64,
        Kind::Float => schema::Kind::Float,
        Kind::Double => schema::Kind::Double,
        Kind::String => schema::Kind::String,
        Kind::Bytes => schema::Kind::Bytes,
        Kind::Enum(of) => schema::Kind::Enum(of.full_name().to_owned()),
        Kind::Message(of) => schema::Kind::Message(of.full_name().to_owned()),
    }
}
