//! Chooses the field that chains the rows of a table, and refuses records that could be encoded in more than one way.

use std::collections::BTreeSet;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use protostore_schema::{Form, Generated, Type};

use super::Report;
use super::draft::{self, Draft, Part, Presence, Shape, type_word};
use super::paths;
use crate::Code;
use crate::diagnostic::Place;

/// Chooses the field that `hash_chain` names, and checks the table and its record.
pub(super) fn choose(draft: &mut Draft, report: &mut Report<'_>) {
    let Some(path) = draft.options.hash_chain.clone() else { return };
    let place = draft.place(report.sources, &[("hash_chain", 0)]);
    let Some(i) = paths::resolve(draft, &path, place.clone(), report) else { return };
    if let Some((why, help)) = wrong_field(draft, i).or_else(|| wrong_table(draft)) {
        report.add(Code::CannotBeChained, place, why, help);
        return;
    }
    check_encoding(draft, &place, report);
    draft.hash_chain = Some(i);
}

/// Returns why a field cannot hold the hash, and what to write instead.
fn wrong_field(draft: &Draft, i: usize) -> Option<(String, String)> {
    let (spot, path) = (&draft.spots[i], draft.spots[i].dotted());
    let why = match &spot.shape {
        Shape::Scalar(_) if spot.part != Part::Field || spot.parent.is_some() => "is inside another field".to_owned(),
        Shape::Scalar(Type::Bytes) if spot.form() != Form::Own => "is stored in another form".to_owned(),
        Shape::Scalar(Type::Bytes) if spot.key => "is a part of the primary key".to_owned(),
        Shape::Scalar(Type::Bytes) if spot.presence == Presence::Member => "is a member of a oneof".to_owned(),
        Shape::Scalar(Type::Bytes) if spot.required || spot.presence == Presence::Required => {
            "is required of the caller".to_owned()
        }
        Shape::Scalar(Type::Bytes) if spot.column.reference.is_some() => "is a reference".to_owned(),
        Shape::Scalar(Type::Bytes) => return None,
        Shape::Scalar(ty) => format!("is of type `{}`", type_word(ty)),
        Shape::Absent => "is not stored".to_owned(),
        Shape::Message(_) | Shape::Row(_) | Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_) => {
            "is no single value".to_owned()
        }
    };
    let help = "name a `bytes` field at the top of the record that the store alone sets: `bytes hash = …;`";
    Some((format!("`{path}` {why}, so it cannot hold the hash"), help.to_owned()))
}

/// Returns why the rows of a table cannot be chained, and what to write instead.
fn wrong_table(draft: &Draft) -> Option<(String, String)> {
    let table = draft.field.name();
    if !draft.options.append_only {
        let why = format!("`{table}` is not append-only, so that a change would break its chain");
        return Some((why, "write `append_only: true` as well".to_owned()));
    }
    let numbered = match draft.key.as_slice() {
        [key] => matches!(draft.spots[*key].column.generated, Some((Generated::Sequence, _))),
        _ => false,
    };
    (!numbered).then(|| {
        let why = format!("the key of `{table}` is no sequence, so that its rows have no order");
        let help = "give it a key of one field, `int64 number = 1 [(google.api.field_behavior) = IDENTIFIER, \
                    (protostore.v1.column) = {generated: SEQUENCE}];`";
        (why, help.to_owned())
    })
}

/// Refuses what encodes in more than one way, or other than it will be read back.
fn check_encoding(draft: &Draft, place: &Place, report: &mut Report<'_>) {
    let table = draft.field.name();
    for spot in &draft.spots {
        let is_map = spot.field.is_map() && !spot.shape_is_absent();
        let is_real = matches!(spot.ty(), Some(Type::Float | Type::Double)) && spot.form() != Form::FloatBits;
        if is_map {
            let text = format!(
                "`{}` is a map, whose entries programs encode differently; `{table}` is chained",
                spot.dotted()
            );
            let help = "write a repeated message of key and value";
            report.add(Code::EncodingVaries, spot.place(report.sources), text, help);
        } else if is_real && !matches!(spot.part, Part::MapKey | Part::MapValue) {
            let text = format!(
                "`{}` does not keep the sign of zero, which its encoding holds; `{table}` is chained",
                spot.dotted()
            );
            let help = "write `encoding: FLOAT_BITS`, which keeps every bit";
            report.add(Code::EncodingVaries, spot.place(report.sources), text, help);
        }
    }
    // What is kept as bytes or JSON has no spots below it.
    let mut messages = vec![draft.message.clone()];
    let mut seen = BTreeSet::new();
    while let Some(message) = messages.pop() {
        if !seen.insert(message.full_name().to_owned()) {
            continue;
        }
        check_oneofs(&message, table, place, report);
        for field in message.fields().filter(|field| !is_absent(draft, field)) {
            let Kind::Message(inner) = field.kind() else { continue };
            let is_own = draft.spots.iter().any(|spot| spot.field.full_name() == field.full_name());
            if (field.is_map() && !is_own) || holds_map(&inner) {
                let text = format!(
                    "`{}` holds a map, whose entries programs encode differently; `{table}` is chained",
                    field.full_name()
                );
                let help = "write a repeated message of key and value, or keep the text of its JSON in a `string`";
                report.add(Code::EncodingVaries, draft::name_place(&field, report.sources), text, help);
            }
            if !inner.full_name().starts_with("google.protobuf.") && !field.is_map() {
                messages.push(inner);
            }
        }
    }
}

/// Returns whether a field of the record, or of a message inside, is never encoded.
fn is_absent(draft: &Draft, field: &FieldDescriptor) -> bool {
    let mut spots = draft.spots.iter().filter(|spot| spot.field.full_name() == field.full_name()).peekable();
    spots.peek().is_some() && spots.all(|spot| spot.shape_is_absent())
}

fn holds_map(message: &MessageDescriptor) -> bool {
    matches!(message.full_name(), "google.protobuf.Struct" | "google.protobuf.Value" | "google.protobuf.ListValue")
}

/// Refuses a oneof between whose members another field has its number: it is at its first member in one encoder, and
/// in the order of numbers in another.
fn check_oneofs(message: &MessageDescriptor, table: &str, place: &Place, report: &mut Report<'_>) {
    for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
        let numbers: Vec<u32> = oneof.fields().map(|field| field.number()).collect();
        let (Some(first), Some(last)) = (numbers.iter().min(), numbers.iter().max()) else { continue };
        let between = message
            .fields()
            .find(|field| (first..last).contains(&&field.number()) && !numbers.contains(&field.number()));
        if let Some(other) = between {
            let text = format!(
                "the number of `{}` is between those of the oneof `{}`, which encoders order differently; `{table}` is \
                 chained",
                other.full_name(),
                oneof.name()
            );
            let help = "give the members of the oneof numbers that follow each other";
            report.add(Code::EncodingVaries, place.clone(), text, help);
        }
    }
}
