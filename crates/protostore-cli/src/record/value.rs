//! Values of columns as values of fields, by the type and the encoding that the schema gives to the column.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use protostore::generated::{Cell, Value as Stored};
use protostore::stored::{
    DoubleBits, FloatBits, FullRange, Microseconds, Milliseconds, Rfc3339, Seconds, Timestamptz, Utf8,
};
use protostore::upkeep::Value as Sql;
use protostore::{Duration, Timestamp};
use protostore_schema::{Column, Form, Type};

/// Returns the value of a field from that of its column, which is not NULL.
pub(super) fn read(column: &Column, field: &FieldDescriptor, sql: &Sql) -> Result<Value, String> {
    let cell = match sql {
        Sql::Null => Cell::Null,
        Sql::Integer(v) => Cell::Int(*v),
        Sql::Real(v) => Cell::Real(*v),
        Sql::Text(v) => Cell::Text(v),
        Sql::Blob(v) => Cell::Blob(v),
    };
    convert(column, field, cell).map_err(|why| format!("{}: {why}", column.name.proto))
}

fn convert(column: &Column, field: &FieldDescriptor, cell: Cell<'_>) -> Result<Value, String> {
    match (&column.ty, cell) {
        (Type::Repeated(_), Cell::Text(json)) => return whole(field, json),
        (Type::Repeated(_), Cell::Blob(bytes)) => {
            let around = DynamicMessage::decode(field.parent_message().clone(), bytes).map_err(|e| e.to_string())?;
            return Ok(around.get_field(field).into_owned());
        }
        _ => {}
    }
    Ok(match field.kind() {
        Kind::Bool => Value::Bool(stored(cell)?),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(stored(cell)?),
        Kind::Enum(_) => Value::EnumNumber(stored(cell)?),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(stored(cell)?),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(stored(cell)?),
        Kind::Uint64 | Kind::Fixed64 if column.form == Form::FullRange => Value::U64(stored::<FullRange>(cell)?.0),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(stored(cell)?),
        Kind::Float if column.form == Form::FloatBits => Value::F32(stored::<FloatBits>(cell)?.0),
        Kind::Float => Value::F32(stored(cell)?),
        Kind::Double if column.form == Form::FloatBits => Value::F64(stored::<DoubleBits>(cell)?.0),
        Kind::Double => Value::F64(stored(cell)?),
        Kind::String if column.form == Form::Bytes => Value::String(stored::<Utf8<String>>(cell)?.0),
        Kind::String => Value::String(stored(cell)?),
        Kind::Bytes => Value::Bytes(stored::<Vec<u8>>(cell)?.into()),
        Kind::Message(of) => Value::Message(message(column, &of, cell)?),
    })
}

fn message(column: &Column, of: &MessageDescriptor, cell: Cell<'_>) -> Result<DynamicMessage, String> {
    let parts = |seconds: i64, nanos: i32| {
        let mut message = DynamicMessage::new(of.clone());
        let seconds = message.try_set_field_by_name("seconds", Value::I64(seconds));
        let nanos = message.try_set_field_by_name("nanos", Value::I32(nanos));
        seconds.and(nanos).map(|()| message).map_err(|e| e.to_string())
    };
    match (&column.ty, column.form, cell) {
        (Type::Timestamp, form, cell) => {
            let time = match form {
                Form::Seconds => stored::<Seconds<Timestamp>>(cell)?.0,
                Form::Milliseconds => stored::<Milliseconds<Timestamp>>(cell)?.0,
                Form::Microseconds => stored::<Microseconds<Timestamp>>(cell)?.0,
                Form::Rfc3339 => stored::<Rfc3339>(cell)?.0,
                Form::Timestamptz => stored::<Timestamptz>(cell)?.0,
                _ => stored::<Timestamp>(cell)?,
            };
            parts(time.seconds(), i32::try_from(time.nanos()).map_err(|e| e.to_string())?)
        }
        (Type::Duration, form, cell) => {
            let span = match form {
                Form::Seconds => stored::<Seconds<Duration>>(cell)?.0,
                Form::Milliseconds => stored::<Milliseconds<Duration>>(cell)?.0,
                Form::Microseconds => stored::<Microseconds<Duration>>(cell)?.0,
                _ => stored::<Duration>(cell)?,
            };
            parts(span.seconds(), span.nanos())
        }
        (Type::FieldMask, _, Cell::Text(paths)) => {
            let paths = paths.split(',').filter(|path| !path.is_empty());
            let mut message = DynamicMessage::new(of.clone());
            let paths = Value::List(paths.map(|path| Value::String(path.to_owned())).collect());
            message.try_set_field_by_name("paths", paths).map_err(|e| e.to_string())?;
            Ok(message)
        }
        (ty, Form::Bytes, Cell::Blob(bytes)) if *ty != Type::String => decode(of, bytes),
        (Type::Message(_) | Type::Any, _, Cell::Blob(bytes)) => decode(of, bytes),
        (Type::Struct | Type::Value | Type::ListValue | Type::Message(_) | Type::Any, _, Cell::Text(json)) => {
            parse(of, json)
        }
        // A wrapper is stored as the value in it.
        (_, _, cell) => {
            let value = of.get_field_by_name("value").ok_or("has a value of another type")?;
            let mut message = DynamicMessage::new(of.clone());
            message.set_field(&value, convert(column, &value, cell)?);
            Ok(message)
        }
    }
}

fn decode(of: &MessageDescriptor, bytes: &[u8]) -> Result<DynamicMessage, String> {
    DynamicMessage::decode(of.clone(), bytes).map_err(|e| e.to_string())
}

/// Reads a message from its protobuf JSON.
pub(super) fn parse(of: &MessageDescriptor, json: &str) -> Result<DynamicMessage, String> {
    let mut text = serde_json::Deserializer::from_str(json);
    DynamicMessage::deserialize(of.clone(), &mut text).map_err(|e| e.to_string())
}

/// Reads all of a repeated or map field from its protobuf JSON.
fn whole(field: &FieldDescriptor, json: &str) -> Result<Value, String> {
    let around = format!("{{{}:{json}}}", crate::output::text(field.json_name()));
    Ok(parse(field.parent_message(), &around)?.get_field(field).into_owned())
}

fn stored<T: Stored>(cell: Cell<'_>) -> Result<T, String> {
    T::read(cell).map_err(|_| "has a value of another type, or one that is out of range".to_owned())
}
