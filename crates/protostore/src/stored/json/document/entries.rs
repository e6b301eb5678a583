//! Maps whose keys or values change, that become lists of their entries, or that lists of entries become.

use std::collections::BTreeMap;

use super::number::integer;
use super::scalar::Owned;
use super::transcode::{GARBLED, Why, field, value};
use super::wire::{self, Payload};
use super::{Field, Kind, Message, Scalar, Shape};

/// A key of a map, in the order of keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    Number(i128),
    Text(Vec<u8>),
}

/// Adds a map as a map, in the order of its keys; of one key the last entry.
pub(super) fn keys(
    [old, new]: [&Field; 2],
    [was, is]: [Scalar; 2],
    payloads: &[Payload<'_>],
    to: &mut Vec<u8>,
) -> Result<(), Why> {
    let mut all = BTreeMap::new();
    for entry in payloads {
        let (key, held) = parts(old, was, *entry)?;
        let key = value(Kind::Scalar(was), Kind::Scalar(is), key)?;
        let held = value(old.kind, new.kind, held)?;
        all.insert(order(is, key.payload())?, (key, held));
    }
    all.values().for_each(|(key, held)| put(new, key, held, to));
    Ok(())
}

/// Adds a map as a list of its entries, in the order of their keys. A zero, which protobuf does not write, is unset there.
pub(super) fn listed(
    [old, new]: [&Field; 2],
    key: Scalar,
    payloads: &[Payload<'_>],
    to: &mut Vec<u8>,
) -> Result<(), Why> {
    let entry = entry(new)?;
    let mut all = BTreeMap::new();
    for payload in payloads {
        let (name, held) = parts(old, key, *payload)?;
        all.insert(order(key, name)?, (name, held));
    }
    for (name, held) in all.into_values() {
        let mut bytes = Vec::new();
        let is_message = !matches!(old.kind.said(), Kind::Scalar(_) | Kind::Enum(_) | Kind::Null);
        for (number, kind, payload) in [(1, Kind::Scalar(key), name), (2, old.kind, held)] {
            let Some(new) = entry.fields.iter().find(|field| field.number == number) else { continue };
            if !payload.is_zero() || (number == 2 && is_message) {
                field(&part(number, kind), new, &[payload], &mut bytes)?;
            }
        }
        Payload::Bytes(&bytes).put(new.number, to);
    }
    Ok(())
}

/// Adds a list of entries as a map, in the order of the keys; two entries of one key are an error.
pub(super) fn keyed(
    [old, new]: [&Field; 2],
    key: Scalar,
    payloads: &[Payload<'_>],
    to: &mut Vec<u8>,
) -> Result<(), Why> {
    let entry = entry(old)?;
    let kind = |number: u32| {
        let field = entry.fields.iter().find(|field| field.number == number);
        field.map(|field| field.kind.said()).ok_or_else(|| format!("{} has no field {number}", entry.name))
    };
    let (name_kind, held_kind) = (kind(1)?, kind(2)?);
    let mut all = BTreeMap::new();
    for payload in payloads {
        let fields = payload.bytes().and_then(wire::fields).ok_or(GARBLED)?;
        let last = |number: u32| fields.iter().rev().find(|(known, _)| *known == number).map(|(_, payload)| *payload);
        let name = value(name_kind, Kind::Scalar(key), last(1).unwrap_or_else(|| name_kind.zero()))?;
        let held = value(held_kind, new.kind, last(2).unwrap_or_else(|| held_kind.zero()))?;
        if all.insert(order(key, name.payload())?, (name, held)).is_some() {
            return Err("has two entries of one key".to_owned());
        }
    }
    all.values().for_each(|(name, held)| put(new, name, held, to));
    Ok(())
}

/// Returns the message of entries in a list.
fn entry(list: &Field) -> Result<&'static Message, Why> {
    match list.kind.said() {
        Kind::Message(entry) => Ok(entry),
        _ => Err("a map becomes a list of messages, and nothing else a map".to_owned()),
    }
}

/// Returns key and value of an entry of a map; what is left out is zero.
fn parts<'b>(map: &Field, key: Scalar, entry: Payload<'b>) -> Result<(Payload<'b>, Payload<'b>), Why> {
    let parts = entry.bytes().and_then(wire::fields).ok_or(GARBLED)?;
    let part = |number| parts.iter().rev().find(|(n, _)| *n == number).map(|(_, payload)| *payload);
    Ok((part(1).unwrap_or_else(|| key.zero()), part(2).unwrap_or_else(|| map.kind.said().zero())))
}

/// Returns a part of an entry as a field that is set.
const fn part(number: u32, kind: Kind) -> Field {
    Field { number, name: "", others: &[], shape: Shape::Optional, kind, oneof: 0 }
}

fn put(map: &Field, key: &Owned, held: &Owned, to: &mut Vec<u8>) {
    let mut entry = Vec::new();
    if !key.payload().is_zero() {
        key.payload().put(1, &mut entry);
    }
    if held.payload() != map.kind.said().zero() {
        held.payload().put(2, &mut entry);
    }
    Payload::Bytes(&entry).put(map.number, to);
}

fn order(key: Scalar, payload: Payload<'_>) -> Result<Order, Why> {
    if let Payload::Bytes(bytes) = payload {
        return Ok(Order::Text(bytes.to_vec()));
    }
    integer(key, payload).map(Order::Number).ok_or_else(|| GARBLED.to_owned())
}
