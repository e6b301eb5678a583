//! The kind of a field, as its proto file has it.

use serde::{Deserialize, Serialize};

/// What a proto file says that a field's values are. On the wire `int32`, `sint32` and `sfixed32` are three.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "named as in a proto file")]
pub enum Kind {
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
    /// The enum of that full name.
    Enum(String),
    /// The message of that full name; a wrapper, a time and a group are messages too.
    Message(String),
}

impl Kind {
    /// Returns the word of a proto file; `enum` and `message` where it is a name.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int32 => "int32",
            Self::Sint32 => "sint32",
            Self::Sfixed32 => "sfixed32",
            Self::Int64 => "int64",
            Self::Sint64 => "sint64",
            Self::Sfixed64 => "sfixed64",
            Self::Uint32 => "uint32",
            Self::Fixed32 => "fixed32",
            Self::Uint64 => "uint64",
            Self::Fixed64 => "fixed64",
            Self::Float => "float",
            Self::Double => "double",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Enum(_) => "enum",
            Self::Message(_) => "message",
        }
    }
}
