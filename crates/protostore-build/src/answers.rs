//! What the protos answer to the questions of the next version.

use protostore_evolve::plan::{Answers, ColumnId, Place, Word};
use protostore_lower::Lowered;
use protostore_schema::Schema;

/// Returns the answers of the protos and of the command line as evolution takes them.
pub(crate) fn of(lowered: &Lowered, accept: &[(Word, String)]) -> Answers {
    let backfills = lowered.backfills.iter().map(|of| {
        let place = Place { table: of.table, path: of.place.clone() };
        (ColumnId { place, path: of.path.clone(), role: of.role }, of.sql.clone())
    });
    let dropped = lowered.dropped.iter().map(|of| (of.table, of.path.clone(), of.field.clone()));
    Answers {
        accept: accept.to_vec(),
        backfills: backfills.collect(),
        dropped: dropped.collect(),
        ..Answers::default()
    }
}

/// Returns a note for each `backfill` that has nothing left to do.
pub(crate) fn left_behind(lowered: &Lowered, newest: Option<&Schema>) -> Vec<String> {
    let Some(newest) = newest else { return Vec::new() };
    let note = |of: &protostore_lower::Backfill| {
        let protostore_lower::Backfill { name, source, .. } = of;
        format!("{}:{}: the `backfill` of `{name}` has nothing left to do; take it away", source.file, source.line)
    };
    lowered.left_behind(newest).into_iter().map(note).collect()
}
