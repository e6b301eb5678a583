//! Which fields inside of a message the run time writes as another kind, or with another number of values.

use protostore_schema::{Field, Form, Kind, Label, Schema, Type, is_well_known};

use crate::plan::{DataEffect, Effect, Word};
use crate::value::{ValueType, Wire, value_change, wrapped};

/// What becomes of a field whose values are written anew.
pub(super) struct Carried {
    /// To clients that speak protobuf's bytes.
    pub(super) wire: Effect,
    /// To clients that speak its JSON.
    pub(super) json: Effect,
    /// To stored data.
    pub(super) data: DataEffect,
    /// The risks that must be accepted.
    pub(super) asks: Vec<Word>,
}

/// Returns what becomes of a field; none where no value is carried over.
pub(super) fn carried(old: &Field, new: &Field, schemas: [&Schema; 2]) -> Option<Carried> {
    // The run time reads no groups.
    if old.group || new.group {
        return None;
    }
    let many = |label| matches!(label, Label::Repeated | Label::Map);
    let mut change = match (old.label, new.label) {
        (Label::Map, Label::Repeated) => entries(old, new, schemas)?,
        (Label::Repeated, Label::Map) => entries(new, old, [schemas[1], schemas[0]])?,
        (Label::Map, _) | (_, Label::Map) if old.label != new.label => return None,
        // The rows of their entries say what becomes of keys and values.
        (Label::Map, Label::Map) => kept(),
        _ => value(&old.kind, &new.kind)?,
    };
    if many(old.label) != many(new.label) {
        change.json = Effect::Breaks;
        if !matches!(Wire::of(&new.kind), Wire::Bytes | Wire::Message) {
            change.wire = Effect::Breaks;
            change.asks.push(Word::Wire);
        }
    }
    if many(old.label) && !many(new.label) || (old.label, new.label) == (Label::Repeated, Label::Map) {
        change.data = DataEffect::Guarded;
        change.asks.push(Word::Narrow);
    }
    if old.label == Label::Optional && new.label == Label::Implicit {
        change.asks.push(Word::Presence);
    }
    change.asks.sort_unstable();
    change.asks.dedup();
    Some(change)
}

fn kept() -> Carried {
    Carried { wire: Effect::Same, json: Effect::Same, data: DataEffect::Exact, asks: Vec::new() }
}

/// A map and a list of its entries: the message of an entry has its key and its value, under the same numbers.
fn entries(map: &Field, list: &Field, [maps, lists]: [&Schema; 2]) -> Option<Carried> {
    let (Kind::Message(entry), Kind::Message(of)) = (&map.kind, &list.kind) else { return None };
    let (entry, of) = (maps.reach.message(entry)?, lists.reach.message(of)?);
    let is_part = |field: &Field| matches!(field.number, 1 | 2) && !matches!(field.label, Label::Repeated | Label::Map);
    if of.fields.len() != 2 || !of.fields.iter().all(is_part) {
        return None;
    }
    let mut change = Carried { json: Effect::Breaks, ..kept() };
    for number in [1, 2] {
        let part = value(&entry.field(number)?.kind, &of.field(number)?.kind)?;
        change.asks.extend(part.asks);
    }
    Some(change)
}

/// Returns what becomes of one value.
fn value(old: &Kind, new: &Kind) -> Option<Carried> {
    let is_known = |kind: &Kind| matches!(kind, Kind::Message(name) if is_well_known(name)) && wrapped(kind).is_none();
    if let (Kind::Message(before), Kind::Message(after)) = (old, new)
        && before != after
        && (is_known(old) || is_known(new))
    {
        return None;
    }
    let change = |uint64: Form| {
        let of = |kind| {
            let ty = ty(kind);
            let form = if ty == Type::Uint64 { uint64 } else { Form::Own };
            (ty, form)
        };
        let ((was, was_form), (is, is_form)) = (of(old), of(new));
        let [from, to] =
            [(old, &was, was_form), (new, &is, is_form)].map(|(kind, ty, form)| ValueType { kind, ty, form });
        value_change(from, to).ok()
    };
    // A message holds all 64 bits; as a floating-point number only what it holds exactly is carried.
    let change = change(Form::FullRange).or_else(|| change(Form::Own))?;
    let is_wrapper = wrapped(old).is_some() != wrapped(new).is_some();
    let mut carried = match change {
        None => kept(),
        Some(change) => {
            let is_guarded = change.data == DataEffect::Guarded || change.asks.contains(&Word::Narrow);
            let data = if is_guarded { DataEffect::Guarded } else { DataEffect::Exact };
            Carried { wire: change.wire, json: change.json, data, asks: change.asks }
        }
    };
    if is_wrapper {
        carried.wire = Effect::Breaks;
        carried.asks.push(Word::Wire);
    }
    Some(carried)
}

/// Returns the type of a kind, as a column would have it.
fn ty(kind: &Kind) -> Type {
    match kind {
        Kind::Bool => Type::Bool,
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Type::Int32,
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Type::Int64,
        Kind::Uint32 | Kind::Fixed32 => Type::Uint32,
        Kind::Uint64 | Kind::Fixed64 => Type::Uint64,
        Kind::Float => Type::Float,
        Kind::Double => Type::Double,
        Kind::String => Type::String,
        Kind::Bytes => Type::Bytes,
        Kind::Enum(name) => Type::Enum(name.clone()),
        Kind::Message(name) => match wrapped(kind) {
            Some(inner) => ty(inner),
            None => {
                Type::Message(protostore_schema::Encoded { proto: name.clone(), message: String::new(), boxed: false })
            }
        },
    }
}
