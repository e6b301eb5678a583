//! A message of one version as one of the next: what a number held, under the same number, exactly or not at all.
//!
//! Fields that the next version does not have are dropped, as prost drops them. Fields come out in the order in which prost
//! writes them, so that equal messages have equal bytes.

use super::scalar::Owned;
use super::wire::{self, Payload};
use super::write::items;
use super::{Field, Kind, Message, Scalar, Shape, entries, number};

/// Why a value is not carried.
pub(super) type Why = String;

/// What bytes that are no message are refused with.
pub(super) const GARBLED: &str = "holds bytes that are no message of their type";

/// Returns the bytes of a value that is a message.
pub(super) fn whole(old: Kind, new: Kind, bytes: &[u8]) -> Result<Vec<u8>, Why> {
    match value(old, new, Payload::Bytes(bytes))? {
        Owned::Bytes(bytes) | Owned::Group(bytes) => Ok(bytes),
        Owned::Varint(_) | Owned::Fixed64(_) | Owned::Fixed32(_) => Err("does not become a message".to_owned()),
    }
}

/// Returns the bytes of a message with one field alone, which has a message as its only value.
pub(super) fn element(old: Kind, new: &Field, bytes: &[u8]) -> Result<Vec<u8>, Why> {
    let mut to = Vec::new();
    field(&alone(old, new.number), new, &[Payload::Bytes(bytes)], &mut to)?;
    Ok(to)
}

/// Returns the bytes of the only value of a field; nothing where it has none.
pub(super) fn only(old: &Field, new: Kind, bytes: &[u8]) -> Result<Option<Vec<u8>>, Why> {
    let to = all(old, &alone(new, old.number), bytes)?;
    let fields = wire::fields(&to).ok_or(GARBLED)?;
    Ok(fields.last().and_then(|(_, payload)| payload.bytes()).map(<[u8]>::to_vec))
}

/// Returns a field of one message, which may be unset.
const fn alone(kind: Kind, number: u32) -> Field {
    Field { number, name: "", others: &[], shape: Shape::Optional, kind, oneof: 0 }
}

/// Returns the bytes of a message with all of one field alone.
pub(super) fn all(old: &Field, new: &Field, bytes: &[u8]) -> Result<Vec<u8>, Why> {
    let fields = wire::fields(bytes).ok_or(GARBLED)?;
    let payloads: Vec<_> = fields.into_iter().filter(|(number, _)| *number == old.number).map(|(_, p)| p).collect();
    let mut to = Vec::new();
    field(old, new, &payloads, &mut to)?;
    Ok(to)
}

fn message(old: &Message, new: &Message, bytes: &[u8]) -> Result<Vec<u8>, Why> {
    let fields = wire::fields(bytes).ok_or(GARBLED)?;
    let mut order: Vec<&Field> = new.fields.iter().collect();
    order.sort_by_key(|field| if field.oneof == 0 { field.number } else { field.oneof });
    let mut to = Vec::new();
    for new in order {
        let Some(old) = old.fields.iter().find(|old| old.number == new.number) else { continue };
        let payloads: Vec<_> =
            fields.iter().filter(|(number, _)| *number == old.number).map(|(_, payload)| *payload).collect();
        field(old, new, &payloads, &mut to).map_err(|why| format!("{}: {why}", new.name))?;
    }
    Ok(to)
}

/// Adds what a field is in the next version.
pub(super) fn field(old: &Field, new: &Field, payloads: &[Payload<'_>], to: &mut Vec<u8>) -> Result<(), Why> {
    match (old.shape, new.shape) {
        (Shape::Map(was), Shape::Map(is)) => return entries::keys([old, new], [was, is], payloads, to),
        (Shape::Map(key), Shape::List) => return entries::listed([old, new], key, payloads, to),
        (Shape::List, Shape::Map(key)) => return entries::keyed([old, new], key, payloads, to),
        (Shape::Map(_), _) | (_, Shape::Map(_)) if payloads.is_empty() => return Ok(()),
        (Shape::Map(_), _) | (_, Shape::Map(_)) => {
            return Err("a map becomes a list of its entries and nothing else, and nothing else a map".into());
        }
        _ => {}
    }
    let was_one = matches!(old.shape, Shape::Plain | Shape::Optional);
    let held: Vec<Payload<'_>> = match (was_one, payloads) {
        // The last of several counts, as everywhere in protobuf.
        (true, payloads) => payloads.last().copied().into_iter().collect(),
        (false, payloads) => items(old.kind.said(), payloads).ok_or(GARBLED)?,
    };
    let becomes = held.into_iter().map(|payload| value(old.kind, new.kind, payload)).collect::<Result<Vec<_>, _>>()?;
    match (new.shape, &becomes[..]) {
        (Shape::Plain | Shape::Optional, []) => {}
        (Shape::Plain, [one]) if one.payload().is_zero() => {}
        // Zero is not written, and so becomes unset.
        (Shape::Optional, [zero]) if old.shape == Shape::Plain && zero.payload().is_zero() => {}
        (Shape::Plain | Shape::Optional, [one]) => one.payload().put(new.number, to),
        (Shape::Plain | Shape::Optional, several) => {
            return Err(format!("has {} values, and there is room for one", several.len()));
        }
        // Zero is no element of a list that it becomes.
        (_, [zero]) if old.shape == Shape::Plain && zero.payload().is_zero() => {}
        (Shape::Packed, []) => {}
        (Shape::Packed, values) => {
            let mut packed = Vec::new();
            values.iter().for_each(|value| value.payload().put_bare(&mut packed));
            Payload::Bytes(&packed).put(new.number, to);
        }
        (_, values) => values.iter().for_each(|value| value.payload().put(new.number, to)),
    }
    Ok(())
}

/// Returns what a value is in the next version.
pub(super) fn value(old: Kind, new: Kind, payload: Payload<'_>) -> Result<Owned, Why> {
    let (old, new) = (old.said(), new.said());
    let bytes = || payload.bytes().ok_or_else(|| GARBLED.to_owned());
    match (old, new) {
        (Kind::Message(old), Kind::Message(new)) => message(old, new, bytes()?).map(Owned::Bytes),
        // Columns and rows know nothing of groups: their message is one when it is put in order.
        (Kind::Group(old), Kind::Group(new)) => {
            value(old.said(), new.said(), Payload::Bytes(bytes()?)).map(|held| match held {
                Owned::Bytes(bytes) => Owned::Group(bytes),
                held => held,
            })
        }
        (Kind::Any(_), Kind::Scalar(Scalar::Bytes)) => Ok(Owned::Bytes(bytes()?.to_vec())),
        (Kind::Message(old), Kind::Scalar(Scalar::Bytes)) => message(old, old, bytes()?).map(Owned::Bytes),
        (Kind::Scalar(Scalar::Bytes), Kind::Message(new)) => message(new, new, bytes()?).map(Owned::Bytes),
        (Kind::Wrapper(old), Kind::Wrapper(new)) => {
            wrapped(value(Kind::Scalar(old), Kind::Scalar(new), inner(old, bytes()?)?)?)
        }
        (Kind::Wrapper(old), new @ (Kind::Scalar(_) | Kind::Enum(_))) => {
            value(Kind::Scalar(old), new, inner(old, bytes()?)?)
        }
        (old @ (Kind::Scalar(_) | Kind::Enum(_)), Kind::Wrapper(new)) => {
            wrapped(value(old, Kind::Scalar(new), payload)?)
        }
        (Kind::Scalar(_) | Kind::Enum(_), Kind::Scalar(_) | Kind::Enum(_)) => number::number(old, new, payload),
        _ if std::mem::discriminant(&old) == std::mem::discriminant(&new) => Ok(owned(payload)),
        _ => Err("its type does not become the other one".to_owned()),
    }
}

/// Returns what a value is by itself.
pub(super) fn owned(payload: Payload<'_>) -> Owned {
    match payload {
        Payload::Varint(v) => Owned::Varint(v),
        Payload::Fixed64(v) => Owned::Fixed64(v),
        Payload::Fixed32(v) => Owned::Fixed32(v),
        Payload::Bytes(v) => Owned::Bytes(v.to_vec()),
        Payload::Group(v) => Owned::Group(v.to_vec()),
    }
}

/// Returns what a wrapper holds.
fn inner(of: Scalar, bytes: &[u8]) -> Result<Payload<'_>, Why> {
    let fields = wire::fields(bytes).ok_or(GARBLED)?;
    Ok(fields.into_iter().rev().find(|(number, _)| *number == 1).map_or_else(|| of.zero(), |(_, payload)| payload))
}

fn wrapped(value: Owned) -> Result<Owned, Why> {
    let mut bytes = Vec::new();
    if !value.payload().is_zero() {
        value.payload().put(1, &mut bytes);
    }
    Ok(Owned::Bytes(bytes))
}
