//! Refuses references whose CASCADE would take an element from a list that keeps its elements, or the row of a message
//! that must be set.

use protostore_schema::OnDelete;

use super::super::Report;
use super::super::draft::Draft;
use super::references::references;
use crate::Code;

/// Checks the references in tables of lists and messages that are REQUIRED or IMMUTABLE.
pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    for reference in references(draft, report) {
        let Some(list) = reference.child.map(|child| &draft.spots[child]) else { continue };
        if !reference.target.enforced || reference.target.on_delete != OnDelete::Cascade {
            continue;
        }
        let why = match list.counted.min {
            _ if list.immutable => "is IMMUTABLE",
            Some(_) => "must have elements",
            // A message in a row of its own, without which the record cannot be read.
            None if list.required => "is REQUIRED",
            None => continue,
        };
        let text =
            format!("`{}` is CASCADE, which deletes rows of `{}`, and that {why}", reference.name, list.dotted());
        let help = "write `on_delete: RESTRICT`";
        report.add(Code::CascadeTakes, reference.place, text, help);
    }
}
