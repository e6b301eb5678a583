//! Refuses what would give one message two types in Rust: a field that one table's key requires, and another leaves
//! open; a field that is stored as it is in one place, and as bytes or not at all in another.

use std::collections::BTreeMap;

use protostore_schema::Type;

use super::Report;
use super::draft::{Draft, Part, Presence, Shape, Spot};
use crate::Code;

/// Checks the fields of messages that stand in several places.
pub(super) fn check(drafts: &[Draft], report: &mut Report<'_>) {
    check_storage(drafts, report);
    let is_optional = |spot: &Spot| spot.presence == Presence::Explicit && !spot.required && !spot.key;
    let mut open: BTreeMap<&str, String> = BTreeMap::new();
    for draft in drafts {
        for spot in draft.spots.iter().filter(|spot| spot.parent.is_some() && is_optional(spot)) {
            let place = format!("{}.{}", draft.field.name(), spot.dotted());
            open.entry(spot.field.full_name()).or_insert(place);
        }
    }
    for (draft, spot) in drafts.iter().flat_map(|draft| draft.spots.iter().map(move |spot| (draft, spot))) {
        let Some((true, said)) = &spot.column.required else { continue };
        let Some(other) = open.get(spot.field.full_name()).filter(|_| spot.parent.is_some()) else { continue };
        let text = format!(
            "`{}.{}` is required, and the same field is optional at `{other}`",
            draft.field.name(),
            spot.dotted()
        );
        let help = "say `required` at both places, or at neither: both are one type in Rust";
        report.add(Code::Contradiction, said.place(report.sources, &[("required", 0)]), text, help);
    }
    for draft in drafts {
        for (n, key) in draft.key.iter().enumerate() {
            for i in std::iter::successors(Some(*key), |i| draft.spots[*i].parent) {
                let spot = &draft.spots[i];
                let Some(other) = open.get(spot.field.full_name()).filter(|_| spot.parent.is_some()) else { continue };
                let text = format!(
                    "the key of `{}` requires `{}`, which `{other}` leaves optional",
                    draft.field.name(),
                    spot.field.full_name()
                );
                let help = "put `[(google.api.field_behavior) = REQUIRED]` on the field, or use a field at the top of \
                            the record as the key";
                report.add(Code::KeyInSharedMessage, draft.place(report.sources, &[("primary_key", n)]), text, help);
            }
        }
    }
}

/// Checks that a field of a message has the same type in Rust wherever the message stands.
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
                let help = "put `storage` on the field itself, so that it holds wherever the message stands";
                let said = spot.column.storage.as_ref().map(|(_, said)| said.place(report.sources, &[("storage", 0)]));
                let place = said.unwrap_or_else(|| draft.name_place(report.sources));
                report.add(Code::Contradiction, place, text, help);
            }
        }
    }
}
