//! Chooses the field that every write changes, which the store alone sets.

use protostore_schema::Type;

use super::Report;
use super::draft::{Draft, Part, Presence, Shape, type_word};
use super::paths;
use crate::Code;

/// Chooses the field that `revision` names, and refuses one that cannot hold it.
pub(super) fn choose(draft: &mut Draft, report: &mut Report<'_>) {
    let Some(path) = draft.options.revision.clone() else { return };
    let place = draft.place(report.sources, &[("revision", 0)]);
    if draft.options.append_only {
        let text = format!("`{}` is append-only, so that no write changes `{path}`", draft.field.name());
        report.add(Code::LivesTogether, place, text, "take `revision` away: the rows stay as they are inserted");
        return;
    }
    let Some(i) = paths::resolve(draft, &path, place.clone(), report) else { return };
    match wrong(draft, i) {
        None => draft.revision = Some(i),
        Some((why, help)) => {
            let text = format!("`{path}` {why}, so it cannot be the revision");
            report.add(Code::CannotBeRevision, place, text, help);
        }
    }
}

/// Returns why a field cannot hold the revision, and what to write instead.
fn wrong(draft: &Draft, i: usize) -> Option<(String, String)> {
    let spot = &draft.spots[i];
    let some = |why: &str, help: &str| Some((why.to_owned(), help.to_owned()));
    let ty = match &spot.shape {
        Shape::Scalar(ty) if spot.part == Part::Field && spot.parent.is_none() => ty,
        Shape::Scalar(_) => {
            return some("is inside another field", "name an integer or string field at the top of the record");
        }
        Shape::Absent => return some("is not stored", "store the field, or name another"),
        Shape::Message(_) | Shape::Row(_) | Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_) => {
            return some("is no single value", "name an integer or string field at the top of the record");
        }
    };
    if !matches!(ty, Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::String) {
        let why = format!("is of type `{}`", type_word(ty));
        return Some((why, "give the field the type `int64` or `string`".to_owned()));
    }
    let column = &spot.column;
    let (why, help) = if spot.key {
        ("is a part of the primary key, which never changes", "name another field")
    } else if spot.presence == Presence::Member {
        ("is a member of a oneof", "move the field out of the oneof")
    } else if spot.required || spot.presence == Presence::Required {
        ("is required of the caller", "take REQUIRED away: the store gives the revision")
    } else if spot.immutable {
        ("is IMMUTABLE", "take IMMUTABLE away: every write changes the revision")
    } else if column.generated.is_some() {
        ("is generated", "take `generated` away: the revision is made in a way of its own")
    } else if column.reference.is_some() {
        ("is a reference", "name another field")
    } else if column.encoding.is_some() || column.storage.is_some() {
        ("has an encoding or storage of its own", "take `encoding` and `storage` away")
    } else {
        return None;
    };
    some(why, help)
}
