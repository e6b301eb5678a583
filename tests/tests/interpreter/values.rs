//! Values of messages as values of columns, and back, by the model's types and the run time's own forms.

use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};
use protostore::generated::{Binder, Cell, Value as Read};
use protostore::stored::{
    DoubleBits, Encoded, FloatBits, FullRange, Json, Microseconds, Milliseconds, Paths, Rfc3339, Seconds, Timestamptz,
    Utf8,
};
use protostore::{Bind, Duration, Error, Timestamp};
use protostore_schema::{Column, Form, Type};
use rusqlite::types::Value as Sql;

use super::json::Names;
use super::{bytes, document, json};

type Result<T> = std::result::Result<T, Error>;

/// Takes parameters, as a prepared statement does.
#[derive(Default)]
pub(crate) struct Parameters(pub(crate) Vec<Sql>);

impl Parameters {
    fn push(&mut self, value: Sql) -> Result<()> {
        self.0.push(value);
        Ok(())
    }
}

impl Binder for Parameters {
    fn null(&mut self) -> Result<()> {
        self.push(Sql::Null)
    }

    fn int(&mut self, v: i64) -> Result<()> {
        self.push(Sql::Integer(v))
    }

    fn real(&mut self, v: f64) -> Result<()> {
        self.push(Sql::Real(v))
    }

    fn text(&mut self, v: &str) -> Result<()> {
        self.push(Sql::Text(v.to_owned()))
    }

    fn blob(&mut self, v: &[u8]) -> Result<()> {
        self.push(Sql::Blob(v.to_vec()))
    }

    fn refuse(&self, kind: protostore::Kind, why: &'static str) -> Error {
        Error::new(kind, why)
    }
}

/// Puts a value into its column.
pub(crate) fn put(to: &mut Parameters, column: &Column, value: &Value) -> Result<()> {
    let (ty, form) = (&column.ty, column.form);
    match (ty, value) {
        (Type::Repeated(_), Value::Message(around)) if form == Form::Json => {
            let number = *column.path.last().expect("a field has a number");
            let field = around.descriptor().get_field(number).expect("a field of the message around");
            return json::field(around, &field).map_or_else(|why| refused(&why), |text| to.text(&text));
        }
        (Type::Message(_) | Type::Any, Value::Message(message)) if form == Form::Json => {
            return json::message(message).map_or_else(|why| refused(&why), |text| to.text(&text));
        }
        // The message around the list, with that field alone.
        (Type::Repeated(_), Value::Message(around)) => return to.blob(&bytes::of(around)),
        (Type::Message(_), Value::Message(message)) => {
            let bytes = bytes::of(message);
            if DynamicMessage::decode(message.descriptor(), bytes.as_slice()).is_err() {
                return Err(to.refuse(protostore::Kind::Invalid, "must not be nested deeper than 100 messages"));
            }
            return to.blob(&bytes);
        }
        (_, Value::Message(message)) => {
            if let Some(inner) = wrapped(message) {
                return put(to, column, &inner);
            }
        }
        _ => {}
    }
    match (ty, form, value) {
        (Type::Timestamp, form, Value::Message(time)) => {
            let time = Timestamp::try_from(time.transcode_to::<prost_types::Timestamp>().expect("a Timestamp"))?;
            match form {
                Form::Seconds => Seconds(time).bind(to),
                Form::Milliseconds => Milliseconds(time).bind(to),
                Form::Microseconds => Microseconds(time).bind(to),
                Form::Rfc3339 => Rfc3339(time).bind(to),
                Form::Timestamptz => Timestamptz(time).bind(to),
                _ => time.bind(to),
            }
        }
        (Type::Duration, form, Value::Message(span)) => {
            let span = Duration::try_from(span.transcode_to::<prost_types::Duration>().expect("a Duration"))?;
            match form {
                Form::Seconds => Seconds(span).bind(to),
                Form::Milliseconds => Milliseconds(span).bind(to),
                Form::Microseconds => Microseconds(span).bind(to),
                _ => span.bind(to),
            }
        }
        (Type::Struct | Type::Value | Type::ListValue | Type::FieldMask, Form::Bytes, Value::Message(m)) => {
            to.blob(&m.encode_to_vec())
        }
        (Type::Any, _, Value::Message(m)) => Encoded(&m.transcode_to::<prost_types::Any>().expect("an Any")).bind(to),
        (Type::Struct, _, Value::Message(m)) => Json(&document::object(m)).bind(to),
        (Type::Value, _, Value::Message(m)) => Json(&document::value(m)).bind(to),
        (Type::ListValue, _, Value::Message(m)) => Json(&document::list(m)).bind(to),
        (Type::FieldMask, _, Value::Message(m)) => {
            Paths(&m.transcode_to::<prost_types::FieldMask>().expect("a FieldMask")).bind(to)
        }
        (_, Form::FullRange, Value::U64(v)) => FullRange(*v).bind(to),
        (_, Form::FloatBits, Value::F32(v)) => FloatBits(*v).bind(to),
        (_, Form::FloatBits, Value::F64(v)) => DoubleBits(*v).bind(to),
        (_, Form::Bytes, Value::String(v)) => Utf8(v).bind(to),
        (_, Form::Own, Value::Bool(v)) => v.bind(to),
        (_, Form::Own, Value::I32(v) | Value::EnumNumber(v)) => v.bind(to),
        (_, Form::Own, Value::I64(v)) => v.bind(to),
        (_, Form::Own, Value::U32(v)) => v.bind(to),
        (_, Form::Own, Value::U64(v)) => v.bind(to),
        (_, Form::Own, Value::F32(v)) => v.bind(to),
        (_, Form::Own, Value::F64(v)) => v.bind(to),
        (_, Form::Own, Value::String(v)) => v.bind(to),
        (_, Form::Own, Value::Bytes(v)) => to.blob(v),
        (ty, form, value) => panic!("{value:?} is no {ty:?} in the form {form:?}"),
    }
}

fn refused(why: &str) -> Result<()> {
    Err(Error::new(protostore::Kind::Invalid, format!("cannot be said in JSON: {why}")))
}

/// Returns the value of a field from a column's, which is not NULL; texts of earlier versions have their names.
pub(crate) fn take(names: &Names, column: &Column, field: &FieldDescriptor, sql: &Sql) -> Value {
    let cell = match sql {
        Sql::Null => Cell::Null,
        Sql::Integer(v) => Cell::Int(*v),
        Sql::Real(v) => Cell::Real(*v),
        Sql::Text(v) => Cell::Text(v),
        Sql::Blob(v) => Cell::Blob(v),
    };
    match (&column.ty, cell, field.kind()) {
        (Type::Repeated(_), Cell::Text(text), _) => return json::read_field(names, field, text),
        (Type::Message(_) | Type::Any, Cell::Text(text), Kind::Message(of)) => {
            return Value::Message(json::read_message(names, of, text));
        }
        _ => {}
    }
    if let (Type::Repeated(_), Cell::Blob(bytes)) = (&column.ty, cell) {
        let around = DynamicMessage::decode(field.parent_message().clone(), bytes).expect("protobuf bytes");
        return around.get_field(field).into_owned();
    }
    match field.kind() {
        Kind::Bool => Value::Bool(read(cell)),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(read(cell)),
        Kind::Enum(_) => Value::EnumNumber(read(cell)),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(read(cell)),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(read(cell)),
        Kind::Uint64 | Kind::Fixed64 if column.form == Form::FullRange => Value::U64(read::<FullRange>(cell).0),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(read(cell)),
        Kind::Float if column.form == Form::FloatBits => Value::F32(read::<FloatBits>(cell).0),
        Kind::Float => Value::F32(read(cell)),
        Kind::Double if column.form == Form::FloatBits => Value::F64(read::<DoubleBits>(cell).0),
        Kind::Double => Value::F64(read(cell)),
        Kind::String if column.form == Form::Bytes => Value::String(read::<Utf8<String>>(cell).0),
        Kind::String => Value::String(read(cell)),
        Kind::Bytes => Value::Bytes(read::<Vec<u8>>(cell).into()),
        Kind::Message(of) => {
            let mut message = DynamicMessage::new(of.clone());
            if let Cell::Blob(bytes) = cell
                && ((column.form == Form::Bytes && column.ty != Type::String)
                    || matches!(column.ty, Type::Message(_) | Type::Any))
            {
                return Value::Message(DynamicMessage::decode(of, bytes).expect("protobuf bytes"));
            }
            let mut fill = |m: &dyn Fn(&mut DynamicMessage)| m(&mut message);
            match (&column.ty, column.form) {
                (Type::Timestamp, form) => {
                    let time = match form {
                        Form::Seconds => read::<Seconds<Timestamp>>(cell).0,
                        Form::Milliseconds => read::<Milliseconds<Timestamp>>(cell).0,
                        Form::Microseconds => read::<Microseconds<Timestamp>>(cell).0,
                        Form::Rfc3339 => read::<Rfc3339>(cell).0,
                        Form::Timestamptz => read::<Timestamptz>(cell).0,
                        _ => read::<Timestamp>(cell),
                    };
                    fill(&|m| m.transcode_from(&prost_types::Timestamp::from(time)).expect("a Timestamp"));
                }
                (Type::Duration, form) => {
                    let span = match form {
                        Form::Seconds => read::<Seconds<Duration>>(cell).0,
                        Form::Milliseconds => read::<Milliseconds<Duration>>(cell).0,
                        Form::Microseconds => read::<Microseconds<Duration>>(cell).0,
                        _ => read::<Duration>(cell),
                    };
                    fill(&|m| m.transcode_from(&prost_types::Duration::from(span)).expect("a Duration"));
                }
                (Type::Struct, _) => {
                    let json = read::<Json<prost_types::Struct>>(cell).0;
                    fill(&|m| m.transcode_from(&json).expect("a Struct"));
                }
                (Type::Value, _) => {
                    let json = read::<Json<prost_types::Value>>(cell).0;
                    fill(&|m| m.transcode_from(&json).expect("a Value"));
                }
                (Type::ListValue, _) => {
                    let json = read::<Json<prost_types::ListValue>>(cell).0;
                    fill(&|m| m.transcode_from(&json).expect("a ListValue"));
                }
                (Type::FieldMask, _) => {
                    let mask = read::<Paths>(cell).0;
                    fill(&|m| m.transcode_from(&mask).expect("a FieldMask"));
                }
                _ => {
                    let value = of.get_field_by_name("value").expect("a wrapper has a value");
                    message.set_field(&value, take(names, column, &value, sql));
                }
            }
            Value::Message(message)
        }
    }
}

fn read<T: Read>(cell: Cell<'_>) -> T {
    T::read(cell).unwrap_or_else(|bad| panic!("{cell:?}: {bad:?}"))
}

/// Returns the value inside a wrapper, `google.protobuf.StringValue`.
fn wrapped(message: &DynamicMessage) -> Option<Value> {
    let of = message.descriptor();
    let name = of.full_name().strip_prefix("google.protobuf.")?;
    let is_wrapper = name.ends_with("Value") && !matches!(name, "Value" | "ListValue");
    is_wrapper.then(|| message.get_field_by_name("value").expect("a wrapper has a value").into_owned())
}
