//! Checks references: the table they name, its key's type, and what unset and deleted mean for them.

use std::collections::BTreeMap;

use protostore_schema::{Form, OnDelete, Type};

use super::Report;
use super::draft::{Draft, Part, Presence, Said, Spot, Target, form_word, type_word};
use crate::Code;
use crate::diagnostic::Place;
use crate::nearest::nearest;
use crate::option_text::Step;

/// The keys of the tables of a store, by the name of the table.
pub(super) type Keys = BTreeMap<String, Key>;

/// What a reference must know of the table that it names.
pub(super) struct Key {
    /// The fields of the key; none if the key itself is wrong.
    pub(super) parts: Vec<KeyPart>,
    /// Whether the table has at most one row, and no field as its key.
    singleton: bool,
    /// The message and the number of the table's field.
    field: (String, u32),
}

/// A field of a key.
pub(super) struct KeyPart {
    pub(super) path: String,
    ty: Type,
    form: Form,
}

/// Returns the keys of all tables.
pub(super) fn keys(drafts: &[Draft]) -> Keys {
    let part = |spot: &Spot| Some(KeyPart { path: spot.dotted(), ty: spot.ty()?.clone(), form: spot.form() });
    drafts
        .iter()
        .map(|draft| {
            let parts = draft.key.iter().filter_map(|i| part(&draft.spots[*i])).collect();
            let parts = if draft.key_unknown { Vec::new() } else { parts };
            let field = (draft.message.name().to_owned(), draft.field.number());
            (draft.field.name().to_owned(), Key { parts, singleton: draft.singleton, field })
        })
        .collect()
}

/// Checks the references of all tables; those that are wrong are dropped.
pub(super) fn check(drafts: &mut [Draft], report: &mut Report<'_>) {
    let keys = keys(drafts);
    for draft in drafts {
        for spot in &mut draft.spots {
            let Some((target, said)) = spot.column.reference.clone() else { continue };
            if !(names_key(spot, &target, &said, &keys, report) && can_be_unset(spot, &target, &said, report)) {
                spot.column.reference = None;
                spot.reference_rejected = true;
            }
        }
    }
}

/// Returns the key of the table that a reference names.
pub(super) fn target<'k>(
    table: &str,
    what: &str,
    place: &dyn Fn(&Report<'_>, &[Step]) -> Place,
    keys: &'k Keys,
    report: &mut Report<'_>,
) -> Option<&'k Key> {
    if table.is_empty() {
        let place = place(report, &[("references", 0)]);
        let help = "write `references: {table: \"…\"}` with a table of this store";
        report.add(Code::Incomplete, place, format!("{what} names no table"), help);
        return None;
    }
    let place = place(report, &[("references", 0), ("table", 0)]);
    let Some(key) = keys.get(table) else {
        let names: Vec<&str> = keys.keys().map(String::as_str).collect();
        let help = match nearest(table, &names) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the tables of the store are `{}`", names.join("`, `")),
        };
        report.add(Code::UnknownTable, place, format!("the store has no table `{table}`"), help);
        return None;
    };
    if key.singleton {
        let (message, number) = &key.field;
        let help = format!(
            "if the table has many rows, write `repeated {message} {table} = {number}` in the store; of one row a reference \
             says nothing: take it away"
        );
        report.add(Code::SingletonTarget, place, format!("the table `{table}` has at most one row, and no key"), help);
        return None;
    }
    Some(key)
}

/// Checks that the reference names a table, and has the type of its key.
fn names_key(spot: &Spot, to: &Target, said: &Said, keys: &Keys, report: &mut Report<'_>) -> bool {
    let table = to.table.as_str();
    let what = format!("the reference of `{}`", spot.dotted());
    let place = |report: &Report<'_>, steps: &[Step]| said.place(report.sources, steps);
    let Some(key) = target(table, &what, &place, keys, report) else { return false };
    let place = place(report, &[("references", 0), ("table", 0)]);
    match key.parts.as_slice() {
        [part] => holds(spot, part, table, place, report),
        [] => false,
        parts => {
            let names: Vec<_> = parts.iter().map(|part| part.path.as_str()).collect();
            let text = format!("the key of `{table}` has several fields: `{}`", names.join("`, `"));
            let help = format!(
                "refer by all of them, in the table's options: `foreign_key: {{fields: [\"…\", \"{}\"] references: \
                 {{table: \"{table}\"}}}}`",
                spot.dotted()
            );
            report.add(Code::CompositeTarget, place, text, help);
            false
        }
    }
}

/// Checks that the values of a field are those of a part of a key, to the form in which they are stored.
pub(super) fn holds(spot: &Spot, part: &KeyPart, table: &str, place: Place, report: &mut Report<'_>) -> bool {
    let KeyPart { path: name, ty, form } = part;
    let path = spot.dotted();
    let (text, help) = match spot.ty() {
        Some(own) if ty == own && *form == spot.form() => return true,
        None => return false,
        Some(own) if ty == own => {
            let text = format!(
                "`{path}` and the key of `{table}`, `{name}`, differ in their `encoding`: {} and {}",
                form_word(spot.form()),
                form_word(*form)
            );
            let help = match form {
                Form::Own => format!("take `encoding` off `{path}`, or give `{name}` the same"),
                form => format!("write `encoding: {}` on `{path}`", form_word(*form)),
            };
            (text, help)
        }
        Some(own) => {
            let text = format!(
                "`{path}` is of type `{}`, but the key of `{table}`, `{name}`, is of type `{}`",
                type_word(own),
                type_word(ty)
            );
            (text, format!("give `{path}` the type `{}`", type_word(ty)))
        }
    };
    report.add(Code::ReferenceType, place, text, help);
    false
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
