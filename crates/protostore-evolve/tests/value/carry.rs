//! Carries out a conversion and a guard on one value, written apart from what prints them as SQL.

use protostore_evolve::plan::{Conversion, Number};
use protostore_evolve::value::{Misfit, Rewrite};

/// A value as SQLite stores it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stored {
    Integer(i64),
    Real(f64),
}

/// Returns what a column holds after its rewrite.
pub(crate) fn convert(by: &Rewrite, value: &Stored) -> Stored {
    match by {
        Rewrite::None => *value,
        Rewrite::Sql(by) => convert_one(by, *value),
        Rewrite::Text | Rewrite::Bits { .. } | Rewrite::Reform => panic!("{by:?} is none of numbers"),
    }
}

/// Returns whether a guard lets a value pass.
pub(crate) fn fits(misfit: Option<&Misfit>, value: &Stored) -> bool {
    misfit.is_none_or(|misfit| !is_misfit(misfit, *value))
}

fn is_misfit(misfit: &Misfit, value: Stored) -> bool {
    let between = |low: i64, high: i64| match value {
        Stored::Integer(number) => (low..=high).contains(&number),
        Stored::Real(number) => whole(number).is_some_and(|n| i128::from(low) <= n && n <= i128::from(high)),
    };
    match misfit {
        // Of a number with a fraction, its neighbour toward zero says it: no bound has one.
        Misfit::Outside { low, high } => match value {
            Stored::Real(number) if number.fract() != 0.0 => number < *low as f64 || number > *high as f64,
            _ => !between(*low, *high),
        },
        Misfit::Within { low, high } => between(*low, *high),
        Misfit::Inexact(by) => !is_exact(by, value),
        Misfit::Either(all) => all.iter().any(|one| is_misfit(one, value)),
    }
}

/// Returns the integer that a number is; infinity is beyond every one.
fn whole(number: f64) -> Option<i128> {
    (number.fract() == 0.0 && number.abs() < 1e30).then_some(number as i128)
}

fn is_exact(by: &Conversion, value: Stored) -> bool {
    match (by, value) {
        (Conversion::Number { to: Number::Integer }, Stored::Real(number)) => {
            whole(number).is_some_and(|whole| i64::try_from(whole).is_ok())
        }
        (Conversion::Number { to: Number::Double }, Stored::Integer(number)) => {
            number as f64 as i128 == i128::from(number)
        }
        (Conversion::Number { to: Number::Float }, Stored::Integer(number)) => {
            number as f32 as i128 == i128::from(number)
        }
        (Conversion::Number { to: Number::Float }, Stored::Real(number)) => f64::from(number as f32) == number,
        (Conversion::Scale { up: 1, down }, Stored::Integer(number)) => number % i64::try_from(*down).unwrap() == 0,
        other => panic!("{other:?} is asked of no number"),
    }
}

fn convert_one(by: &Conversion, value: Stored) -> Stored {
    match (by, value) {
        (Conversion::Same, value) => value,
        (Conversion::Bits32 { signed: true }, Stored::Integer(number)) => {
            Stored::Integer(i64::from(u32::try_from(number).expect("32 bits").cast_signed()))
        }
        (Conversion::Bits32 { signed: false }, Stored::Integer(number)) => {
            Stored::Integer(i64::from(i32::try_from(number).expect("32 bits").cast_unsigned()))
        }
        (Conversion::FullRange { .. }, Stored::Integer(number)) => Stored::Integer(number ^ i64::MIN),
        (Conversion::Number { to: Number::Integer }, Stored::Real(number)) => Stored::Integer(number as i64),
        (Conversion::Number { to: Number::Double | Number::Float }, Stored::Integer(number)) => {
            Stored::Real(number as f64)
        }
        (Conversion::Scale { up, down }, Stored::Integer(number)) => {
            let (up, down) = (i64::try_from(*up).unwrap(), i64::try_from(*down).unwrap());
            Stored::Integer(number.checked_mul(up).expect("a guard found that it fits") / down)
        }
        other => panic!("{other:?} is none of numbers"),
    }
}
