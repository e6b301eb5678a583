//! Refuses keys that would give one message two shapes: a field that one table's key requires, and another leaves open.

use std::collections::BTreeMap;

use super::Report;
use super::draft::{Draft, Presence, Spot};
use crate::Code;

/// Checks the fields of messages that stand in several places.
pub(super) fn check(drafts: &[Draft], report: &mut Report<'_>) {
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
