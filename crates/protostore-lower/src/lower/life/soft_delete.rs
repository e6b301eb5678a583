//! Rows that are kept when they are deleted.

use protostore_schema::{OnDelete, Type};

use super::super::draft::{Draft, Presence, Shape, type_word};
use super::super::{Report, paths};
use super::references::{Reference, references};
use crate::Code;

/// Returns the field of the time at which a row was deleted, or says why it cannot be.
pub(super) fn field(draft: &Draft, report: &mut Report<'_>) -> Option<usize> {
    let path = draft.options.soft_delete.as_deref()?;
    let place = draft.place(report.sources, &[("soft_delete", 0)]);
    let name = draft.field.name();
    let together = if draft.options.append_only {
        Some((format!("`{name}` is append-only, so that none of its rows is deleted"), "append_only"))
    } else if draft.options.expire.is_some() {
        Some((format!("rows of `{name}` expire, and would be kept as well"), "expire"))
    } else {
        None
    };
    if let Some((text, other)) = together {
        report.add(Code::LivesTogether, place, text, format!("take `{other}` or `soft_delete` away"));
        return None;
    }
    if draft.singleton {
        let text = format!("`{name}` has at most one row, which would be in the way of the next");
        report.add(Code::NotADeleteTime, place, text, "take `soft_delete` away");
        return None;
    }
    let i = paths::resolve(draft, path, place.clone(), report)?;
    let spot = &draft.spots[i];
    let help = "name a field of the record itself, of type `google.protobuf.Timestamp`";
    let why = match &spot.shape {
        _ if spot.parent.is_some() => "is not in the record itself".to_owned(),
        Shape::Scalar(Type::Timestamp) if spot.presence == Presence::Member => "is a member of a oneof".to_owned(),
        Shape::Scalar(Type::Timestamp) if spot.key => "is a part of the key, which never changes".to_owned(),
        Shape::Scalar(Type::Timestamp) if spot.required => "must be set, also while the row is there".to_owned(),
        Shape::Scalar(Type::Timestamp) if spot.immutable => "keeps the value of the insert".to_owned(),
        Shape::Scalar(Type::Timestamp) if spot.column.generated.is_some() => "is the time of a write".to_owned(),
        Shape::Scalar(Type::Timestamp) if !spot.rules.all.is_empty() => {
            "has rules, which could refuse a delete".to_owned()
        }
        Shape::Scalar(Type::Timestamp) => return Some(i),
        Shape::Scalar(ty) => format!("is of type `{}`", type_word(ty)),
        Shape::Message(_) | Shape::Row(_) | Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_) | Shape::Absent => {
            "is no time".to_owned()
        }
    };
    report.add(
        Code::NotADeleteTime,
        place,
        format!("`{path}` {why}, so that it cannot say when a row was deleted"),
        help,
    );
    None
}

/// Refuses indexes that begin or go on with the time: those who read see only rows without one.
pub(super) fn check_indexes(draft: &Draft, i: usize, report: &mut Report<'_>) {
    let spot = &draft.spots[i];
    let text = format!("rows in which `{}` is set are hidden, so that no index of it finds any", spot.dotted());
    let help = "take it out of the index: the store finds rows by it where it has to";
    for (said, key) in [(&spot.column.unique, "unique"), (&spot.column.index, "index")] {
        if let Some((true, said)) = said {
            report.add(Code::DeleteTimeIndexed, said.place(report.sources, &[(key, 0)]), text.clone(), help);
        }
    }
    for (n, index) in draft.options.indexes.iter().enumerate() {
        let named = |field: &String| field.split_whitespace().next() == Some(&spot.dotted());
        if let Some(f) = index.fields.iter().position(named) {
            let place = draft.place(report.sources, &[("index", n), ("fields", f)]);
            report.add(Code::DeleteTimeIndexed, place, text.clone(), help);
        }
    }
}

/// Refuses references to a table whose rows are kept that a delete could not follow, or an undelete not take back.
pub(super) fn check_referrers(draft: &Draft, i: usize, drafts: &[Draft], report: &mut Report<'_>) {
    let kept = draft.field.name();
    for other in drafts {
        for Reference { target, name, child, place } in references(other, report) {
            if target.table != kept || !target.enforced {
                continue;
            }
            match target.on_delete {
                OnDelete::Restrict => {}
                OnDelete::SetNull => {
                    let text = format!("rows of `{kept}` are kept, and SET_NULL of `{name}` could not be taken back");
                    let help = "write `on_delete: RESTRICT`, `on_delete: CASCADE` or `not_enforced: true`";
                    report.add(Code::NotTakenBack, place, text, help);
                }
                // Of a list it is the element that would go, and it stays.
                OnDelete::Cascade if child.is_some() => {}
                OnDelete::Cascade => {
                    let table = other.field.name();
                    let text = match other.soft_delete {
                        // Its own was rejected, which was said.
                        None if other.options.soft_delete.is_some() => continue,
                        None => {
                            format!(
                                "rows of `{kept}` are kept, and CASCADE of `{name}` would delete those of `{table}`"
                            )
                        }
                        Some(time) if other.spots[time].form() != draft.spots[i].form() => {
                            format!("`{table}` and `{kept}` are deleted together, by times of different encodings")
                        }
                        Some(_) => continue,
                    };
                    let help = match other.soft_delete {
                        None => format!("write `soft_delete` on `{table}` too, or `on_delete: RESTRICT`"),
                        Some(_) => "give both the same `encoding`".to_owned(),
                    };
                    report.add(Code::CascadeDeletes, place, text, help);
                }
            }
        }
    }
}
