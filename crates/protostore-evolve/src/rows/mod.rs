//! The rows of the tables of changes: what each change does to clients, to data and to the previous program.
//!
//! A file a group. Each function looks at one thing of both schemas, and says what it finds to the draft.

mod added;
mod chained;
mod constraints;
mod encoded;
mod enumeration;
mod enums;
mod indexes;
mod kinds;
mod loosened;
mod many;
mod names;
mod oneofs;
mod presence;
mod references;
mod removed;
mod required;
mod reused;
mod storage;
mod store;
mod tables;
mod values;

use std::collections::BTreeSet;

use crate::draft::Draft;
use crate::plan::At;
use crate::view::Datum;

/// Looks at everything in both schemas: tables by number, and in each its fields by path.
pub(crate) fn all(draft: &mut Draft<'_>) {
    store::store(draft);
    let numbers = |view: &crate::view::View<'_>| view.schema.tables.iter().map(|table| table.number).collect();
    let (old, new): (BTreeSet<u32>, BTreeSet<u32>) = (numbers(draft.old), numbers(draft.new));
    for number in old.union(&new).copied() {
        let (before, after) = (draft.old, draft.new);
        match (before.table(number), after.table(number)) {
            (Some(old), Some(new)) => {
                if !tables::both(old, new, draft) {
                    continue;
                }
                fields(number, draft);
                names::oneofs(number, draft);
                presence::oneofs(number, draft);
                constraints::table(old, new, draft);
            }
            (Some(old), None) => tables::gone(old, draft),
            (None, Some(new)) => tables::added(new, draft),
            (None, None) => {}
        }
    }
    enums::enums(draft);
    reused::reused(draft);
}

fn fields(table: u32, draft: &mut Draft<'_>) {
    let (before, after) = (draft.old, draft.new);
    let mut paths: Vec<&[u32]> = before.data_of(table).chain(after.data_of(table)).map(|d| d.path.as_slice()).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        match (before.datum(table, path), after.datum(table, path)) {
            (Some(old), Some(new)) => field(old, new, draft),
            (Some(old), None) => removed::field(old, draft),
            (None, Some(new)) => added::field(new, draft),
            (None, None) => {}
        }
    }
}

/// A field that both have: its name, what its values are, when it is set, where it is stored, what it must be.
fn field(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    names::field(old, new, draft);
    match (old.is_stored(), new.is_stored()) {
        (true, false) => return removed::no_longer_stored(old, new, draft),
        (false, true) => return added::stored_at_last(old, new, draft),
        (false, false) => {
            added::relation(old, new, draft);
            return kinds::not_stored(old, new, draft);
        }
        (true, true) => {}
    }
    kinds::kind(old, new, draft);
    // What is a key, or is made by the store at each write, is always set: the table's row says it.
    if old.is_of_table() == new.is_of_table() {
        presence::presence(old, new, draft);
        constraints::field(old, new, draft);
    }
    storage::storage(old, new, draft);
    encoded::encoded(old, new, draft);
    // That it refers together with other fields, the row of those fields says.
    let is_said = old.is_of_table() != new.is_of_table() || old.refers() != new.refers();
    let facets = |datum: &Datum<'_>| {
        let facets = datum.facets();
        if draft.is_mapped_anew() { facets.without_default() } else { facets }
    };
    let is_other = !is_said && facets(old) != facets(new);
    if is_other && draft.changes_at(new.table.number, &new.path).is_empty() && !is_moved(new, draft) {
        draft.unknown(&At::both(old, new), format!("{} is stored otherwise", new.name));
    }
}

/// Returns whether a message, list or map around a field is stored elsewhere now, which says why it is stored
/// otherwise.
fn is_moved(new: &Datum<'_>, draft: &Draft<'_>) -> bool {
    use crate::plan::ChangeKind::{K16, K17, K18, K19, S01, S02, S03};
    let moves = [K16, K17, K18, K19, S01, S02, S03];
    let around = (1..new.path.len()).map(|end| &new.path[..end]);
    around.flat_map(|path| draft.changes_at(new.table.number, path)).any(|kind| moves.contains(&kind))
}
