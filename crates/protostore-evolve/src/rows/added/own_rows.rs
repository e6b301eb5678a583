//! Rows of a message in a table of its own, which the `backfill` of the message makes.

use super::filled;
use crate::draft::Draft;
use crate::plan::{At, ChangeKind, Fill, Step, Test};
use crate::view::{Datum, Storage};

/// Adds a row for rows around that have none, as the `backfill` of the message says; returns whether there is one.
///
/// Its fields are zero or unset, or what a `backfill` of each says over the row around.
pub(crate) fn add(new: &Datum<'_>, kind: ChangeKind, rows: Test, draft: &mut Draft<'_>) -> bool {
    let (Some(to), Some(presence)) = (new.child_place(), new.backfilled_by()) else { return false };
    if draft.has_hook(new) {
        draft.hook(kind, new);
        return true;
    }
    let Some(sql) = draft.backfill(&presence) else { return false };
    let after = draft.new;
    let mut values = Vec::new();
    let is_inside = |datum: &&Datum<'_>| datum.path.starts_with(&new.path) && datum.path.len() > new.path.len();
    for member in after.data_of(new.table.number).filter(is_inside) {
        // What is in a message of the message is unset with it.
        if member.place != to || member.within.is_some() {
            continue;
        }
        let column = member.column_id().filter(|_| matches!(member.storage, Storage::Column(_)));
        match column.and_then(|column| Some((draft.backfill(&column)?, column))) {
            Some((sql, column)) => values.push((column, Fill::Sql(sql))),
            None if !member.is_required() => {}
            None if matches!(member.storage, Storage::Column(_)) => {
                let risk = format!("{} must be set where the message around it is", member.name);
                filled::ask(member, ChangeKind::A08, risk, draft);
            }
            None => {
                let why = format!(
                    "a `backfill` of {} cannot set {}, which it must have: require {} in a later version",
                    new.name, member.name, new.name
                );
                draft.never(kind, &At::field(None, Some(member)), why);
            }
        }
    }
    let rows = super::super::required::within(new, rows);
    draft.step(Step::AddRows { of: new.place.clone(), to, rows, sql, values });
    true
}
