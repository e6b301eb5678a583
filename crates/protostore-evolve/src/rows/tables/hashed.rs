//! T21 to T24: the number that every write changes, and the hash of a row and of those before.

use protostore_schema::{Column, Table};

use super::lifetime::{holds, id, name, place};
use crate::draft::Draft;
use crate::plan::{At, ChangeKind, DataEffect, DownEffect, Fill, Previous, RustStep, Step, Test, Verdict, Word};

/// The column that every write changes.
pub(super) fn revision(old: &Table, new: &Table, at: &At, draft: &mut Draft<'_>) {
    let (was, is) = (old.revision_column(), new.revision_column());
    if path(was) == path(is) {
        return;
    }
    let Some(is) = is else {
        let says = format!("rows of {} have no revision any more", new.name.proto);
        let verdict = Verdict::new(ChangeKind::T22, at.clone(), says).previous(Previous::Reads);
        return draft.verdict(verdict.loses(format!("the revisions of {}, which are numbered anew", old.name.proto)));
    };
    let kind = if was.is_none() { ChangeKind::T21 } else { ChangeKind::T22 };
    let place = place(new);
    let column = id(&place, is);
    let says = format!("every write of {} changes {}", new.name.proto, is.name.proto);
    let verdict = Verdict::new(kind, at.clone(), says).data(DataEffect::Exact).previous(Previous::Reads).passes(2);
    let verdict = if holds(draft.old, &column) {
        let risk = format!("the values of {}.{} are replaced by new numbers", new.name.proto, is.name.proto);
        draft.accept(Word::Rows, kind, at, (name(was), name(Some(is))), risk);
        draft.step(Step::Fill { column: column.clone(), rows: Test::Any, value: Fill::Numbered });
        verdict.data(DataEffect::Dropped).down(DownEffect::CopyOnly)
    } else {
        draft.fill(column.clone(), Fill::Numbered);
        verdict
    };
    draft.step(Step::Count { column });
    draft.verdict(verdict);
}

/// The column that holds the hash of the row and of those before.
pub(super) fn chain(old: &Table, new: &Table, at: &At, draft: &mut Draft<'_>) {
    let (was, is) = (old.hash_column(), new.hash_column());
    if path(was) == path(is) {
        return;
    }
    if let Some(was) = was {
        let risk = format!("the hashes in {}.{} are verified no more", old.name.proto, was.name.proto);
        draft.accept(Word::Unchain, ChangeKind::T24, at, (name(Some(was)), name(is)), risk);
        let says = format!("rows of {} are not chained any more", new.name.proto);
        let verdict = Verdict::new(ChangeKind::T24, at.clone(), says);
        draft.verdict(verdict.down(DownEffect::CopyOnly).previous(Previous::Neither));
    }
    let Some(is) = is else { return };
    let place = place(new);
    let column = id(&place, is);
    let says = format!("rows of {} are chained by {}", new.name.proto, is.name.proto);
    let verdict = Verdict::new(ChangeKind::T23, at.clone(), says).previous(Previous::Reads).passes(3);
    let verdict = if holds(draft.old, &column) {
        let risk = format!("the values of {}.{} are replaced by hashes", new.name.proto, is.name.proto);
        draft.accept(Word::Rows, ChangeKind::T23, at, (name(was), name(Some(is))), risk);
        verdict.data(DataEffect::Dropped).down(DownEffect::CopyOnly)
    } else {
        verdict.data(DataEffect::Exact)
    };
    draft.step(Step::Rust { place, by: RustStep::Chain { column } });
    draft.verdict(verdict);
}

fn path(column: Option<&Column>) -> Option<&[u32]> {
    column.map(|column| column.path.as_slice())
}
