//! A value in its column, and the same value on protobuf's wire.

use prost::Message as _;
use rusqlite::types::Value;

use super::Why;
use crate::stored::document::{Catalog, Owned, Payload, Scalar, What, encoded, integer, wire_fields};
use crate::stored::{DoubleBits, FloatBits, FullRange, Json, Microseconds, Milliseconds, Paths, Rfc3339, Seconds};
use crate::time::{Duration, Timestamp};
use crate::value::{Bad, Bind, Cell, Kept, Value as Stored};

/// A column of a field.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The number of the field.
    pub(super) number: u32,
    /// The SQL name.
    pub(super) name: String,
    /// The kind of the proto file, where it is a scalar.
    pub(super) scalar: Option<Scalar>,
    /// The message of the proto file, where it is one: a wrapper, a time, one that is encoded.
    pub(super) wrapper: Option<String>,
    pub(super) ty: Ty,
    pub(super) form: Form,
    /// Whether NULL is in it for a field that is not set.
    pub(super) optional: bool,
    /// The message that declares it, where it holds all of a repeated field.
    pub(super) owner: Option<String>,
    /// What its JSON is of, once its version is known.
    pub(super) document: Option<What>,
}

/// The type of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Bool,
    Int,
    Uint64,
    Float,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    Struct,
    Value,
    ListValue,
    FieldMask,
    /// A message as its bytes; an Any too.
    Message,
    /// All of a repeated field, as the bytes of its message with this field alone.
    Repeated,
}

/// The form in which it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Own,
    FullRange,
    FloatBits,
    Seconds,
    Milliseconds,
    Microseconds,
    Rfc3339,
    Json,
    Bytes,
}

impl Ty {
    /// Returns the type that a snapshot names so.
    pub(super) fn named(of: &serde_json::Value) -> Option<Self> {
        if let serde_json::Value::Object(object) = of {
            return match object.keys().next()?.as_str() {
                "enum" => Some(Self::Int),
                "message" => Some(Self::Message),
                "repeated" => Some(Self::Repeated),
                _ => None,
            };
        }
        Some(match of.as_str()? {
            "bool" => Self::Bool,
            "int32" | "int64" | "uint32" => Self::Int,
            "uint64" => Self::Uint64,
            "float" => Self::Float,
            "double" => Self::Double,
            "string" => Self::String,
            "bytes" => Self::Bytes,
            "timestamp" => Self::Timestamp,
            "duration" => Self::Duration,
            "struct" => Self::Struct,
            "value" => Self::Value,
            "list_value" => Self::ListValue,
            "any" => Self::Message,
            "field_mask" => Self::FieldMask,
            _ => return None,
        })
    }
}

impl Form {
    /// Returns the form that a snapshot names so.
    pub(super) fn named(word: &str) -> Option<Self> {
        Some(match word {
            "own" => Self::Own,
            "full_range" => Self::FullRange,
            "float_bits" => Self::FloatBits,
            "seconds" => Self::Seconds,
            "milliseconds" => Self::Milliseconds,
            // On SQLite PostgreSQL's own type is the number of its microseconds.
            "microseconds" | "timestamptz" => Self::Microseconds,
            "rfc3339" => Self::Rfc3339,
            "json" => Self::Json,
            "bytes" => Self::Bytes,
            _ => return None,
        })
    }
}

/// Returns the bits of a number, or the number that has these bits.
pub(super) fn bits(value: &Value, into: bool, single: bool) -> Result<Value, Why> {
    if into {
        return match (real(value)?, single) {
            (real, false) => kept(&DoubleBits(real)),
            (real, true) => kept(&FloatBits(narrow(real)?)),
        };
    }
    let real = if single {
        read::<FloatBits>(value).map(|bits| f64::from(bits.0))?
    } else {
        read::<DoubleBits>(value).map(|bits| bits.0)?
    };
    if real.is_nan() || (real == 0.0 && real.is_sign_negative()) {
        return Err(format!("{real:?} is no number that a column of numbers keeps"));
    }
    Ok(Value::Real(real))
}

/// Returns bytes as text.
pub(super) fn text(value: &Value) -> Result<Value, Why> {
    let Value::Blob(bytes) = value else { return Err("holds no bytes".to_owned()) };
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(Value::Text(text.to_owned())),
        Ok(_) => Err("holds NUL, which no text does".to_owned()),
        Err(why) => Err(format!("holds bytes that are no UTF-8 ({why})")),
    }
}

fn real(value: &Value) -> Result<f64, Why> {
    if let Value::Real(real) = value { Ok(*real) } else { Err("holds no floating-point number".to_owned()) }
}

#[allow(clippy::cast_possible_truncation, reason = "what is cut off is compared")]
fn narrow(real: f64) -> Result<f32, Why> {
    let single = real as f32;
    if f64::from(single).to_bits() == real.to_bits() {
        Ok(single)
    } else {
        Err(format!("{real} is no float of 32 bits"))
    }
}

impl Column {
    /// Appends the field of a message that a value is; nothing where it is not set.
    pub(super) fn append(&self, value: &Value, to: &mut Vec<u8>) -> Result<(), Why> {
        if *value == Value::Null {
            return Ok(());
        }
        if self.ty == Ty::Repeated {
            // It is the field of a message already.
            match (self.form, value) {
                (Form::Json, value) => to.extend(self.bytes_of_json(value)?),
                (_, Value::Blob(bytes)) => to.extend(bytes),
                _ => return Err(self.wrong()),
            }
            return Ok(());
        }
        // A zero that its message leaves out goes when the message is put in order.
        self.payload(value)?.payload().put(self.number, to);
        Ok(())
    }

    /// Returns what an element, or the key of a map, is on the wire.
    pub(super) fn payload(&self, value: &Value) -> Result<Owned, Why> {
        let wrong = || self.wrong();
        let held = match (self.ty, self.form) {
            (Ty::Bool | Ty::Int, _) => self.int(integer_of(value).ok_or_else(wrong)?.into()),
            (Ty::Uint64, Form::FullRange) => self.int(read::<FullRange>(value).map_err(|_| wrong())?.0.into()),
            (Ty::Uint64, _) => self.int(read::<u64>(value).map_err(|_| wrong())?.into()),
            (Ty::Float, Form::FloatBits) => Owned::Fixed32(read::<FloatBits>(value).map_err(|_| wrong())?.0.to_bits()),
            (Ty::Float, _) => Owned::Fixed32(narrow(real(value)?)?.to_bits()),
            (Ty::Double, Form::FloatBits) => {
                Owned::Fixed64(read::<DoubleBits>(value).map_err(|_| wrong())?.0.to_bits())
            }
            (Ty::Double, _) => Owned::Fixed64(real(value)?.to_bits()),
            (Ty::String, Form::Own) => match value {
                Value::Text(text) => Owned::Bytes(text.clone().into_bytes()),
                _ => return Err(wrong()),
            },
            (Ty::Timestamp, form) => {
                let time = match form {
                    Form::Seconds => read::<Seconds<Timestamp>>(value).map(|time| time.0),
                    Form::Milliseconds => read::<Milliseconds<Timestamp>>(value).map(|time| time.0),
                    Form::Microseconds => read::<Microseconds<Timestamp>>(value).map(|time| time.0),
                    Form::Rfc3339 => read::<Rfc3339>(value).map(|time| time.0),
                    _ => read::<Timestamp>(value),
                };
                Owned::Bytes(prost_types::Timestamp::from(time?).encode_to_vec())
            }
            (Ty::Duration, form) => {
                let span = match form {
                    Form::Seconds => read::<Seconds<Duration>>(value).map(|span| span.0),
                    Form::Milliseconds => read::<Milliseconds<Duration>>(value).map(|span| span.0),
                    Form::Microseconds => read::<Microseconds<Duration>>(value).map(|span| span.0),
                    _ => read::<Duration>(value),
                };
                Owned::Bytes(prost_types::Duration::from(span?).encode_to_vec())
            }
            (Ty::Struct, Form::Own) => Owned::Bytes(read::<Json<prost_types::Struct>>(value)?.0.encode_to_vec()),
            (Ty::Value, Form::Own) => Owned::Bytes(read::<Json<prost_types::Value>>(value)?.0.encode_to_vec()),
            (Ty::ListValue, Form::Own) => Owned::Bytes(read::<Json<prost_types::ListValue>>(value)?.0.encode_to_vec()),
            (Ty::FieldMask, Form::Own) => Owned::Bytes(read::<Paths>(value)?.0.encode_to_vec()),
            (_, Form::Json) => Owned::Bytes(self.bytes_of_json(value)?),
            (
                Ty::Bytes
                | Ty::String
                | Ty::Message
                | Ty::Repeated
                | Ty::Struct
                | Ty::Value
                | Ty::ListValue
                | Ty::FieldMask,
                _,
            ) => match value {
                Value::Blob(bytes) => Owned::Bytes(bytes.clone()),
                _ => return Err(wrong()),
            },
        };
        Ok(if self.is_wrapper() { wrapped(&held) } else { held })
    }

    /// Returns the value of the column for what is on the wire; of nothing, NULL or the zero of its type.
    pub(super) fn value(&self, payload: Option<Payload<'_>>) -> Result<Value, Why> {
        let Some(payload) = payload else {
            return if self.optional || self.is_message() { Ok(Value::Null) } else { self.value(Some(self.zero())) };
        };
        let wrong = || format!("{} has another type on the wire", self.name);
        let inner;
        let payload = if self.is_wrapper() {
            inner = payload.bytes().and_then(wire_fields).ok_or_else(wrong)?;
            inner.iter().rev().find(|(number, _)| *number == 1).map_or_else(|| self.zero(), |(_, payload)| *payload)
        } else {
            payload
        };
        let bytes = || payload.bytes().ok_or_else(wrong);
        let of_type = |failed: prost::DecodeError| format!("{}: {failed}", self.name);
        match (self.ty, self.form) {
            (Ty::Bool | Ty::Int, _) => {
                let int = integer(self.kind(), payload).and_then(|int| i64::try_from(int).ok()).ok_or_else(wrong)?;
                Ok(Value::Integer(int))
            }
            (Ty::Uint64, form) => {
                let int = integer(self.kind(), payload).and_then(|int| u64::try_from(int).ok()).ok_or_else(wrong)?;
                if form == Form::FullRange { kept(&FullRange(int)) } else { kept(&int) }
            }
            (Ty::Float, form) => {
                let Payload::Fixed32(bits) = payload else { return Err(wrong()) };
                let float = f32::from_bits(bits);
                if form == Form::FloatBits { kept(&FloatBits(float)) } else { kept(&float) }
            }
            (Ty::Double, form) => {
                let Payload::Fixed64(bits) = payload else { return Err(wrong()) };
                let double = f64::from_bits(bits);
                if form == Form::FloatBits { kept(&DoubleBits(double)) } else { kept(&double) }
            }
            (Ty::String, Form::Own) => text(&Value::Blob(bytes()?.to_vec())),
            (Ty::Timestamp, form) => {
                let time = prost_types::Timestamp::decode(bytes()?).map_err(of_type)?;
                let time = Timestamp::try_from(time).map_err(|why| why.to_string())?;
                match form {
                    Form::Seconds => kept(&Seconds(time)),
                    Form::Milliseconds => kept(&Milliseconds(time)),
                    Form::Microseconds => kept(&Microseconds(time)),
                    Form::Rfc3339 => kept(&Rfc3339(time)),
                    _ => kept(&time),
                }
            }
            (Ty::Duration, form) => {
                let span = prost_types::Duration::decode(bytes()?).map_err(of_type)?;
                let span = Duration::try_from(span).map_err(|why| why.to_string())?;
                match form {
                    Form::Seconds => kept(&Seconds(span)),
                    Form::Milliseconds => kept(&Milliseconds(span)),
                    Form::Microseconds => kept(&Microseconds(span)),
                    _ => kept(&span),
                }
            }
            (Ty::Struct, Form::Own) => kept(&Json(prost_types::Struct::decode(bytes()?).map_err(of_type)?)),
            (Ty::Value, Form::Own) => kept(&Json(prost_types::Value::decode(bytes()?).map_err(of_type)?)),
            (Ty::ListValue, Form::Own) => kept(&Json(prost_types::ListValue::decode(bytes()?).map_err(of_type)?)),
            (Ty::FieldMask, Form::Own) => kept(&Paths(prost_types::FieldMask::decode(bytes()?).map_err(of_type)?)),
            (_, Form::Json) => self.json(bytes()?),
            (
                Ty::Bytes
                | Ty::String
                | Ty::Message
                | Ty::Repeated
                | Ty::Struct
                | Ty::Value
                | Ty::ListValue
                | Ty::FieldMask,
                _,
            ) => Ok(Value::Blob(bytes()?.to_vec())),
        }
    }

    /// Returns the value of an element, or of a part of an entry; what is left out there is zero.
    pub(super) fn element(&self, payload: Option<Payload<'_>>) -> Result<Value, Why> {
        let zero = if self.is_message() { Payload::Bytes(&[]) } else { self.zero() };
        self.value(Some(payload.unwrap_or(zero)))
    }

    /// Returns whether it holds all of a repeated field.
    pub(super) fn is_whole_field(&self) -> bool {
        self.ty == Ty::Repeated
    }

    /// Returns the value of the column for the bytes of all of its field.
    pub(super) fn whole(&self, bytes: Vec<u8>) -> Result<Value, Why> {
        if self.form == Form::Json { self.json(&bytes) } else { Ok(Value::Blob(bytes)) }
    }

    /// Looks up what its JSON is of, in a version.
    pub(super) fn resolve(&mut self, catalog: &Catalog) -> Result<(), Why> {
        if self.form != Form::Json {
            return Ok(());
        }
        let unknown = || format!("the snapshot of that version does not say what {} is of", self.name);
        let document = match (&self.owner, &self.wrapper) {
            (Some(owner), _) => catalog.field(owner, self.number).map(What::All),
            (None, Some(message)) => catalog.kind(message).map(What::One),
            (None, None) => None,
        };
        self.document = Some(document.ok_or_else(unknown)?);
        Ok(())
    }

    fn bytes_of_json(&self, value: &Value) -> Result<Vec<u8>, Why> {
        let (Some(document), Value::Text(text)) = (self.document, value) else { return Err(self.wrong()) };
        document.bytes_of_json(text)
    }

    fn json(&self, bytes: &[u8]) -> Result<Value, Why> {
        let document = self.document.ok_or_else(|| self.wrong())?;
        document.json_of_bytes(bytes).map(Value::Text)
    }

    /// Returns the wire type of numbers that may be packed together; none of what has a length.
    pub(super) fn packed_as(&self) -> Option<u64> {
        match self.ty {
            _ if self.is_message() => None,
            Ty::Bool | Ty::Int | Ty::Uint64 => Some(self.kind().wire_type()),
            Ty::Float => Some(5),
            Ty::Double => Some(1),
            _ => None,
        }
    }

    fn int(&self, int: i128) -> Owned {
        encoded(self.kind(), int)
    }

    /// Returns the scalar that it is on the wire: an enum is an int32.
    fn kind(&self) -> Scalar {
        let wrapped = self.wrapper.as_deref().and_then(|name| name.strip_prefix("google.protobuf."));
        match (self.scalar, wrapped) {
            (Some(scalar), _) => scalar,
            (None, Some("BoolValue")) => Scalar::Bool,
            (None, Some("UInt32Value")) => Scalar::Uint32,
            (None, Some("UInt64Value")) => Scalar::Uint64,
            (None, Some("Int64Value")) => Scalar::Int64,
            _ => Scalar::Int32,
        }
    }

    fn zero(&self) -> Payload<'static> {
        match self.ty {
            Ty::Float => Payload::Fixed32(0),
            Ty::Double => Payload::Fixed64(0),
            Ty::Bool | Ty::Int | Ty::Uint64 if matches!(self.kind(), Scalar::Sfixed32 | Scalar::Fixed32) => {
                Payload::Fixed32(0)
            }
            Ty::Bool | Ty::Int | Ty::Uint64 if matches!(self.kind(), Scalar::Sfixed64 | Scalar::Fixed64) => {
                Payload::Fixed64(0)
            }
            Ty::Bool | Ty::Int | Ty::Uint64 => Payload::Varint(0),
            _ => Payload::Bytes(&[]),
        }
    }

    /// Returns whether it is a message on the wire, which is there or not.
    fn is_message(&self) -> bool {
        self.wrapper.is_some()
    }

    /// Returns whether its value is in a message of its own on the wire.
    fn is_wrapper(&self) -> bool {
        let scalar =
            matches!(self.ty, Ty::Bool | Ty::Int | Ty::Uint64 | Ty::Float | Ty::Double | Ty::String | Ty::Bytes);
        scalar && self.wrapper.is_some()
    }

    fn wrong(&self) -> Why {
        format!("{} holds a value of another type", self.name)
    }
}

fn wrapped(held: &Owned) -> Owned {
    let mut bytes = Vec::new();
    if !held.payload().is_zero() {
        held.payload().put(1, &mut bytes);
    }
    Owned::Bytes(bytes)
}

fn integer_of(value: &Value) -> Option<i64> {
    if let Value::Integer(int) = value { Some(*int) } else { None }
}

/// Reads a value as a type of the store has it.
fn read<T: Stored>(value: &Value) -> Result<T, Why> {
    let cell = match value {
        Value::Null => Cell::Null,
        Value::Integer(int) => Cell::Int(*int),
        Value::Real(real) => Cell::Real(*real),
        Value::Text(text) => Cell::Text(text),
        Value::Blob(bytes) => Cell::Blob(bytes),
    };
    T::read(cell).map_err(|bad| match bad {
        Bad::Type => "holds a value of another type".to_owned(),
        Bad::Range => "holds a value that its type does not have".to_owned(),
    })
}

/// Returns a value as a statement of the store binds it.
fn kept(value: &impl Bind) -> Result<Value, Why> {
    Ok(match Kept::of(value).map_err(|why| why.to_string())? {
        Kept::Null => Value::Null,
        Kept::Int(int) => Value::Integer(int),
        Kept::Real(real) => Value::Real(real),
        Kept::Text(text) => Value::Text(text),
        Kept::Blob(bytes) => Value::Blob(bytes),
    })
}
