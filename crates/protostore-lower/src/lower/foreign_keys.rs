//! Checks references of several fields: that they are the key of another table, part by part, and are in one table.

use protostore_schema::{OnDelete, Type};

use super::Report;
use super::draft::{Composite, Draft, Presence, Shape, Spot, Target, type_word};
use super::indexes::{across, column_in};
use super::paths;
use super::references::{self, Key, Keys};
use crate::annotations::References;
use crate::option_text::Step;
use crate::{Code, diagnostic::Place};

/// Reads the `foreign_key` of every table; those that are wrong are dropped.
pub(super) fn check(drafts: &mut [Draft], report: &mut Report<'_>) {
    let keys = references::keys(drafts);
    for draft in drafts {
        for n in 0..draft.options.foreign_keys.len() {
            let Some(composite) = read(draft, n, &keys, report) else { continue };
            for i in &composite.spots {
                draft.spots[*i].composite = true;
            }
            draft.foreign_keys.push(composite);
        }
    }
}

fn read(draft: &Draft, n: usize, keys: &Keys, report: &mut Report<'_>) -> Option<Composite> {
    let options = &draft.options.foreign_keys[n];
    let place = |report: &Report<'_>, steps: &[Step]| {
        let steps: Vec<Step> = [("foreign_key", n)].into_iter().chain(steps.iter().copied()).collect();
        draft.place(report.sources, &steps)
    };
    let table = options.references.as_ref().map_or("", |references| references.table.as_str());
    let key = references::target(table, "the foreign key", &place, keys, report)?;
    let target = target(options.references.as_ref()?, &place, report)?;
    let spots = fields(draft, n, key, table, &place, report)?;
    let child = spots.iter().find_map(|i| draft.spots[*i].child);
    let mut columns = Vec::new();
    for (f, i) in spots.iter().enumerate() {
        let Some(column) = column_in(draft, *i, child) else {
            across(draft, *i, ("foreign key", child), place(report, &[("fields", f)]), report);
            return None;
        };
        columns.push(column);
    }
    let mut right = true;
    for (f, (i, part)) in spots.iter().zip(&key.parts).enumerate() {
        right &= references::holds(&draft.spots[*i], part, table, place(report, &[("fields", f)]), report);
    }
    let on_delete = place(report, &[("references", 0), ("on_delete", 0)]);
    if target.on_delete == OnDelete::SetNull && !can_be_unset(draft, &spots, &on_delete, report) {
        return None;
    }
    if draft.foreign_keys.iter().any(|other| other.child == child && other.columns == columns) {
        let help = "say all of it in one `foreign_key`";
        report.add(Code::Contradiction, place(report, &[]), "two foreign keys are of the same fields", help);
        return None;
    }
    right.then_some(Composite { number: n, child, spots, columns, target })
}

fn target(
    references: &References,
    place: &dyn Fn(&Report<'_>, &[Step]) -> Place,
    report: &mut Report<'_>,
) -> Option<Target> {
    let at = place(report, &[("references", 0), ("on_delete", 0)]);
    let Some(on_delete) = references.on_delete else {
        let help = "write RESTRICT, CASCADE or SET_NULL";
        report.add(Code::CannotApply, at, "the `on_delete` of the foreign key is not known", help);
        return None;
    };
    if references.not_enforced && references.says_on_delete {
        let text = "the foreign key is not enforced, so nothing happens on a delete";
        report.add(Code::NotEnforced, at, text, "take `on_delete` away, or `not_enforced`");
        return None;
    }
    Some(Target { table: references.table.clone(), on_delete, enforced: !references.not_enforced })
}

/// Finds the fields: as many as the key of the other table has.
fn fields(
    draft: &Draft,
    n: usize,
    key: &Key,
    table: &str,
    place: &dyn Fn(&Report<'_>, &[Step]) -> Place,
    report: &mut Report<'_>,
) -> Option<Vec<usize>> {
    let paths = &draft.options.foreign_keys[n].fields;
    let names: Vec<&str> = key.parts.iter().map(|part| part.path.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    if let [one] = names[..] {
        let text = format!("the key of `{table}` has one field: `{one}`");
        let help = format!("write `references: {{table: \"{table}\"}}` on the field that holds it");
        report.add(Code::ForeignKeyFields, place(report, &[]), text, help);
        return None;
    }
    if names.len() != paths.len() {
        let text = format!("the key of `{table}` has {} fields, and the foreign key {}", names.len(), paths.len());
        let help = format!("name the fields that hold `{}`, in this order", names.join("`, `"));
        report.add(Code::ForeignKeyFields, place(report, &[("fields", 0)]), text, help);
        return None;
    }
    let mut spots: Vec<usize> = Vec::new();
    for (f, path) in paths.iter().enumerate() {
        let place = place(report, &[("fields", f)]);
        let i = paths::resolve(draft, path, place.clone(), report)?;
        let spot = &draft.spots[i];
        if spot.ty().is_none() {
            let text = format!("`{path}` is a message, so it cannot be a part of a reference");
            report.add(Code::CannotApply, place, text, "name a field of the message");
            return None;
        }
        if spot.column.generated.is_some() {
            let text = format!("`{path}` is made by the store, so it names no row");
            report.add(Code::CannotGenerate, place, text, "take `generated` away, or name another field");
            return None;
        }
        if spots.contains(&i) {
            let text = format!("the foreign key names `{path}` twice");
            report.add(Code::ForeignKeyFields, place, text, "name a field for each part of the key");
            return None;
        }
        spots.push(i);
    }
    Some(spots)
}

/// Checks that each field can be unset, as the engine unsets all of them.
fn can_be_unset(draft: &Draft, spots: &[usize], place: &Place, report: &mut Report<'_>) -> bool {
    let stays = spots.iter().find_map(|i| Some((&draft.spots[*i], stays(draft, &draft.spots[*i])?)));
    if let Some((spot, why)) = &stays {
        let text = format!("`{}` {why}, so it cannot be set to NULL", spot.dotted());
        let help = "write `on_delete: CASCADE` or `on_delete: RESTRICT`: SET_NULL unsets every field of the reference";
        report.add(Code::CannotSetNull, place.clone(), text, help);
    }
    stays.is_none()
}

/// Returns why a field always has a value.
fn stays(draft: &Draft, spot: &Spot) -> Option<String> {
    let mut around = std::iter::successors(Some(spot), |at| at.parent.map(|at| &draft.spots[at]));
    let is_text = matches!(spot.ty(), Some(Type::String | Type::Bytes));
    if spot.key {
        Some("is a part of the primary key".to_owned())
    } else if matches!(spot.shape, Shape::Scalars(_)) || spot.part != super::draft::Part::Field {
        Some("is a list, whose elements are always set".to_owned())
    } else if spot.required || spot.presence == Presence::Required {
        Some("is required".to_owned())
    } else if spot.presence == Presence::Implicit && !is_text {
        Some(format!("is a plain {}, which is never unset", spot.ty().map_or("", type_word)))
    } else if around.any(|at| at.immutable) {
        Some("is immutable".to_owned())
    } else {
        None
    }
}
