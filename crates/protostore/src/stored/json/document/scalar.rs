//! Scalars: each in the notation that protobuf's JSON has for it.

use super::super::write::Writer;
use super::tree::Tree;
use super::wire::Payload;
use super::{Refusal, Scalar};

/// What bytes that are no message of their type are refused with: those of an `Any` may be anything.
pub(super) const GARBLED: Refusal = "must not hold bytes that are no message of their type";

/// A scalar as it is read: what it points to is owned.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Owned {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(Vec<u8>),
    Group(Vec<u8>),
}

impl Owned {
    pub(crate) fn payload(&self) -> Payload<'_> {
        match self {
            Self::Varint(v) => Payload::Varint(*v),
            Self::Fixed64(v) => Payload::Fixed64(*v),
            Self::Fixed32(v) => Payload::Fixed32(*v),
            Self::Bytes(v) => Payload::Bytes(v),
            Self::Group(v) => Payload::Group(v),
        }
    }
}

impl Scalar {
    /// Returns protobuf's wire type, in which a packed field has its values.
    pub(crate) fn wire_type(self) -> u64 {
        match self {
            Self::Bool | Self::Int32 | Self::Sint32 | Self::Int64 | Self::Sint64 | Self::Uint32 | Self::Uint64 => 0,
            Self::Sfixed64 | Self::Fixed64 | Self::Double => 1,
            Self::String | Self::Bytes => 2,
            Self::Sfixed32 | Self::Fixed32 | Self::Float => 5,
        }
    }

    /// Returns what is not given.
    pub(super) fn zero(self) -> Payload<'static> {
        match self.wire_type() {
            0 => Payload::Varint(0),
            1 => Payload::Fixed64(0),
            2 => Payload::Bytes(&[]),
            _ => Payload::Fixed32(0),
        }
    }
}

/// Appends a scalar.
#[allow(clippy::cast_possible_truncation, reason = "protobuf cuts a 32-bit number off")]
pub(super) fn write(to: &mut Writer, scalar: Scalar, payload: &Payload<'_>) -> Result<(), Refusal> {
    let unzigzag = |v: u64| (v >> 1).cast_signed() ^ -(v & 1).cast_signed();
    match (scalar, payload) {
        (Scalar::Bool, Payload::Varint(v)) => to.push(if *v == 0 { "false" } else { "true" }),
        (Scalar::Int32, Payload::Varint(v)) => to.push(&(*v as i32).to_string()),
        (Scalar::Sint32, Payload::Varint(v)) => to.push(&(unzigzag(*v) as i32).to_string()),
        (Scalar::Uint32, Payload::Varint(v)) => to.push(&(*v as u32).to_string()),
        (Scalar::Sfixed32, Payload::Fixed32(v)) => to.push(&v.cast_signed().to_string()),
        (Scalar::Fixed32, Payload::Fixed32(v)) => to.push(&v.to_string()),
        (Scalar::Int64, Payload::Varint(v)) => to.push(&format!("\"{}\"", v.cast_signed())),
        (Scalar::Sint64, Payload::Varint(v)) => to.push(&format!("\"{}\"", unzigzag(*v))),
        (Scalar::Uint64, Payload::Varint(v)) => to.push(&format!("\"{v}\"")),
        (Scalar::Sfixed64, Payload::Fixed64(v)) => to.push(&format!("\"{}\"", v.cast_signed())),
        (Scalar::Fixed64, Payload::Fixed64(v)) => to.push(&format!("\"{v}\"")),
        (Scalar::Float, Payload::Fixed32(v)) => {
            let value = f32::from_bits(*v);
            if value.is_nan() && *v != f32::NAN.to_bits() {
                return Err(PAYLOAD);
            }
            if value.is_finite() { to.single(value) } else { to.push(word(value.into())) }
        }
        (Scalar::Double, Payload::Fixed64(v)) => {
            let value = f64::from_bits(*v);
            if value.is_nan() && *v != f64::NAN.to_bits() {
                return Err(PAYLOAD);
            }
            if value.is_finite() { to.number(value)? } else { to.push(word(value)) }
        }
        (Scalar::String, Payload::Bytes(v)) => to.string(std::str::from_utf8(v).map_err(|_| GARBLED)?)?,
        (Scalar::Bytes, Payload::Bytes(v)) => to.push(&format!("\"{}\"", base64(v))),
        _ => return Err(GARBLED),
    }
    Ok(())
}

const PAYLOAD: Refusal = "must not hold a NaN with bits of its own, which JSON does not keep: store it as BYTES";

fn word(value: f64) -> &'static str {
    if value.is_nan() {
        "\"NaN\""
    } else if value > 0.0 {
        "\"Infinity\""
    } else {
        "\"-Infinity\""
    }
}

/// Appends a scalar as the name of an entry of a map.
pub(super) fn write_key(to: &mut Writer, scalar: Scalar, payload: &Payload<'_>) -> Result<(), Refusal> {
    let is_quoted = matches!(
        scalar,
        Scalar::String | Scalar::Int64 | Scalar::Sint64 | Scalar::Sfixed64 | Scalar::Uint64 | Scalar::Fixed64
    );
    if is_quoted {
        return write(to, scalar, payload);
    }
    to.push("\"");
    write(to, scalar, payload)?;
    to.push("\"");
    Ok(())
}

/// Returns the scalar that a tree says.
pub(super) fn read(scalar: Scalar, tree: &Tree) -> Option<Owned> {
    let zigzag = |v: i64| (v << 1 ^ v >> 63).cast_unsigned();
    Some(match scalar {
        Scalar::Bool => match tree {
            Tree::Bool(yes) => Owned::Varint(u64::from(*yes)),
            _ => return None,
        },
        Scalar::Int32 => Owned::Varint(i64::from(i32::try_from(signed(tree)?).ok()?).cast_unsigned()),
        Scalar::Sint32 => Owned::Varint(zigzag(i32::try_from(signed(tree)?).ok()?.into())),
        Scalar::Sfixed32 => Owned::Fixed32(i32::try_from(signed(tree)?).ok()?.cast_unsigned()),
        Scalar::Int64 => Owned::Varint(signed(tree)?.cast_unsigned()),
        Scalar::Sint64 => Owned::Varint(zigzag(signed(tree)?)),
        Scalar::Sfixed64 => Owned::Fixed64(signed(tree)?.cast_unsigned()),
        Scalar::Uint32 => Owned::Varint(u32::try_from(unsigned(tree)?).ok()?.into()),
        Scalar::Fixed32 => Owned::Fixed32(u32::try_from(unsigned(tree)?).ok()?),
        Scalar::Uint64 => Owned::Varint(unsigned(tree)?),
        Scalar::Fixed64 => Owned::Fixed64(unsigned(tree)?),
        Scalar::Float => Owned::Fixed32(real::<f32>(tree, [f32::NAN, f32::INFINITY], f32::is_finite)?.to_bits()),
        Scalar::Double => Owned::Fixed64(real::<f64>(tree, [f64::NAN, f64::INFINITY], f64::is_finite)?.to_bits()),
        Scalar::String => match tree {
            Tree::Text(text) => Owned::Bytes(text.clone().into_bytes()),
            _ => return None,
        },
        Scalar::Bytes => match tree {
            Tree::Text(text) => Owned::Bytes(from_base64(text)?),
            _ => return None,
        },
    })
}

/// Returns the scalar that the name of an entry says.
pub(super) fn read_key(scalar: Scalar, name: &str) -> Option<Owned> {
    match (scalar, name) {
        (Scalar::Bool, "true") => Some(Owned::Varint(1)),
        (Scalar::Bool, "false") => Some(Owned::Varint(0)),
        (Scalar::Bool, _) => None,
        _ => read(scalar, &Tree::Text(name.to_owned())),
    }
}

/// Returns an integer, which may be a number or text.
fn signed(tree: &Tree) -> Option<i64> {
    let text = digits(tree)?;
    text.parse().ok().or_else(|| whole(text))
}

fn unsigned(tree: &Tree) -> Option<u64> {
    let text = digits(tree)?;
    text.parse().ok().or_else(|| whole(text)?.try_into().ok())
}

fn digits(tree: &Tree) -> Option<&str> {
    match tree {
        Tree::Number(text) | Tree::Text(text) => Some(text).filter(|t| !t.starts_with('+')).map(String::as_str),
        Tree::Null | Tree::Bool(_) | Tree::List(_) | Tree::Object(_) => None,
    }
}

/// Returns an integer with a fraction of zero or an exponent, as far as a double holds all integers.
#[allow(clippy::cast_possible_truncation, reason = "the filter is the check")]
fn whole(text: &str) -> Option<i64> {
    let value: f64 = text.parse().ok()?;
    (value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0).then_some(value as i64)
}

fn real<F: std::str::FromStr + Copy + std::ops::Neg<Output = F>>(
    tree: &Tree,
    [nan, infinity]: [F; 2],
    is_finite: fn(F) -> bool,
) -> Option<F> {
    match tree {
        Tree::Text(text) => match text.as_str() {
            "NaN" => Some(nan),
            "Infinity" => Some(infinity),
            "-Infinity" => Some(-infinity),
            _ => real(&Tree::Number(text.clone()), [nan, infinity], is_finite),
        },
        Tree::Number(text) => text.parse().ok().filter(|value| is_finite(*value)),
        Tree::Null | Tree::Bool(_) | Tree::List(_) | Tree::Object(_) => None,
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let sextet = bits >> (18 - 6 * at) & 63;
            text.push(if at <= chunk.len() { char::from(ALPHABET[sextet as usize]) } else { '=' });
        }
    }
    text
}

/// Reads base64 of both alphabets, with padding or without.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for digit in chunk {
            let digit = match digit {
                b'-' => b'+',
                b'_' => b'/',
                digit => *digit,
            };
            bits = bits << 6 | u32::try_from(ALPHABET.iter().position(|known| *known == digit)?).ok()?;
        }
        bits <<= 6 * (4 - chunk.len());
        if chunk.len() == 1 || bits & (0xff_ffff >> (8 * (chunk.len() - 1))) != 0 {
            return None;
        }
        bytes.extend(&bits.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}
