//! The key of a record, as a person types it.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use protostore::generated::Binder;
use protostore::stored::{FullRange, Microseconds, Milliseconds, Rfc3339, Seconds, Timestamptz, Utf8};
use protostore::upkeep::Value as Sql;
use protostore::{Bind, Duration, Error, Timestamp};
use protostore_schema::{Column, Form, Table, Type};

use super::value;
use crate::failure::Failure;
use crate::output::text;

/// Takes parameters, as a prepared statement does.
struct Parameters(Vec<Sql>);

impl Parameters {
    fn push(&mut self, value: Sql) -> Result<(), Error> {
        self.0.push(value);
        Ok(())
    }
}

impl Binder for Parameters {
    fn null(&mut self) -> Result<(), Error> {
        self.push(Sql::Null)
    }

    fn int(&mut self, v: i64) -> Result<(), Error> {
        self.push(Sql::Integer(v))
    }

    fn real(&mut self, v: f64) -> Result<(), Error> {
        self.push(Sql::Real(v))
    }

    fn text(&mut self, v: &str) -> Result<(), Error> {
        self.push(Sql::Text(v.to_owned()))
    }

    fn blob(&mut self, v: &[u8]) -> Result<(), Error> {
        self.push(Sql::Blob(v.to_vec()))
    }

    fn refuse(&self, kind: protostore::Kind, why: &'static str) -> Error {
        Error::new(kind, why)
    }
}

/// Returns the columns of a key from the words that were typed, one for each field of the key.
pub(super) fn parse(table: &Table, of: &MessageDescriptor, words: &[String]) -> Result<Vec<Sql>, Failure> {
    let name = &table.name.proto;
    if table.singleton.is_some() {
        let none = || Failure::Key(format!("{name} has at most one record, which has no key"));
        return if words.is_empty() { Ok(vec![Sql::Integer(1)]) } else { Err(none()) };
    }
    let columns = table.key_columns();
    if columns.len() != words.len() {
        let fields: Vec<&str> = columns.iter().map(|column| column.name.proto.as_str()).collect();
        return Err(Failure::Key(format!("the key of {name} is {}: give a value for each", fields.join(", "))));
    }
    let mut key = Parameters(Vec::new());
    for (column, word) in columns.into_iter().zip(words) {
        let field = field(of, &column.name.proto);
        let bound = field.ok_or_else(|| "is no field of the record".to_owned());
        let bound = bound.and_then(|field| bind(column, &field, word, &mut key));
        bound.map_err(|why| Failure::Key(format!("{name}.{}: {word}: {why}", column.name.proto)))?;
    }
    Ok(key.0)
}

/// Returns the field at the end of a path.
fn field(of: &MessageDescriptor, path: &str) -> Option<FieldDescriptor> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let found = of.get_field_by_name(name)?;
    match (rest, found.kind()) {
        (None, _) => Some(found),
        (Some(rest), Kind::Message(inner)) => field(&inner, rest),
        (Some(_), _) => None,
    }
}

fn bind(column: &Column, field: &FieldDescriptor, word: &str, to: &mut Parameters) -> Result<(), String> {
    let said = |why: Error| why.message().to_owned();
    let kind = field.kind();
    match (&kind, column.form) {
        (Kind::Bool, _) => number(word.parse::<bool>(), "true or false")?.bind(to).map_err(said),
        (Kind::String, Form::Bytes) => Utf8(word).bind(to).map_err(said),
        (Kind::String, _) => word.bind(to).map_err(said),
        (Kind::Bytes, _) => to.blob(&bytes(word)?).map_err(said),
        (Kind::Enum(of), _) => match of.get_value_by_name(word) {
            Some(value) => value.number().bind(to).map_err(said),
            None => {
                number(word.parse::<i32>(), "the name of a value of the enum, or its number")?.bind(to).map_err(said)
            }
        },
        (Kind::Uint64 | Kind::Fixed64, Form::FullRange) => {
            FullRange(number(word.parse::<u64>(), "a number without a sign")?).bind(to).map_err(said)
        }
        (Kind::Uint64 | Kind::Fixed64, _) => {
            number(word.parse::<u64>(), "a number without a sign")?.bind(to).map_err(said)
        }
        (Kind::Message(of), form) => {
            // In JSON a time is a string.
            let parts = value::parse(of, &text(word));
            let part = |name| parts.as_ref().ok().and_then(|parts| parts.get_field_by_name(name));
            let seconds = part("seconds").and_then(|v| v.as_i64());
            match (&column.ty, seconds, part("nanos").and_then(|v| v.as_i32())) {
                (Type::Timestamp, Some(seconds), Some(nanos)) => {
                    let time = Timestamp::new(seconds, nanos).ok_or("is no time")?;
                    match form {
                        Form::Seconds => Seconds(time).bind(to),
                        Form::Milliseconds => Milliseconds(time).bind(to),
                        Form::Microseconds => Microseconds(time).bind(to),
                        Form::Rfc3339 => Rfc3339(time).bind(to),
                        Form::Timestamptz => Timestamptz(time).bind(to),
                        _ => time.bind(to),
                    }
                    .map_err(said)
                }
                (Type::Duration, Some(seconds), Some(nanos)) => {
                    let span = Duration::new(seconds, nanos).ok_or("is no duration")?;
                    match form {
                        Form::Seconds => Seconds(span).bind(to),
                        Form::Milliseconds => Milliseconds(span).bind(to),
                        Form::Microseconds => Microseconds(span).bind(to),
                        _ => span.bind(to),
                    }
                    .map_err(said)
                }
                (Type::Timestamp, ..) => Err("is no time such as 2026-11-30T14:00:00Z".to_owned()),
                (Type::Duration, ..) => Err("is no duration such as 1.5s".to_owned()),
                // A wrapper is stored as the value in it.
                _ => match of.get_field_by_name("value") {
                    Some(inner) => bind(column, &inner, word, to),
                    None => Err("is not a value of its field".to_owned()),
                },
            }
        }
        _ => number(word.parse::<i64>(), "a number")?.bind(to).map_err(said),
    }
}

fn number<T, E>(parsed: Result<T, E>, what: &str) -> Result<T, String> {
    parsed.map_err(|_| format!("must be {what}"))
}

/// Reads bytes as they are printed, `x'c0ffee'`, or the digits alone.
fn bytes(word: &str) -> Result<Vec<u8>, String> {
    let digits = word.strip_prefix("x'").and_then(|word| word.strip_suffix('\'')).unwrap_or(word);
    let pair = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes = digits.as_bytes().chunks(2).map(|two| if two.len() == 2 { pair(two) } else { None });
    bytes.collect::<Option<_>>().ok_or_else(|| "must be bytes such as x'c0ffee'".to_owned())
}

/// Returns a key as a message names it.
pub(super) fn words(key: &[Sql]) -> String {
    let word = |value: &Sql| match value {
        Sql::Null => "NULL".to_owned(),
        Sql::Integer(v) => v.to_string(),
        Sql::Real(v) => v.to_string(),
        Sql::Text(v) => v.clone(),
        Sql::Blob(v) => crate::show::hex(v),
    };
    key.iter().map(word).collect::<Vec<_>>().join(" ")
}
