//! Which rule a change of kind or form comes under.

use protostore_schema::{Form, Kind, Type};

use super::{Notation, Rejected, Rewrite, ValueChange, ValueType, Wire, form, integer, real, text};
use crate::plan::{ChangeKind, DataEffect, Effect, Previous, Word};

/// Returns what becomes of a value, where kind, type or form differ; nothing where none does.
///
/// An enum or message that only has another full name is no change: protobuf's bytes have no names of types. Whether its
/// numbers still say the same, [`crate::plan::ChangeKind::K04`] and the rows of messages ask of both descriptions.
/// A wrapper is taken for what it wraps: that a scalar becomes a wrapper is a change of presence.
///
/// # Errors
/// If no value can be carried over, with the row that says so and what to do instead.
pub fn value_change(old: ValueType<'_>, new: ValueType<'_>) -> Result<Option<ValueChange>, Rejected> {
    if is_same(old, new) {
        return Ok(None);
    }
    let is_form_alone = old.form != new.form && is_same(ValueType { form: new.form, ..old }, new);
    let change = if is_form_alone {
        form::change(old, new)
    } else {
        integer::change(old, new).or_else(|| real::change(old, new)).or_else(|| text::change(old, new))
    };
    change.or_else(|| message(old, new)).map(Some).ok_or_else(|| rejected(old, new, is_form_alone))
}

/// Returns the kind inside a wrapper of `google.protobuf`; none of anything else.
#[must_use]
pub fn wrapped(kind: &Kind) -> Option<&'static Kind> {
    let Kind::Message(name) = kind else { return None };
    Some(match name.strip_prefix("google.protobuf.")? {
        "BoolValue" => &Kind::Bool,
        "Int32Value" => &Kind::Int32,
        "Int64Value" => &Kind::Int64,
        "UInt32Value" => &Kind::Uint32,
        "UInt64Value" => &Kind::Uint64,
        "FloatValue" => &Kind::Float,
        "DoubleValue" => &Kind::Double,
        "StringValue" => &Kind::String,
        "BytesValue" => &Kind::Bytes,
        _ => return None,
    })
}

/// Returns a change that keeps everything as it is, with the effects of the kinds on clients.
pub(super) fn changed(old: ValueType<'_>, new: ValueType<'_>) -> ValueChange {
    let wire = wire_effect(old, new);
    ValueChange {
        kind: ChangeKind::K01,
        wire,
        json: json_effect(old, new),
        data: DataEffect::Untouched,
        previous: Previous::ReadsAndWrites,
        asks: if wire == Effect::Breaks { vec![Word::Wire] } else { Vec::new() },
        rewrite: Rewrite::None,
        misfit: None,
    }
}

fn wire_effect(old: ValueType<'_>, new: ValueType<'_>) -> Effect {
    match (Wire::of(old.scalar()), Wire::of(new.scalar())) {
        (one, other) if one == other => Effect::Same,
        (Wire::Message, Wire::Bytes) if *new.scalar() == Kind::Bytes => Effect::Same,
        (Wire::Bytes, Wire::Message) if *old.scalar() == Kind::Bytes => Effect::Same,
        _ => Effect::Breaks,
    }
}

fn json_effect(old: ValueType<'_>, new: ValueType<'_>) -> Effect {
    if Notation::of(old.scalar()) == Notation::of(new.scalar()) { Effect::Same } else { Effect::Breaks }
}

/// Returns whether kind, type and form are the same, but for full names of enums and messages.
fn is_same(old: ValueType<'_>, new: ValueType<'_>) -> bool {
    let same_kind = match (old.scalar(), new.scalar()) {
        (Kind::Enum(_), Kind::Enum(_)) | (Kind::Message(_), Kind::Message(_)) => true,
        (one, other) => one == other,
    };
    same_kind && old.form == new.form && is_same_type(old.ty, new.ty)
}

fn is_same_type(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Enum(_), Type::Enum(_)) | (Type::Message(_), Type::Message(_)) => true,
        // What is in the list, the field's kind says.
        (Type::Repeated(_), Type::Repeated(_)) => true,
        (one, other) => one == other,
    }
}

/// A message in a column of its bytes, and those bytes.
fn message(old: ValueType<'_>, new: ValueType<'_>) -> Option<ValueChange> {
    // Bytes are what they are, so those of a message become the ones that a program writes: older programs wrote lists
    // otherwise, and fields in another order.
    let data = match ((old.ty, old.form), (new.ty, new.form)) {
        ((Type::Message(_), Form::Own), (Type::Bytes, Form::Own)) => DataEffect::Oracle,
        ((Type::Bytes, Form::Own), (Type::Message(_), Form::Own)) => DataEffect::Guarded,
        _ => return None,
    };
    let (previous, rewrite) = (Previous::Neither, Rewrite::Reform);
    Some(ValueChange { kind: ChangeKind::K14, data, previous, rewrite, ..changed(old, new) })
}

fn rejected(old: ValueType<'_>, new: ValueType<'_>, is_form_alone: bool) -> Rejected {
    let (from, to) = (old.words(), new.words());
    let own = |value: ValueType<'_>| value.form == Form::Own;
    if is_form_alone {
        let why = format!("values {from} are not carried to {to}: keep the form, or take a new number and `backfill`");
        return Rejected { kind: ChangeKind::S03, why };
    }
    if !own(old) || !own(new) {
        let (old, new) = (ValueType { form: Form::Own, ..old }, ValueType { form: Form::Own, ..new });
        if let Ok(Some(change)) = value_change(old, new) {
            let why = format!(
                "kind and form change at once, from {from} to {to}: change the form in one version and the kind in the \
                 next"
            );
            return Rejected { kind: change.kind, why };
        }
    }
    let is_document =
        |ty: &Type| matches!(ty, Type::Struct | Type::Value | Type::ListValue | Type::Any | Type::FieldMask);
    let kind = if is_document(old.ty) && is_document(new.ty) { ChangeKind::K15 } else { ChangeKind::K11 };
    let why = format!(
        "{from} is not carried to {to}: reserve the number, take a new one for the {to}, and fill it with `backfill`"
    );
    Rejected { kind, why }
}
