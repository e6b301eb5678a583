//! Reads IMMUTABLE, and `immutable` for messages that one does not own: what keeps the value of the insert.

use protostore_schema::{Generated, OnDelete};

use super::Report;
use super::draft::{Draft, Part, Shape, Spot};
use crate::Code;
use crate::annotations::{self, Behavior};
use crate::diagnostic::Place;

/// Marks the fields that are IMMUTABLE, and refuses it where something else changes them.
pub(super) fn read(draft: &mut Draft, report: &mut Report<'_>) {
    for i in 0..draft.spots.len() {
        let Some(place) = asked(&draft.spots[i], report) else { continue };
        if let Some((why, help)) = wrong(draft, i) {
            let path = draft.spots[i].dotted();
            let text = format!("`{path}` {why}, so it cannot be IMMUTABLE");
            let elsewhere = format!(
                "; if the proto is not yours, write `column: {{field: \"{path}\" immutable: false}}` for the table"
            );
            let help = format!("{help}{}", if draft.spots[i].column.immutable.is_none() { &elsewhere } else { "" });
            report.add(Code::CannotBeImmutable, place, text, help);
            continue;
        }
        // The rows of lists in an immutable message are in other tables than its columns.
        for at in within(draft, i) {
            draft.spots[at].immutable |= at == i || draft.spots[at].has_table();
        }
    }
}

/// Returns where it is said that the field is immutable; `immutable: false` in a `column` list takes it away.
fn asked(spot: &Spot, report: &mut Report<'_>) -> Option<Place> {
    // The fields of a map's entries are made by the compiler, and have no behaviour of their own.
    let behavior = annotations::behaviors(&spot.field).iter().position(|b| *b == Behavior::Immutable);
    match (behavior, &spot.column.immutable) {
        (Some(_), Some((false, said))) if said.entry.is_none() => {
            let text = format!("`{}` is IMMUTABLE, and `immutable: false` takes nothing from it", spot.dotted());
            let place = said.place(report.sources, &[("immutable", 0)]);
            report.add(Code::Contradiction, place, text, "take `immutable` away");
            None
        }
        (_, Some((false, _))) | (None, None) => None,
        (Some(n), _) => Some(annotations::behavior_anchor(&spot.field, n).place(report.sources, &[])),
        (None, Some((true, said))) => Some(said.place(report.sources, &[("immutable", 0)])),
    }
}

/// Returns the field and those inside it.
fn within(draft: &Draft, i: usize) -> Vec<usize> {
    let inside = |at: &usize| std::iter::successors(Some(*at), |at| draft.spots[*at].parent).any(|at| at == i);
    (i..draft.spots.len()).filter(inside).collect()
}

/// Returns why a field cannot keep its value, and what to write instead.
fn wrong(draft: &Draft, i: usize) -> Option<(String, &'static str)> {
    let spot = &draft.spots[i];
    if spot.part != Part::Field {
        return Some(("is a part of each entry".to_owned(), "put IMMUTABLE on the map"));
    }
    if let Shape::Absent = spot.shape {
        return Some(("is not stored".to_owned(), "take IMMUTABLE away, or store the field"));
    }
    for at in within(draft, i) {
        let inner = &draft.spots[at];
        if inner.column.generated.as_ref().is_some_and(|(generated, _)| *generated == Generated::UpdateTime) {
            return Some(("is set by each write".to_owned(), "take IMMUTABLE away, or write `generated: CREATE_TIME`"));
        }
        let on_delete = inner.column.reference.as_ref().map(|(target, _)| target.on_delete);
        let what = if at == i { "is".to_owned() } else { format!("holds `{}`, which is", inner.dotted()) };
        if on_delete == Some(OnDelete::SetNull) {
            let why = format!("{what} unset when the row that it names is deleted");
            return Some((why, "write `on_delete: RESTRICT` or `on_delete: CASCADE`, or take IMMUTABLE away"));
        }
    }
    None
}
