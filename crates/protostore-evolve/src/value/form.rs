//! One form of a value to another, in a column of the same type.

use protostore_schema::{Form, Type};

use super::kind::changed;
use super::{Misfit, Rewrite, ValueChange, ValueType};
use crate::plan::{ChangeKind, Conversion, DataEffect, Previous, Word};

/// The first and the last second of RFC 3339: the years 1 to 9999.
const YEARS: (i128, i128) = (-62_135_596_800, 253_402_300_799);

/// The first second of PostgreSQL's type: the beginning of 24 November 4714 BC.
const FIRST: i64 = -210_866_803_200;

/// Returns what becomes of a value in another form; none where the types have no such forms.
pub(super) fn change(old: ValueType<'_>, new: ValueType<'_>) -> Option<ValueChange> {
    let base = ValueChange { previous: Previous::Neither, ..changed(old, new) };
    let exact = |kind, rewrite| ValueChange { kind, data: DataEffect::Exact, rewrite, ..base.clone() };
    let narrow = |kind, rewrite, misfit| {
        let (data, asks) = (DataEffect::Guarded, vec![Word::Narrow]);
        ValueChange { kind, data, asks, rewrite, misfit, ..base.clone() }
    };
    Some(match (old.ty, old.form, new.form) {
        (Type::Uint64, Form::Own, Form::FullRange) => {
            exact(ChangeKind::S05, Rewrite::Sql(Conversion::FullRange { into: true }))
        }
        (Type::Uint64, Form::FullRange, Form::Own) => {
            // 2^63 and above are what does not fit; in full range they are the numbers from 0.
            let misfit = Misfit::Outside { low: i64::MIN, high: -1 };
            narrow(ChangeKind::S06, Rewrite::Sql(Conversion::FullRange { into: false }), Some(misfit))
        }
        (Type::Float | Type::Double, Form::Own, Form::FloatBits) => {
            exact(ChangeKind::S07, Rewrite::Bits { into: true })
        }
        (Type::Float | Type::Double, Form::FloatBits, Form::Own) => {
            narrow(ChangeKind::S07, Rewrite::Bits { into: false }, Some(no_real(old.ty)))
        }
        (Type::String, Form::Own, Form::Bytes) => exact(ChangeKind::S04, Rewrite::Sql(Conversion::TextToBytes)),
        (Type::String, Form::Bytes, Form::Own) => narrow(ChangeKind::S04, Rewrite::Text, None),
        (Type::Timestamp, Form::Microseconds, Form::Timestamptz) => ValueChange {
            kind: ChangeKind::S10,
            data: DataEffect::Guarded,
            // It may write a time that a program of this version does not read.
            previous: Previous::Reads,
            misfit: Some(Misfit::Outside { low: FIRST * 1_000_000, high: i64::MAX }),
            ..base
        },
        (Type::Timestamp, Form::Timestamptz, Form::Microseconds) => {
            ValueChange { kind: ChangeKind::S10, data: DataEffect::Untouched, previous: Previous::Neither, ..base }
        }
        (Type::Timestamp | Type::Duration, _, _) => time(old, new, &base)?,
        (Type::Message(_) | Type::Repeated(_) | Type::Any, _, _)
        | (Type::Struct | Type::Value | Type::ListValue | Type::FieldMask, _, _) => {
            exact(ChangeKind::S03, Rewrite::Reform)
        }
        _ => return None,
    })
}

fn time(old: ValueType<'_>, new: ValueType<'_>, base: &ValueChange) -> Option<ValueChange> {
    let change = |kind, by, asks, misfit: Option<Misfit>| {
        let data = if misfit.is_some() { DataEffect::Guarded } else { DataEffect::Exact };
        Some(ValueChange { kind, data, asks, rewrite: Rewrite::Sql(by), misfit, ..base.clone() })
    };
    let narrow = |is: bool| if is { vec![Word::Narrow] } else { Vec::new() };
    match (unit(old.form), unit(new.form)) {
        (Some(from), Some(to)) if to <= from => {
            let up = from / to;
            let end = |end: i64| (i128::from(end) / i128::from(up)).try_into().expect("nearer to zero");
            let per_second = i64::try_from(1_000_000_000 / from).expect("a unit is at least a nanosecond");
            let first = if new.form == Form::Timestamptz { FIRST * per_second } else { i64::MIN };
            let misfit = Misfit::Outside { low: first.max(end(i64::MIN)), high: end(i64::MAX) };
            change(ChangeKind::S08, Conversion::Scale { up, down: 1 }, Vec::new(), Some(misfit))
        }
        (Some(from), Some(to)) => {
            let by = Conversion::Scale { up: 1, down: to / from };
            change(ChangeKind::S08, by.clone(), narrow(true), Some(Misfit::Inexact(by)))
        }
        (Some(unit), None) if new.form == Form::Rfc3339 => {
            let end = |seconds: i128| i64::try_from(seconds * 1_000_000_000 / i128::from(unit)).ok();
            let years = end(YEARS.0).zip(end(YEARS.1 + 1));
            let misfit = years.map(|(low, end)| Misfit::Outside { low, high: end - 1 });
            change(ChangeKind::S09, Conversion::Rfc3339 { into: true, unit }, Vec::new(), misfit)
        }
        (None, Some(unit)) if old.form == Form::Rfc3339 => {
            let by = Conversion::Rfc3339 { into: false, unit };
            change(ChangeKind::S09, by.clone(), narrow(unit > 1), Some(Misfit::Inexact(by)))
        }
        _ => None,
    }
}

/// Returns how many nanoseconds the number in a column of times counts.
fn unit(form: Form) -> Option<u64> {
    match form {
        Form::Own => Some(1),
        Form::Microseconds | Form::Timestamptz => Some(1_000),
        Form::Milliseconds => Some(1_000_000),
        Form::Seconds => Some(1_000_000_000),
        Form::Rfc3339 | Form::FullRange | Form::FloatBits | Form::Json | Form::Bytes => None,
    }
}

/// Returns which bits are no number that REAL keeps: NaN, and the zero with a sign.
fn no_real(ty: &Type) -> Misfit {
    let ranges = match ty {
        Type::Float => [(0x7f80_0001, 0x7fff_ffff), (0xff80_0001, 0xffff_ffff), (0x8000_0000, 0x8000_0000)],
        _ => [(0x7ff0_0000_0000_0001, i64::MAX), (0xfff0_0000_0000_0001_u64.cast_signed(), -1), (i64::MIN, i64::MIN)],
    };
    Misfit::Either(ranges.map(|(low, high)| Misfit::Within { low, high }).to_vec())
}

/// Returns what is said of a form after the kind; nothing of that of the type.
pub(super) fn words(form: Form) -> Option<&'static str> {
    Some(match form {
        Form::Own => return None,
        Form::FullRange => "in full range",
        Form::FloatBits => "as bits",
        Form::Seconds => "in seconds",
        Form::Milliseconds => "in milliseconds",
        Form::Microseconds => "in microseconds",
        Form::Timestamptz => "as TIMESTAMPTZ",
        Form::Rfc3339 => "as RFC 3339",
        Form::Json => "as JSON",
        Form::Bytes => "as bytes",
    })
}
