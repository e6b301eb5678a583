//! Reads REQUIRED, and `required` for messages that one does not own: what has to be given, and not as the zero value.

use protostore_schema::Type;

use super::Report;
use super::draft::{Draft, Part, Presence, Shape};
use crate::Code;
use crate::annotations::{self, Behavior};

/// Marks the fields that are REQUIRED, and refuses it where it cannot hold.
pub(super) fn read(draft: &mut Draft, report: &mut Report<'_>) {
    for spot in &mut draft.spots {
        let behavior = annotations::behaviors(&spot.field).iter().position(|b| *b == Behavior::Required);
        let asked = spot.column.required.clone();
        let place = match (behavior, &asked) {
            (Some(_), Some((false, said))) => {
                let text = format!("`{}` is REQUIRED, and `required: false` takes nothing from it", spot.dotted());
                let place = said.place(report.sources, &[("required", 0)]);
                report.add(Code::Contradiction, place, text, "take `required` away");
                continue;
            }
            (Some(n), _) => annotations::behavior_anchor(&spot.field, n).place(report.sources, &[]),
            (None, Some((true, said))) => said.place(report.sources, &[("required", 0)]),
            (None, None) if super::rules::requires(spot) => {
                annotations::validation_anchor(&spot.field).place(report.sources, &[("required", 0)])
            }
            (None, Some((false, _)) | None) => continue,
        };
        let place = || place.clone();
        let name = spot.field.name();
        if spot.part != Part::Field {
            let text = format!("`{}` is a part of each entry, so it cannot be REQUIRED", spot.dotted());
            report.add(Code::CannotBeRequired, place(), text, "take `required` away; an entry has both parts");
            continue;
        }
        match (&spot.shape, spot.presence) {
            (Shape::Absent, _) => {
                let text = format!("`{name}` is not stored, so it cannot be REQUIRED");
                report.add(Code::CannotBeRequired, place(), text, "take REQUIRED away, or store the field");
            }
            (Shape::Scalar(Type::Repeated(_)), _) | (Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_), _) => {
                let text = format!("`{name}` is repeated, so it cannot be REQUIRED");
                report.add(Code::CannotBeRequired, place(), text, "take REQUIRED away; an empty list is a value");
            }
            (Shape::Scalar(_) | Shape::Message(_) | Shape::Row(_), Presence::Member) => {
                let text = format!("`{name}` is a member of a oneof, so it cannot be REQUIRED");
                let help = "take REQUIRED away, or move the field out of the oneof";
                report.add(Code::CannotBeRequired, place(), text, help);
            }
            (Shape::Scalar(Type::Bool), Presence::Implicit) => {
                let text = format!("`{name}` is a plain bool, so REQUIRED would only allow true");
                let help = format!(
                    "write `optional bool {name} = {}`, so that false can be told from unset",
                    spot.field.number()
                );
                report.add(Code::RequiredBool, place(), text, help);
            }
            (Shape::Scalar(_) | Shape::Message(_) | Shape::Row(_), _) => spot.required = true,
        }
    }
}
