//! In which order the steps of a migration run.

use crate::plan::{At, ColumnId, Conversion, DownEffect, ObjectKind, Place, RustStep, Step, Verdict};

/// Puts steps in the order in which they run; of one kind, by number.
///
/// Guards that read old columns, derived objects that go, sweeps, renames, tables, columns, values, guards that read
/// new columns, keys, what is dropped, derived objects that come, counters, assertions.
pub(crate) fn order(steps: &mut Vec<Step>) {
    steps.sort_by_cached_key(|step| (rank(step), number(step)));
    // What is dropped goes before its owner.
    let is_drop = |step: &Step| matches!(step, Step::DropTable { .. });
    if let Some(first) = steps.iter().position(is_drop) {
        let last = steps.iter().rposition(is_drop).unwrap_or(first);
        steps[first..=last].reverse();
    }
    if needs_references(steps) {
        steps.push(Step::References);
    }
}

fn rank(step: &Step) -> u8 {
    match step {
        Step::Guard(guard) if guard.before => 1,
        Step::Drop(_) => 2,
        Step::Sweep { .. } => 3,
        Step::RenameTable { .. } => 4,
        Step::RenameColumn { .. } => 5,
        Step::CreateTable { .. } => 6,
        Step::AddColumn { .. } => 7,
        Step::Fill { .. } => 8,
        Step::Rust { by: RustStep::Hook { .. }, .. } => 17,
        Step::Rust { .. } => 9,
        Step::Move { .. } | Step::AddRows { .. } => 10,
        Step::Convert { .. } => 11,
        Step::Guard(_) => 12,
        Step::Rekey { .. } => 13,
        Step::Reparent { .. } => 14,
        Step::DropColumn { .. } => 15,
        Step::DropTable { .. } => 16,
        Step::Make(_) => 18,
        Step::Count { .. } => 19,
        Step::SameCount { .. } => 20,
        Step::References => 21,
        Step::Report { .. } | Step::ReportLists { .. } => 22,
    }
}

/// Derived objects keep the order that they have.
fn number(step: &Step) -> Option<(Place, Option<ColumnId>)> {
    let of = |column: &ColumnId| Some((column.place.clone(), Some(column.clone())));
    match step {
        Step::Guard(guard) => Some((guard.place.clone(), None)),
        Step::CreateTable { place }
        | Step::DropTable { place }
        | Step::RenameTable { place }
        | Step::Rekey { place }
        | Step::Reparent { place, .. }
        | Step::Sweep { place, .. }
        | Step::ReportLists { place }
        | Step::Rust { place, .. } => Some((place.clone(), None)),
        Step::Move { to, .. } | Step::AddRows { to, .. } | Step::SameCount { after: to, .. } => {
            Some((to.clone(), None))
        }
        Step::RenameColumn { column }
        | Step::AddColumn { column, .. }
        | Step::DropColumn { column }
        | Step::Fill { column, .. }
        | Step::Convert { column, .. }
        | Step::Count { column }
        | Step::Report { column } => of(column),
        Step::Drop(_) | Step::Make(_) | Step::References => None,
    }
}

/// Returns whether a step can leave a reference without its row.
fn needs_references(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Move { .. } | Step::Rekey { .. } | Step::Reparent { .. } | Step::Sweep { .. } => true,
        Step::DropTable { .. } | Step::Convert { by: Conversion::Same, .. } => true,
        Step::Make(object) => object.kind == ObjectKind::ForeignKey,
        _ => false,
    })
}

/// Says of each change whose way back was rejected that only the copy has what was there.
pub(crate) fn mark_impossible(verdicts: &mut [Verdict], rejected: &[At]) {
    for at in rejected {
        // The change at the place, or the nearest around it.
        let depth = |verdict: &Verdict| verdict.at.path.len();
        let around = |verdict: &Verdict| verdict.at.table == at.table && at.path.starts_with(&verdict.at.path);
        let deepest = verdicts.iter().filter(|verdict| around(verdict)).map(depth).max();
        for verdict in verdicts.iter_mut() {
            if deepest.is_none() || (around(verdict) && Some(depth(verdict)) == deepest) {
                verdict.down = DownEffect::CopyOnly;
            }
        }
    }
}
