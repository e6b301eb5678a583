//! Refuses tables and oneofs that are wider than the engines take.

use std::collections::BTreeMap;

use super::Report;
use super::draft::{Draft, Shape, Spot};
use super::walk::{self, FIELDS};
use crate::Code;
use crate::diagnostic::Place;

/// Columns of a table: PostgreSQL fits no more than about a thousand values in a page, and counts dropped columns.
const COLUMNS: usize = 200;
/// Members of a oneof: SQLite takes expressions of depth 1000, and the CHECK adds up the members.
const MEMBERS: usize = 500;

/// Checks the record's table, its child tables and its oneofs.
pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    let mut tables: BTreeMap<Option<usize>, Vec<&Spot>> = BTreeMap::new();
    for spot in draft.spots.iter().filter(|spot| !spot.has_table() && !spot.shape_is_absent()) {
        tables.entry(spot.child).or_default().push(spot);
    }
    let mut said = false;
    for (child, columns) in tables {
        let place = |child: usize| usize::from(draft.spots[child].is_repeated());
        let own = child.map_or(0, |child| draft.spots[child].owner.len() + place(child));
        let count = columns.len() + own;
        if count > COLUMNS {
            let (name, place) = match child {
                None => (draft.field.name().to_owned(), draft.name_place(report.sources)),
                Some(i) => (draft.spots[i].dotted(), draft.spots[i].place(report.sources)),
            };
            let about = if walk::is_full(draft) { "at least " } else { "" };
            let text = format!("the table of `{name}` has {about}{count} columns; {COLUMNS} is the most");
            report.add(Code::TooManyColumns, place, text, widest(draft, &columns));
            said = true;
        }
    }
    // The walk ended there, so that the fields beyond are unknown, even where each of the tables is narrow.
    if walk::is_full(draft) && !said {
        let text = format!("the record `{}` has {FIELDS} fields or more in all of its messages", draft.message.name());
        let help = "write `storage: JSON` or `BYTES` on the messages and lists with the most fields";
        report.add(Code::TooManyColumns, draft.name_place(report.sources), text, help);
    }
    for ((_, oneof), (count, place)) in oneofs(draft, report) {
        if count > MEMBERS {
            let text = format!("the oneof `{oneof}` has {count} members; {MEMBERS} is the most");
            let help = "split the oneof, or make a table of each kind of member";
            report.add(Code::OneofTooLarge, place, text, help);
        }
    }
}

/// Names the messages with the most columns.
fn widest(draft: &Draft, columns: &[&Spot]) -> String {
    let within = |spot: &Spot| columns.iter().filter(|c| c.numbers.starts_with(&spot.numbers)).count();
    let messages = columns.iter().filter(|spot| matches!(spot.shape, Shape::Message(_)) && spot.parent == spot.child);
    let mut counted: Vec<_> = messages.map(|spot| (within(spot), spot.dotted())).collect();
    counted.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let named: Vec<_> = counted.iter().take(3).map(|(n, path)| format!("`{path}` ({n})")).collect();
    if named.is_empty() {
        format!("move fields of `{}` to a table of their own, with its key as a reference", draft.message.name())
    } else {
        format!("write `storage: CHILD_TABLE`, `JSON` or `BYTES` on messages; the widest: {}", named.join(", "))
    }
}

fn oneofs(draft: &Draft, report: &Report<'_>) -> BTreeMap<(Option<usize>, String), (usize, Place)> {
    let mut found: BTreeMap<_, (usize, Place)> = BTreeMap::new();
    for spot in &draft.spots {
        let Some(oneof) = spot.field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) else { continue };
        let place = || {
            let path: Vec<i32> = oneof.path().iter().copied().chain([1]).collect();
            report.sources.place(oneof.parent_file().name(), &path)
        };
        found.entry((spot.parent, oneof.name().to_owned())).or_insert_with(|| (0, place())).0 += 1;
    }
    found
}
