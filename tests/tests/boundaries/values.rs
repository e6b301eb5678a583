//! The boundaries of each type, each with its name and with what becomes of it.

use std::iter;

use protostore::{Duration, Timestamp};
use shapes::Colour;

/// A boundary's name, its value, and the value that comes back or the words of the refusal.
pub(crate) type Try<V> = (String, V, Result<V, &'static str>);

const MIB: usize = 1 << 20;
const NUL: &str = "must not contain the character NUL";

fn kept<V: Clone>(boundary: impl Into<String>, value: V) -> Try<V> {
    (boundary.into(), value.clone(), Ok(value))
}

fn refused<V>(boundary: impl Into<String>, value: V, says: &'static str) -> Try<V> {
    (boundary.into(), value, Err(says))
}

pub(crate) fn bools() -> Vec<Try<bool>> {
    vec![kept("false", false), kept("true", true)]
}

macro_rules! integers {
    ($($name:ident: $type:ident;)+) => {
        $(pub(crate) fn $name() -> Vec<Try<$type>> {
            let all = [("minimum", $type::MIN), ("above the minimum", $type::MIN + 1), ("zero", 0), ("one", 1), ("maximum", $type::MAX)];
            all.map(|(boundary, value)| kept(boundary, value)).into()
        })+
    };
}

integers! {
    int32s: i32;
    int64s: i64;
    uint32s: u32;
    full_uint64s: u64;
}

/// Of 64 bits without a sign, in a column of 64 bits with one.
pub(crate) fn uint64s() -> Vec<Try<u64>> {
    let says = "must not be above 9223372036854775807";
    vec![
        kept("zero", 0),
        kept("one", 1),
        kept("2^63 - 1", (1 << 63) - 1),
        refused("2^63", 1 << 63, says),
        refused("maximum", u64::MAX, says),
    ]
}

/// The numbers that every column of this type holds, and those that only bits hold.
macro_rules! floats {
    ($own:ident, $bits:ident, $plain:ident: $type:ident, $last:literal, $payload:literal) => {
        fn $plain() -> impl Iterator<Item = Try<$type>> {
            let all = [
                ("minimum", $type::MIN),
                ("maximum", $type::MAX),
                ("least normal", $type::MIN_POSITIVE),
                ("least subnormal", $type::from_bits(1)),
                ("last subnormal", $type::from_bits($last)),
                ("subnormal below zero", -$type::from_bits(1)),
                ("zero", 0.0),
                ("infinity", $type::INFINITY),
                ("-infinity", $type::NEG_INFINITY),
            ];
            all.into_iter().map(|(boundary, value)| kept(boundary, value))
        }

        pub(crate) fn $own() -> Vec<Try<$type>> {
            let says = "must not be NaN";
            let others = [
                ("-0.0".to_owned(), -0.0, Ok(0.0)),
                refused("NaN", $type::NAN, says),
                refused("-NaN", -$type::NAN, says),
                refused("NaN of a payload", $type::from_bits($payload), says),
            ];
            $plain().chain(others).collect()
        }

        pub(crate) fn $bits() -> Vec<Try<$type>> {
            let others = [
                kept("-0.0", -0.0),
                kept("NaN", $type::NAN),
                kept("-NaN", -$type::NAN),
                kept("NaN of a payload", $type::from_bits($payload)),
            ];
            $plain().chain(others).collect()
        }
    };
}

floats!(floats, float_bits, plain_floats: f32, 0x007f_ffff, 0x7fc0_dead);
floats!(doubles, double_bits, plain_doubles: f64, 0x000f_ffff_ffff_ffff, 0x7ff8_dead_beef_0001);

pub(crate) fn texts() -> Vec<Try<String>> {
    let text = |boundary: &str, value: &str| kept(boundary, value.to_owned());
    let nul = |boundary: &str, value: &str| refused(boundary, value.to_owned(), NUL);
    // The last character of each plane, U+10FFFF at the end.
    let planes = (0..=16_u32).map(|plane| {
        let last = char::from_u32(plane << 16 | 0xffff).expect("a character");
        kept(format!("U+{:04X}", u32::from(last)), last.to_string())
    });
    let others = [
        text("empty", ""),
        text("U+0001", "\u{1}"),
        text("U+007F", "\u{7f}"),
        text("U+0080", "\u{80}"),
        text("U+07FF", "\u{7ff}"),
        text("U+0800", "\u{800}"),
        text("U+D7FF", "\u{d7ff}"),
        text("U+E000", "\u{e000}"),
        text("U+FEFF", "\u{feff}"),
        text("U+10000", "\u{10000}"),
        text("é", "\u{e9}"),
        text("e and U+0301", "e\u{301}"),
        text("U+0301 alone", "\u{301}"),
        text("quotes", "'\"`;--\\"),
        text("spaces around", " a \r\n"),
        kept("1 MiB", "é".repeat(MIB / 2)),
        nul("NUL", "\0"),
        nul("NUL at the end", "a\0"),
        nul("NUL in the middle", "a\0b"),
    ];
    planes.chain(others).collect()
}

pub(crate) fn bytes() -> Vec<Try<Vec<u8>>> {
    vec![
        kept("empty", vec![]),
        kept("a zero", vec![0]),
        kept("what is no UTF-8", vec![0xff, 0xc0, 0x80]),
        kept("every byte", (0..=u8::MAX).collect()),
        kept("1 MiB", iter::repeat_n([0, 0xff], MIB / 2).flatten().collect()),
    ]
}

pub(crate) fn colours() -> Vec<Try<Colour>> {
    let named = [
        ("minimum", i32::MIN),
        ("unknown above the minimum", i32::MIN + 1),
        ("unknown below zero", -1),
        ("zero", 0),
        ("one", 1),
        ("unknown", 2),
        ("unknown below the maximum", i32::MAX - 1),
        ("maximum", i32::MAX),
    ];
    named.map(|(boundary, number)| kept(boundary, Colour::from(number))).into()
}

/// A boundary of time, in seconds and nanoseconds.
type Parts = (&'static str, i64, i32, Result<(), &'static str>);

fn times_of(all: &[Parts]) -> Vec<Try<Timestamp>> {
    let time = |&(boundary, seconds, nanos, then): &Parts| {
        let value = Timestamp::new(seconds, nanos).expect("is normalised");
        (boundary.to_owned(), value, then.map(|()| value))
    };
    all.iter().map(time).collect()
}

fn spans_of(all: &[Parts]) -> Vec<Try<Duration>> {
    let span = |&(boundary, seconds, nanos, then): &Parts| {
        let value = Duration::new(seconds, nanos).expect("is normalised");
        (boundary.to_owned(), value, then.map(|()| value))
    };
    all.iter().map(span).collect()
}

const SECONDS: &str = "must be a whole number of seconds: round it, or encode the field in a finer unit";
const MILLISECONDS: &str = "must be a whole number of milliseconds: round it, or encode the field in a finer unit";
const MICROSECONDS: &str = "must be a whole number of microseconds: round it, or encode the field in nanoseconds";
const LONG_MILLISECONDS: &str =
    "must be within 2^63 milliseconds, 292 million years: encode the field as SECONDS to reach further";
const LONG_MICROSECONDS: &str =
    "must be within 2^63 microseconds, 292 thousand years: encode the field as MILLISECONDS to reach further";

/// In nanoseconds, as a column holds them that asks nothing else.
pub(crate) fn times() -> Vec<Try<Timestamp>> {
    let says = Err("must be between the years 1677 and 2262");
    times_of(&[
        ("first", -9_223_372_037, 145_224_192, Ok(())),
        ("one before the first", -9_223_372_037, 145_224_191, says),
        ("before 1970", -1, 999_999_999, Ok(())),
        ("1970", 0, 0, Ok(())),
        ("last", 9_223_372_036, 854_775_807, Ok(())),
        ("one after the last", 9_223_372_036, 854_775_808, says),
        ("least seconds", i64::MIN, 0, says),
        ("most seconds", i64::MAX, 999_999_999, says),
    ])
}

pub(crate) fn spans() -> Vec<Try<Duration>> {
    let says = Err("must not be longer than 292 years");
    spans_of(&[
        ("shortest", -9_223_372_036, -854_775_808, Ok(())),
        ("one below the shortest", -9_223_372_036, -854_775_809, says),
        ("zero", 0, 0, Ok(())),
        ("below zero", 0, -1, Ok(())),
        ("longest", 9_223_372_036, 854_775_807, Ok(())),
        ("one above the longest", 9_223_372_036, 854_775_808, says),
        ("least seconds", i64::MIN, 0, says),
        ("most seconds", i64::MAX, 0, says),
    ])
}

/// The ends of whole seconds, milliseconds and microseconds: what is true of times and of durations.
fn units(per_second: i64) -> Vec<Parts> {
    let (between, beyond) = match per_second {
        1 => (SECONDS, None),
        1_000 => (MILLISECONDS, Some(LONG_MILLISECONDS)),
        _ => (MICROSECONDS, Some(LONG_MICROSECONDS)),
    };
    let mut all = vec![("zero", 0, 0, Ok(())), ("between two units", 0, 1, Err(between))];
    let step = i32::try_from(1_000_000_000 / per_second).expect("a step");
    let fine = |units: i64| i32::try_from(units % per_second).expect("less than a second") * step;
    all.push(("last", i64::MAX / per_second, fine(i64::MAX), Ok(())));
    if let Some(beyond) = beyond {
        all.push(("one after the last", i64::MAX / per_second, fine(i64::MAX) + step, Err(beyond)));
    }
    all
}

pub(crate) fn times_in(per_second: i64) -> Vec<Try<Timestamp>> {
    let mut all = units(per_second);
    let floor = i64::MIN.div_euclid(per_second);
    let step = i32::try_from(1_000_000_000 / per_second).expect("a step");
    let nanos = i32::try_from(i64::MIN.rem_euclid(per_second)).expect("less than a second") * step;
    all.push(("first", floor, nanos, Ok(())));
    match per_second {
        1 => {}
        1_000 => all.push(("one before the first", floor, nanos - step, Err(LONG_MILLISECONDS))),
        _ => all.push(("one before the first", floor, nanos - step, Err(LONG_MICROSECONDS))),
    }
    times_of(&all)
}

pub(crate) fn spans_in(per_second: i64) -> Vec<Try<Duration>> {
    let mut all = units(per_second);
    let step = i32::try_from(1_000_000_000 / per_second).expect("a step");
    let nanos = i32::try_from(i64::MIN % per_second).expect("less than a second") * step;
    all.push(("shortest", i64::MIN / per_second, nanos, Ok(())));
    match per_second {
        1 => {}
        1_000 => all.push(("one below the shortest", i64::MIN / per_second, nanos - step, Err(LONG_MILLISECONDS))),
        _ => all.push(("one below the shortest", i64::MIN / per_second, nanos - step, Err(LONG_MICROSECONDS))),
    }
    spans_of(&all)
}

/// As text, RFC 3339.
pub(crate) fn written_times() -> Vec<Try<Timestamp>> {
    let says = Err("must be between the years 1 and 9999");
    times_of(&[
        ("first", -62_135_596_800, 0, Ok(())),
        ("one before the first", -62_135_596_801, 999_999_999, says),
        ("1970", 0, 0, Ok(())),
        ("last", 253_402_300_799, 999_999_999, Ok(())),
        ("one after the last", 253_402_300_800, 0, says),
    ])
}

/// In microseconds, from the first day that PostgreSQL has.
pub(crate) fn times_of_postgresql() -> Vec<Try<Timestamp>> {
    let mut all = units(1_000_000);
    let says = Err("must not be before the year 4714 BC");
    all.extend([
        ("first", -210_866_803_200, 0, Ok(())),
        ("one before the first", -210_866_803_201, 999_999_000, says),
        ("least seconds", i64::MIN, 0, says),
    ]);
    times_of(&all)
}
