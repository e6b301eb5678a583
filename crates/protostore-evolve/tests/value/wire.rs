//! The wire oracle: a value encoded by prost as one kind, and decoded as another.

use prost::encoding::{self, DecodeContext};
use protostore_evolve::value::ValueType;
use protostore_schema::{Form, Kind};

use super::carry::Stored;

/// A number as a program has it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Integer(i128),
    Real(f64),
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.equals(*other)
    }
}

impl Number {
    /// Returns whether both are one number.
    pub(crate) fn equals(self, other: Self) -> bool {
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => one == other,
            (Self::Real(one), Self::Real(other)) => one == other,
            (Self::Integer(whole), Self::Real(real)) | (Self::Real(real), Self::Integer(whole)) => {
                real.fract() == 0.0 && real.abs() < 1e30 && real as i128 == whole
            }
        }
    }
}

const TAG: u32 = 1;

/// Returns what a new program reads from an old one's bytes; nothing if it rejects them.
pub(crate) fn oracle(old: &Kind, new: &Kind, value: Number) -> Option<Number> {
    let mut bytes = Vec::new();
    encode(old, value, &mut bytes);
    decode(new, &bytes)
}

fn encode(kind: &Kind, value: Number, to: &mut Vec<u8>) {
    let whole = |value| match value {
        Number::Integer(whole) => whole,
        Number::Real(real) => panic!("{real} is no integer"),
    };
    let real = |value| match value {
        Number::Real(real) => real,
        Number::Integer(whole) => panic!("{whole} is no floating-point number"),
    };
    macro_rules! int {
        ($module:ident, $ty:ty) => {
            encoding::$module::encode(TAG, &<$ty>::try_from(whole(value)).expect("a value of the kind"), to)
        };
    }
    match kind {
        Kind::Bool => encoding::bool::encode(TAG, &(whole(value) == 1), to),
        Kind::Int32 | Kind::Enum(_) => int!(int32, i32),
        Kind::Sint32 => int!(sint32, i32),
        Kind::Sfixed32 => int!(sfixed32, i32),
        Kind::Int64 => int!(int64, i64),
        Kind::Sint64 => int!(sint64, i64),
        Kind::Sfixed64 => int!(sfixed64, i64),
        Kind::Uint32 => int!(uint32, u32),
        Kind::Fixed32 => int!(fixed32, u32),
        Kind::Uint64 => int!(uint64, u64),
        Kind::Fixed64 => int!(fixed64, u64),
        Kind::Float => encoding::float::encode(TAG, &(real(value) as f32), to),
        Kind::Double => encoding::double::encode(TAG, &real(value), to),
        other => panic!("{other:?} is no number"),
    }
}

fn decode(kind: &Kind, mut bytes: &[u8]) -> Option<Number> {
    let (_, wire) = encoding::decode_key(&mut bytes).ok()?;
    macro_rules! read {
        ($module:ident, $ty:ty, $number:expr) => {{
            let mut value = <$ty>::default();
            let merged: Result<(), _> = merge(|ctx| encoding::$module::merge(wire, &mut value, &mut bytes, ctx));
            merged.ok()?;
            $number(value)
        }};
    }
    let whole = |value: i128| Number::Integer(value);
    Some(match kind {
        Kind::Bool => read!(bool, bool, |v: bool| whole(i128::from(v))),
        Kind::Int32 | Kind::Enum(_) => read!(int32, i32, |v: i32| whole(v.into())),
        Kind::Sint32 => read!(sint32, i32, |v: i32| whole(v.into())),
        Kind::Sfixed32 => read!(sfixed32, i32, |v: i32| whole(v.into())),
        Kind::Int64 => read!(int64, i64, |v: i64| whole(v.into())),
        Kind::Sint64 => read!(sint64, i64, |v: i64| whole(v.into())),
        Kind::Sfixed64 => read!(sfixed64, i64, |v: i64| whole(v.into())),
        Kind::Uint32 => read!(uint32, u32, |v: u32| whole(v.into())),
        Kind::Fixed32 => read!(fixed32, u32, |v: u32| whole(v.into())),
        Kind::Uint64 => read!(uint64, u64, |v: u64| whole(v.into())),
        Kind::Fixed64 => read!(fixed64, u64, |v: u64| whole(v.into())),
        Kind::Float => read!(float, f32, |v: f32| Number::Real(v.into())),
        Kind::Double => read!(double, f64, Number::Real),
        other => panic!("{other:?} is no number"),
    })
}

fn merge<T>(read: impl FnOnce(DecodeContext) -> Result<T, prost::DecodeError>) -> Result<T, prost::DecodeError> {
    read(DecodeContext::default())
}

/// Returns the same number as a value of a kind, if the kind has it.
pub(crate) fn number_of(kind: &Kind, value: Number) -> Option<Number> {
    let whole = match value {
        Number::Integer(whole) => Some(whole),
        Number::Real(real) => (real.fract() == 0.0 && real.abs() < 1e30).then_some(real as i128),
    };
    let real = match value {
        Number::Real(real) => real,
        Number::Integer(whole) => whole as f64,
    };
    let is_equal = |real: f64| Number::Real(real).equals(value).then_some(Number::Real(real));
    match kind {
        Kind::Float => is_equal(f64::from(real as f32)),
        Kind::Double => is_equal(real),
        _ => whole.map(Number::Integer).filter(|number| range(kind).contains(number)),
    }
}

struct Range(i128, i128);

impl Range {
    fn contains(&self, number: &Number) -> bool {
        matches!(number, Number::Integer(whole) if (self.0..=self.1).contains(whole))
    }
}

fn range(kind: &Kind) -> Range {
    match kind {
        Kind::Bool => Range(0, 1),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Enum(_) => Range(i32::MIN.into(), i32::MAX.into()),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Range(i64::MIN.into(), i64::MAX.into()),
        Kind::Uint32 | Kind::Fixed32 => Range(0, u32::MAX.into()),
        Kind::Uint64 | Kind::Fixed64 => Range(0, u64::MAX.into()),
        other => panic!("{other:?} is no integer"),
    }
}

/// Returns whether a column can hold a number of its kind: without the full range, none above `i64::MAX`.
pub(crate) fn holds(of: ValueType<'_>, value: Number) -> bool {
    match (value, of.form) {
        (Number::Integer(whole), Form::Own) => i64::try_from(whole).is_ok(),
        _ => true,
    }
}

/// Returns what the column holds for a value.
pub(crate) fn stored_of(of: ValueType<'_>, value: Number) -> Stored {
    match (value, of.form) {
        (Number::Integer(whole), Form::FullRange) => {
            Stored::Integer(u64::try_from(whole).expect("a uint64").cast_signed() ^ i64::MIN)
        }
        (Number::Integer(whole), _) => Stored::Integer(i64::try_from(whole).expect("64 bits")),
        (Number::Real(real), _) => Stored::Real(real),
    }
}

/// Returns values that a column of this type holds: all boundaries of all kinds, and random ones.
pub(crate) fn values(of: ValueType<'_>, random: &mut fastrand::Rng) -> Vec<Number> {
    let ends: [i128; 14] = [
        0,
        1,
        1 << 7,
        1 << 24,
        (1 << 24) + 1,
        i32::MAX.into(),
        i32::MIN.into(),
        u32::MAX.into(),
        1 << 53,
        (1 << 53) + 1,
        i64::MAX.into(),
        i64::MIN.into(),
        u64::MAX.into(),
        3,
    ];
    let near = ends.into_iter().flat_map(|end| [end - 1, end, end + 1, -end]);
    let drawn: Vec<i128> = (0..200).map(|_| i128::from(random.i64(..) >> random.u32(0..64))).collect();
    let wholes: Vec<i128> = near.chain(drawn).collect();
    if matches!(of.kind, Kind::Float | Kind::Double) {
        let mut reals: Vec<f64> = wholes.iter().map(|whole| *whole as f64).collect();
        reals.extend([0.1, -0.5, 1e300, -1e300, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, 5e-324, 1e-45]);
        reals.extend([f64::from(f32::MAX), f64::from(f32::from_bits(1)), 3.402_823_6e38, f64::EPSILON]);
        reals.extend((0..200).map(|_| f64::from_bits(random.u64(..))).filter(|real| !real.is_nan()));
        let narrowed = |real: &f64| if *of.kind == Kind::Float { f64::from(*real as f32) } else { *real };
        // A zero has no sign in a column.
        return reals.iter().map(narrowed).map(|real| Number::Real(real + 0.0)).collect();
    }
    let is_held = |number: &Number| range(of.kind).contains(number) && holds(of, *number);
    wholes.into_iter().map(Number::Integer).filter(is_held).collect()
}
