//! Sees to it that one message has one type in Rust, wherever it occurs. A field that is required in one place, as a part
//! of a key is, and optional in another is optional in Rust; its column is not. A field that is stored as it is in one
//! place, and as bytes or not at all in another, is refused.

use std::collections::BTreeMap;

use protostore_schema::Type;

use super::Report;
use super::draft::{Draft, Part, Presence, Shape};
use crate::Code;

/// Checks the fields of messages that occur in several places, and marks those that are required in one place alone.
pub(super) fn check(drafts: &mut [Draft], report: &mut Report<'_>) {
    check_storage(drafts, report);
    let is_optional = |draft: &Draft, i: usize| {
        let spot = &draft.spots[i];
        spot.parent.is_some() && spot.presence == Presence::Explicit && !spot.required && !spot.key
    };
    let mut optional: BTreeMap<String, String> = BTreeMap::new();
    for draft in drafts.iter() {
        for i in (0..draft.spots.len()).filter(|i| is_optional(draft, *i)) {
            let spot = &draft.spots[i];
            let place = || format!("{}.{}", draft.field.name(), spot.dotted());
            optional.entry(spot.field.full_name().to_owned()).or_insert_with(place);
        }
    }
    for draft in drafts {
        for i in 0..draft.spots.len() {
            let spot = &draft.spots[i];
            let is_required = spot.parent.is_some() && (spot.required || spot.key);
            let Some(other) = optional.get(spot.field.full_name()).filter(|_| is_required) else { continue };
            if let Shape::Row(_) = spot.shape {
                let path = format!("{}.{}", draft.field.name(), spot.dotted());
                let text = format!("`{path}` is required, and the same field is optional at `{other}`");
                let help = "say `required` at both places, or at neither; or store the message in COLUMNS";
                let said =
                    spot.column.required.as_ref().map(|(_, said)| said.place(report.sources, &[("required", 0)]));
                let place = said.unwrap_or_else(|| spot.place(report.sources));
                report.add(Code::Contradiction, place, text, help);
            } else {
                draft.spots[i].open = true;
            }
        }
    }
}

/// Checks that a field of a message has the same type in Rust wherever the message appears.
fn check_storage(drafts: &[Draft], report: &mut Report<'_>) {
    let mut known: BTreeMap<&str, (u8, String)> = BTreeMap::new();
    for draft in drafts {
        for spot in draft.spots.iter().filter(|spot| spot.parent.is_some()) {
            let kind = match &spot.shape {
                Shape::Absent => 2,
                Shape::Scalar(Type::Message(_) | Type::Repeated(_)) if spot.part == Part::Field => 1,
                _ => 0,
            };
            let path = format!("{}.{}", draft.field.name(), spot.dotted());
            let (first, other) = known.entry(spot.field.full_name()).or_insert_with(|| (kind, path.clone()));
            if *first != kind {
                let text = format!("the `storage` of `{path}` differs from that of `{other}`, the same field");
                let help = format!(
                    "put `storage` on the field itself, or write it for the store, so that it holds wherever the message \
                     occurs: `column: {{message: \"{}\" field: \"{}\" storage: …}}`",
                    spot.field.parent_message().full_name(),
                    spot.field.name()
                );
                let said = spot.column.storage.as_ref().map(|(_, said)| said.place(report.sources, &[("storage", 0)]));
                let place = said.unwrap_or_else(|| draft.name_place(report.sources));
                report.add(Code::Contradiction, place, text, help);
            }
        }
    }
}
