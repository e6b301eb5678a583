//! Values of messages as values of columns, and back.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, Value};
use protostore_schema::Type;
use rusqlite::types::Value as Sql;

/// Returns the value of a column.
pub(crate) fn to_sql(ty: &Type, value: &Value) -> Sql {
    match (ty, value) {
        (_, Value::Bool(v)) => Sql::Integer((*v).into()),
        (_, Value::I32(v) | Value::EnumNumber(v)) => Sql::Integer((*v).into()),
        (_, Value::I64(v)) => Sql::Integer(*v),
        (_, Value::U32(v)) => Sql::Integer((*v).into()),
        (_, Value::U64(v)) => Sql::Integer(i64::try_from(*v).expect("drawn within 63 bits")),
        (_, Value::F32(v)) => Sql::Real((*v).into()),
        (_, Value::F64(v)) => Sql::Real(*v),
        (_, Value::String(v)) => Sql::Text(v.clone()),
        (_, Value::Bytes(v)) => Sql::Blob(v.to_vec()),
        (Type::Timestamp | Type::Duration, Value::Message(time)) => Sql::Integer(nanoseconds(time)),
        (ty, value) => panic!("{value:?} is no {ty:?}"),
    }
}

/// Returns the value of a field from a column's.
pub(crate) fn from_sql(field: &FieldDescriptor, sql: &Sql) -> Value {
    match (field.kind(), sql) {
        (Kind::Bool, Sql::Integer(v)) => Value::Bool(*v != 0),
        (Kind::Int32 | Kind::Sint32 | Kind::Sfixed32, Sql::Integer(v)) => Value::I32(narrow(*v)),
        (Kind::Int64 | Kind::Sint64 | Kind::Sfixed64, Sql::Integer(v)) => Value::I64(*v),
        (Kind::Uint32 | Kind::Fixed32, Sql::Integer(v)) => Value::U32(narrow(*v)),
        (Kind::Uint64 | Kind::Fixed64, Sql::Integer(v)) => Value::U64(narrow(*v)),
        #[allow(clippy::cast_possible_truncation, reason = "it was a float before it was stored")]
        (Kind::Float, Sql::Real(v)) => Value::F32(*v as f32),
        (Kind::Double, Sql::Real(v)) => Value::F64(*v),
        (Kind::String, Sql::Text(v)) => Value::String(v.clone()),
        (Kind::Bytes, Sql::Blob(v)) => Value::Bytes(v.clone().into()),
        (Kind::Enum(_), Sql::Integer(v)) => Value::EnumNumber(narrow(*v)),
        (Kind::Message(of), Sql::Integer(v)) => {
            let mut time = DynamicMessage::new(of.clone());
            let floor = of.full_name() == "google.protobuf.Timestamp";
            let (seconds, nanos) = if floor {
                (v.div_euclid(1_000_000_000), v.rem_euclid(1_000_000_000))
            } else {
                (v / 1_000_000_000, v % 1_000_000_000)
            };
            time.set_field_by_name("seconds", Value::I64(seconds));
            time.set_field_by_name("nanos", Value::I32(narrow(nanos)));
            Value::Message(time)
        }
        (kind, sql) => panic!("{sql:?} is no {kind:?}"),
    }
}

/// Returns a map's key as a plain value.
pub(crate) fn from_key(key: &MapKey) -> Value {
    Value::from(key.clone())
}

fn narrow<T: TryFrom<i64>>(v: i64) -> T {
    T::try_from(v).unwrap_or_else(|_| panic!("{v} is out of range"))
}

fn nanoseconds(time: &DynamicMessage) -> i64 {
    let part = |name| time.get_field_by_name(name).map(|v| v.into_owned());
    let (Some(Value::I64(seconds)), Some(Value::I32(nanos))) = (part("seconds"), part("nanos")) else {
        panic!("a time has seconds and nanos")
    };
    i64::try_from(i128::from(seconds) * 1_000_000_000 + i128::from(nanos)).expect("drawn within 64 bits")
}
