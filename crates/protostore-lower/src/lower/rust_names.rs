//! Refuses names that are different in the proto and the same in Rust.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{Kind, MessageDescriptor};
use protostore_schema::Type;

use super::Report;
use super::draft::{Draft, Shape, name_place};
use super::types::Types;
use super::walk::in_order;
use crate::diagnostic::Place;
use crate::{Code, names};

/// Checks tables, the modules of records, the fields of messages and the variants of oneofs and enums.
pub(super) fn check(drafts: &[Draft], types: &Types, report: &mut Report<'_>) {
    let mut tables = Taken::default();
    let mut modules = Taken::default();
    let mut messages = BTreeSet::new();
    for draft in drafts {
        let place = draft.name_place(report.sources);
        let name = draft.field.name();
        // Names that differ in case only are refused for SQL already.
        if !drafts.iter().any(|d| d.field.name() != name && d.field.name().eq_ignore_ascii_case(name)) {
            tables.take(names::accessor(name), name, &place, report);
        }
        let record = types.record(draft).rust;
        let module = names::module(&record);
        if names::is_reserved_module(&module) {
            let text =
                format!("the record `{record}` would be the module `{module}`, which generated code needs itself");
            let help = "name the record: `[(protostore.v1.table) = {record: \"…\"}]`";
            report.add(Code::RustNameTaken, place.clone(), text, help);
        }
        modules.take(module, &record, &place, report);
        if messages.insert(draft.message.full_name().to_owned()) {
            check_message(&draft.message, report);
        }
        for spot in &draft.spots {
            match (&spot.shape, spot.field.kind()) {
                (Shape::Absent | Shape::Scalar(Type::Message(_) | Type::Repeated(_)), _) => {}
                (Shape::Message(message) | Shape::Row(message) | Shape::Messages(message), _)
                    if messages.insert(message.full_name().to_owned()) =>
                {
                    check_message(message, report);
                }
                (_, Kind::Enum(enumeration)) if messages.insert(enumeration.full_name().to_owned()) => {
                    super::enums::check(&enumeration, report);
                }
                _ => {}
            }
        }
    }
}

fn check_message(message: &MessageDescriptor, report: &mut Report<'_>) {
    let mut fields = Taken::default();
    let mut variants: BTreeMap<String, Taken> = BTreeMap::new();
    for field in in_order(message) {
        let place = name_place(&field, report.sources);
        let name = field.name();
        match field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) {
            None => fields.take(names::field(name), name, &place, report),
            Some(oneof) => {
                let taken = variants.entry(oneof.name().to_owned()).or_default();
                taken.take(names::variant(name), name, &place, report);
            }
        }
    }
    for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
        let path: Vec<i32> = oneof.path().iter().copied().chain([1]).collect();
        let place = report.sources.place(oneof.parent_file().name(), &path);
        fields.take(names::field(oneof.name()), oneof.name(), &place, report);
    }
}

/// Rust names that are taken, and by what.
#[derive(Default)]
pub(super) struct Taken(BTreeMap<String, String>);

impl Taken {
    /// Takes a Rust name for what the proto calls `proto`, or refuses it.
    pub(super) fn take(&mut self, rust: String, proto: &str, place: &Place, report: &mut Report<'_>) {
        match self.0.get(&rust) {
            Some(other) if other != proto => {
                let text = format!("`{proto}` and `{other}` are both `{rust}` in Rust");
                report.add(Code::RustNameTaken, place.clone(), text, "rename one of the two");
            }
            Some(_) => {}
            None => {
                self.0.insert(rust, proto.to_owned());
            }
        }
    }
}
