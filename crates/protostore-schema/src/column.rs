//! One column: its identity, its type, what its values may be.

use serde::{Deserialize, Serialize};

use crate::{Docs, Kind, Name, Reference, Rules};

/// A column of a table or child table.
///
/// Its identity is (number of the table, `path`, `role`); its name may change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "crate::column_text::ColumnText", into = "crate::column_text::ColumnText")]
pub struct Column {
    /// Its names; unique in its table without regard to case.
    pub name: Name,
    /// Field numbers from the record down.
    pub path: Vec<u32>,
    /// What the column holds of the field at `path`.
    pub role: Role,
    /// What the proto file says that the field's values are: of a map, its keys or values. None where the column holds nothing
    /// of the message, as the position of an element.
    pub kind: Option<Kind>,
    /// The type of its values.
    pub ty: Type,
    /// The form in which they are in it.
    pub form: Form,
    /// Whether NULL may be in it.
    pub nullable: bool,
    /// Whether SQL fills in the zero value: for a presence, and for a field of implicit presence that no message around can
    /// unset and that is neither a key nor a reference.
    pub default_zero: bool,
    /// Whether zero, `''`, an empty BLOB or a presence of 0 is refused: keys, required fields and references.
    pub non_zero: bool,
    /// The row of another table that the value names.
    pub reference: Option<Reference>,
    /// What the store puts in where the field was left unset. No part of SQL.
    pub generated: Option<Generated>,
    /// Whether its field is `debug_redact`: left out of what is made to be read by people.
    pub redacted: bool,
    /// What a value must be beside what its type allows.
    pub rules: Rules,
    /// What the field says of itself.
    pub docs: Docs,
}

/// A value that the store makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Generated {
    /// A UUID of version 7, which rises with time.
    UuidV7,
    /// A UUID of version 4, which is random.
    UuidV4,
    /// The next number of a counter; never one that was given before.
    Sequence,
    /// The time of the insert.
    CreateTime,
    /// The time of the last write.
    UpdateTime,
}

/// What a column holds of the field that it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Role {
    /// The value of a scalar field, or of an element of a repeated scalar field.
    #[default]
    Value,
    /// Whether a message is set: 0 or 1.
    Presence,
    /// A part of the record's key, in a child table; `path` is the key field's own path in the record.
    OwnerKey,
    /// The order of an element among its owner's: increasing, gaps allowed.
    Position,
    /// The key of an entry of a map.
    MapKey,
    /// The key of a table of at most one row, which is always 1.
    Singleton,
}

/// The type of a single value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Type {
    /// 0 or 1.
    Bool,
    /// 32 bits, signed.
    Int32,
    /// 64 bits, signed.
    Int64,
    /// 32 bits, unsigned.
    Uint32,
    /// 64 bits, unsigned; values above 2^63-1 are refused.
    Uint64,
    /// IEEE single precision; NaN is refused.
    Float,
    /// IEEE double precision; NaN is refused.
    Double,
    /// UTF-8; NUL is refused.
    String,
    /// Any bytes.
    Bytes,
    /// The number of a value of the enum of that full name.
    Enum(String),
    /// Nanoseconds since the epoch, from 1677 to 2262.
    Timestamp,
    /// Nanoseconds, up to 292 years.
    Duration,
    /// A `google.protobuf.Struct`, as canonical JSON.
    Struct,
    /// A `google.protobuf.Value`, as canonical JSON.
    Value,
    /// A `google.protobuf.ListValue`, as canonical JSON.
    ListValue,
    /// A `google.protobuf.Any`, as protobuf bytes, the URL of its type included.
    Any,
    /// A `google.protobuf.FieldMask`, as its paths, separated by commas.
    FieldMask,
    /// A message, as its protobuf bytes.
    Message(Encoded),
    /// All of a repeated or map field, as the protobuf bytes of its message with this field alone.
    Repeated(Box<Repeated>),
}

/// A message that is kept as the API has it. In a snapshot it is its full name, and two of one name are equal: what Rust
/// calls it and whether Rust boxes it is no part of what is stored.
#[derive(Clone, Debug, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Encoded {
    /// Full protobuf name.
    pub proto: String,
    /// Path of the generated message below the crate's `proto` module; empty where it was read from a snapshot.
    pub message: String,
    /// Whether the API's field is a `Box`, because the message contains itself.
    pub boxed: bool,
}

impl PartialEq for Encoded {
    fn eq(&self, other: &Self) -> bool {
        self.proto == other.proto
    }
}

impl From<Encoded> for String {
    fn from(encoded: Encoded) -> Self {
        encoded.proto
    }
}

impl From<String> for Encoded {
    fn from(proto: String) -> Self {
        Self { proto, message: String::new(), boxed: false }
    }
}

/// A repeated or map field that is kept as the API has it. Two are equal whatever Rust calls the field.
#[derive(Clone, Debug, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeated {
    /// The message that declares the field.
    pub owner: Encoded,
    /// Name of the field in Rust; empty where it was read from a snapshot.
    #[serde(skip)]
    pub field: String,
    /// The type of an element, or of a value of a map.
    pub element: Type,
    /// The type of a map's keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Type>,
}

impl PartialEq for Repeated {
    fn eq(&self, other: &Self) -> bool {
        let Self { owner, field: _, element, key } = self;
        (owner, element, key) == (&other.owner, &other.element, &other.key)
    }
}

/// The form in which a value is in its column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Form {
    /// That of its type, as [`Type`] says it.
    #[default]
    Own,
    /// A 64-bit unsigned number as the signed `value XOR 2^63`: all values, in order.
    FullRange,
    /// A floating-point number as the integer of its bits: all values, not in order.
    FloatBits,
    /// A time as the number of its seconds; a finer one is refused.
    Seconds,
    /// A time as the number of its milliseconds; a finer one is refused.
    Milliseconds,
    /// A time as the number of its microseconds; a finer one is refused.
    Microseconds,
    /// A point in time as PostgreSQL's own type, to the microsecond; elsewhere as the number of its microseconds.
    Timestamptz,
    /// A point in time as text of 30 characters, `2026-11-20T23:41:22.000000000Z`: the years 1 to 9999, in order.
    Rfc3339,
    /// A message, or all of a repeated field, as canonical protobuf JSON.
    Json,
    /// A string as its UTF-8, in which NUL may occur; a well-known message as its protobuf bytes.
    Bytes,
}

impl Form {
    /// Returns whether it is that of the type.
    #[must_use]
    pub fn is_own(&self) -> bool {
        *self == Self::Own
    }

    /// Returns whether values of a type can be in this form.
    #[must_use]
    pub fn is_of(self, ty: &Type) -> bool {
        match self {
            Self::Own => true,
            Self::FullRange => *ty == Type::Uint64,
            Self::FloatBits => matches!(ty, Type::Float | Type::Double),
            Self::Seconds | Self::Milliseconds | Self::Microseconds => matches!(ty, Type::Timestamp | Type::Duration),
            Self::Rfc3339 | Self::Timestamptz => *ty == Type::Timestamp,
            Self::Json => matches!(ty, Type::Message(_) | Type::Repeated(_) | Type::Any),
            Self::Bytes => matches!(ty, Type::String | Type::Struct | Type::Value | Type::ListValue | Type::FieldMask),
        }
    }
}
