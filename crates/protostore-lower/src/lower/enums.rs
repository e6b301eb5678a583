//! Lowers the enums that columns use.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{EnumDescriptor, Kind};
use protostore_schema::{Enum, EnumValue, Name, Type};

use super::Report;
use super::draft::{Draft, Shape, Spot};
use super::rust_names::Taken;
use super::types::Types;
use crate::names;

/// Lowers the enums by full name.
pub(super) fn lower(drafts: &[Draft], types: &Types, report: &Report<'_>) -> Vec<Enum> {
    let stored =
        |spot: &&Spot| !matches!(spot.shape, Shape::Absent | Shape::Scalar(Type::Message(_) | Type::Repeated(_)));
    let kinds = drafts.iter().flat_map(|draft| &draft.spots).filter(stored).map(|spot| spot.field.kind());
    let used: BTreeMap<String, EnumDescriptor> = kinds
        .filter_map(|kind| match kind {
            Kind::Enum(enumeration) => Some((enumeration.full_name().to_owned(), enumeration)),
            _ => None,
        })
        .collect();
    used.values().map(|enumeration| one(enumeration, types, report)).collect()
}

fn one(enumeration: &EnumDescriptor, types: &Types, report: &Report<'_>) -> Enum {
    let file = enumeration.parent_file();
    let place = report.sources.place(file.name(), enumeration.path());
    let values = first_of_each(enumeration).into_iter().map(|(path, name, number)| EnumValue {
        name: Name { proto: name.clone(), sql: name.clone(), rust: names::enum_variant(enumeration.name(), &name) },
        number,
        docs: report.sources.docs(file.name(), &path),
    });
    Enum {
        name: types.enumeration(enumeration),
        docs: report.sources.docs(file.name(), enumeration.path()),
        values: values.collect(),
        source: report.sources.source(&place),
    }
}

/// Returns path, name and number of the first value of each number, in the order of the file; the reflected descriptor
/// has another order.
fn first_of_each(enumeration: &EnumDescriptor) -> Vec<(Vec<i32>, String, i32)> {
    let mut numbers = BTreeSet::new();
    let values = (0i32..).zip(&enumeration.enum_descriptor_proto().value);
    values
        .filter(|(_, value)| numbers.insert(value.number()))
        .map(|(i, value)| {
            let path = enumeration.path().iter().copied().chain([2, i]).collect();
            (path, value.name().to_owned(), value.number())
        })
        .collect()
}

/// Refuses values that are the same in Rust once the enum's name is taken off them.
pub(super) fn check(enumeration: &EnumDescriptor, report: &mut Report<'_>) {
    let mut variants = Taken::default();
    for (path, name, _) in first_of_each(enumeration) {
        let place = report.sources.place(enumeration.parent_file().name(), &path);
        variants.take(names::enum_variant(enumeration.name(), &name), &name, &place, report);
    }
}
