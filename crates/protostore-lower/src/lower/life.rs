//! Checks what the options of a table say about the life of its rows.

mod append_only;
mod expire;
mod lists;
mod references;
mod soft_delete;
mod unique;

use super::Report;
use super::draft::Draft;

/// Checks the life of the rows of every table.
pub(super) fn check(drafts: &mut [Draft], report: &mut Report<'_>) {
    for draft in drafts.iter_mut() {
        if draft.options.append_only {
            append_only::check(draft, report);
        }
        lists::check(draft, report);
        draft.expire = expire::field(draft, report);
        draft.soft_delete = soft_delete::field(draft, report);
    }
    for draft in drafts.iter().filter(|draft| draft.expire.is_some()) {
        unique::check(draft, report);
        expire::check_referrers(draft, drafts, report);
    }
    for draft in drafts.iter() {
        let Some(i) = draft.soft_delete else { continue };
        unique::check(draft, report);
        soft_delete::check_indexes(draft, i, report);
        soft_delete::check_referrers(draft, i, drafts, report);
    }
}
