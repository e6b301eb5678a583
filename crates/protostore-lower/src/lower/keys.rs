//! Chooses the primary key: `primary_key`, else the one IDENTIFIER, else the name of a resource. No guess is made from names.

use protostore_schema::{Form, Type};

use super::Report;
use super::draft::{Draft, Presence, Shape, type_word};
use super::indexes::{PARTS, too_many};
use super::paths;
use crate::annotations::{self, Behavior};
use crate::{Code, diagnostic::Place};

/// Chooses the key and marks its fields. Of a singleton, IDENTIFIER marks a field as any other.
pub(super) fn choose(draft: &mut Draft, report: &mut Report<'_>) {
    if draft.singleton {
        return;
    }
    let before = report.items.len();
    let wanted = draft.options.primary_key.len();
    choose_fields(draft, report);
    draft.key_unknown = report.items.len() > before || draft.key.is_empty() || draft.key.len() < wanted;
}

fn choose_fields(draft: &mut Draft, report: &mut Report<'_>) {
    let identifiers: Vec<usize> = draft
        .members(None)
        .filter(|i| annotations::behaviors(&draft.spots[*i].field).contains(&Behavior::Identifier))
        .collect();
    let key = if draft.options.primary_key.is_empty() {
        from_identifier(draft, &identifiers, report)
    } else {
        stated(draft, &identifiers, report)
    };
    let place = draft.place(report.sources, &[("primary_key", PARTS)]);
    if too_many("the key", key.len(), place, report) {
        return;
    }
    for (i, place) in key {
        if refuse(draft, i, &place, report) {
            continue;
        }
        draft.spots[i].key = true;
        draft.key.push(i);
        let mut around = draft.spots[i].parent;
        while let Some(parent) = around {
            draft.spots[parent].required = true;
            around = draft.spots[parent].parent;
        }
    }
}

fn from_identifier(draft: &Draft, identifiers: &[usize], report: &mut Report<'_>) -> Vec<(usize, Place)> {
    let table = draft.field.name();
    if let (true, Some(name)) = (identifiers.is_empty(), name_of_resource(draft)) {
        return vec![(name, draft.spots[name].place(report.sources))];
    }
    if identifiers.is_empty() && is_key_rejected(draft) {
        return Vec::new();
    }
    match identifiers {
        [one] => vec![(*one, identifier_place(draft, *one, report))],
        [] => {
            let text = format!("the table `{table}` has no primary key");
            let names: Vec<&str> =
                draft.members(None).filter(|i| can_be_key(draft, *i)).map(|i| draft.spots[i].field.name()).collect();
            let example =
                names.iter().find(|n| matches!(**n, "id" | "name")).or(names.first()).copied().unwrap_or("id");
            let mut help = format!(
                "write `[(protostore.v1.table) = {{primary_key: \"{example}\"}}]`, or `[(google.api.field_behavior) = \
                 IDENTIFIER]` on the field"
            );
            if names.is_empty() {
                help = format!("add a field that tells the rows apart: `string id = …`, and {help}");
            }
            report.add(Code::NoKey, draft.name_place(report.sources), text, help);
            Vec::new()
        }
        [first, others @ ..] => {
            let all: Vec<_> = identifiers.iter().map(|i| format!("\"{}\"", draft.spots[*i].field.name())).collect();
            let help = format!(
                "keep IDENTIFIER on one of them, or write `[(protostore.v1.table) = {{primary_key: [{}]}}]`",
                all.join(", ")
            );
            for other in others {
                let text = format!(
                    "`{}` is IDENTIFIER, and so is `{}`",
                    draft.spots[*other].field.name(),
                    draft.spots[*first].field.name()
                );
                let place = identifier_place(draft, *other, report);
                report.add(Code::SeveralIdentifiers, place, text, help.clone());
            }
            Vec::new()
        }
    }
}

/// Returns the field that holds the name of a `google.api.resource`.
fn name_of_resource(draft: &Draft) -> Option<usize> {
    let name = annotations::resource_name_field(&draft.message)?;
    draft.members(None).find(|i| draft.spots[*i].field.name() == name)
}

/// Returns whether the field that would be the key was rejected.
fn is_key_rejected(draft: &Draft) -> bool {
    let name = annotations::resource_name_field(&draft.message);
    draft.message.fields().any(|field| {
        let would_be =
            name.as_deref() == Some(field.name()) || annotations::behaviors(&field).contains(&Behavior::Identifier);
        would_be && draft.refused.iter().any(|path| matches!(path.as_slice(), [one] if one == field.name()))
    })
}

fn stated(draft: &Draft, identifiers: &[usize], report: &mut Report<'_>) -> Vec<(usize, Place)> {
    let mut key: Vec<(usize, Place)> = Vec::new();
    let mut complete = true;
    for (n, path) in draft.options.primary_key.iter().enumerate() {
        let place = draft.place(report.sources, &[("primary_key", n)]);
        let Some(i) = paths::resolve(draft, path, place.clone(), report) else {
            complete = false;
            continue;
        };
        if key.iter().any(|(other, _)| *other == i) {
            let text = format!("`{path}` appears in the primary key twice");
            report.add(Code::CannotBeKey, place, text, "take one of the two away");
        } else {
            key.push((i, place));
        }
    }
    // Several fields that are IDENTIFIER agree with a key of exactly these fields.
    let agrees = identifiers.iter().all(|i| key.iter().any(|(k, _)| k == i))
        && (identifiers.is_empty() || identifiers.len() == key.len());
    if complete && !agrees {
        let named: Vec<_> = identifiers.iter().map(|i| draft.spots[*i].field.name()).collect();
        let text = format!(
            "the primary key of `{}` is not the IDENTIFIER of `{}`, which is `{}`",
            draft.field.name(),
            draft.message.name(),
            named.join("`, `")
        );
        let place = draft.place(report.sources, &[("primary_key", 0)]);
        report.add(Code::KeyDisagrees, place, text, "take `primary_key` away, or take IDENTIFIER off the field");
    }
    key
}

/// Refuses a field that cannot be a part of a key.
fn refuse(draft: &Draft, i: usize, place: &Place, report: &mut Report<'_>) -> bool {
    let spot = &draft.spots[i];
    let path = spot.dotted();
    let around = || std::iter::successors(Some(i), |at| draft.spots[*at].parent);
    if around().any(|at| draft.is_redacted(&draft.spots[at])) {
        let text = format!("`{path}` is `debug_redact`, and a key appears in references, pages and errors");
        let help = "take `debug_redact` away, or make another field the key";
        report.add(Code::RedactedKey, place.clone(), text, help);
        return true;
    }
    let member = around().find(|at| draft.spots[*at].presence == Presence::Member);
    let (why, help) = match (&spot.shape, member) {
        (Shape::Message(message) | Shape::Row(message), _) => {
            let help = match draft.members(Some(i)).find(|m| can_be_key(draft, *m)) {
                Some(member) => format!("name a field of it, such as `{}`", draft.spots[member].dotted()),
                None => format!("name a field with a value of its own; `{}` has none", message.name()),
            };
            ("is a message".to_owned(), help)
        }
        (Shape::Absent, _) => ("is not stored".to_owned(), "store the field, or name another".to_owned()),
        (Shape::Scalar(_), _) if spot.form() == Form::Json => {
            ("is stored as JSON".to_owned(), "name a field of one scalar".to_owned())
        }
        (Shape::Scalar(_), _) if spot.form() == Form::Bytes => {
            ("is stored as BYTES".to_owned(), "take `storage` away; a key holds no NUL".to_owned())
        }
        (Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_), _) => {
            ("is repeated".to_owned(), "name a field of one value".to_owned())
        }
        (Shape::Scalar(_), _) if spot.child.is_some_and(|child| !draft.spots[child].is_repeated()) => {
            ("is in a child table".to_owned(), "name a field outside of it, or take `storage` away".to_owned())
        }
        (Shape::Scalar(_), _) if spot.child.is_some() => {
            ("is inside a repeated field".to_owned(), "name a field outside of repeated fields".to_owned())
        }
        (Shape::Scalar(_), Some(_)) => {
            ("can be unset, as a member of a oneof".to_owned(), "name a field outside of the oneof".to_owned())
        }
        (Shape::Scalar(ty), None) if !ty.can_be_key() => {
            let what = match ty {
                Type::Float | Type::Double => "is a floating-point number".to_owned(),
                _ => format!("is a `{}`", type_word(ty)),
            };
            (what, "name a string, bytes, integer, enum, bool or Timestamp field".to_owned())
        }
        (Shape::Scalar(_), None) => return false,
    };
    let text = format!("`{path}` {why}, so it cannot be a part of the primary key");
    report.add(Code::CannotBeKey, place.clone(), text, help);
    true
}

fn can_be_key(draft: &Draft, i: usize) -> bool {
    let spot = &draft.spots[i];
    let scalar = matches!(&spot.shape, Shape::Scalar(ty) if ty.can_be_key());
    scalar && spot.child.is_none() && spot.presence != Presence::Member
}

fn identifier_place(draft: &Draft, i: usize, report: &Report<'_>) -> Place {
    let field = &draft.spots[i].field;
    let n = annotations::behaviors(field).iter().position(|b| *b == Behavior::Identifier).unwrap_or(0);
    annotations::behavior_anchor(field, n).place(report.sources, &[])
}
