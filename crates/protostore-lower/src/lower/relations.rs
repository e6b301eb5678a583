//! Fields that show the rows of another table which refer to their own row.

use prost_reflect::{FieldDescriptor, Kind};
use protostore_schema::Relation;

use super::Report;
use super::draft::{Draft, Presence, Said, Shape, Spot};
use super::{paths, storage};
use crate::nearest::nearest;
use crate::{Code, annotations};

/// Returns whether the field itself or one of the entries about it says `relation`.
pub(super) fn is_asked(draft: &Draft, field: &FieldDescriptor, entries: &[usize]) -> bool {
    annotations::column_options(field).is_some_and(|options| options.relation.is_some())
        || draft.entries.get(entries).any(|entry| entry.options.relation.is_some())
}

/// Finds the reference that each relation names.
pub(super) fn check(drafts: &mut [Draft], report: &mut Report<'_>) {
    for d in 0..drafts.len() {
        for i in 0..drafts[d].spots.len() {
            let Some((named, said)) = drafts[d].spots[i].column.relation.clone() else { continue };
            let relation = find(drafts, (&drafts[d], &drafts[d].spots[i]), &named, &said, report);
            drafts[d].spots[i].relation = relation;
        }
    }
}

fn find(
    drafts: &[Draft],
    (own, spot): (&Draft, &Spot),
    named: &str,
    said: &Said,
    report: &mut Report<'_>,
) -> Option<Relation> {
    let place = said.place(report.sources, &[("relation", 0)]);
    let path = spot.dotted();
    if let Some((text, help)) = misplaced(own, spot) {
        report.add(Code::BadRelation, place, format!("`{path}` {text}"), help);
        return None;
    }
    let own_name = own.field.name();
    let Some((table, field)) = named.split_once('.') else {
        let help =
            format!("write the other table and its field that refers to `{own_name}`: `relation: \"nics.machine_id\"`");
        report.add(Code::BadRelation, place, format!("`{named}` names no field of a table"), help);
        return None;
    };
    let Some(other) = drafts.iter().find(|draft| draft.field.name() == table) else {
        let names: Vec<&str> = drafts.iter().map(|draft| draft.field.name()).collect();
        let help = match nearest(table, &names) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the tables of the store are `{}`", names.join("`, `")),
        };
        report.add(Code::UnknownTable, place, format!("the store has no table `{table}`"), help);
        return None;
    };
    let refers = paths::resolve(other, field, place.clone(), report).map(|i| &other.spots[i])?;
    if refers.reference_rejected {
        return None;
    }
    let (text, help) = if spot.field.kind().as_message() != Some(&other.message) {
        let text = format!("`{path}` does not hold a `{}`, the record of `{table}`", other.message.name());
        (text, format!("give `{path}` this type, or name another table"))
    } else if !matches!(refers.shape, Shape::Scalar(_)) || refers.child.is_some() {
        let text = format!("`{named}` is a list, or is in one");
        (text, "name a field of one value; what a list names is found by `list_by_…`".to_owned())
    } else if refers.column.reference.as_ref().is_none_or(|(target, _)| target.table != own_name) {
        let text = format!("`{named}` does not refer to `{own_name}`");
        (text, format!("write `references: {{table: \"{own_name}\"}}` on it, or name the field that refers"))
    } else if !(spot.field.is_list() || other.key_unknown || is_unique(other, refers)) {
        let text = format!("`{path}` shows one row, but several may have the same `{named}`");
        (text, format!("write `unique: true` on `{named}`, or make `{path}` repeated"))
    } else {
        let (many, boxed) = (spot.field.is_list(), !spot.field.is_list() && storage::is_boxed(&spot.field));
        return Some(Relation { table: other.sql.clone(), column: refers.sql.clone(), many, boxed });
    };
    report.add(Code::BadRelation, place, text, help);
    None
}

/// Returns why a field can show no rows.
fn misplaced(own: &Draft, spot: &Spot) -> Option<(&'static str, &'static str)> {
    if spot.column.storage.is_some() {
        Some(("has a `storage` and a `relation`", "take one of the two away: what is shown is not stored"))
    } else if !spot.shape_is_absent() || !matches!(spot.field.kind(), Kind::Message(_)) || spot.field.is_map() {
        Some(("is no message, so it shows no rows", "put `relation` on a field of the other table's record"))
    } else if spot.parent.is_some() {
        Some(("is inside another message", "put `relation` on a field of the record itself"))
    } else if spot.presence == Presence::Member {
        Some(("is a member of a oneof", "move it out of the oneof"))
    } else if spot.presence == Presence::Required || spot.required {
        Some(("is required, and what is shown must not be set", "take `required` away"))
    } else if own.singleton {
        Some(("is in a table of at most one row, to which nothing refers", "take `relation` away"))
    } else {
        None
    }
}

/// Returns whether no two rows have the same value in a column.
fn is_unique(draft: &Draft, spot: &Spot) -> bool {
    let alone = |index: &protostore_schema::Index| {
        index.unique && index.condition.is_none() && index.columns.len() == 1 && index.columns[0].column == spot.sql
    };
    let is_key = matches!(draft.key.as_slice(), [one] if draft.spots[*one].numbers == spot.numbers);
    is_key || draft.indexes.iter().any(|(child, index)| child.is_none() && alone(index))
}
