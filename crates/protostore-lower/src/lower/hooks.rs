//! Reads `backfill: {rust: …}`: methods of the program that give values to rows that are there already.

use std::collections::BTreeMap;

use protostore_schema::Role;

use super::Report;
use super::draft::{Draft, Part, Presence, Shape, Spot};
use crate::annotations::BackfillOptions;
use crate::diagnostic::Place;
use crate::lowered::Hook;
use crate::{Code, names};

/// Checks the hooks of all tables, and returns them in the order of the store.
pub(super) fn read(drafts: &[Draft], report: &mut Report<'_>) -> Vec<Hook> {
    let mut all: Vec<Hook> = Vec::new();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for draft in drafts {
        let table = draft.field.name();
        if let Some(backfill) = &draft.options.backfill {
            let place = draft.place(report.sources, &[("backfill", 0)]);
            match backfill {
                BackfillOptions::Rust(method) => {
                    let at = (Vec::new(), Vec::new(), Role::Value);
                    let hook = hook(draft, at, method, table.to_owned(), &place, report);
                    all.extend(checked(hook, place, &mut taken, report));
                }
                BackfillOptions::Sql(_) => {
                    let text = format!("the table `{table}` has a `backfill` that is no method of the program");
                    let help = "write `backfill: {rust: \"a_method\"}`, or put the SQL on the field whose value it is";
                    report.add(Code::BadHook, place, text, help);
                }
            }
        }
        for (at, spot) in draft.spots.iter().enumerate() {
            let Some((BackfillOptions::Rust(method), said)) = &spot.column.backfill else { continue };
            let place = said.place(report.sources, &[("backfill", 0)]);
            let name = format!("{table}.{}", spot.dotted());
            if let Some(why) = rejected(draft, at, spot) {
                let help = match spot.key {
                    true => "take the `backfill` away".to_owned(),
                    false => format!("write the `backfill` on the table `{table}`: a method that rewrites its rows"),
                };
                report.add(Code::BadHook, place, format!("`{name}` {why}, so no method gives its value"), help);
                continue;
            }
            let (place_of, role) = match spot.shape {
                Shape::Row(_) => (spot.numbers.clone(), Role::Presence),
                Shape::Message(_) => (Vec::new(), Role::Presence),
                _ => (Vec::new(), Role::Value),
            };
            let at = (place_of, spot.numbers.clone(), role);
            let hook = hook(draft, at, method, name, &place, report);
            all.extend(checked(hook, place, &mut taken, report));
        }
    }
    all
}

fn hook(
    draft: &Draft,
    (of, path, role): (Vec<u32>, Vec<u32>, Role),
    method: &str,
    name: String,
    place: &Place,
    report: &Report<'_>,
) -> Hook {
    let source = report.sources.source(place);
    Hook { table: draft.field.number(), place: of, path, role, method: method.to_owned(), name, source }
}

/// Returns a hook whose method Rust can have, and which no other place has.
fn checked(hook: Hook, place: Place, taken: &mut BTreeMap<String, String>, report: &mut Report<'_>) -> Option<Hook> {
    let Hook { method, name, .. } = &hook;
    if !names::is_method(method) {
        let text = format!("`{method}`, the `backfill` of `{name}`, cannot be the name of a method");
        let help = "write a name of a-z, 0-9 and `_` that is no keyword of Rust, such as `machine_owner`";
        report.add(Code::BadHook, place, text, help);
        return None;
    }
    if let Some(other) = taken.get(method) {
        let text = format!("`{method}` is the `backfill` of `{other}` and of `{name}`");
        let help = "give each a method of its own: they get different records";
        report.add(Code::BadHook, place, text, help);
        return None;
    }
    taken.insert(method.clone(), name.clone());
    Some(hook)
}

/// Says why no method gives the value of a field alone.
fn rejected(draft: &Draft, at: usize, spot: &Spot) -> Option<&'static str> {
    let mut around = spot.parent;
    let mut is_of_oneof = spot.presence == Presence::Member;
    while let Some(parent) = around {
        is_of_oneof |= draft.spots[parent].presence == Presence::Member;
        around = draft.spots[parent].parent;
    }
    let is_own_row = matches!(spot.shape, Shape::Row(_)) && spot.child == Some(at);
    match &spot.shape {
        _ if spot.key => Some("is part of the key, which never changes"),
        _ if spot.part != Part::Field => Some("is a part of a map"),
        Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_) => Some("is a list or a map"),
        _ if spot.child.is_some() && !is_own_row => {
            Some("is inside of a list, a map, or a message in a table of its own")
        }
        _ if is_of_oneof => Some("is a member of a oneof, or inside of one"),
        Shape::Scalar(_) | Shape::Message(_) | Shape::Row(_) | Shape::Absent => None,
    }
}
