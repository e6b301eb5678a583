//! What ALTER and UPDATE do to tables that are not rebuilt.

use std::collections::BTreeSet;

use protostore_evolve::plan::Fill;
use protostore_schema::Column;
use protostore_sql::{Alteration, Check, ColumnDef, Expr, Name, Update};

use super::objects;
use super::print::{says, values};
use super::script::Script;
use super::value::Value;
use super::way::Way;
use super::work::{Work, all_checks, column_of};

/// Returns how many ALTERs a migration has, at least.
pub(super) fn count(way: &Way<'_>) -> usize {
    let of = |work: &Work<'_>| match work.rebuild {
        true => 2 + work.renames.len(),
        false => {
            let kept = kept_checks(way, work);
            let checks = all_checks(work.before).filter(|check| !kept.contains(&*check.name)).count()
                + all_checks(work.after).filter(|check| !kept.contains(&*check.name)).count();
            let nulls = work.pairs.iter().filter(|(old, new)| old.nullable != new.nullable).count();
            work.renames.len() + work.adds.len() + work.drops.len() + 3 * work.anew.len() + checks + nulls
        }
    };
    way.renames.len() + way.kept.values().map(of).sum::<usize>()
}

fn altered<'v, 'w>(way: &'v Way<'w>) -> impl Iterator<Item = &'v Work<'w>> {
    way.kept.values().filter(|work| !work.rebuild)
}

/// Returns the names of the CHECKs that stay as they are.
pub(super) fn kept_checks<'v>(way: &'v Way<'_>, work: &'v Work<'_>) -> BTreeSet<&'v str> {
    let meaning = |side: &super::definitions::Side<'_>, table: &str, check: &Check<'_>| {
        objects::canonical(&side.places, table, objects::check_of(&check.all))
    };
    let gone = |check: &Check<'_>| {
        let named = objects::named(&objects::check_of(&check.all));
        work.old.columns.iter().filter(|column| named.contains(&column.name.sql)).any(|column| {
            let id = work.old.id(column);
            work.anew.contains(&id) || work.new.column(&id).is_none()
        })
    };
    let stays = |check: &&Check<'_>| {
        let other = all_checks(work.after).find(|other| other.name == check.name);
        // Where no name changes, the same words mean the same.
        let no_name_changes = work.renames.is_empty() && work.old.name == work.new.name;
        let is_same = |other: &Check<'_>| {
            (no_name_changes && other == *check)
                || meaning(way.old, work.old.name, check) == meaning(way.new, work.new.name, other)
        };
        !gone(check) && other.is_some_and(is_same)
    };
    all_checks(work.before).filter(stays).map(|check| &*check.name).collect()
}

/// Drops constraints that the older rows met and the newer do not have to.
pub(super) fn loosen(way: &Way<'_>, script: &mut Script) {
    script.begin("Constraints that are no more.");
    for work in altered(way) {
        let kept = kept_checks(way, work);
        for check in all_checks(work.before).filter(|check| !kept.contains(&*check.name)) {
            // Also of a column that goes: what ALTER once added is at the table, and keeps it.
            script.alter(work.old.name, Alteration::DropCheck(check.name.clone()));
        }
        for (old, new) in &work.pairs {
            if !old.nullable && new.nullable && !work.anew.contains(&work.id(new)) {
                script.alter(work.old.name, Alteration::DropNotNull(old.name.sql.clone().into()));
            }
        }
    }
}

/// Adds columns: those of the newer schema, and those that take the place of others.
pub(super) fn add(way: &Way<'_>, script: &mut Script) {
    for work in way.kept.values() {
        for column in work.new.columns.iter().copied() {
            let id = work.id(column);
            let is_added = work.adds.contains_key(&id) && !work.rebuild;
            if !is_added && !work.temporary.contains_key(&id) {
                continue;
            }
            let mut added = added(way, work, column);
            added.name = Name::Owned(work.now(column));
            let what = if is_added { "is new" } else { "is stored otherwise, in another column" };
            script.begin(says(work.new, column, what));
            script.alter(work.new.name, Alteration::AddColumn(added));
        }
    }
}

/// Returns a column as it can be added to rows that are there.
fn added<'w>(way: &Way<'w>, work: &Work<'w>, column: &'w Column) -> ColumnDef<'w> {
    let id = work.id(column);
    let mut added = column_of(work.after, column).clone();
    added.docs = &[];
    if work.rebuild {
        // It goes with the older table.
        let default = added.default.take().filter(|_| work.decoded.contains(&id));
        return ColumnDef { nullable: true, default, checks: Vec::new(), reference: None, ..added };
    }
    if !is_checked_at_once(way, work, column) {
        added.checks.clear();
    }
    let value = way.values.get(&id);
    // What is written later may be NULL until then.
    let is_whole = added.default.is_some() && value.is_none_or(|value| !value.is_written());
    added.nullable |= !is_whole || (work.by_rust.contains(&id) && !work.decoded.contains(&id));
    added
}

/// Returns whether a column that is added can have its CHECKs from the start: it is unset, or has a zero that they
/// allow.
fn is_checked_at_once(way: &Way<'_>, work: &Work<'_>, column: &Column) -> bool {
    let id = work.id(column);
    let is_written = way.values.get(&id).is_none_or(Value::is_written);
    if is_written || work.temporary.contains_key(&id) || work.by_rust.contains(&id) {
        return false;
    }
    match work.adds.get(&id) {
        Some(Fill::Unset) => column.nullable,
        Some(Fill::Zero) => !column.non_zero && (column.rules.is_empty() || column.rules.but_zero),
        Some(_) | None => false,
    }
}

/// Writes what columns hold from now on.
pub(super) fn write(way: &Way<'_>, script: &mut Script) {
    for work in altered(way) {
        let all = values(way, work);
        let in_all = all.iter().filter(|(_, value)| value.is_new);
        let in_some: Vec<_> = all.iter().filter(|(_, value)| !value.is_new && !value.layers.is_empty()).collect();
        // Each reads the row as it was: where one statement would read what another wrote, all are one.
        let is_one = !in_some.is_empty() && (all.iter().any(|(_, value)| value.is_new) || is_mixed(&in_some));
        let mut set: Vec<(Name<'_>, Expr<'_>)> =
            in_all.map(|(column, value)| (Name::Owned(work.now(column)), value.whole())).collect();
        if is_one {
            set.extend(in_some.iter().map(|(column, value)| (Name::Owned(work.now(column)), value.whole())));
        }
        if !set.is_empty() {
            script.begin(format!("Values of `{}`.", work.new.record.name.proto));
            script.statement(Update {
                table: work.new.name.to_owned().into(),
                set,
                rows: Vec::new(),
                returning: Vec::new(),
            });
        }
        if is_one {
            continue;
        }
        let mut conditions: Vec<Expr<'_>> = Vec::new();
        for (when, _) in in_some.iter().flat_map(|(_, value)| &value.layers) {
            if !conditions.contains(when) {
                conditions.push(when.clone());
            }
        }
        for when in conditions {
            let mut set = Vec::new();
            for (column, value) in &in_some {
                let layer = value.layers.iter().rfind(|(condition, _)| *condition == when);
                set.extend(layer.map(|(_, then)| (Name::Owned(work.now(column)), then.clone())));
            }
            let rows = if when == Expr::Const(true) { Vec::new() } else { vec![when] };
            script.begin(format!("Values of `{}`.", work.new.record.name.proto));
            script.statement(Update { table: work.new.name.to_owned().into(), set, rows, returning: Vec::new() });
        }
    }
}

/// Returns whether a text of the developer could read what another statement wrote.
fn is_mixed(in_some: &[&(&Column, Value<'_>)]) -> bool {
    let is_written = |value: &Value<'_>| value.layers.iter().any(|(_, then)| matches!(then, Expr::Written(_)));
    in_some.len() > 1 && in_some.iter().any(|(_, value)| is_written(value))
}

/// Drops columns, and gives those that took the place of others their names.
pub(super) fn drop(way: &Way<'_>, script: &mut Script) {
    for work in altered(way) {
        for column in &work.drops {
            script.begin(says(work.old, column, "is gone"));
            let name = way.physical(&work.old.id(column));
            script.alter(work.new.name, Alteration::DropColumn(name.into()));
        }
        for column in work.new.columns.iter().filter(|column| work.anew.contains(&work.id(column))) {
            let id = work.id(column);
            script.begin(says(work.new, column, "has its values in another column"));
            script.alter(work.new.name, Alteration::DropColumn(way.physical(&id).into()));
            let name = Name::Owned(work.now(column));
            script.alter(work.new.name, Alteration::RenameColumn(name, column.name.sql.clone().into()));
        }
    }
}

/// Makes the constraints of the newer schema.
pub(super) fn tighten(way: &Way<'_>, script: &mut Script) {
    script.begin("Constraints of the newer schema.");
    for work in way.kept.values() {
        for column in work.new.columns.iter().copied().filter(|column| !column.nullable) {
            let id = work.id(column);
            let was_nullable = match work.pairs.iter().find(|(_, new)| work.id(new) == id) {
                _ if work.rebuild => super::rebuild::is_open(way, work, column),
                Some((old, _)) if !work.anew.contains(&id) => old.nullable,
                Some(_) => added(way, work, column).nullable,
                None => work.adds.contains_key(&id) && added(way, work, column).nullable,
            };
            if was_nullable {
                script.alter(work.new.name, Alteration::SetNotNull(column.name.sql.clone().into()));
            }
        }
        if work.rebuild {
            if super::rebuild::is_loose(way, work) {
                for check in all_checks(work.after) {
                    script.alter(work.new.name, Alteration::AddCheck(check.clone()));
                }
            }
            continue;
        }
        let kept = kept_checks(way, work);
        let at_once: BTreeSet<&str> = work
            .new
            .columns
            .iter()
            .filter(|column| work.adds.contains_key(&work.id(column)) && is_checked_at_once(way, work, column))
            .flat_map(|column| column_of(work.after, column).checks.iter().map(|check| &*check.name))
            .collect();
        for check in all_checks(work.after) {
            if !kept.contains(&*check.name) && !at_once.contains(&*check.name) {
                script.alter(work.new.name, Alteration::AddCheck(check.clone()));
            }
        }
    }
}
