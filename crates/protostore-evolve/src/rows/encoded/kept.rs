//! What a new program reads from stored bytes and texts as an old one wrote it.

use protostore_schema::{Field, Kind, Label, Message, is_well_known};

use crate::draft::Draft;

/// Returns whether the bytes of a field could be others.
pub(super) fn is_other_on_the_wire(old: &Field, new: &Field) -> bool {
    let shape = |field: &Field| (field.kind.word(), field.label, field.packed, field.oneof.is_some());
    shape(old) != shape(new)
}

/// Returns a field in words: `repeated int32`.
pub(super) fn words(field: &Field) -> String {
    let kind = match &field.kind {
        Kind::Enum(name) | Kind::Message(name) => name,
        scalar => scalar.word(),
    };
    match field.label {
        Label::Implicit => kind.to_owned(),
        Label::Optional => format!("optional {kind}"),
        Label::Required => format!("required {kind}"),
        Label::Repeated => format!("repeated {kind}"),
        Label::Map => format!("map {kind}"),
    }
}

/// Returns whether a value becomes another, apart from whether it is set.
pub(super) fn is_other_value(old: &Field, new: &Field) -> bool {
    let many = |field: &Field| matches!(field.label, Label::Repeated | Label::Map);
    let kind = |field: &Field| (field.kind.word(), field.group);
    kind(old) != kind(new) || (many(old) || many(new)) && old.label != new.label
}

/// Returns whether a new program reads from what is stored the same values as an old one, each of them.
pub(super) fn is_kept(old: &Field, new: &Field, is_json: bool) -> bool {
    use Kind::{Bool, Bytes, Enum, Int32, Int64, Message as Of, Sint32, Sint64, String, Uint32, Uint64};
    let is_same = match (&old.kind, &new.kind) {
        (Of(before), Of(after)) => before == after || !(is_well_known(before) || is_well_known(after)),
        (Enum(_), Enum(_)) => true,
        (before, after) => before.word() == after.word(),
    };
    let is_wider = matches!(
        (&old.kind, &new.kind),
        (Int32, Int64)
            | (Uint32, Uint64 | Int64)
            | (Sint32, Sint64)
            | (Bool, Int32 | Int64 | Uint32 | Uint64)
            | (Enum(_), Int32 | Int64)
            | (String | Of(_), Bytes)
    );
    let is_label = match (old.label, new.label) {
        (before, after) if before == after => true,
        // Zero is not in the bytes, and so becomes unset.
        (Label::Implicit | Label::Required, Label::Optional) => true,
        // What is asked about.
        (Label::Optional, Label::Implicit) => true,
        // One value is a list of it, and an entry of a map a message of key and value.
        (Label::Implicit | Label::Optional | Label::Required, Label::Repeated) | (Label::Map, Label::Repeated) => {
            !is_json
        }
        _ => false,
    };
    is_label && old.group == new.group && (is_same || (is_wider && !is_json))
}

/// Returns whether a field comes into a oneof beside fields that could be set with it.
pub(super) fn joins(before: &Message, old: &Field, new: &Field, draft: &Draft<'_>, message: &str) -> bool {
    let Some(oneof) = &new.oneof else { return false };
    let after = draft.new.schema.reach.message(message);
    let members =
        after.into_iter().flat_map(|message| &message.fields).filter(|field| field.oneof.as_ref() == Some(oneof));
    let mut others = members.filter(|field| field.number != new.number).filter_map(|field| before.field(field.number));
    others.any(|other| other.oneof.is_none() || other.oneof != old.oneof)
}
