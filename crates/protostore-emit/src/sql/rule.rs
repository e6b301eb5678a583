//! The CHECK of a column's rules: each rule that SQL can state. The run time keeps all of them.

use protostore_schema::{Asks, Bound, Column, Form, Range, Role, RuleValue, Type, Unit, rules_name};

use super::check::{Check, Place};
use super::{literal, quote, table};
use crate::says::says;

/// Returns the CHECK of the rules, if SQL can state any.
pub(crate) fn check(column: &Column) -> Option<Check> {
    if !matches!(column.role, Role::Value | Role::MapKey) {
        return None;
    }
    let name = quote(&column.name.sql);
    let stated: Vec<(String, String)> = column
        .rules
        .all
        .iter()
        .filter_map(|rule| Some((condition(column, &name, &rule.asks)?, says(&rule.asks))))
        .collect();
    let (conditions, words): (Vec<_>, Vec<_>) = stated.into_iter().unzip();
    if conditions.is_empty() {
        return None;
    }
    let all = conditions.join(" AND ");
    let mut ways = Vec::new();
    if column.nullable {
        ways.push(format!("{name} IS NULL"));
    }
    if column.rules.but_zero {
        ways.extend(is_zero(column, &name));
    }
    let condition = if ways.is_empty() {
        all
    } else {
        let all = if conditions.len() > 1 { format!("({all})") } else { all };
        format!("{} OR {all}", ways.join(" OR "))
    };
    Some(Check {
        name: rules_name(&column.name.sql),
        place: Place::Column,
        condition,
        field: column.name.proto.clone(),
        says: words.join(", and "),
    })
}

fn is_zero(column: &Column, name: &str) -> Option<String> {
    match (&column.ty, column.form) {
        (Type::Timestamp | Type::Duration | Type::Any, _) => None,
        // Both zeros of IEEE 754.
        (Type::Float, Form::FloatBits) => Some(format!("{name} IN (0, 2147483648)")),
        (Type::Double, Form::FloatBits) => Some(format!("{name} IN (0, -9223372036854775808)")),
        (ty, form) => Some(format!("{name} = {}", table::zero(ty, form))),
    }
}

/// Returns what a rule asks of the column, where SQL can say it; never NULL for a value that is not.
fn condition(column: &Column, name: &str, asks: &Asks) -> Option<String> {
    let values = |values: &[RuleValue]| values.iter().filter_map(|v| value(column, v)).collect::<Vec<_>>();
    match asks {
        Asks::Is(one) => Some(format!("{name} = {}", value(column, one)?)),
        Asks::In(many) if is_comparable(column) => match values(many) {
            // No value that can be stored is among them.
            none if none.is_empty() => Some("0".to_owned()),
            some => Some(format!("{name} IN ({})", some.join(", "))),
        },
        Asks::NotIn(many) if is_comparable(column) => {
            let some = values(many);
            (!some.is_empty()).then(|| format!("{name} NOT IN ({})", some.join(", ")))
        }
        Asks::Range(range) => between(column, name, range),
        Asks::Finite if column.form == Form::Own => Some(format!("{name} > -9e999 AND {name} < 9e999")),
        Asks::Size { of, min, max } => size(column, name, *of, *min, *max),
        Asks::Prefix(part) => {
            let (part, n) = (value(column, part)?, length(column, part)?);
            (n > 0).then(|| format!("substr({name}, 1, {n}) = {part}"))
        }
        Asks::Suffix(part) => {
            let (part, n) = (value(column, part)?, length(column, part)?);
            (n > 0).then(|| format!("substr({name}, -{n}) = {part}"))
        }
        Asks::Contains(part) => {
            let (part, n) = (value(column, part)?, length(column, part)?);
            (n > 0).then(|| format!("instr({name}, {part}) > 0"))
        }
        Asks::NotContains(part) => {
            let (part, n) = (value(column, part)?, length(column, part)?);
            Some(if n > 0 { format!("instr({name}, {part}) = 0") } else { "0".to_owned() })
        }
        Asks::In(_) | Asks::NotIn(_) | Asks::Finite => None,
        Asks::Pattern(_) | Asks::Format(_) | Asks::Past | Asks::Future | Asks::Within(_) => None,
    }
}

fn between(column: &Column, name: &str, Range { low, high, outside }: &Range) -> Option<String> {
    if !is_ordered(column) {
        return None;
    }
    // A bound that the column cannot hold is left to the run time.
    let side = |bound: &Option<Bound>, sign: &str| {
        let Bound { at, included } = bound.as_ref()?;
        let (at, equal) = (value(column, at)?, if *included { "=" } else { "" });
        Some(format!("{name} {sign}{equal} {at}"))
    };
    match (side(low, ">"), side(high, "<")) {
        (Some(low), Some(high)) if *outside => Some(format!("({low} OR {high})")),
        (Some(low), Some(high)) => Some(format!("{low} AND {high}")),
        (Some(_), None) | (None, Some(_)) if *outside => None,
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

fn size(column: &Column, name: &str, unit: Unit, min: u64, max: Option<u64>) -> Option<String> {
    let length = match (unit, &column.ty, column.form) {
        (Unit::Characters, Type::String, Form::Own) | (Unit::Bytes, Type::Bytes, _) => format!("length({name})"),
        (Unit::Bytes, Type::String, Form::Bytes) => format!("length({name})"),
        (Unit::Bytes, Type::String, Form::Own) => format!("length(CAST({name} AS BLOB))"),
        _ => return None,
    };
    let most = max.filter(|max| i64::try_from(*max).is_ok());
    match (min, most) {
        (min, _) if i64::try_from(min).is_err() => Some("0".to_owned()),
        (min, Some(max)) if min == max => Some(format!("{length} = {min}")),
        (0, Some(max)) => Some(format!("{length} <= {max}")),
        (0, None) => None,
        (min, None) => Some(format!("{length} >= {min}")),
        (min, Some(max)) => Some(format!("{length} BETWEEN {min} AND {max}")),
    }
}

/// Returns whether two values are equal exactly where what stands for them is.
fn is_comparable(column: &Column) -> bool {
    match &column.ty {
        Type::Float | Type::Double => column.form == Form::Own,
        Type::Bool | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Enum(_) => true,
        Type::String | Type::Bytes | Type::Timestamp | Type::Duration => true,
        Type::Any | Type::Struct | Type::Value | Type::ListValue | Type::FieldMask => false,
        Type::Message(_) | Type::Repeated(_) => false,
    }
}

/// Returns whether values are in the order of what stands for them.
fn is_ordered(column: &Column) -> bool {
    is_comparable(column) && !matches!(column.ty, Type::String | Type::Bytes)
}

/// Returns what stands in the column for a value; none where the column cannot hold it.
fn value(column: &Column, value: &RuleValue) -> Option<String> {
    if !is_comparable(column) {
        return None;
    }
    Some(match (value, column.form) {
        (RuleValue::Bool(v), _) => u8::from(*v).to_string(),
        (RuleValue::Int(v), _) => v.to_string(),
        (RuleValue::Uint(v), Form::FullRange) => (v ^ (1 << 63)).cast_signed().to_string(),
        (RuleValue::Uint(v), _) => i64::try_from(*v).ok()?.to_string(),
        (RuleValue::Float(v), _) => match v.as_str() {
            "NaN" => return None,
            "inf" => "9e999".to_owned(),
            "-inf" => "-9e999".to_owned(),
            finite => finite.to_owned(),
        },
        (RuleValue::Text(v), Form::Bytes) => blob(v.as_bytes()),
        // A text literal ends at NUL, and so does what the column keeps.
        (RuleValue::Text(v), _) if v.contains('\0') => return None,
        (RuleValue::Text(v), _) => literal(v),
        (RuleValue::Bytes(v), _) => blob(v),
        (RuleValue::Time(seconds, nanos), form) => {
            let per_second: i128 = match form {
                Form::Own => 1_000_000_000,
                Form::Microseconds | Form::Timestamptz => 1_000_000,
                Form::Milliseconds => 1_000,
                Form::Seconds => 1,
                Form::FullRange | Form::FloatBits | Form::Rfc3339 | Form::Bytes | Form::Json => return None,
            };
            let all = i128::from(*seconds) * 1_000_000_000 + i128::from(*nanos);
            let step = 1_000_000_000 / per_second;
            if all % step != 0 {
                return None;
            }
            i64::try_from(all / step).ok()?.to_string()
        }
    })
}

/// Returns how many characters or bytes a part has, as `substr` counts them in the column.
fn length(column: &Column, part: &RuleValue) -> Option<usize> {
    match part {
        RuleValue::Text(v) if column.form == Form::Bytes => Some(v.len()),
        RuleValue::Text(v) => Some(v.chars().count()),
        RuleValue::Bytes(v) => Some(v.len()),
        RuleValue::Bool(_) | RuleValue::Int(_) | RuleValue::Uint(_) | RuleValue::Float(_) | RuleValue::Time(..) => None,
    }
}

fn blob(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|b| format!("{b:02X}")).collect();
    format!("x'{digits}'")
}
