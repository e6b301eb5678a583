//! Floating-point numbers: to one another, and to and from integers.

use protostore_schema::{Form, Kind};

use super::integer::integers;
use super::kind::changed;
use super::{Misfit, Rewrite, ValueChange, ValueType};
use crate::plan::{ChangeKind, Conversion, DataEffect, Number, Previous, Word};

/// Returns what becomes of a number where one of both kinds is floating-point; none where it is not carried.
pub(super) fn change(old: ValueType<'_>, new: ValueType<'_>) -> Option<ValueChange> {
    let to = |to| Conversion::Number { to };
    let base = ValueChange { previous: Previous::Neither, ..changed(old, new) };
    let exact = |rewrite| {
        let data = if rewrite == Rewrite::None { DataEffect::Untouched } else { DataEffect::Exact };
        ValueChange { kind: ChangeKind::K07, data, rewrite, ..base.clone() }
    };
    let guarded = |rewrite, misfit| {
        let asks = base.asks.iter().copied().chain([Word::Narrow]).collect();
        ValueChange {
            kind: ChangeKind::K08,
            data: DataEffect::Guarded,
            asks,
            rewrite,
            misfit: Some(misfit),
            ..base.clone()
        }
    };
    Some(match (number(old)?, number(new)?) {
        (Number::Float, Number::Double) => exact(Rewrite::None),
        (Number::Double, Number::Float) => {
            let change = guarded(Rewrite::None, Misfit::Inexact(to(Number::Float)));
            ValueChange { previous: Previous::Reads, ..change }
        }
        (Number::Integer, Number::Double) if integers(old)?.high <= i128::from(u32::MAX) => {
            exact(Rewrite::Sql(to(Number::Double)))
        }
        (Number::Integer, target) => guarded(Rewrite::Sql(to(target)), Misfit::Inexact(to(target))),
        (Number::Float | Number::Double, Number::Integer) => {
            let held = integers(new)?;
            let end = |value: i128| i64::try_from(value).expect("without the full range, a column holds 64 bits");
            let outside = Misfit::Outside { low: end(held.low), high: end(held.high) };
            let fraction = Misfit::Inexact(to(Number::Integer));
            guarded(Rewrite::Sql(to(Number::Integer)), Misfit::Either(vec![fraction, outside]))
        }
        (Number::Float, Number::Float) | (Number::Double, Number::Double) => return None,
    })
}

/// Returns the type of number that SQL holds; none of a bool, an enum, or a number in a form of its own.
fn number(value: ValueType<'_>) -> Option<Number> {
    match (value.scalar(), value.form) {
        (Kind::Bool | Kind::Enum(_), _) => None,
        (Kind::Float, Form::Own) => Some(Number::Float),
        (Kind::Double, Form::Own) => Some(Number::Double),
        (_, Form::Own) => integers(value).map(|_| Number::Integer),
        _ => None,
    }
}
