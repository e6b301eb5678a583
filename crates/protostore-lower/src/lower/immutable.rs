//! Reads IMMUTABLE, and `immutable` for messages that one does not own: what keeps the value of the insert.

use protostore_schema::{Generated, OnDelete};

use super::Report;
use super::draft::{Draft, Part, Shape, Spot};
use crate::Code;
use crate::annotations::{self, Behavior};
use crate::diagnostic::Place;

/// Marks the fields that are IMMUTABLE, and refuses it where SQL could not hold them to it.
pub(super) fn read(draft: &mut Draft, report: &mut Report<'_>) {
    for i in 0..draft.spots.len() {
        let Some(place) = asked(&draft.spots[i], report) else { continue };
        match wrong(draft, i) {
            None => draft.spots[i].immutable = true,
            Some((why, help)) => {
                let text = format!("`{}` {why}, so it cannot be IMMUTABLE", draft.spots[i].dotted());
                report.add(Code::CannotBeImmutable, place, text, help);
            }
        }
    }
}

/// Returns where it is said that the field is immutable.
fn asked(spot: &Spot, report: &mut Report<'_>) -> Option<Place> {
    // The fields of a map's entries are made by the compiler, and have no behaviour of their own.
    let behavior = annotations::behaviors(&spot.field).iter().position(|b| *b == Behavior::Immutable);
    match (behavior, &spot.column.immutable) {
        (Some(_), Some((false, said))) => {
            let text = format!("`{}` is IMMUTABLE, and `immutable: false` takes nothing from it", spot.dotted());
            let place = said.place(report.sources, &[("immutable", 0)]);
            report.add(Code::Contradiction, place, text, "take `immutable` away");
            None
        }
        (Some(n), _) => Some(annotations::behavior_anchor(&spot.field, n).place(report.sources, &[])),
        (None, Some((true, said))) => Some(said.place(report.sources, &[("immutable", 0)])),
        (None, Some((false, _)) | None) => None,
    }
}

/// Returns why a field cannot keep its value, and what to write instead.
fn wrong(draft: &Draft, i: usize) -> Option<(String, String)> {
    let spot = &draft.spots[i];
    let some = |why: String, help: &str| Some((why, help.to_owned()));
    if spot.part != Part::Field || !draft.lists_around(spot).is_empty() {
        let why = "stands in an element of a list or map, which has nothing by which it is known again".to_owned();
        return some(why, "take IMMUTABLE away, or store the whole list as one value: `storage: BYTES` on it");
    }
    if draft.table_around(spot).is_some() {
        let why = "stands in a row of its own, which an update writes anew".to_owned();
        return some(why, "take IMMUTABLE away, or store the message in COLUMNS or as BYTES");
    }
    match &spot.shape {
        Shape::Absent => return some("is not stored".to_owned(), "take IMMUTABLE away, or store the field"),
        Shape::Row(_) | Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_) => {
            let help = "write `storage: BYTES` as well, which keeps all of it in one column";
            return some("is kept in the rows of another table".to_owned(), help);
        }
        Shape::Scalar(_) | Shape::Message(_) => {}
    }
    let below = |at: &usize| std::iter::successors(Some(*at), |at| draft.spots[*at].parent).any(|at| at == i);
    for at in (0..draft.spots.len()).filter(below) {
        let inner = &draft.spots[at];
        if inner.has_table() {
            let why = format!("holds `{}`, which is kept in the rows of another table", inner.dotted());
            return some(why, "write `storage: BYTES` on the one or the other, which keeps all of it in one column");
        }
        if inner.column.generated.as_ref().is_some_and(|(generated, _)| *generated == Generated::UpdateTime) {
            return some("is set by each write".to_owned(), "take IMMUTABLE away, or write `generated: CREATE_TIME`");
        }
        if inner.column.reference.as_ref().is_some_and(|(target, _)| target.on_delete == OnDelete::SetNull) {
            let what = if at == i { "is".to_owned() } else { format!("holds `{}`, which is", inner.dotted()) };
            let why = format!("{what} unset when the row that it names is deleted");
            return some(why, "write `on_delete: RESTRICT` or `on_delete: CASCADE`, or take IMMUTABLE away");
        }
    }
    None
}
