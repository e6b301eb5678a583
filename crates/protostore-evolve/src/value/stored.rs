//! What a database stores for a value, as far as two types can share it.

use protostore_schema::{Form, Type};

/// What a database stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoredAs {
    Integer,
    Real,
    Text,
    Bytes,
}

/// Returns what is stored for values of a type in a form: a column of the same keeps its values through a change of type.
pub(crate) fn stored_as(ty: &Type, form: Form) -> StoredAs {
    match (ty, form) {
        (_, Form::FullRange | Form::FloatBits | Form::Seconds | Form::Milliseconds) => StoredAs::Integer,
        (_, Form::Microseconds | Form::Timestamptz) => StoredAs::Integer,
        (_, Form::Rfc3339 | Form::Json) => StoredAs::Text,
        (_, Form::Bytes) => StoredAs::Bytes,
        (Type::Bool | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Enum(_), Form::Own) => {
            StoredAs::Integer
        }
        (Type::Timestamp | Type::Duration, Form::Own) => StoredAs::Integer,
        (Type::Float | Type::Double, Form::Own) => StoredAs::Real,
        (Type::String | Type::Struct | Type::Value | Type::ListValue | Type::FieldMask, Form::Own) => StoredAs::Text,
        (Type::Bytes | Type::Any | Type::Message(_) | Type::Repeated(_), Form::Own) => StoredAs::Bytes,
    }
}
