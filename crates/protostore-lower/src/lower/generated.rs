//! Checks the fields whose values the store makes: each can be left unset, and holds what is made.

use protostore_schema::{Generated, Type};

use super::Report;
use super::draft::{Draft, Part, Presence, Shape, Spot};
use crate::Code;

/// Checks every `generated` of a table; those that cannot apply are dropped.
pub(super) fn check(draft: &mut Draft, report: &mut Report<'_>) {
    for i in 0..draft.spots.len() {
        let spot = &draft.spots[i];
        let Some((generated, said)) = &spot.column.generated else { continue };
        let Some((why, help)) = wrong(draft, spot, *generated) else { continue };
        let text = format!("`{}` {why}", spot.dotted());
        report.add(Code::CannotGenerate, said.place(report.sources, &[("generated", 0)]), text, help);
        draft.spots[i].column.generated = None;
    }
}

/// Returns why a field cannot hold what would be made, and what to write instead.
fn wrong(draft: &Draft, spot: &Spot, generated: Generated) -> Option<(String, String)> {
    let own = spot.part == Part::Field && spot.parent.is_none();
    let Shape::Scalar(ty) = &spot.shape else {
        let why = if spot.is_repeated() { "is repeated" } else { "is a message" };
        return Some((
            format!("{why}, so that the store makes no value for it"),
            "name a field of one value".to_owned(),
        ));
    };
    if !own {
        let help = format!("move the field to the top of `{}`, or set it before the write", draft.message.name());
        return Some(("is inside another field, where the store makes no value".to_owned(), help));
    }
    if !holds(ty, generated) {
        let (what, types) = match generated {
            Generated::UuidV7 | Generated::UuidV4 => ("a UUID", "string"),
            Generated::Sequence => ("a sequence", "int64"),
            Generated::CreateTime | Generated::UpdateTime => ("a time", "google.protobuf.Timestamp"),
        };
        let help = format!("give the field the type `{types}`, or take `generated` away");
        return Some((format!("is of type `{}`, which cannot hold {what}", super::draft::type_word(ty)), help));
    }
    if spot.column.reference.is_some() {
        let help = "take `generated` away: a reference names a row that is there";
        return Some(("is a reference, which a value that is made would not name".to_owned(), help.to_owned()));
    }
    if generated == Generated::Sequence && spot.column.encoding.is_some() {
        let help = "take `encoding` away: a sequence never comes near 2^63";
        return Some(("has an encoding, in which it cannot be counted".to_owned(), help.to_owned()));
    }
    if spot.presence == Presence::Member {
        let help = "move the field out of the oneof";
        return Some(("is a member of a oneof, which may be left unset for another".to_owned(), help.to_owned()));
    }
    if spot.key && generated == Generated::UpdateTime {
        return Some(("is a part of the key, which never changes".to_owned(), "take `generated` away".to_owned()));
    }
    let is_plain = spot.presence == Presence::Implicit;
    if spot.presence == Presence::Required || (spot.required && !spot.key) {
        let help = "take REQUIRED away, or take `generated` away: what is made need not be given";
        return Some(("is required of the caller, and would be made as well".to_owned(), help.to_owned()));
    }
    if spot.key && !is_plain {
        let help = "write the field without `optional`, so that its zero value is left to the store; a Timestamp in a \
                    key is given by the caller";
        return Some(("is a part of the key and cannot be left unset".to_owned(), help.to_owned()));
    }
    None
}

fn holds(ty: &Type, generated: Generated) -> bool {
    match generated {
        Generated::UuidV7 | Generated::UuidV4 => matches!(ty, Type::String),
        Generated::Sequence => matches!(ty, Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64),
        Generated::CreateTime | Generated::UpdateTime => matches!(ty, Type::Timestamp),
    }
}
