//! Checks references: the table they name, its key's type, and what unset and deleted mean for them.

use std::collections::BTreeMap;

use protostore_schema::{Form, OnDelete, Type};

use super::Report;
use super::draft::{Draft, Part, Presence, Said, Spot, Target, form_word, type_word};
use crate::Code;
use crate::nearest::nearest;

/// What a reference must know of the table that it names.
struct Key {
    /// Path, type and form of each field of the key; none if the key itself is wrong.
    parts: Vec<(String, Type, Form)>,
    /// Whether the table has at most one row, and no field as its key.
    singleton: bool,
}

/// Checks the references of all tables; those that are wrong are dropped.
pub(super) fn check(drafts: &mut [Draft], report: &mut Report<'_>) {
    let keys: BTreeMap<String, Key> = drafts
        .iter()
        .map(|draft| {
            let spots = draft.key.iter().map(|i| &draft.spots[*i]);
            let parts = spots.filter_map(|spot| Some((spot.dotted(), spot.ty()?.clone(), spot.form()))).collect();
            (draft.field.name().to_owned(), Key { parts, singleton: draft.singleton })
        })
        .collect();
    for draft in drafts {
        for spot in &mut draft.spots {
            let Some((target, said)) = spot.column.reference.clone() else { continue };
            if !(names_key(spot, &target, &said, &keys, report) && can_be_unset(spot, &target, &said, report)) {
                spot.column.reference = None;
            }
        }
    }
}

/// Checks that the reference names a table, and has the type of its key.
fn names_key(spot: &Spot, target: &Target, said: &Said, keys: &BTreeMap<String, Key>, report: &mut Report<'_>) -> bool {
    let path = spot.dotted();
    let table = target.table.as_str();
    if table.is_empty() {
        let place = said.place(report.sources, &[("references", 0)]);
        let help = "write `references: {table: \"…\"}` with a table of this store";
        report.add(Code::Incomplete, place, format!("the reference of `{path}` names no table"), help);
        return false;
    }
    let place = said.place(report.sources, &[("references", 0), ("table", 0)]);
    let Some(key) = keys.get(table) else {
        let names: Vec<&str> = keys.keys().map(String::as_str).collect();
        let help = match nearest(table, &names) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the tables of the store are `{}`", names.join("`, `")),
        };
        report.add(Code::UnknownTable, place, format!("the store has no table `{table}`"), help);
        return false;
    };
    if key.singleton {
        let help = "take the reference away: which row is meant goes without saying";
        report.add(Code::SingletonTarget, place, format!("the table `{table}` has at most one row, and no key"), help);
        return false;
    }
    match (key.parts.as_slice(), spot.ty()) {
        ([(_, ty, form)], Some(own)) if ty == own && *form == spot.form() => true,
        ([(name, ty, form)], Some(own)) if ty == own => {
            let text = format!(
                "`{path}` and the key of `{table}`, `{name}`, differ in their `encoding`: {} and {}",
                form_word(spot.form()),
                form_word(*form)
            );
            let help = match form {
                Form::Own => format!("take `encoding` off `{path}`, or give `{name}` the same"),
                form => format!("write `encoding: {}` on `{path}`", form_word(*form)),
            };
            report.add(Code::ReferenceType, place, text, help);
            false
        }
        ([(name, ty, _)], Some(own)) => {
            let text = format!(
                "`{path}` is of type `{}`, but the key of `{table}`, `{name}`, is of type `{}`",
                type_word(own),
                type_word(ty)
            );
            let help = format!("give `{path}` the type `{}`", type_word(ty));
            report.add(Code::ReferenceType, place, text, help);
            false
        }
        ([], _) | (_, None) => false,
        (parts, Some(_)) => {
            let names: Vec<_> = parts.iter().map(|(name, ..)| name.as_str()).collect();
            let text = format!("the key of `{table}` has several fields: `{}`", names.join("`, `"));
            let help = format!("give `{table}` a key of one field, or take the reference away");
            report.add(Code::CompositeTarget, place, text, help);
            false
        }
    }
}

/// Checks that no reference and a reference to zero can be told apart, and that SET_NULL has something to set.
fn can_be_unset(spot: &Spot, target: &Target, said: &Said, report: &mut Report<'_>) -> bool {
    let name = spot.field.name();
    let path = spot.dotted();
    if target.on_delete == OnDelete::SetNull {
        let why = if spot.key {
            Some("is a part of the primary key")
        } else if spot.is_repeated() || spot.part != Part::Field {
            Some("is a list, whose elements are always set")
        } else if spot.required || spot.presence == Presence::Required {
            Some("is required")
        } else {
            None
        };
        if let Some(why) = why {
            let place = said.place(report.sources, &[("references", 0), ("on_delete", 0)]);
            let text = format!("`{path}` {why}, so it cannot be set to NULL");
            report.add(Code::CannotSetNull, place, text, "write `on_delete: CASCADE` or `on_delete: RESTRICT`");
            return false;
        }
    }
    if spot.null_for_zero() && !matches!(spot.ty(), Some(Type::String | Type::Bytes)) {
        let ty = spot.ty().map_or("", type_word);
        let place = said.place(report.sources, &[("references", 0)]);
        let text = format!("`{path}` cannot tell a reference to zero from none");
        let help = format!("write `optional {ty} {name} = {}`, or make the field REQUIRED", spot.field.number());
        report.add(Code::ZeroReference, place, text, help);
        return false;
    }
    true
}
