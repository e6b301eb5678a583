//! Which kinds protobuf's bytes and JSON write alike.

use protostore_schema::Kind;

/// Kinds whose bytes are read as each other, as far as the value fits.
///
/// See <https://protobuf.dev/programming-guides/proto3/#updating>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in protobuf's description of its encoding")]
pub enum Wire {
    Varint,
    Zigzag,
    Fixed32,
    Fixed64,
    Float,
    Double,
    /// `string` and `bytes`.
    Bytes,
    /// A message; its bytes are read as `bytes`.
    Message,
}

/// Kinds that JSON writes alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `true`
    Truth,
    /// `3`
    Number,
    /// `"3"`, for integers of 64 bits.
    Digits,
    /// `"STATE_RUNNING"`
    Name,
    /// `"text"`
    Text,
    /// `"AAE="`
    Base64,
    /// An object, or what a well-known message has instead.
    Message,
}

impl Wire {
    /// Returns the group of a kind.
    #[must_use]
    pub fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Bool | Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64 | Kind::Enum(_) => Self::Varint,
            Kind::Sint32 | Kind::Sint64 => Self::Zigzag,
            Kind::Fixed32 | Kind::Sfixed32 => Self::Fixed32,
            Kind::Fixed64 | Kind::Sfixed64 => Self::Fixed64,
            Kind::Float => Self::Float,
            Kind::Double => Self::Double,
            Kind::String | Kind::Bytes => Self::Bytes,
            Kind::Message(_) => Self::Message,
        }
    }
}

impl Notation {
    /// Returns the notation of a kind.
    #[must_use]
    pub fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Bool => Self::Truth,
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Uint32 | Kind::Fixed32 => Self::Number,
            Kind::Float | Kind::Double => Self::Number,
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 | Kind::Uint64 | Kind::Fixed64 => Self::Digits,
            Kind::Enum(_) => Self::Name,
            Kind::String => Self::Text,
            Kind::Bytes => Self::Base64,
            Kind::Message(_) => Self::Message,
        }
    }
}
