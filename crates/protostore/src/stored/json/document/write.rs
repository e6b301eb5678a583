//! Protobuf's bytes to JSON text.

use super::super::write::Writer;
use super::scalar::{self, GARBLED};
use super::wire::{self, Payload};
use super::{Enum, Field, Kind, Message, Refusal, Shape, any, known};

/// Appends a value.
pub(super) fn value(to: &mut Writer, kind: Kind, payload: &Payload<'_>) -> Result<(), Refusal> {
    let bytes = || payload.bytes().ok_or(GARBLED);
    match kind.said() {
        Kind::Scalar(of) => scalar::write(to, of, payload),
        Kind::Enum(of) => enumerator(to, of, payload),
        Kind::Message(of) => message(to, of, bytes()?, None),
        Kind::Group(of) => value(to, of.said(), payload),
        Kind::Null => match payload {
            Payload::Varint(0) => {
                to.push("null");
                Ok(())
            }
            _ => Err("must not hold a null with a number other than 0"),
        },
        Kind::Any(of) => any::write(to, of, bytes()?),
        kind => known::write(to, kind, bytes()?),
    }
}

/// Appends all of a repeated field, which is in a message alone.
pub(super) fn all(to: &mut Writer, field: &Field, bytes: &[u8]) -> Result<(), Refusal> {
    let fields = wire::fields(bytes).ok_or(GARBLED)?;
    let payloads: Vec<_> = fields.into_iter().filter(|(number, _)| *number == field.number).map(|(_, p)| p).collect();
    values(to, field, &payloads)
}

/// Appends a message; of one in an `Any`, after the URL of its type.
pub(super) fn message(to: &mut Writer, of: &Message, bytes: &[u8], url: Option<&str>) -> Result<(), Refusal> {
    let fields = wire::fields(bytes).ok_or(GARBLED)?;
    if fields.iter().any(|(number, _)| of.fields.iter().all(|field| field.number != *number)) {
        return Err("must not hold a field that its message does not have");
    }
    let payloads = |field: &Field| -> Vec<_> {
        fields.iter().filter(|(number, _)| *number == field.number).map(|(_, payload)| *payload).collect()
    };
    let present = of.fields.iter().map(|field| (Some(field), payloads(field))).filter(|(field, payloads)| {
        let is_plain = field.is_some_and(|field| field.shape == Shape::Plain);
        payloads.last().is_some_and(|payload| !(is_plain && payload.is_zero()))
    });
    let url_first = url.map(|_| (None, Vec::new()));
    to.nest(['{', '}'], url_first.into_iter().chain(present), |to, (field, payloads)| {
        to.string(field.map_or("@type", |field| field.name))?;
        to.push(":");
        match field {
            Some(field) => values(to, field, &payloads),
            None => to.string(url.unwrap_or_default()),
        }
    })
}

fn values(to: &mut Writer, field: &Field, payloads: &[Payload<'_>]) -> Result<(), Refusal> {
    match field.shape {
        Shape::Plain | Shape::Optional => value(to, field.kind, payloads.last().ok_or(GARBLED)?),
        Shape::List | Shape::Packed => {
            let items = items(field.kind, payloads).ok_or(GARBLED)?;
            to.nest(['[', ']'], items.iter(), |to, item| value(to, field.kind, item))
        }
        Shape::Map(key) => to.nest(['{', '}'], payloads.iter(), |to, entry| {
            let parts = entry.bytes().and_then(wire::fields).ok_or(GARBLED)?;
            let part = |number| parts.iter().rev().find(|(n, _)| *n == number).map(|(_, payload)| *payload);
            scalar::write_key(to, key, &part(1).unwrap_or_else(|| key.zero()))?;
            to.push(":");
            value(to, field.kind, &part(2).unwrap_or_else(|| field.kind.zero()))
        }),
    }
}

/// Returns the values of a list, of which any number may be packed together.
pub(super) fn items<'b>(kind: Kind, payloads: &[Payload<'b>]) -> Option<Vec<Payload<'b>>> {
    let like = match kind {
        Kind::Scalar(of) => of.wire_type(),
        Kind::Enum(_) | Kind::Null => 0,
        _ => 2,
    };
    let mut items = Vec::with_capacity(payloads.len());
    for payload in payloads {
        match payload {
            Payload::Bytes(bytes) if like != 2 => items.extend(wire::unpacked(bytes, like)?),
            payload => items.push(*payload),
        }
    }
    Some(items)
}

#[allow(clippy::cast_possible_truncation, reason = "protobuf cuts a 32-bit number off")]
fn enumerator(to: &mut Writer, of: &Enum, payload: &Payload<'_>) -> Result<(), Refusal> {
    let Payload::Varint(v) = payload else { return Err(GARBLED) };
    let number = *v as i32;
    match of.values.iter().find(|(_, known)| *known == number) {
        Some((name, _)) => to.string(name),
        None => {
            to.push(&number.to_string());
            Ok(())
        }
    }
}

impl Kind {
    /// Returns the value that an entry of a map leaves out.
    pub(super) fn zero(self) -> Payload<'static> {
        match self {
            Self::Scalar(of) => of.zero(),
            Self::Enum(of) => Payload::Varint(i64::from(of.default).cast_unsigned()),
            Self::Null => Payload::Varint(0),
            _ => Payload::Bytes(&[]),
        }
    }
}
