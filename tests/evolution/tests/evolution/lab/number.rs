//! The same number or text in another type, or nothing.

use prost_reflect::{EnumDescriptor, Kind, Syntax, Value};

/// Returns the same value in another type, if it has one.
pub(crate) fn same_value(value: &Value, to: &Kind) -> Option<Value> {
    match (value, to) {
        (Value::String(text), Kind::String) => Some(Value::String(text.clone())),
        (Value::String(text), Kind::Bytes) => Some(Value::Bytes(text.clone().into_bytes().into())),
        (Value::Bytes(bytes), Kind::Bytes) => Some(Value::Bytes(bytes.clone())),
        (Value::Bytes(bytes), Kind::String) => String::from_utf8(bytes.to_vec()).ok().map(Value::String),
        (Value::F32(v), Kind::Float) => Some(Value::F32(*v)),
        (Value::F32(v), Kind::Double) => Some(Value::F64((*v).into())),
        (Value::F64(v), Kind::Double) => Some(Value::F64(*v)),
        #[allow(clippy::cast_possible_truncation, reason = "what is lost is compared")]
        (Value::F64(v), Kind::Float) => {
            (f64::from(*v as f32).to_bits() == v.to_bits()).then_some(Value::F32(*v as f32))
        }
        (Value::F32(v), to) => whole((*v).into()).and_then(|v| integer(v, to)),
        (Value::F64(v), to) => whole(*v).and_then(|v| integer(v, to)),
        (value, to) => integer(as_integer(value)?, to),
    }
}

fn as_integer(value: &Value) -> Option<i128> {
    match value {
        Value::Bool(v) => Some(i128::from(*v)),
        Value::I32(v) | Value::EnumNumber(v) => Some((*v).into()),
        Value::I64(v) => Some((*v).into()),
        Value::U32(v) => Some((*v).into()),
        Value::U64(v) => Some((*v).into()),
        _ => None,
    }
}

#[allow(clippy::cast_possible_truncation, reason = "it is whole, and in range")]
fn whole(v: f64) -> Option<i128> {
    (v.is_finite() && v.fract() == 0.0 && v.abs() < 2_f64.powi(100)).then_some(v as i128)
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "what is lost is compared")]
fn integer(v: i128, to: &Kind) -> Option<Value> {
    match to {
        Kind::Bool => matches!(v, 0 | 1).then_some(Value::Bool(v == 1)),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => i32::try_from(v).ok().map(Value::I32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => i64::try_from(v).ok().map(Value::I64),
        Kind::Uint32 | Kind::Fixed32 => u32::try_from(v).ok().map(Value::U32),
        Kind::Uint64 | Kind::Fixed64 => u64::try_from(v).ok().map(Value::U64),
        Kind::Enum(of) => i32::try_from(v).ok().filter(|v| has(of, *v)).map(Value::EnumNumber),
        Kind::Double => (v as f64 as i128 == v).then_some(Value::F64(v as f64)),
        Kind::Float => (v as f32 as i128 == v).then_some(Value::F32(v as f32)),
        Kind::String | Kind::Bytes | Kind::Message(_) => None,
    }
}

fn has(of: &EnumDescriptor, number: i32) -> bool {
    of.parent_file().syntax() == Syntax::Proto3 || of.get_value(number).is_some()
}
