//! Rows that are gone after a time that each of them says.

use protostore_schema::{Generated, OnDelete, Type};

use super::super::draft::{Draft, Shape, Target, type_word};
use super::super::{Report, paths};
use crate::Code;
use crate::diagnostic::Place;

/// Returns the field of the time after which a row is gone, or says why it cannot be.
pub(super) fn field(draft: &Draft, report: &mut Report<'_>) -> Option<usize> {
    let path = draft.options.expire.as_deref()?;
    let place = draft.place(report.sources, &[("expire", 0)]);
    if draft.options.append_only {
        let text = format!("`{}` is append-only, so that its rows are there for ever", draft.field.name());
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

/// Refuses unique indexes of lists: a list has no time of its own by which its values could be free again.
pub(super) fn check_unique(draft: &Draft, report: &mut Report<'_>) {
    let table = draft.field.name();
    let help = "take `unique` away, or put the value in a field of the row itself";
    for spot in draft.spots.iter().filter(|spot| spot.child.is_some()) {
        if let Some((true, said)) = &spot.column.unique {
            let place = said.place(report.sources, &[("unique", 0)]);
            let text =
                format!("rows of `{table}` go before they are deleted, and would hold `{}` until then", spot.dotted());
            report.add(Code::HiddenUnique, place, text, help);
        }
    }
    for (n, index) in draft.options.indexes.iter().enumerate().filter(|(_, index)| index.unique) {
        let mut paths = index.fields.iter().filter_map(|field| field.split_whitespace().next());
        let in_list = paths.find(|path| draft.spots.iter().any(|s| s.child.is_some() && s.dotted() == *path));
        if let Some(path) = in_list {
            let place = draft.place(report.sources, &[("index", n)]);
            let text = format!("rows of `{table}` go before they are deleted, and would hold `{path}` until then");
            report.add(Code::HiddenUnique, place, text, help);
        }
    }
}

/// A reference of one field or of several.
struct Reference<'d> {
    target: &'d Target,
    /// What it is called, `mentions.fact_id`.
    name: String,
    /// Whether it is that of an element, which goes alone.
    in_list: bool,
    place: Place,
}

/// Refuses references that would keep a row from being swept, also those to rows that go with it.
pub(super) fn check_referrers(draft: &Draft, drafts: &[Draft], report: &mut Report<'_>) {
    let expiring = draft.field.name();
    let mut gone: Vec<&str> = vec![expiring];
    let mut next = 0;
    while let Some(table) = gone.get(next).copied() {
        next += 1;
        for other in drafts {
            for Reference { target, name, in_list, place } in references(other, report) {
                if target.table != table || !target.enforced {
                    continue;
                }
                match target.on_delete {
                    OnDelete::SetNull => {}
                    // Of a list it is the element that goes, and nothing refers to elements.
                    OnDelete::Cascade if in_list || gone.contains(&other.field.name()) => {}
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

fn references<'d>(draft: &'d Draft, report: &Report<'_>) -> Vec<Reference<'d>> {
    let table = draft.field.name();
    let of_one = draft.spots.iter().filter_map(|spot| {
        let (target, said) = spot.column.reference.as_ref()?;
        let place = said.place(report.sources, &[("references", 0)]);
        Some(Reference { target, name: format!("{table}.{}", spot.dotted()), in_list: spot.child.is_some(), place })
    });
    let of_several = draft.foreign_keys.iter().map(|key| {
        let paths: Vec<String> = key.spots.iter().map(|i| draft.spots[*i].dotted()).collect();
        let place = draft.place(report.sources, &[("foreign_key", key.number), ("references", 0)]);
        let name = format!("{table}.({})", paths.join(", "));
        Reference { target: &key.target, name, in_list: key.child.is_some(), place }
    });
    of_one.chain(of_several).collect()
}
