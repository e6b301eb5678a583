//! Rows that are gone after a time that each of them says.

use protostore_schema::{Generated, OnDelete, Type};

use super::super::draft::{Draft, Shape, type_word};
use super::super::{Report, paths};
use super::references::{Reference, references};
use crate::Code;

/// Returns the field of the time after which a row is gone, or says why it cannot be.
pub(super) fn field(draft: &Draft, report: &mut Report<'_>) -> Option<usize> {
    let path = draft.options.expire.as_deref()?;
    let place = draft.place(report.sources, &[("expire", 0)]);
    if draft.options.append_only {
        let text = format!("`{}` is append-only, so that its rows are kept permanently", draft.field.name());
        report.add(Code::LivesTogether, place, text, "take `append_only` or `expire` away");
        return None;
    }
    let i = paths::resolve(draft, path, place.clone(), report)?;
    let spot = &draft.spots[i];
    let (why, help) = match (&spot.shape, &spot.column.generated) {
        (_, _) if spot.child.is_some() => {
            ("is not one value of a row".to_owned(), "name a field outside of lists and maps")
        }
        (Shape::Scalar(Type::Timestamp), Some((Generated::CreateTime | Generated::UpdateTime, _))) => {
            ("is the time of a write, which is past as soon as the row is there".to_owned(), "name another field")
        }
        (Shape::Scalar(Type::Timestamp), _) => return Some(i),
        (Shape::Scalar(ty), _) => {
            (format!("is of type `{}`", type_word(ty)), "name a field of type `google.protobuf.Timestamp`")
        }
        (
            Shape::Message(_) | Shape::Row(_) | Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_) | Shape::Absent,
            _,
        ) => ("is no time".to_owned(), "name a field of type `google.protobuf.Timestamp`, which is stored"),
    };
    report.add(Code::NotATime, place, format!("`{path}` {why}, so that no row can expire by it"), help);
    None
}

/// Refuses references that would keep a row from being swept, also those to rows that go with it.
pub(super) fn check_referrers(draft: &Draft, drafts: &[Draft], report: &mut Report<'_>) {
    let expiring = draft.field.name();
    let mut gone: Vec<&str> = vec![expiring];
    let mut next = 0;
    while let Some(table) = gone.get(next).copied() {
        next += 1;
        for other in drafts {
            for Reference { target, name, child, place } in references(other, report) {
                if target.table != table || !target.enforced {
                    continue;
                }
                match target.on_delete {
                    OnDelete::SetNull => {}
                    // Of a list it is the element that goes, and nothing refers to elements.
                    OnDelete::Cascade if child.is_some() || gone.contains(&other.field.name()) => {}
                    OnDelete::Cascade => gone.push(other.field.name()),
                    OnDelete::Restrict => {
                        let with = match table == expiring {
                            true => String::new(),
                            false => format!(", and rows of `{table}` go with them"),
                        };
                        let text =
                            format!("rows of `{expiring}` expire{with}, and RESTRICT of `{name}` would keep them");
                        let help = "write `on_delete: CASCADE`, `on_delete: SET_NULL` or `not_enforced: true`";
                        report.add(Code::KeptFromExpiring, place, text, help);
                    }
                }
            }
        }
    }
}
