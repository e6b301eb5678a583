//! Checks what the options of a table say about the life of its rows.

mod append_only;

use super::Report;
use super::draft::Draft;

/// Checks the life of the rows of every table.
pub(super) fn check(drafts: &mut [Draft], report: &mut Report<'_>) {
    for draft in drafts.iter().filter(|draft| draft.options.append_only) {
        append_only::check(draft, report);
    }
}
