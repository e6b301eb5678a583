//! A value for a column, by its type, its form and its rules; another one for another seed, as far as there is one.

use protostore_schema::{Asks, Column, Form, Range, RuleValue, Schema, Table, Type};
use protostore_sql::Lit;

use super::text;

/// References lead to keys, which may be references again.
const DEPTH: u32 = 8;

/// 2100-01-01: later than any time after which a row is gone.
const LATE: i128 = 4_102_444_800_000_000_000;

/// Returns a value; none where the type has none that is known here. A reference has that of the row of the same seed.
///
/// `table` is the table of the column, where it is not in a child table.
pub(super) fn of(schema: &Schema, table: Option<&Table>, column: &Column, seed: u32) -> Option<Lit<'static>> {
    through(schema, table, column, seed, DEPTH)
}

fn through(schema: &Schema, table: Option<&Table>, column: &Column, seed: u32, depth: u32) -> Option<Lit<'static>> {
    if let (Some(reference), true) = (&column.reference, depth > 0) {
        let other = schema.tables.iter().find(|table| table.name.sql == reference.table)?;
        if let [key] = other.key_columns()[..] {
            return through(schema, Some(other), key, seed, depth - 1);
        }
    }
    // A part of a key that is a reference of several columns too.
    let parts = table.into_iter().flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)));
    for (own, foreign) in parts.filter(|_| depth > 0) {
        let at = foreign.columns.iter().position(|name| *name == column.name.sql);
        let other = schema.tables.iter().find(|table| table.name.sql == foreign.table);
        if let (Some(at), Some(other), true) = (at, other, own.key.contains(&column.name.sql))
            && let Some(key) = other.key_columns().get(at)
            && other.number != own.number
        {
            return through(schema, Some(other), key, seed, depth - 1);
        }
    }
    own(schema, column, seed)
}

/// Whether the type has a zero; messages are unset instead.
pub(super) fn has_zero(column: &Column) -> bool {
    match column.form {
        Form::Seconds | Form::Milliseconds | Form::Microseconds | Form::Timestamptz | Form::Rfc3339 => false,
        Form::FullRange | Form::FloatBits | Form::Bytes => true,
        Form::Json => matches!(column.ty, Type::Repeated(_)),
        Form::Own => !matches!(
            column.ty,
            Type::Message(_) | Type::Struct | Type::Value | Type::ListValue | Type::Any | Type::FieldMask
        ),
    }
}

fn own(schema: &Schema, column: &Column, seed: u32) -> Option<Lit<'static>> {
    let n = |otherwise: i128| number(column, seed).unwrap_or(otherwise + i128::from(seed));
    let int = |value: i128| i64::try_from(value).ok().map(Lit::Int);
    match (&column.ty, column.form) {
        (Type::Bool, _) => Some(Lit::Bool(n(1) % 2 == 1 || column.non_zero)),
        (Type::Uint64, Form::FullRange) => {
            let value = u64::try_from(n(1)).ok()?;
            Some(Lit::Int((value ^ (1 << 63)).cast_signed()))
        }
        (Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64, _) => int(n(1)),
        (Type::Enum(name), _) => {
            let known = schema.enums.iter().find(|e| e.name.proto == *name);
            let numbers: Vec<i32> = known.into_iter().flat_map(|e| &e.values).map(|value| value.number).collect();
            let mut numbers: Vec<i32> = numbers.into_iter().filter(|number| *number != 0 || !column.non_zero).collect();
            if let Some(asked) = number(column, seed) {
                numbers = vec![i32::try_from(asked).ok()?];
            }
            let at = (seed as usize + 1) % numbers.len().max(1);
            numbers.get(at).map(|number| Lit::Int(i64::from(*number)))
        }
        (Type::Float, form) => Some(real(column, form, seed)),
        (Type::Double, form) => Some(real(column, form, seed)),
        (Type::Timestamp, form) => instant(form, n(LATE / 1_000_000_000) * 1_000_000_000, seed),
        (Type::Duration, form) => int(n(1) * 1_000_000_000 / unit(form)),
        (Type::String, form) => {
            let text = text::of(&column.rules, seed);
            Some(if form == Form::Bytes { Lit::Bytes(text.into_bytes().into()) } else { Lit::Text(text.into()) })
        }
        (Type::Bytes, _) => Some(Lit::Bytes(text::bytes(&column.rules, seed).into())),
        (Type::Struct, Form::Own) => Some(Lit::Text(r#"{"a":"b"}"#.into())),
        (Type::ListValue, Form::Own) => Some(Lit::Text(r#"["a"]"#.into())),
        (Type::Value, Form::Own) => Some(Lit::Text(r#""a""#.into())),
        (Type::FieldMask, Form::Own) => Some(Lit::Text("a".into())),
        // As bytes of protobuf: `null`, the path `a`, a message without fields.
        (Type::Value, _) => Some(Lit::Bytes(vec![8, 0].into())),
        (Type::FieldMask, _) => Some(Lit::Bytes(b"\x0a\x01a".as_slice().into())),
        (Type::Struct | Type::ListValue, _) => Some(Lit::Bytes([].as_slice().into())),
        (Type::Message(_), Form::Json) => Some(Lit::Text("{}".into())),
        (Type::Message(_), _) => Some(Lit::Bytes([].as_slice().into())),
        (Type::Repeated(_), _) => Some(crate::sql::zero(&column.ty, column.form)),
        (Type::Any, Form::Json) => None,
        (Type::Any, _) => Some(Lit::Bytes(b"\x0a\x0ba.test/Type".as_slice().into())),
    }
}

fn real(column: &Column, form: Form, seed: u32) -> Lit<'static> {
    let value = number(column, seed).map_or(1.5 + f64::from(seed), |asked| asked as f64);
    match (form, &column.ty) {
        (Form::FloatBits, Type::Float) => Lit::Int(i64::from((value as f32).to_bits())),
        (Form::FloatBits, _) => Lit::Int(value.to_bits().cast_signed()),
        _ => Lit::Real(format!("{value:?}").into()),
    }
}

/// Returns how many nanoseconds the unit of a form has.
fn unit(form: Form) -> i128 {
    match form {
        Form::Seconds => 1_000_000_000,
        Form::Milliseconds => 1_000_000,
        Form::Microseconds | Form::Timestamptz => 1_000,
        _ => 1,
    }
}

fn instant(form: Form, nanos: i128, seed: u32) -> Option<Lit<'static>> {
    match form {
        Form::Rfc3339 => Some(Lit::Text(format!("2100-01-01T00:00:{:02}.000000000Z", seed % 60).into())),
        Form::Timestamptz => i64::try_from(nanos / 1_000).ok().map(Lit::Instant),
        _ => i64::try_from(nanos / unit(form)).ok().map(Lit::Int),
    }
}

/// Returns the number that the rules of a column ask for; of a time its seconds. None where they ask for none.
fn number(column: &Column, seed: u32) -> Option<i128> {
    let mut found = None;
    for rule in &column.rules.all {
        found = match &rule.asks {
            Asks::Is(value) => whole(value),
            Asks::In(values) => whole(values.get(seed as usize % values.len().max(1))?),
            Asks::Range(range) => within(range, seed),
            _ => None,
        }
        .or(found);
    }
    found
}

fn within(range: &Range, seed: u32) -> Option<i128> {
    let Range { low, high, outside } = range;
    let seed = i128::from(seed);
    let low = low.as_ref().and_then(|bound| Some(whole(&bound.at)? + i128::from(!bound.included)));
    let high = high.as_ref().and_then(|bound| Some(whole(&bound.at)? - i128::from(!bound.included)));
    match (low, high, outside) {
        (Some(low), _, true) => Some(low + seed),
        (Some(low), Some(high), false) => Some((low + seed).min(high)),
        (Some(low), None, false) => Some(low + seed),
        (None, Some(high), _) => Some(high.min(1 + seed)),
        (None, None, _) => None,
    }
}

fn whole(value: &RuleValue) -> Option<i128> {
    match value {
        RuleValue::Bool(value) => Some(i128::from(*value)),
        RuleValue::Int(value) => Some(i128::from(*value)),
        RuleValue::Uint(value) => Some(i128::from(*value)),
        RuleValue::Float(value) => {
            value.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| value as i128)
        }
        RuleValue::Time(seconds, _) => Some(i128::from(*seconds)),
        RuleValue::Text(_) | RuleValue::Bytes(_) => None,
    }
}
