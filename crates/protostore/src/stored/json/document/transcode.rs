//! A message of one version as one of the next: what a number held, under the same number, exactly or not at all.
//!
//! Fields that the next version does not have are dropped, as prost drops them. Fields come out in the order in which prost
//! writes them, so that equal messages have equal bytes.

use super::scalar::Owned;
use super::wire::{self, Payload};
use super::write::items;
use super::{Field, Kind, Message, Scalar, Shape};

type Why = String;

/// What bytes that are no message are refused with.
const GARBLED: &str = "holds bytes that are no message of their type";

/// Returns the bytes of a value that is a message.
pub(super) fn whole(old: Kind, new: Kind, bytes: &[u8]) -> Result<Vec<u8>, Why> {
    match value(old, new, Payload::Bytes(bytes))? {
        Owned::Bytes(bytes) => Ok(bytes),
        Owned::Varint(_) | Owned::Fixed64(_) | Owned::Fixed32(_) => Err("does not become a message".to_owned()),
    }
}

/// Returns the bytes of a message with all of a repeated field alone.
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

fn field(old: &Field, new: &Field, payloads: &[Payload<'_>], to: &mut Vec<u8>) -> Result<(), Why> {
    if let (Shape::Map(old_key), Shape::Map(new_key)) = (old.shape, new.shape) {
        return payloads.iter().try_for_each(|entry| {
            let parts = entry.bytes().and_then(wire::fields).ok_or(GARBLED)?;
            let part = |number| parts.iter().rev().find(|(n, _)| *n == number).map(|(_, payload)| *payload);
            let key = part(1).unwrap_or_else(|| old_key.zero());
            let key = value(Kind::Scalar(old_key), Kind::Scalar(new_key), key)?;
            let held = part(2).unwrap_or_else(|| old.kind.said().zero());
            let held = value(old.kind, new.kind, held)?;
            let mut entry = Vec::new();
            if !key.payload().is_zero() {
                key.payload().put(1, &mut entry);
            }
            if held.payload() != new.kind.said().zero() {
                held.payload().put(2, &mut entry);
            }
            Payload::Bytes(&entry).put(new.number, to);
            Ok(())
        });
    }
    if matches!(old.shape, Shape::Map(_)) || matches!(new.shape, Shape::Map(_)) {
        return if payloads.is_empty() {
            Ok(())
        } else {
            Err("a map becomes nothing else, and nothing else a map".into())
        };
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
        (Shape::Plain | Shape::Optional, [one]) => one.payload().put(new.number, to),
        (Shape::Plain | Shape::Optional, several) => {
            return Err(format!("has {} values, and there is room for one", several.len()));
        }
        (Shape::Packed, []) => {}
        (Shape::Packed, values) => {
            let mut packed = Vec::new();
            values.iter().for_each(|value| value.payload().put_bare(&mut packed));
            Payload::Bytes(&packed).put(new.number, to);
        }
        // Zero is no element of a list that it becomes.
        (_, [zero]) if old.shape == Shape::Plain && zero.payload().is_zero() => {}
        (_, values) => values.iter().for_each(|value| value.payload().put(new.number, to)),
    }
    Ok(())
}

fn value(old: Kind, new: Kind, payload: Payload<'_>) -> Result<Owned, Why> {
    let (old, new) = (old.said(), new.said());
    let bytes = || payload.bytes().ok_or_else(|| GARBLED.to_owned());
    match (old, new) {
        (Kind::Message(old), Kind::Message(new)) => message(old, new, bytes()?).map(Owned::Bytes),
        (Kind::Any(_) | Kind::Message(_), Kind::Scalar(Scalar::Bytes)) => Ok(Owned::Bytes(bytes()?.to_vec())),
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
        (Kind::Scalar(_) | Kind::Enum(_), Kind::Scalar(_) | Kind::Enum(_)) => number(old, new, payload),
        _ if std::mem::discriminant(&old) == std::mem::discriminant(&new) => Ok(owned(payload)),
        _ => Err("its type does not become the other one".to_owned()),
    }
}

fn owned(payload: Payload<'_>) -> Owned {
    match payload {
        Payload::Varint(v) => Owned::Varint(v),
        Payload::Fixed64(v) => Owned::Fixed64(v),
        Payload::Fixed32(v) => Owned::Fixed32(v),
        Payload::Bytes(v) => Owned::Bytes(v.to_vec()),
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

/// A scalar as what it means.
enum Means<'b> {
    Int(i128),
    Real(f64),
    Bytes(&'b [u8]),
}

/// Returns a scalar as another: the same number or text, or the same bits with another sign.
fn number(old: Kind, new: Kind, payload: Payload<'_>) -> Result<Owned, Why> {
    let (from, to) = (scalar(old), scalar(new));
    if from == to && !matches!(from, Scalar::String) {
        return Ok(owned(payload));
    }
    let does_not_fit = || format!("{} does not fit", shown(&means(from, payload)));
    let meant = means(from, payload).ok_or(GARBLED)?;
    let int = match meant {
        Means::Bytes(bytes) => {
            return match to {
                Scalar::Bytes => Ok(Owned::Bytes(bytes.to_vec())),
                // A text inside of bytes may hold NUL, which JSON and a column of text refuse by themselves.
                Scalar::String if std::str::from_utf8(bytes).is_ok() => Ok(Owned::Bytes(bytes.to_vec())),
                Scalar::String => Err("holds bytes that are no UTF-8".to_owned()),
                _ => Err("a text or bytes become no number".to_owned()),
            };
        }
        Means::Real(real) => match to {
            Scalar::Double => return Ok(Owned::Fixed64(real.to_bits())),
            #[allow(clippy::cast_possible_truncation, reason = "what is cut off is compared")]
            Scalar::Float => {
                let single = real as f32;
                let same = f64::from(single).to_bits() == real.to_bits() || (real.is_nan() && single.is_nan());
                return if same { Ok(Owned::Fixed32(single.to_bits())) } else { Err(does_not_fit()) };
            }
            #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "it is compared")]
            _ => {
                let int = real as i128;
                if int as f64 != real || (int == 0 && real.is_sign_negative()) {
                    return Err(does_not_fit());
                }
                int
            }
        },
        Means::Int(int) => int,
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "what is lost is compared")]
    let becomes = match to {
        Scalar::Double => (int as f64 as i128 == int).then(|| Owned::Fixed64((int as f64).to_bits())),
        Scalar::Float => (int as f32 as i128 == int).then(|| Owned::Fixed32((int as f32).to_bits())),
        Scalar::String | Scalar::Bytes => return Err("a number becomes no text and no bytes".to_owned()),
        Scalar::Bool => u64::try_from(int).ok().filter(|bit| *bit < 2).map(Owned::Varint),
        to => {
            let (bits, signed) = width(to);
            let (low, high) =
                if signed { (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1) } else { (0, (1_i128 << bits) - 1) };
            // The same bits with another sign, where both have as many.
            let turned = match width(from) {
                (same, other) if same == bits && other != signed && signed && int > high => int - (1_i128 << bits),
                (same, other) if same == bits && other != signed && !signed && int < 0 => int + (1_i128 << bits),
                _ => int,
            };
            (low..=high).contains(&turned).then(|| encoded(to, turned))
        }
    };
    becomes.ok_or_else(does_not_fit)
}

fn shown(means: &Option<Means<'_>>) -> String {
    match means {
        Some(Means::Int(int)) => int.to_string(),
        Some(Means::Real(real)) => real.to_string(),
        Some(Means::Bytes(_)) | None => "it".to_owned(),
    }
}

/// An enum is an int32 on the wire.
fn scalar(kind: Kind) -> Scalar {
    match kind {
        Kind::Scalar(of) => of,
        _ => Scalar::Int32,
    }
}

/// Returns how many bits an integer has, and whether it has a sign.
fn width(scalar: Scalar) -> (u32, bool) {
    match scalar {
        Scalar::Int32 | Scalar::Sint32 | Scalar::Sfixed32 => (32, true),
        Scalar::Uint32 | Scalar::Fixed32 => (32, false),
        Scalar::Uint64 | Scalar::Fixed64 => (64, false),
        Scalar::Bool => (1, false),
        _ => (64, true),
    }
}

#[allow(clippy::cast_possible_truncation, reason = "protobuf cuts a 32-bit number off")]
fn means(of: Scalar, payload: Payload<'_>) -> Option<Means<'_>> {
    let unzigzag = |v: u64| (v >> 1).cast_signed() ^ -(v & 1).cast_signed();
    Some(match (of, payload) {
        (Scalar::Bool, Payload::Varint(v)) => Means::Int(i128::from(v != 0)),
        (Scalar::Int32, Payload::Varint(v)) => Means::Int((v as i32).into()),
        (Scalar::Sint32, Payload::Varint(v)) => Means::Int((unzigzag(v) as i32).into()),
        (Scalar::Uint32, Payload::Varint(v)) => Means::Int((v as u32).into()),
        (Scalar::Sfixed32, Payload::Fixed32(v)) => Means::Int(v.cast_signed().into()),
        (Scalar::Fixed32, Payload::Fixed32(v)) => Means::Int(v.into()),
        (Scalar::Int64, Payload::Varint(v)) => Means::Int(v.cast_signed().into()),
        (Scalar::Sint64, Payload::Varint(v)) => Means::Int(unzigzag(v).into()),
        (Scalar::Uint64, Payload::Varint(v)) => Means::Int(v.into()),
        (Scalar::Sfixed64, Payload::Fixed64(v)) => Means::Int(v.cast_signed().into()),
        (Scalar::Fixed64, Payload::Fixed64(v)) => Means::Int(v.into()),
        (Scalar::Float, Payload::Fixed32(v)) => Means::Real(f32::from_bits(v).into()),
        (Scalar::Double, Payload::Fixed64(v)) => Means::Real(f64::from_bits(v)),
        (Scalar::String | Scalar::Bytes, Payload::Bytes(v)) => Means::Bytes(v),
        _ => return None,
    })
}

/// Returns an integer that fits as it stands on the wire.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it fits")]
pub(crate) fn encoded(to: Scalar, int: i128) -> Owned {
    let long = int as i64;
    match to {
        Scalar::Sint32 | Scalar::Sint64 => Owned::Varint((long << 1 ^ long >> 63).cast_unsigned()),
        Scalar::Sfixed32 | Scalar::Fixed32 => Owned::Fixed32(int as u32),
        Scalar::Sfixed64 | Scalar::Fixed64 => Owned::Fixed64(int as u64),
        _ => Owned::Varint(int as u64),
    }
}

/// Returns the integer that stands on the wire.
pub(crate) fn integer(of: Scalar, payload: Payload<'_>) -> Option<i128> {
    match means(of, payload)? {
        Means::Int(int) => Some(int),
        Means::Real(_) | Means::Bytes(_) => None,
    }
}
