//! Lowers a literal to what is in the column that it is compared with.

use prost_reflect::EnumDescriptor;
use prost_types::{Duration, Timestamp};
use protostore_schema::{Form, Literal, Type};

use super::draft::{Spot, type_word};
use super::where_text::Value;
use crate::nearest::nearest;

const SECOND: i128 = 1_000_000_000;

/// Returns a literal in the form of its column, or what to write instead.
pub(super) fn lower(
    ty: &Type,
    form: Form,
    enumeration: Option<&EnumDescriptor>,
    value: &Value,
) -> Result<Literal, String> {
    match (ty, value) {
        (Type::Enum(_), Value::Word(part) | Value::Text(part)) => {
            number_of(enumeration, &part.text, matches!(value, Value::Word(_)))
        }
        (Type::Bool, Value::Word(part)) => match part.text.as_str() {
            "true" => Ok(Literal::Integer(1)),
            "false" => Ok(Literal::Integer(0)),
            _ => Err("write `true` or `false`".to_owned()),
        },
        (Type::Int32, Value::Word(part)) => integer(&part.text, i32::MIN.into(), i32::MAX.into(), |i| i),
        (Type::Int64, Value::Word(part)) => integer(&part.text, i64::MIN.into(), i64::MAX.into(), |i| i),
        (Type::Uint32, Value::Word(part)) => integer(&part.text, 0, u32::MAX.into(), |i| i),
        (Type::Uint64, Value::Word(part)) if form == Form::FullRange => {
            integer(&part.text, 0, u64::MAX.into(), |i| i + i128::from(i64::MIN))
        }
        (Type::Uint64, Value::Word(part)) => integer(&part.text, 0, i64::MAX.into(), |i| i),
        (Type::Float, Value::Word(part)) => {
            let number = part.text.parse::<f32>().ok().filter(|number| is_decimal(&part.text) && number.is_finite());
            number.map(|number| real(number.into())).ok_or_else(|| "write a number, such as `0.5`".to_owned())
        }
        (Type::Double, Value::Word(part)) => {
            let number = part.text.parse::<f64>().ok().filter(|number| is_decimal(&part.text) && number.is_finite());
            number.map(real).ok_or_else(|| "write a number, such as `0.5`".to_owned())
        }
        (Type::String, Value::Text(part)) => text(&part.text, form),
        (Type::Bytes, Value::Text(part)) if part.text.is_empty() => Ok(Literal::Bytes(Vec::new())),
        (Type::Timestamp, Value::Text(part)) => time(&part.text, form),
        (Type::Duration, Value::Word(part) | Value::Text(part)) => duration(&part.text, form),
        (Type::String, Value::Word(part)) => Err(format!("write it between quotes: `\"{}\"`", part.text)),
        (Type::Timestamp, Value::Word(_)) => Err(TIME.to_owned()),
        (Type::Bytes, _) => Err("bytes are compared with `\"\"` only".to_owned()),
        (Type::Bool | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64, Value::Text(_))
        | (Type::Float | Type::Double, Value::Text(_)) => Err("write it without quotes".to_owned()),
        (Type::Struct | Type::Value | Type::ListValue | Type::Any | Type::FieldMask, _)
        | (Type::Message(_) | Type::Repeated(_), _) => Err(format!("a `{}` has no literal", type_word(ty))),
    }
}

/// Returns the zero of a field's type as one writes it.
pub(super) fn zero(spot: &Spot) -> &'static str {
    match spot.ty() {
        Some(Type::String | Type::Bytes) => "\"\"",
        Some(Type::Bool) => "false",
        Some(_) | None => "0",
    }
}

const TIME: &str = "write a time between quotes: `\"2026-11-20T23:41:22Z\"`";

fn number_of(enumeration: Option<&EnumDescriptor>, name: &str, is_word: bool) -> Result<Literal, String> {
    let values: Vec<_> = enumeration.into_iter().flat_map(EnumDescriptor::values).collect();
    if !is_word {
        return Err("write it without quotes".to_owned());
    }
    if let Some(value) = values.iter().find(|value| value.name() == name) {
        return Ok(Literal::Integer(value.number().into()));
    }
    let names: Vec<&str> = values.iter().map(|value| value.name()).collect();
    let ending = format!("_{name}");
    let near = names.iter().find(|n| n.ends_with(&ending)).copied().or_else(|| nearest(name, &names));
    Err(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the values are `{}`", names.join("`, `")),
    })
}

fn integer(text: &str, least: i128, most: i128, stored: impl Fn(i128) -> i128) -> Result<Literal, String> {
    let number = text.parse::<i128>().ok().filter(|i| (least..=most).contains(i));
    let stored = number.and_then(|number| i64::try_from(stored(number)).ok());
    stored.map(Literal::Integer).ok_or_else(|| format!("write an integer between {least} and {most}"))
}

/// Returns whether a text is digits with a sign, a point or an exponent: neither `inf` nor `nan`.
fn is_decimal(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || c == '-') && !text.contains("inf") && !text.contains("nan")
}

fn real(number: f64) -> Literal {
    // The two zeros are equal.
    Literal::Real(format!("{:?}", if number == 0.0 { 0.0 } else { number }))
}

fn text(text: &str, form: Form) -> Result<Literal, String> {
    if text.contains('*') {
        return Err("a `*` stands for any text there, which an index does not know: write the whole text".to_owned());
    }
    if text.contains('\0') {
        return Err("take the NUL away".to_owned());
    }
    if text.contains('\r') {
        return Err("take the carriage return away: files of SQL are checked in with LF line endings".to_owned());
    }
    Ok(match form {
        Form::Bytes => Literal::Bytes(text.as_bytes().to_vec()),
        Form::Own
        | Form::FullRange
        | Form::FloatBits
        | Form::Seconds
        | Form::Milliseconds
        | Form::Microseconds
        | Form::Timestamptz
        | Form::Json
        | Form::Rfc3339 => Literal::Text(text.to_owned()),
    })
}

fn time(text: &str, form: Form) -> Result<Literal, String> {
    let looks = text.len() >= 20 && text.as_bytes().get(10).is_some_and(|c| matches!(c, b'T' | b't'));
    let time: Timestamp = text.parse().ok().filter(|_| looks).ok_or(TIME)?;
    if form != Form::Rfc3339 {
        return unit(i128::from(time.seconds) * SECOND + i128::from(time.nanos), form);
    }
    let whole = Timestamp { seconds: time.seconds, nanos: 0 }.to_string();
    let whole = whole.strip_suffix('Z').filter(|whole| whole.len() == 19);
    let whole = whole.ok_or("write a time of the years 1 to 9999")?;
    Ok(Literal::Text(format!("{whole}.{:09}Z", time.nanos)))
}

fn duration(text: &str, form: Form) -> Result<Literal, String> {
    let help = "write seconds: `20s`, `1.5s`";
    let digits = text.strip_suffix('s').filter(|t| t.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.')));
    let duration: Duration = digits.and_then(|_| text.parse().ok()).ok_or(help)?;
    unit(i128::from(duration.seconds) * SECOND + i128::from(duration.nanos), form)
}

/// Returns nanoseconds in the unit of a column.
fn unit(nanoseconds: i128, form: Form) -> Result<Literal, String> {
    let (unit, name) = match form {
        Form::Seconds => (SECOND, "seconds"),
        Form::Milliseconds => (1_000_000, "milliseconds"),
        Form::Microseconds | Form::Timestamptz => (1_000, "microseconds"),
        Form::Own | Form::FullRange | Form::FloatBits | Form::Rfc3339 | Form::Json | Form::Bytes => (1, "nanoseconds"),
    };
    let number = (nanoseconds % unit == 0).then_some(nanoseconds / unit);
    let number = number.and_then(|number| i64::try_from(number).ok());
    number.map(Literal::Integer).ok_or_else(|| format!("write a time that the column can hold, in whole {name}"))
}

#[cfg(test)]
mod tests {
    use super::super::where_text::Part;
    use super::*;

    fn lowered(ty: &Type, form: Form, text: &str) -> Option<Literal> {
        let part = Part { text: text.trim_matches('"').to_owned(), at: 0..0 };
        let value = if text.starts_with('"') { Value::Text(part) } else { Value::Word(part) };
        lower(ty, form, None, &value).ok()
    }

    #[test]
    fn numbers_fit_their_type() {
        let own = |ty: &Type, text: &str| lowered(ty, Form::Own, text);
        assert_eq!(own(&Type::Int32, "-2147483648"), Some(Literal::Integer(-2_147_483_648)));
        assert_eq!(own(&Type::Int32, "2147483648"), None);
        assert_eq!(own(&Type::Uint64, "9223372036854775807"), Some(Literal::Integer(i64::MAX)));
        assert_eq!(own(&Type::Uint64, "9223372036854775808"), None);
        assert_eq!(lowered(&Type::Uint64, Form::FullRange, "0"), Some(Literal::Integer(i64::MIN)));
        assert_eq!(lowered(&Type::Uint64, Form::FullRange, "18446744073709551615"), Some(Literal::Integer(i64::MAX)));
        assert_eq!(own(&Type::Int64, "1.0"), None);
        assert_eq!(own(&Type::Double, "1"), Some(Literal::Real("1.0".to_owned())));
        assert_eq!(own(&Type::Double, "-0.0"), Some(Literal::Real("0.0".to_owned())));
        assert_eq!(own(&Type::Double, "inf"), None);
        assert_eq!(own(&Type::Double, "1e999"), None);
        assert_eq!(own(&Type::Float, "0.1"), Some(Literal::Real("0.10000000149011612".to_owned())));
        assert_eq!(own(&Type::Bool, "1"), None);
    }

    #[test]
    fn times_stand_in_their_unit() {
        let time = |form, text: &str| lowered(&Type::Timestamp, form, text);
        let text = "\"1969-12-31T23:59:59.500Z\"";
        assert_eq!(time(Form::Own, text), Some(Literal::Integer(-500_000_000)));
        assert_eq!(time(Form::Milliseconds, text), Some(Literal::Integer(-500)));
        assert_eq!(time(Form::Seconds, text), None);
        assert_eq!(time(Form::Rfc3339, text), Some(Literal::Text("1969-12-31T23:59:59.500000000Z".to_owned())));
        assert_eq!(time(Form::Seconds, "\"1970-01-01T01:00:00+01:00\""), Some(Literal::Integer(0)));
        assert_eq!(time(Form::Own, "\"2300-01-01T00:00:00Z\""), None);
        assert_eq!(time(Form::Own, "\"1970-01-01\""), None);
        assert_eq!(lowered(&Type::Duration, Form::Own, "-1.5s"), Some(Literal::Integer(-1_500_000_000)));
        assert_eq!(lowered(&Type::Duration, Form::Own, "1h"), None);
    }

    #[test]
    fn texts_stand_between_quotes() {
        assert_eq!(lowered(&Type::String, Form::Own, "\"\""), Some(Literal::Text(String::new())));
        assert_eq!(lowered(&Type::String, Form::Bytes, "\"a\""), Some(Literal::Bytes(vec![b'a'])));
        assert_eq!(lowered(&Type::String, Form::Own, "a"), None);
        assert_eq!(lowered(&Type::String, Form::Own, "\"a*\""), None);
        assert_eq!(lowered(&Type::Bytes, Form::Own, "\"a\""), None);
    }
}
