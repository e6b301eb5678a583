//! The CHECK of a column's rules: each rule that SQL can state. The run time keeps all of them.

use protostore_schema::{Asks, Bound, Column, Form, Range, Role, RuleValue, Type, Unit, rules_name};
use protostore_sql::{Expr, Length, Lit, Match, Op};

use super::check::{Check, Place};
use super::table;
use crate::says::says;

/// Returns the CHECK of the rules, if SQL can state any.
pub(crate) fn check(column: &Column) -> Option<Check<'_>> {
    if !matches!(column.role, Role::Value | Role::MapKey) {
        return None;
    }
    let stated = column.rules.all.iter().filter_map(|rule| Some((condition(column, &rule.asks)?, says(&rule.asks))));
    let (conditions, words): (Vec<Vec<Expr<'_>>>, Vec<_>) = stated.unzip();
    if conditions.is_empty() {
        return None;
    }
    let mut ways = Vec::new();
    if column.nullable {
        ways.push(Expr::column(&column.name.sql).is_null());
    }
    if column.rules.but_zero {
        ways.extend(is_zero(column));
    }
    let all = conditions.concat();
    let all = if ways.is_empty() { all } else { vec![Expr::Any(ways.into_iter().chain([Expr::All(all)]).collect())] };
    Some(Check {
        name: rules_name(&column.name.sql),
        place: Place::Column,
        all,
        field: column.name.proto.clone(),
        says: words.join(", and "),
    })
}

fn is_zero(column: &Column) -> Option<Expr<'_>> {
    let name = Expr::column(&column.name.sql);
    let both = |name, other| Some(Expr::In(Box::new(name), vec![Expr::int(0), Expr::int(other)]));
    match (&column.ty, column.form) {
        (Type::Timestamp | Type::Duration | Type::Any, _) => None,
        // Both zeros of IEEE 754.
        (Type::Float, Form::FloatBits) => both(name, 1 << 31),
        (Type::Double, Form::FloatBits) => both(name, i64::MIN),
        (ty, form) => Some(name.equals(Expr::Lit(table::zero(ty, form)))),
    }
}

/// Returns what a rule asks of the column, where SQL can say it; never NULL for a value that is not.
fn condition<'s>(column: &'s Column, asks: &'s Asks) -> Option<Vec<Expr<'s>>> {
    let name = || Box::new(Expr::column(&column.name.sql));
    let values = |values: &'s [RuleValue]| -> Vec<Expr<'s>> {
        values.iter().filter_map(|v| value(column, v)).map(Expr::Lit).collect()
    };
    let has = |part, value: &'s RuleValue| {
        let lit = self::value(column, value)?;
        (length(&lit) > 0).then(|| Expr::Has(part, name(), lit))
    };
    Some(vec![match asks {
        Asks::Is(one) => name().equals(Expr::Lit(value(column, one)?)),
        // No value that can be stored is among them.
        Asks::In(many) if is_comparable(column) && values(many).is_empty() => Expr::Const(false),
        Asks::In(many) if is_comparable(column) => Expr::In(name(), values(many)),
        Asks::NotIn(many) if is_comparable(column) && !values(many).is_empty() => Expr::NotIn(name(), values(many)),
        Asks::Range(range) => return between(column, range),
        Asks::Finite if column.form == Form::Own => {
            let bound = |op, at: &'static str| name().compare(op, Expr::Lit(Lit::Real(at.into())));
            return Some(vec![bound(Op::Greater, "-9e999"), bound(Op::Less, "9e999")]);
        }
        Asks::Size { of, min, max } => size(column, *of, *min, *max)?,
        Asks::Prefix(part) => has(Match::First, part)?,
        Asks::Suffix(part) => has(Match::Last, part)?,
        Asks::Contains(part) => has(Match::Within, part)?,
        Asks::NotContains(part) if length(&value(column, part)?) == 0 => Expr::Const(false),
        Asks::NotContains(part) => has(Match::Nowhere, part)?,
        Asks::In(_) | Asks::NotIn(_) | Asks::Finite => return None,
        Asks::Pattern(_) | Asks::Format(_) | Asks::Past | Asks::Future | Asks::Within(_) => return None,
    }])
}

fn between<'s>(column: &'s Column, Range { low, high, outside }: &'s Range) -> Option<Vec<Expr<'s>>> {
    if !is_ordered(column) {
        return None;
    }
    // A bound that the column cannot hold is left to the run time.
    let side = |bound: &'s Option<Bound>, with: Op, without: Op| {
        let Bound { at, included } = bound.as_ref()?;
        let op = if *included { with } else { without };
        Some(Expr::column(&column.name.sql).compare(op, Expr::Lit(value(column, at)?)))
    };
    match (side(low, Op::AtLeast, Op::Greater), side(high, Op::AtMost, Op::Less)) {
        (Some(low), Some(high)) if *outside => Some(vec![Expr::Any(vec![low, high])]),
        (Some(low), Some(high)) => Some(vec![low, high]),
        (Some(_), None) | (None, Some(_)) if *outside => None,
        (Some(one), None) | (None, Some(one)) => Some(vec![one]),
        (None, None) => None,
    }
}

fn size(column: &Column, unit: Unit, min: u64, max: Option<u64>) -> Option<Expr<'_>> {
    let unit = match (unit, &column.ty, column.form) {
        (Unit::Characters, Type::String, Form::Own) => Length::Characters,
        (Unit::Bytes, Type::Bytes, _) | (Unit::Bytes, Type::String, Form::Bytes) => Length::Bytes,
        (Unit::Bytes, Type::String, Form::Own) => Length::BytesOfText,
        _ => return None,
    };
    let length = Expr::Length(unit, Box::new(Expr::column(&column.name.sql)));
    let Ok(min) = i64::try_from(min) else { return Some(Expr::Const(false)) };
    Some(match (min, max.and_then(|max| i64::try_from(max).ok())) {
        (min, Some(max)) if min == max => length.equals(Expr::int(min)),
        (0, Some(max)) => length.compare(Op::AtMost, Expr::int(max)),
        (0, None) => return None,
        (min, None) => length.compare(Op::AtLeast, Expr::int(min)),
        (min, Some(max)) => Expr::Between(Box::new(length), Lit::Int(min), Lit::Int(max)),
    })
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

/// Returns what is in the column for a value; none where the column cannot hold it.
fn value<'s>(column: &Column, value: &'s RuleValue) -> Option<Lit<'s>> {
    if !is_comparable(column) {
        return None;
    }
    Some(match (value, column.form) {
        (RuleValue::Bool(v), _) => Lit::Bool(*v),
        (RuleValue::Int(v), _) => Lit::Int(*v),
        (RuleValue::Uint(v), Form::FullRange) => Lit::Int((v ^ (1 << 63)).cast_signed()),
        (RuleValue::Uint(v), _) => Lit::Int(i64::try_from(*v).ok()?),
        (RuleValue::Float(v), _) => Lit::Real(match v.as_str() {
            "NaN" => return None,
            "inf" => "9e999".into(),
            "-inf" => "-9e999".into(),
            finite => finite.into(),
        }),
        (RuleValue::Text(v), Form::Bytes) => Lit::Bytes(v.as_bytes().into()),
        // A text literal ends at NUL, and so does what the column keeps.
        (RuleValue::Text(v), _) if v.contains('\0') => return None,
        (RuleValue::Text(v), _) => Lit::Text(v.into()),
        (RuleValue::Bytes(v), _) => Lit::Bytes(v.as_slice().into()),
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
            let number = i64::try_from(all / step).ok()?;
            if form == Form::Timestamptz { Lit::Instant(number) } else { Lit::Int(number) }
        }
    })
}

/// Returns how many characters or bytes a part has.
fn length(part: &Lit<'_>) -> usize {
    match part {
        Lit::Text(v) => v.len(),
        Lit::Bytes(v) => v.len(),
        Lit::Bool(_) | Lit::Int(_) | Lit::Real(_) | Lit::Instant(_) => 0,
    }
}
