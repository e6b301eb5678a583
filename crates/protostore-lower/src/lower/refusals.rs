//! Shapes and options that this version cannot store, each refused by name.
//!
//! A later version will read them; if this one skipped them, the same proto would come to mean another schema.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::Report;
use super::draft::{self, Shape};
use super::walk::Surroundings;
use crate::Code;
use crate::annotations::{self, Behavior};

/// Refuses what a message says of itself.
pub(super) fn check_message(message: &MessageDescriptor, report: &mut Report<'_>) {
    let name = message.name();
    let file = message.parent_file();
    if annotations::is_message_set(message) {
        let place = annotations::message_set_anchor(message).place(report.sources, &[]);
        let help = "write a message with fields of its own";
        report.add(Code::Extensible, place, format!("`{name}` is a message set"), help);
    } else if message.extension_ranges().len() > 0 {
        let path: Vec<i32> = message.path().iter().copied().chain([5, 0]).collect();
        let place = report.sources.place(file.name(), &path);
        let help = "take the `extensions` line away, and write the extensions as fields";
        report.add(Code::Extensible, place, format!("`{name}` can be extended, and extensions are not stored"), help);
    }
}

/// Refuses what a field's options say.
pub(super) fn check_options(field: &FieldDescriptor, report: &mut Report<'_>) {
    let name = field.name();
    for (i, behavior) in annotations::behaviors(field).into_iter().enumerate() {
        let place = annotations::behavior_anchor(field, i).place(report.sources, &[]);
        match behavior {
            Behavior::Unknown(number) => {
                let help = "use the behaviours of https://google.aip.dev/203";
                report.add(
                    Code::UnknownBehavior,
                    place,
                    format!("the behaviour {number} of `{name}` is not known"),
                    help,
                );
            }
            Behavior::Identifier | Behavior::Required | Behavior::Immutable => {}
            Behavior::OutputOnly | Behavior::InputOnly | Behavior::Neutral => {}
        }
    }
}

/// Returns whether the field cannot have a place in a table, having said why.
pub(super) fn refuses_shape(
    field: &FieldDescriptor,
    stated: Option<&Shape>,
    around: &Surroundings,
    report: &mut Report<'_>,
) -> bool {
    if matches!(stated, Some(Shape::Absent)) {
        return false;
    }
    let is_opaque = matches!(stated, Some(Shape::Scalar(_)));
    let name = field.name();
    let place = draft::type_place(field, report.sources);
    let (code, message, help) = if field.is_map() {
        return false;
    } else if field.is_group() {
        (Code::Group, format!("`{name}` is a group"), "write a message, and a field of that message".to_owned())
    } else if let Kind::Message(message) = field.kind() {
        let Some(refusal) = refuses_message(field, &message, is_opaque, around) else { return false };
        refusal
    } else {
        return false;
    };
    report.add(code, place, message, help);
    true
}

fn refuses_message(
    field: &FieldDescriptor,
    message: &MessageDescriptor,
    is_opaque: bool,
    around: &Surroundings,
) -> Option<(Code, String, String)> {
    let name = field.name();
    let full_name = message.full_name();
    if draft::column_type(&Kind::Message(message.clone())).is_some() {
        None
    } else if full_name.starts_with("google.protobuf.") && full_name != draft::EMPTY {
        let help = "write a message of your own".to_owned();
        Some((Code::WellKnownType, format!("`{name}` is a `{full_name}`"), help))
    } else if annotations::is_store(message) {
        let help = "use the record messages, not the store message, as types".to_owned();
        Some((Code::StoreAsType, format!("`{name}` is of the store message `{}`", message.name()), help))
    } else if is_opaque {
        None
    } else if let Some(table) = around.records.get(full_name) {
        let text = format!("`{name}` holds a `{}`, which is the record of the table `{table}`", message.name());
        let help = format!(
            "to show rows that refer to this one, write `[(protostore.v1.column) = {{relation: \"{table}.…\"}}]` with the \
             field that refers;\n\
             for a copy, write `storage: JSON` or `BYTES`; to name one, keep its key instead, in a field with `references: {{table: \
             \"{table}\"}}`"
        );
        Some((Code::RecordInside, text, help))
    } else if field.cardinality() == prost_reflect::Cardinality::Required {
        let help = format!("write `optional {} {name} = {};`", message.name(), field.number());
        Some((Code::RequiredMessage, format!("`{name}` is a `required` message"), help))
    } else {
        None
    }
}
