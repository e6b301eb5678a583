//! Shapes and options that this version cannot store, each refused by name.
//!
//! A later version will read them; if this one skipped them, the same proto would come to mean another schema.

use prost_reflect::{Cardinality, FieldDescriptor, Kind, MessageDescriptor};

use super::Report;
use super::draft::{self, Shape};
use super::walk::Surroundings;
use super::ways::{Entry, Met, Repair};
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
    way: &Met<'_>,
    report: &mut Report<'_>,
) -> bool {
    if matches!(stated, Some(Shape::Absent)) {
        return false;
    }
    let name = field.name();
    let place = draft::type_place(field, report.sources);
    let (code, message, repair) = if field.is_map() {
        return false;
    } else if field.is_group() {
        let repair = left_out(field, "write a message, and a field of that message");
        (Code::Group, format!("`{name}` is a group"), repair)
    } else if let Kind::Message(message) = field.kind() {
        let Some(refusal) = refuses_message(field, &message, stated, around) else { return false };
        refusal
    } else {
        return false;
    };
    report.add_way(code, place, message, repair, way);
    true
}

/// What is done about a field that no column holds: it is left out, or the message around it is stored as bytes.
fn left_out(field: &FieldDescriptor, on_field: &str) -> Repair {
    let is_member = field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic());
    let is_value = field.parent_message().is_map_entry();
    if is_member || is_value || field.cardinality() == Cardinality::Required {
        let on_field = on_field.to_owned();
        return Repair { on_field, entry: Entry::Around("storage: BYTES"), besides: String::new() };
    }
    let on_field = format!("{on_field}; or write `[(protostore.v1.column) = {{storage: NOT_STORED}}]` on the field");
    Repair { on_field, entry: Entry::Field("storage: NOT_STORED"), besides: String::new() }
}

fn refuses_message(
    field: &FieldDescriptor,
    message: &MessageDescriptor,
    stated: Option<&Shape>,
    around: &Surroundings,
) -> Option<(Code, String, Repair)> {
    let name = field.name();
    let full_name = message.full_name();
    let is_opaque = matches!(stated, Some(Shape::Scalar(_)));
    if draft::column_type(&Kind::Message(message.clone())).is_some() {
        None
    } else if full_name.starts_with("google.protobuf.") && full_name != draft::EMPTY {
        let repair = left_out(field, "write a message of your own");
        Some((Code::WellKnownType, format!("`{name}` is a `{full_name}`"), repair))
    } else if annotations::is_store(message) {
        let repair = left_out(field, "use the record messages, not the store message, as types");
        Some((Code::StoreAsType, format!("`{name}` is of the store message `{}`", message.name()), repair))
    } else if is_opaque {
        None
    } else if let Some(table) = around.records.get(full_name) {
        let text = format!("`{name}` holds a `{}`, which is the record of the table `{table}`", message.name());
        let repair = Repair {
            on_field: "for a copy, write `[(protostore.v1.column) = {storage: JSON}]` on the field, or `BYTES`"
                .to_owned(),
            entry: Entry::bytes(stated),
            besides: format!(
                "to show rows that refer to this one, write `relation: \"{table}.…\"` with the field that refers;\n\
                 to name one, keep its key instead, in a field with `references: {{table: \"{table}\"}}`"
            ),
        };
        Some((Code::RecordInside, text, repair))
    } else if field.cardinality() == Cardinality::Required {
        let on_field = format!("write `optional {} {name} = {};`", message.name(), field.number());
        let repair = Repair { on_field, entry: Entry::bytes(stated), besides: String::new() };
        Some((Code::RequiredMessage, format!("`{name}` is a `required` message"), repair))
    } else {
        None
    }
}
