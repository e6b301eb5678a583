//! What a new program reads from stored bytes and texts as an old one wrote it.

use std::collections::BTreeSet;

use protostore_schema::{Field, Kind, Label, Message, Schema, is_well_known};

use crate::draft::{Direction, Draft};

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
        Label::Optional if field.oneof.is_some() || matches!(field.kind, Kind::Message(_)) => kind.to_owned(),
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

/// Returns whether what is stored of a field must be written anew, since a program of the newer version writes it otherwise
/// and a later version would see that.
///
/// An implicit zero is not written. Bytes of a message that are no message any more are what they are, in which the order
/// of fields and packing count. A text has the names of the enum that the field had. On the way back it has names that the
/// older version does not know.
pub(super) fn is_written_otherwise(old: &Field, new: &Field, is_json: bool, draft: &Draft<'_>) -> bool {
    let loses_presence = old.label == Label::Optional && new.label == Label::Implicit;
    let is_down = draft.direction == Direction::Down;
    let is_renamed = is_down && (old.name != new.name || old.json_name() != new.json_name());
    let is_other = match (&old.kind, &new.kind) {
        (Kind::Message(_), Kind::Bytes) => true,
        (Kind::Enum(before), Kind::Enum(after)) => {
            is_json && (is_down || before != after) && is_another_enum(before, after, draft)
        }
        _ => false,
    };
    loses_presence || is_other || (is_json && is_renamed)
}

/// Returns whether two enums have other names or numbers.
fn is_another_enum(before: &str, after: &str, draft: &Draft<'_>) -> bool {
    let values =
        |schema: &Schema, proto: &str| schema.reach.enumeration(proto).map(|of| of.values.clone()).unwrap_or_default();
    values(draft.old.schema, before) != values(draft.new.schema, after)
}

/// With which fields of both versions a field cannot be set together.
pub(super) struct Partners {
    was: BTreeSet<u32>,
    is: BTreeSet<u32>,
}

impl Partners {
    /// Finds the members of its oneof in both versions of its message.
    pub(super) fn of([old, new]: [&Message; 2], [before, after]: [&Field; 2]) -> Self {
        let members = |of: &Message, field: &Field| -> BTreeSet<u32> {
            let members = of.fields.iter().filter(|other| other.oneof.is_some() && other.oneof == field.oneof);
            let of_both =
                members.filter(|other| old.field(other.number).is_some() && new.field(other.number).is_some());
            of_both.map(|other| other.number).filter(|number| *number != field.number).collect()
        };
        Self { was: members(old, before), is: members(new, after) }
    }

    /// Returns whether there is a field that could be set beside it, and no longer can.
    pub(super) fn join(&self) -> bool {
        !self.is.is_subset(&self.was)
    }

    /// Returns whether there is a field that could not be set beside it, and now can.
    pub(super) fn part(&self) -> bool {
        !self.was.is_subset(&self.is)
    }
}
