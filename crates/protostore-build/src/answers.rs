//! What the protos answer to the questions of the next version.

use protostore_evolve::plan::{Answers, ColumnId, Place, Word};
use protostore_evolve::{History, Version};
use protostore_lower::{Hook, Lowered};

/// Returns the answers of the protos and of the command line as evolution takes them.
pub(crate) fn of(lowered: &Lowered, accept: &[(Word, String)]) -> Answers {
    let backfills = lowered.backfills.iter().map(|of| {
        let place = Place { table: of.table, path: of.place.clone() };
        (ColumnId { place, path: of.path.clone(), role: of.role }, of.sql.clone())
    });
    let hooks = lowered.hooks.iter().map(|of| ((of.table, of.path.clone()), of.method.clone()));
    let dropped = lowered.dropped.iter().map(|of| (of.table, of.path.clone(), of.field.clone()));
    Answers {
        accept: accept.to_vec(),
        backfills: backfills.collect(),
        hooks: hooks.collect(),
        dropped: dropped.collect(),
        ..Answers::default()
    }
}

/// Returns a note for each `backfill` that has nothing left to do.
pub(crate) fn left_behind(lowered: &Lowered, history: Option<&History>) -> Vec<String> {
    let Some(history) = history else { return Vec::new() };
    let newest = &history.head().schema;
    let note = |of: &protostore_lower::Backfill| {
        let protostore_lower::Backfill { name, source, .. } = of;
        format!("{}:{}: the `backfill` of `{name}` has nothing left to do; take it away", source.file, source.line)
    };
    let version_of = |hook: &Hook| {
        let is_of_it = |version: &&Version| version.hooks.iter().any(|known| known.method == hook.method);
        history.versions.iter().find(is_of_it).map(|version| version.number)
    };
    let idle = lowered.hooks_left_behind(newest);
    let called = lowered.hooks.iter().filter_map(|hook| {
        let Hook { name, method, source, .. } = hook;
        let why = match version_of(hook) {
            Some(version) => format!("since version {version} calls `{method}`"),
            None if idle.contains(&hook) => "since each row has a value".to_owned(),
            None => return None,
        };
        let place = format!("{}:{}", source.file, source.line);
        Some(format!("{place}: the `backfill` of `{name}` has nothing left to do, {why}; take it away"))
    });
    lowered.left_behind(newest).into_iter().map(note).chain(called).collect()
}
