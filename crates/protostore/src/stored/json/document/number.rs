//! A scalar of one version as one of the next: the same number or text, or the same bits with another sign.

use super::scalar::Owned;
use super::transcode::{GARBLED, Why, owned};
use super::wire::Payload;
use super::{Kind, Scalar};

/// A scalar as what it means.
enum Means<'b> {
    Int(i128),
    Real(f64),
    Bytes(&'b [u8]),
}

/// Returns a scalar as another: the same number or text, or the same bits with another sign.
pub(super) fn number(old: Kind, new: Kind, payload: Payload<'_>) -> Result<Owned, Why> {
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
            // The same bits with another sign, where protobuf reads each of both as the other.
            let (was_bits, was_signed) = width(from);
            let is_turned = group(from) == group(to) && was_signed != signed;
            let turned = match (was_bits, bits) {
                (same, other) if is_turned && same == other && signed && int > high => int - (1_i128 << bits),
                // A negative number of 32 bits has 64 on the wire.
                (32 | 64, 64) if is_turned && !signed && int < 0 => int + (1_i128 << 64),
                (64, 32) if is_turned && signed && int > 1 << 63 => int - (1_i128 << 64),
                (same, other) if is_turned && same == other && !signed && int < 0 => int + (1_i128 << bits),
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

/// Returns which scalars protobuf reads as each other: those of one number have one notation on the wire.
fn group(scalar: Scalar) -> u8 {
    match scalar {
        Scalar::Bool | Scalar::Int32 | Scalar::Int64 | Scalar::Uint32 | Scalar::Uint64 => 0,
        Scalar::Sint32 | Scalar::Sint64 => 1,
        Scalar::Sfixed32 | Scalar::Fixed32 => 2,
        Scalar::Sfixed64 | Scalar::Fixed64 => 3,
        Scalar::Float => 4,
        Scalar::Double => 5,
        Scalar::String | Scalar::Bytes => 6,
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

/// Returns an integer that fits as it is on the wire.
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

/// Returns the integer that is on the wire.
pub(crate) fn integer(of: Scalar, payload: Payload<'_>) -> Option<i128> {
    match means(of, payload)? {
        Means::Int(int) => Some(int),
        Means::Real(_) | Means::Bytes(_) => None,
    }
}
