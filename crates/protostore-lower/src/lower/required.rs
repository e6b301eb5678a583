//! Reads REQUIRED, and `required` for messages that one does not own: what has to be given, and not as the zero value.

use protostore_schema::Type;

use super::Report;
use super::draft::{Draft, Part, Presence, Shape, Spot};
use crate::Code;
use crate::annotations::{self, Behavior};
use crate::diagnostic::Place;

/// Marks the fields that are REQUIRED, and refuses it where it cannot hold.
///
/// On a list or map it asks for an element, as [AIP-203](https://google.aip.dev/203#required) has it.
pub(super) fn read(draft: &mut Draft, report: &mut Report<'_>) {
    for spot in &mut draft.spots {
        let Some(place) = asked(spot, report) else { continue };
        let name = spot.field.name();
        if spot.part != Part::Field {
            let text = format!("`{}` is a part of each entry, so it cannot be REQUIRED", spot.dotted());
            report.add(Code::CannotBeRequired, place, text, "take `required` away; an entry has both parts");
            continue;
        }
        match (&spot.shape, spot.presence) {
            (Shape::Absent, _) => {
                let text = format!("`{name}` is not stored, so it cannot be REQUIRED");
                let help = format!("take REQUIRED away, or store the field{}", elsewhere(spot));
                report.add(Code::CannotBeRequired, place, text, help);
            }
            (Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_), _) => spot.counted.min = Some(1),
            (Shape::Scalar(_) | Shape::Message(_) | Shape::Row(_), Presence::Member) => {
                let text = format!("`{name}` is a member of a oneof, so it cannot be REQUIRED");
                let help = format!("take REQUIRED away, or move the field out of the oneof{}", elsewhere(spot));
                report.add(Code::CannotBeRequired, place, text, help);
            }
            (Shape::Scalar(Type::Bool), Presence::Implicit) => {
                let text = format!("`{name}` is a plain bool, so REQUIRED would only allow true");
                let help = format!(
                    "write `optional bool {name} = {}`, so that false can be told from unset{}",
                    spot.field.number(),
                    elsewhere(spot)
                );
                report.add(Code::RequiredBool, place, text, help);
            }
            (Shape::Scalar(_) | Shape::Message(_) | Shape::Row(_), _) => spot.required = true,
        }
    }
}

/// Returns where it is said that the field is required; `required: false` in a `column` list takes it away.
fn asked(spot: &Spot, report: &mut Report<'_>) -> Option<Place> {
    let behavior = annotations::behaviors(&spot.field).iter().position(|b| *b == Behavior::Required);
    let ruled = super::rules::requires(&spot.field);
    let place = |report: &Report<'_>| match behavior {
        Some(n) => annotations::behavior_anchor(&spot.field, n).place(report.sources, &[]),
        None => annotations::validation_anchor(&spot.field).place(report.sources, &[("required", 0)]),
    };
    match &spot.column.required {
        Some((false, said)) => {
            let by_type = spot.presence == Presence::Required;
            if by_type || (said.entry.is_none() && (behavior.is_some() || ruled)) {
                let what = if by_type { "`required` in proto2" } else { "REQUIRED" };
                let text = format!("`{}` is {what}, and `required: false` takes nothing from it", spot.dotted());
                let place = said.place(report.sources, &[("required", 0)]);
                report.add(Code::Contradiction, place, text, "take `required: false` away");
            }
            None
        }
        Some((true, said)) if behavior.is_none() => Some(said.place(report.sources, &[("required", 0)])),
        // A rule on a list or map is counted with its other rules.
        Some(_) | None if behavior.is_some() || (ruled && !spot.is_repeated()) => Some(place(report)),
        Some(_) | None => None,
    }
}

/// Returns what to write about a field of a message that one does not own, after the rest of the help.
fn elsewhere(spot: &Spot) -> String {
    if spot.column.required.is_some() {
        return String::new();
    }
    let path = spot.dotted();
    format!("; if the proto is not yours, write `column: {{field: \"{path}\" required: false}}` for the table")
}
