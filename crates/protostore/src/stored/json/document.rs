//! Messages as canonical JSON text, by tables of the names that their fields have there.
//!
//! A message goes through its own protobuf bytes: they are read by number and written by name, and the other way round, so
//! that no message needs code of its own, and the run time no descriptors.

mod any;
mod catalog;
mod entries;
mod known;
mod number;
mod read;
mod scalar;
mod transcode;
mod tree;
mod wire;
mod write;

use std::marker::PhantomData;
use std::sync::OnceLock;

pub(crate) use self::catalog::{Catalog, What};
pub(crate) use self::number::{encoded, integer};
pub(crate) use self::scalar::Owned;
pub(crate) use self::wire::Payload;
pub(crate) use self::wire::{fields as wire_fields, unpacked};
use super::super::encoded::is_too_deep;
use super::write::Writer;
use crate::error::{Kind as Failure, Result};
use crate::value::{Bad, Bind, Binder, Cell, Value};

/// A message, or all of a repeated field, as the JSON text that
/// [protobuf's mapping](https://protobuf.dev/programming-guides/json/) gives it.
///
/// The text is canonical: fields in the order of their numbers under their JSON names, enums by name, 64-bit numbers as
/// text, and no white space. Read is whatever a parser of protobuf JSON takes, under every name that a number ever had.
///
/// Order is not kept. It is bound as `Text::<D, _>::of(&message)` and read as `Text<D, M>`, where `D` says what the JSON
/// is of.
///
/// Refused with [`Invalid`](crate::Kind::Invalid), because JSON cannot carry it: a time or duration beyond protobuf's own
/// range, a path of a mask that is not snake_case, an `Any` of an unknown type or that would not come back byte for byte, a
/// `Value` that [`Json`](super::Json) refuses, NUL in text, and more than 100 messages or brackets within one another.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Text<D, M>(pub M, PhantomData<fn() -> D>);

impl<D, M> Text<D, M> {
    /// Wraps a message.
    pub const fn of(message: M) -> Self {
        Self(message, PhantomData)
    }
}

#[doc(hidden)]
/// For generated code: what a column of JSON is of.
pub trait Documented: Send + Sync + 'static {
    /// It.
    const OF: Of;
}

/// What a column of JSON is of.
#[derive(Debug)]
pub enum Of {
    /// One message.
    One(Kind),
    /// All of a repeated or map field, as an array or object.
    All(&'static Field),
}

/// A message and the names in it.
#[derive(Debug)]
pub struct Message {
    /// The full protobuf name.
    pub name: &'static str,
    /// The fields, by number.
    pub fields: &'static [Field],
}

/// A field of a message.
#[derive(Debug)]
pub struct Field {
    /// Its number.
    pub number: u32,
    /// The name that is written.
    pub name: &'static str,
    /// The other names that are read: the proto's own, and those that it had before.
    pub others: &'static [&'static str],
    /// How many values it has, and when it is set.
    pub shape: Shape,
    /// The type of a value.
    pub kind: Kind,
    /// The lowest number in its oneof, or 0 where it is in none.
    pub oneof: u32,
}

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One; zero and unset are the same.
    Plain,
    /// One or none.
    Optional,
    /// Any number.
    List,
    /// Any number, packed in protobuf's bytes.
    Packed,
    /// Any number, by keys of this type.
    Map(Scalar),
}

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A scalar.
    Scalar(Scalar),
    /// The number of an enum.
    Enum(&'static Enum),
    /// A message.
    Message(&'static Message),
    /// A group of proto2, which is a message with tags around it.
    Group(&'static Later),
    /// A scalar in a message of `google.protobuf`.
    Wrapper(Scalar),
    /// `google.protobuf.NullValue`.
    Null,
    /// `google.protobuf.Timestamp`.
    Timestamp,
    /// `google.protobuf.Duration`.
    Duration,
    /// `google.protobuf.FieldMask`.
    FieldMask,
    /// `google.protobuf.Struct`.
    Struct,
    /// `google.protobuf.Value`.
    Value,
    /// `google.protobuf.ListValue`.
    ListValue,
    /// `google.protobuf.Empty`.
    Empty,
    /// `google.protobuf.Any` that holds one of these, or a message of `google.protobuf` above.
    Any(&'static Known),
    /// What is said later: of messages that contain one another and are known at run time only.
    Later(&'static Later),
}

/// A type that is said after it was named.
#[derive(Debug, Default)]
pub struct Later(OnceLock<Kind>);

impl Kind {
    /// Returns it as it was said.
    fn said(self) -> Self {
        match self {
            Self::Later(later) => later.said(),
            said => said,
        }
    }
}

impl Later {
    fn said(&self) -> Kind {
        *self.0.get().expect("what is named is said before it is used")
    }
}

/// The messages that an `Any` may hold.
#[derive(Debug)]
pub struct Known(pub &'static [&'static Message]);

/// An enum and the names in it.
#[derive(Debug)]
pub struct Enum {
    /// What is not given: the first value.
    pub default: i32,
    /// The names with their numbers; the first of a number is written.
    pub values: &'static [(&'static str, i32)],
    /// The other names that are read: those that numbers had before, also where they have none today.
    pub others: &'static [(&'static str, i32)],
}

/// A scalar, as protobuf's bytes and JSON have it.
#[allow(missing_docs, reason = "named as in a proto file")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    Bool,
    Int32,
    Sint32,
    Sfixed32,
    Int64,
    Sint64,
    Sfixed64,
    Uint32,
    Fixed32,
    Uint64,
    Fixed64,
    Float,
    Double,
    String,
    Bytes,
}

/// Why a value has no text.
type Refusal = &'static str;

impl<D: Documented, M: prost::Message + Default> Bind for Text<D, &M> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        let bytes = self.0.encode_to_vec();
        if is_too_deep::<M>(&bytes) {
            return Err(b.refuse(Failure::Invalid, "must not be nested deeper than 100 messages"));
        }
        let mut writer = Writer::default();
        let written = match D::OF {
            Of::One(kind) => write::value(&mut writer, kind, &Payload::Bytes(&bytes)),
            Of::All(field) => write::all(&mut writer, field, &bytes),
        };
        match written {
            Ok(()) => b.text(writer.text()),
            Err(why) => Err(b.refuse(Failure::Invalid, why)),
        }
    }
}

impl<D: Documented, M: prost::Message + Default> Value for Text<D, M> {
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        let Cell::Text(text) = c else { return Err(Bad::Type) };
        let bytes = tree::of(text).and_then(|tree| match D::OF {
            Of::One(kind) => read::bytes(kind, &tree),
            Of::All(field) => read::all(field, &tree),
        });
        bytes.and_then(|bytes| M::decode(bytes.as_slice()).ok()).map(Self::of).ok_or(Bad::Range)
    }
}
