//! Conversions as expressions, and which values do not survive them.

use protostore_evolve::plan::{Conversion, Number};
use protostore_schema::{Column, Form, Type};
use protostore_sql::{Arm, Expr, Lit, Op, Recode, Ty};

use crate::sql::zero;

/// A value on its way from one column to another.
pub(super) struct Crossing<'c> {
    pub(super) from: &'c Column,
    pub(super) to: &'c Column,
}

impl Crossing<'_> {
    /// Returns what becomes of a value; `set` says whether the message around the newer column is set, if one is.
    pub(super) fn convert<'a>(&self, by: &Conversion, x: Expr<'a>, set: Option<&Expr<'a>>) -> Expr<'a> {
        match by {
            Conversion::Same => x,
            Conversion::ZeroToUnset => Expr::NullIf(Box::new(x), Box::new(self.zero())),
            Conversion::UnsetToZero => {
                let value = match empty_of(self.to) {
                    Some(empty) => x.coalesce(empty),
                    None => x,
                };
                match set {
                    Some(set) => Expr::Case(None, vec![Arm(set.clone(), value)], None),
                    None => value,
                }
            }
            Conversion::Bits32 { signed: true } => {
                let large = x.clone().compare(Op::Greater, Expr::int(i32::MAX.into()));
                chosen(large, Expr::Plus(Box::new(x.clone()), -(1 << 32)), x)
            }
            Conversion::Bits32 { signed: false } => {
                let negative = x.clone().compare(Op::Less, Expr::int(0));
                chosen(negative, Expr::Plus(Box::new(x.clone()), 1 << 32), x)
            }
            Conversion::Number { to: Number::Integer } => Expr::Cast(Box::new(x), Ty::Int8),
            Conversion::Number { to: Number::Double | Number::Float } => Expr::Cast(Box::new(x), Ty::Real8),
            Conversion::TextToBytes => Expr::Recoded(Recode::Utf8, Box::new(x)),
            Conversion::FullRange { .. } => flipped(x),
            Conversion::Scale { up, down } => scaled(x, *up, *down),
            Conversion::Rfc3339 { into: true, unit } => to_text(x, *unit),
            Conversion::Rfc3339 { into: false, unit } => to_number(x, *unit),
            Conversion::Then(all) => all.iter().fold(x, |x, by| self.convert(by, x, set)),
        }
    }

    /// Returns whether a value does not come back from a conversion as it was; never NULL.
    pub(super) fn is_inexact<'a>(&self, by: &Conversion, x: &Expr<'a>) -> Expr<'a> {
        let parts = self.lost(by, x);
        match (parts.is_empty(), self.from.nullable) {
            (true, _) => Expr::Const(false),
            (false, false) => Expr::Any(parts),
            (false, true) => Expr::All(vec![x.clone().not_null(), Expr::Any(parts)]),
        }
    }

    /// Returns the ways in which a value that is not NULL is lost.
    fn lost<'a>(&self, by: &Conversion, x: &Expr<'a>) -> Vec<Expr<'a>> {
        let x = || x.clone();
        let outside = |low: Lit<'a>, high: Lit<'a>| Expr::Between(Box::new(x()), low, high).not();
        match by {
            Conversion::Same | Conversion::ZeroToUnset | Conversion::UnsetToZero | Conversion::TextToBytes => vec![],
            Conversion::Bits32 { .. } | Conversion::FullRange { into: true } => vec![],
            Conversion::Number { to: Number::Integer } => {
                let bound = |op, at: &'static str| x().compare(op, Expr::Lit(Lit::Real(at.into())));
                let fits = vec![
                    bound(Op::AtLeast, "-9223372036854775808.0"),
                    bound(Op::Less, "9223372036854775808.0"),
                    Expr::Cast(Box::new(x()), Ty::Int8).equals(x()),
                ];
                vec![Expr::All(fits).not()]
            }
            Conversion::Number { to: Number::Double } => {
                vec![Expr::Cast(Box::new(x()), Ty::Real8).compare(Op::NotEqual, x())]
            }
            Conversion::Number { to: Number::Float } => vec![Expr::IsSingle(Box::new(x())).not()],
            Conversion::FullRange { into: false } => vec![x().compare(Op::AtLeast, Expr::int(0))],
            Conversion::Scale { up, down } => {
                let (up, down) = (signed(*up), signed(*down));
                let mut lost = Vec::new();
                if up > 1 {
                    lost.push(outside(Lit::Int(i64::MIN / up), Lit::Int(i64::MAX / up)));
                }
                if down > 1 {
                    let there = Expr::Recoded(Recode::Scaled { up, down }, Box::new(x()));
                    let back = Expr::Recoded(Recode::Scaled { up: down, down: up }, Box::new(there));
                    lost.push(back.compare(Op::NotEqual, x()));
                }
                lost
            }
            Conversion::Rfc3339 { into: true, unit } => {
                let per_second = 1_000_000_000 / signed(*unit);
                // The years 1 to 9999; nanoseconds in 64 bits are all in between.
                let low = (-62_135_596_800_i64).checked_mul(per_second);
                let high = 253_402_300_800_i64.checked_mul(per_second).map(|end| end - 1);
                low.zip(high).map(|(low, high)| outside(Lit::Int(low), Lit::Int(high))).into_iter().collect()
            }
            Conversion::Rfc3339 { into: false, unit } => {
                let back = to_text(to_number(x(), *unit), *unit);
                let mut lost = Vec::new();
                if *unit == 1 {
                    let text = |text: &'static str| Lit::Text(text.into());
                    let (low, high) = ("1677-09-21T00:12:43.145224192Z", "2262-04-11T23:47:16.854775807Z");
                    lost.push(outside(text(low), text(high)));
                }
                lost.push(back.compare(Op::Differs, x()));
                lost
            }
            Conversion::Then(all) => {
                let mut lost = Vec::new();
                let mut at = x();
                for by in all {
                    lost.extend(self.lost(by, &at));
                    at = self.convert(by, at, None);
                }
                lost
            }
        }
    }

    /// Returns zero as the newer column writes it.
    fn zero<'a>(&self) -> Expr<'a> {
        zero_of(self.to)
    }
}

/// Returns the zero of a column; NULL where its type has none.
pub(super) fn zero_of<'a>(column: &Column) -> Expr<'a> {
    if has_zero(column) { Expr::Lit(zero(&column.ty, column.form)) } else { Expr::Null }
}

/// Returns what a column holds where its field is set and has no content: zero, or the empty message; none where no value of
/// the column is that.
fn empty_of<'a>(column: &Column) -> Option<Expr<'a>> {
    if has_zero(column) {
        return Some(Expr::Lit(zero(&column.ty, column.form)));
    }
    let text = |text: &'static str| Lit::Text(text.into());
    let bytes = || Lit::Bytes([].as_slice().into());
    let empty = match (column.form, &column.ty) {
        (Form::Rfc3339, _) => text("1970-01-01T00:00:00.000000000Z"),
        (_, Type::Timestamp | Type::Duration) if column.form != Form::Bytes => Lit::Int(0),
        (Form::Bytes, _) => bytes(),
        (Form::Json, Type::Message(_)) | (_, Type::Struct) => text("{}"),
        (_, Type::ListValue) => text("[]"),
        (_, Type::FieldMask) => text(""),
        (Form::Own, Type::Message(_) | Type::Any) => bytes(),
        _ => return None,
    };
    Some(Expr::Lit(empty))
}

/// Returns whether a column can hold a zero: what a message holds is set or not.
pub(super) fn has_zero(column: &Column) -> bool {
    match column.form {
        Form::Seconds | Form::Milliseconds | Form::Microseconds | Form::Timestamptz | Form::Rfc3339 => false,
        Form::Json => matches!(column.ty, Type::Repeated(_)),
        Form::FullRange | Form::FloatBits => true,
        Form::Bytes => column.ty == Type::String,
        Form::Own => match column.ty {
            Type::Bool | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Enum(_) => true,
            Type::Float | Type::Double | Type::String | Type::Bytes | Type::Repeated(_) => true,
            Type::Timestamp | Type::Duration => false,
            Type::Struct | Type::Value | Type::ListValue | Type::Any | Type::FieldMask | Type::Message(_) => false,
        },
    }
}

fn chosen<'a>(when: Expr<'a>, then: Expr<'a>, otherwise: Expr<'a>) -> Expr<'a> {
    Expr::Case(None, vec![Arm(when, then)], Some(Box::new(otherwise)))
}

/// Returns an integer with its greatest bit turned; SQLite has no XOR, and a sum that overflows is a floating-point
/// number.
fn flipped(x: Expr<'_>) -> Expr<'_> {
    let negative = x.clone().compare(Op::Less, Expr::int(0));
    let up = Expr::Plus(Box::new(Expr::Plus(Box::new(x.clone()), i64::MAX)), 1);
    chosen(negative, up, Expr::Plus(Box::new(x), i64::MIN))
}

fn scaled(x: Expr<'_>, up: u64, down: u64) -> Expr<'_> {
    Expr::Recoded(Recode::Scaled { up: signed(up), down: signed(down) }, Box::new(x))
}

fn to_text(x: Expr<'_>, unit: u64) -> Expr<'_> {
    Expr::Recoded(Recode::ToRfc3339 { per_second: 1_000_000_000 / signed(unit) }, Box::new(x))
}

fn to_number(x: Expr<'_>, unit: u64) -> Expr<'_> {
    Expr::Recoded(Recode::FromRfc3339 { per_second: 1_000_000_000 / signed(unit) }, Box::new(x))
}

/// Returns a factor of time, none of which has more than 31 bits.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX).max(1)
}
