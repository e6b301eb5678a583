//! Lowers the messages and enums in reach of a store, as their proto files have them.

use std::collections::BTreeMap;

use prost_reflect::{Cardinality, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor, Syntax};
use protostore_schema::{Declared, EnumType, Field, Label, Message, Reach, is_well_known, json_name};

use super::{Report, kind};
use crate::annotations;

/// Numbers of the parts of a message and of an enum in the descriptors of protobuf.
const MESSAGE: Parts = Parts { members: &[2, 8], reserved: &[9, 10] };
const ENUM: Parts = Parts { members: &[2], reserved: &[4, 5] };

struct Parts {
    /// Fields and oneofs, or values.
    members: &'static [i32],
    /// Reserved numbers and names.
    reserved: &'static [i32],
}

/// Lowers what the store message and some others reach, all of them included.
pub(super) fn lower(store: &MessageDescriptor, others: &[MessageDescriptor], report: &Report<'_>) -> Reach {
    let mut open = vec![store.clone()];
    open.extend_from_slice(others);
    let (mut messages, mut enums) = (BTreeMap::new(), BTreeMap::new());
    while let Some(of) = open.pop() {
        if is_well_known(of.full_name()) || messages.contains_key(of.full_name()) {
            continue;
        }
        for field in of.fields() {
            match field.kind() {
                Kind::Message(inner) => open.push(inner),
                Kind::Enum(inner) if !is_well_known(inner.full_name()) => {
                    enums.entry(inner.full_name().to_owned()).or_insert_with(|| enumeration(&inner, report));
                }
                _ => {}
            }
        }
        messages.insert(of.full_name().to_owned(), message(&of, report));
    }
    Reach { messages: messages.into_values().collect(), enums: enums.into_values().collect() }
}

fn message(of: &MessageDescriptor, report: &Report<'_>) -> Message {
    let mut fields: Vec<Field> = of.fields().map(|of| field(&of, report)).collect();
    fields.sort_by_key(|field| field.number);
    // The end of a range is the first number behind it.
    let reserved = of.reserved_ranges().map(|range| (range.start, range.end.saturating_sub(1)));
    Message {
        proto: of.full_name().to_owned(),
        entry: of.is_map_entry(),
        fields,
        reserved: joined(reserved.collect(), |last| last.checked_add(1)),
        reserved_names: sorted(of.reserved_names()),
        declared: declared(&of.parent_file(), of.path(), &MESSAGE, report),
    }
}

fn field(of: &FieldDescriptor, report: &Report<'_>) -> Field {
    let label = match of.cardinality() {
        Cardinality::Repeated if of.is_map() => Label::Map,
        Cardinality::Repeated => Label::Repeated,
        Cardinality::Required => Label::Required,
        Cardinality::Optional if of.supports_presence() => Label::Optional,
        Cardinality::Optional => Label::Implicit,
    };
    let oneof = of.containing_oneof().filter(|oneof| !oneof.is_synthetic());
    let place = report.sources.place(of.parent_file().name(), of.path());
    Field {
        number: of.number(),
        name: of.name().to_owned(),
        json: (of.json_name() != json_name(of.name())).then(|| of.json_name().to_owned()),
        kind: kind::of_kind(&of.kind()),
        label,
        packed: is_packed(of),
        group: of.is_group(),
        oneof: oneof.map(|oneof| oneof.name().to_owned()),
        deprecated: annotations::is_deprecated(of),
        source: report.sources.source(&place),
    }
}

/// The reflected descriptor knows the syntax of the file alone, as its options were not read yet when it was made.
fn is_packed(of: &FieldDescriptor) -> bool {
    let can_be = !matches!(of.kind(), Kind::Message(_) | Kind::String | Kind::Bytes);
    let said = of.options().get_field_by_name("packed").and_then(|value| value.as_bool());
    let is_said = of.options().has_field_by_name("packed");
    of.is_list() && can_be && said.filter(|_| is_said).unwrap_or(of.parent_file().syntax() == Syntax::Proto3)
}

fn enumeration(of: &EnumDescriptor, report: &Report<'_>) -> EnumType {
    let file = of.parent_file();
    let reserved = of.reserved_ranges().map(|range| (*range.start(), *range.end()));
    EnumType {
        proto: of.full_name().to_owned(),
        closed: file.syntax() == Syntax::Proto2,
        // The reflected descriptor has them in another order.
        values: of.enum_descriptor_proto().value.iter().map(|v| (v.name().to_owned(), v.number())).collect(),
        reserved: joined(reserved.collect(), |last| last.checked_add(1)),
        reserved_names: sorted(of.reserved_names()),
        declared: declared(&file, of.path(), &ENUM, report),
    }
}

/// Returns where a message or enum is, and after which line of it a further one goes.
fn declared(file: &FileDescriptor, path: &[i32], parts: &Parts, report: &Report<'_>) -> Declared {
    let source = report.sources.source(&report.sources.place(file.name(), path));
    let last = |parts: &[i32]| {
        let paths = parts.iter().map(|part| path.iter().copied().chain([*part]).collect::<Vec<_>>());
        paths.filter_map(|path| report.sources.last_line(file.name(), &path)).max()
    };
    let after = last(parts.reserved).or_else(|| last(parts.members)).unwrap_or(source.line);
    // What ends on that line takes no further line behind it.
    let after = if report.sources.end_line(file.name(), path) == Some(after) { 0 } else { after };
    Declared { source, after, others: report.others.contains(file.name()) }
}

/// Returns ranges in order, those that overlap or adjoin as one.
fn joined<N: Copy + Ord>(mut ranges: Vec<(N, N)>, next: impl Fn(N) -> Option<N>) -> Vec<(N, N)> {
    ranges.sort_unstable();
    let mut all: Vec<(N, N)> = Vec::new();
    for (first, last) in ranges {
        match all.last_mut() {
            Some(before) if next(before.1).is_none_or(|next| first <= next) => before.1 = before.1.max(last),
            _ => all.push((first, last)),
        }
    }
    all
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort_unstable();
    names
}
