//! Rows that are inserted and never change.

use protostore_schema::{Generated, OnDelete};

use super::super::Report;
use super::super::draft::Draft;
use crate::Code;

/// Refuses what would change a row of an append-only table.
pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    let table = draft.field.name();
    for key in &draft.foreign_keys {
        let what = match key.target.on_delete {
            OnDelete::Restrict => continue,
            OnDelete::Cascade => "CASCADE would delete",
            OnDelete::SetNull => "SET_NULL would change",
        };
        let place = draft.place(report.sources, &[("foreign_key", key.number), ("references", 0), ("on_delete", 0)]);
        let text = format!("`{table}` is append-only, and {what} rows of it");
        let help = format!("take `on_delete` away: what is named in `{}` then stays as well", key.target.table);
        report.add(Code::AppendOnlyReference, place, text, help);
    }
    for spot in &draft.spots {
        let path = spot.dotted();
        let rule = spot.column.reference.as_ref().and_then(|(target, said)| match target.on_delete {
            OnDelete::Restrict => None,
            OnDelete::Cascade => Some(("CASCADE would delete", target, said)),
            OnDelete::SetNull => Some(("SET_NULL would change", target, said)),
        });
        if let Some((what, target, said)) = rule {
            let place = said.place(report.sources, &[("references", 0), ("on_delete", 0)]);
            let text = format!("`{table}` is append-only, and {what} rows of it, by `{path}`");
            let help = format!("take `on_delete` away: what `{path}` names in `{}` then stays as well", target.table);
            report.add(Code::AppendOnlyReference, place, text, help);
        }
        if let Some((Generated::UpdateTime, said)) = &spot.column.generated {
            let place = said.place(report.sources, &[("generated", 0)]);
            let text = format!("`{table}` is append-only, so that `{path}` is never updated");
            report.add(Code::LivesTogether, place, text, "write CREATE_TIME, the time of the insert");
        }
    }
}
