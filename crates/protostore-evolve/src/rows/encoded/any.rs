//! S13: what an Any inside of JSON says, which names the fields of the type that it names.
//!
//! Inside of bytes an Any is bytes, whatever becomes of the type.

use protostore_schema::{Document, DocumentEnum, Documents, Form, JsonRoot, Schema, Type};

use crate::draft::Draft;
use crate::plan::{At, ChangeKind, DataEffect, Previous, Verdict};
use crate::view::{Datum, Storage};

/// A column of JSON in which there can be an Any, in both versions. Returns whether it must be written anew: the upgrade
/// stops at what the newer version's types could not say byte for byte.
pub(super) fn encoded(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) -> bool {
    let in_json = |datum: &Datum<'_>, schema: &Schema| {
        let of = is_json(datum).then(|| JsonRoot::One(datum.field.kind.clone()));
        of.map(|of| schema.reach.in_json(&schema.store, [of])).filter(|documents| documents.holds_any)
    };
    let (Some(was), Some(is)) = (in_json(old, draft.old.schema), in_json(new, draft.new.schema)) else { return false };
    let Some(ty) = first_difference(&was, &is) else { return false };
    let at = At::both(old, new);
    let says = format!("what an Any inside of {} says of {ty} is written anew, as that is now", at.present());
    let verdict = Verdict::new(ChangeKind::S13, at, says).data(DataEffect::Guarded);
    draft.verdict(verdict.previous(Previous::Neither).passes(3));
    true
}

fn is_json(datum: &Datum<'_>) -> bool {
    let column = datum.column().filter(|_| !matches!(datum.storage, Storage::Flattened(_)));
    column.is_some_and(|column| {
        column.form == Form::Json && matches!(column.ty, Type::Message(_) | Type::Repeated(_) | Type::Any)
    })
}

/// Returns the first message or enum of which texts of the older version would be read as other bytes.
fn first_difference<'d>(old: &'d Documents, new: &Documents) -> Option<&'d str> {
    let message = old.messages.iter().find(|old| {
        let new = new.messages.iter().find(|new| new.proto == old.proto);
        new.is_none_or(|new| is_other(old, new))
    });
    let value = || {
        old.enums.iter().find(|old| {
            let new = new.enums.iter().find(|new| new.proto == old.proto);
            new.is_none_or(|new| is_renumbered(old, new))
        })
    };
    message.map(|message| message.proto.as_str()).or_else(|| value().map(|of| of.proto.as_str()))
}

fn is_other(old: &Document, new: &Document) -> bool {
    old.fields.iter().any(|field| {
        let after = new.fields.iter().find(|after| after.number == field.number);
        after.is_none_or(|after| {
            // Fields are in the order of their numbers, members of a oneof in that of its first.
            (&field.shape, &field.kind, field.oneof) != (&after.shape, &after.kind, after.oneof)
        })
    })
}

/// Returns whether a name has another number, or entries of maps leave another one out.
fn is_renumbered(old: &DocumentEnum, new: &DocumentEnum) -> bool {
    let number = |of: &DocumentEnum, name: &str| of.values.iter().find(|(other, _)| other == name).map(|(_, n)| *n);
    let first = |of: &DocumentEnum| of.values.first().map(|(_, number)| *number);
    first(old) != first(new) || old.values.iter().any(|(name, was)| number(new, name).is_some_and(|is| is != *was))
}
