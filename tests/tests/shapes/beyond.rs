//! Times and documents just beyond what a column holds, with the words of the refusal.

use fastrand::Rng;
use prost_reflect::{DynamicMessage, ReflectMessage, Value};

use super::asked::Encoding;
use super::wild::time;

/// What is said to a text with the character NUL in it.
pub(crate) const NUL: &str = "must not contain the character NUL";

/// Makes a point in time one that is refused, and says how.
pub(crate) fn timestamp(rng: &mut Rng, m: &mut DynamicMessage, encoding: Encoding) -> &'static str {
    const BEFORE: &str = "must not be before the year 4714 BC";
    const NANOS: &str = "has nanoseconds that are not between 0 and 999999999";
    let own = "must be between the years 1677 and 2262";
    let beyond: Vec<(i64, i32, &'static str)> = match encoding {
        Encoding::Rfc3339 => vec![
            (-62_135_596_801, 999_999_999, "must be between the years 1 and 9999"),
            (253_402_300_800, 0, "must be between the years 1 and 9999"),
        ],
        Encoding::Seconds | Encoding::Milliseconds | Encoding::Microseconds => units(encoding, false),
        Encoding::Timestamptz => {
            let mut all = units(encoding, false);
            all.retain(|(seconds, ..)| *seconds != i64::MIN);
            all.extend([(-210_866_803_201, 0, BEFORE), (i64::MIN, 0, BEFORE)]);
            all
        }
        Encoding::Own | Encoding::FullRange | Encoding::FloatBits => {
            vec![(9_223_372_036, 854_775_808, own), (-9_223_372_037, 145_224_191, own), (i64::MAX, 0, own)]
        }
    };
    let wrong = [(0, -1, NANOS), (0, 1_000_000_000, NANOS), (-1, i32::MIN, NANOS)];
    let all: Vec<_> = beyond.into_iter().chain(wrong).collect();
    replace(rng, m, &all)
}

/// Makes a span one that is refused, and says how.
pub(crate) fn duration(rng: &mut Rng, m: &mut DynamicMessage, encoding: Encoding) -> &'static str {
    const SIGNS: &str = "has nanoseconds of another sign than its seconds, or a second of them";
    let own = "must not be longer than 292 years";
    let beyond = match encoding {
        Encoding::Seconds | Encoding::Milliseconds | Encoding::Microseconds => units(encoding, true),
        _ => vec![(9_223_372_036, 854_775_808, own), (-9_223_372_036, -854_775_809, own), (i64::MIN, 0, own)],
    };
    let wrong = [(1, -1, SIGNS), (-1, 1, SIGNS), (0, 1_000_000_000, SIGNS), (0, i32::MIN, SIGNS)];
    let all: Vec<_> = beyond.into_iter().chain(wrong).collect();
    replace(rng, m, &all)
}

/// Returns times between two units, and beyond the last.
fn units(encoding: Encoding, signed: bool) -> Vec<(i64, i32, &'static str)> {
    let (fine, between, beyond) = match encoding {
        Encoding::Seconds => {
            (999_999_999, "must be a whole number of seconds: round it, or encode the field in a finer unit", None)
        }
        Encoding::Milliseconds => (
            999_999,
            "must be a whole number of milliseconds: round it, or encode the field in a finer unit",
            Some("must be within 2^63 milliseconds, 292 million years: encode the field as SECONDS to reach further"),
        ),
        _ => (
            999,
            "must be a whole number of microseconds: round it, or encode the field in nanoseconds",
            Some(
                "must be within 2^63 microseconds, 292 thousand years: encode the field as MILLISECONDS to reach further",
            ),
        ),
    };
    let mut all = vec![(0, 1, between), (7, fine, between)];
    all.extend(signed.then_some((-7, -fine, between)));
    all.extend(beyond.into_iter().flat_map(|beyond| [(i64::MAX, 0, beyond), (i64::MIN, 0, beyond)]));
    all
}

fn replace(rng: &mut Rng, m: &mut DynamicMessage, all: &[(i64, i32, &'static str)]) -> &'static str {
    let (seconds, nanos, says) = all[rng.usize(0..all.len())];
    *m = time(&m.descriptor(), seconds, nanos);
    says
}

/// Makes a `Value` one that JSON cannot say.
pub(crate) fn document(rng: &mut Rng, m: &mut DynamicMessage) -> &'static str {
    let of = m.descriptor();
    *m = DynamicMessage::new(of.clone());
    match rng.u8(0..5) {
        0 => "must not hold a value without a kind",
        1 => {
            let number = *rng.choice(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]).expect("a choice");
            m.set_field_by_name("number_value", Value::F64(number));
            "must not hold NaN or an infinity, for which JSON has no number: store it as BYTES"
        }
        2 => {
            m.set_field_by_name("null_value", Value::EnumNumber(1));
            "must not hold a null with a number other than 0"
        }
        3 => {
            m.set_field_by_name("string_value", Value::String("\0".to_owned()));
            NUL
        }
        _ => {
            m.set_field_by_name("null_value", Value::EnumNumber(0));
            for _ in 0..101 {
                let kind = of.get_field_by_name("list_value").expect("a kind of Value").kind();
                let mut list = DynamicMessage::new(kind.as_message().expect("a message").clone());
                list.set_field_by_name("values", Value::List(vec![Value::Message(m.clone())]));
                *m = DynamicMessage::new(of.clone());
                m.set_field_by_name("list_value", Value::Message(list));
            }
            "must not hold more than 100 objects and arrays within one another"
        }
    }
}
