//! Times in units, and as text.

use protostore::generated::{Bad, Cell, Value};
use protostore::stored::{Countable, Microseconds, Milliseconds, Rfc3339, Seconds};
use protostore::{Bind, Duration, Kind, Timestamp};
use rusqlite::types::Value as Sql;

use crate::table::{Table, bound};
use crate::{bad, cases, refusal, rng, wide};

const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;

fn at(seconds: i64, nanos: i32) -> Timestamp {
    Timestamp::new(seconds, nanos).expect("is a time")
}

fn span(seconds: i64, nanos: i32) -> Duration {
    Duration::new(seconds, nanos).expect("is a span")
}

/// Every integer is a time in this unit, which is stored as this integer, and the order of both is the same.
fn counts<U: Bind + Value + Ord + Copy + std::fmt::Debug>() {
    let mut rng = rng();
    let edges = [i64::MIN, i64::MIN + 1, -1_000_001, -1_000_000, -1001, -1000, -999, -1, 0, 1, 999, 1000, i64::MAX];
    let counts: Vec<i64> = edges.into_iter().chain((0..cases()).map(|_| wide(&mut rng))).collect();
    let mut values: Vec<U> = counts.iter().map(|n| U::read(Cell::Int(*n)).expect("is a time")).collect();
    for (value, count) in values.iter().zip(&counts) {
        assert_eq!(bound(value).expect("is bound"), Sql::Integer(*count), "{value:?}");
    }
    let table = Table::of("INTEGER");
    assert_eq!(table.pass::<_, U>(values.iter().copied()), values);
    values.sort_unstable();
    assert_eq!(table.ordered::<U>(), values);
    for cell in [Cell::Null, Cell::Real(1.0), Cell::Text("1"), Cell::Blob(b"1")] {
        assert_eq!(bad::<U>(cell), Some(Bad::Type));
    }
}

#[test]
fn every_count_is_a_time_and_every_time_its_count() {
    counts::<Seconds<Timestamp>>();
    counts::<Seconds<Duration>>();
    counts::<Milliseconds<Timestamp>>();
    counts::<Milliseconds<Duration>>();
    counts::<Microseconds<Timestamp>>();
    counts::<Microseconds<Duration>>();
}

#[test]
fn random_times_are_counted_exactly_or_refused() {
    let mut rng = rng();
    for _ in 0..cases() {
        let step = *rng.choice(&[1, 1_000, 1_000_000]).expect("there are some");
        let nanos = rng.i32(0..1_000_000_000) / step * step;
        let time = at(wide(&mut rng), nanos);
        exact_or_refused(time, |cell| Seconds::read(cell).ok().map(|v| v.0), &Seconds(time), 1);
        exact_or_refused(time, |cell| Milliseconds::read(cell).ok().map(|v| v.0), &Milliseconds(time), 1_000);
        exact_or_refused(time, |cell| Microseconds::read(cell).ok().map(|v| v.0), &Microseconds(time), 1_000_000);
    }
}

fn exact_or_refused<T>(time: Timestamp, read: impl Fn(Cell<'_>) -> Option<Timestamp>, form: &T, per_second: i128)
where
    T: Bind,
{
    let nanos = i128::from(time.seconds()) * 1_000_000_000 + i128::from(time.nanos());
    let exact = nanos % (1_000_000_000 / per_second) == 0;
    let fits = i64::try_from(nanos.div_euclid(1_000_000_000 / per_second)).is_ok();
    match bound(form) {
        Ok(Sql::Integer(count)) => assert!(exact && fits && read(Cell::Int(count)) == Some(time), "{time:?}"),
        Ok(other) => panic!("{other:?}"),
        Err(e) => assert_eq!(e.kind(), if exact { Kind::OutOfRange } else { Kind::Invalid }, "{time:?}"),
    }
}

#[test]
fn counts_are_what_they_say() {
    assert_eq!(bound(&Seconds(at(-1, 0))).expect("is bound"), Sql::Integer(-1));
    assert_eq!(bound(&Milliseconds(at(-1, 1_000_000))).expect("is bound"), Sql::Integer(-999));
    assert_eq!(bound(&Milliseconds(span(-1, -1_000_000))).expect("is bound"), Sql::Integer(-1001));
    assert_eq!(bound(&Microseconds(at(1, 1_000))).expect("is bound"), Sql::Integer(1_000_001));
    assert_eq!(bound(&Microseconds(span(0, -1_000))).expect("is bound"), Sql::Integer(-1));
    assert_eq!(Milliseconds::read(Cell::Int(-1)), Ok(Milliseconds(at(-1, 999_000_000))));
    assert_eq!(Milliseconds::read(Cell::Int(-1)), Ok(Milliseconds(span(0, -1_000_000))));
}

#[test]
fn a_finer_time_is_refused_with_the_unit_and_the_way_out() {
    fn finer<T: Countable>(second: T, milli: T, micro: T) {
        let refused = refusal(bound(&Seconds(second)).map(drop));
        let words = "must be a whole number of seconds: round it, or encode the field in a finer unit";
        assert_eq!(refused, (Kind::Invalid, words.to_owned()));
        let refused = refusal(bound(&Milliseconds(milli)).map(drop));
        let words = "must be a whole number of milliseconds: round it, or encode the field in a finer unit";
        assert_eq!(refused, (Kind::Invalid, words.to_owned()));
        let refused = refusal(bound(&Microseconds(micro)).map(drop));
        let words = "must be a whole number of microseconds: round it, or encode the field in nanoseconds";
        assert_eq!(refused, (Kind::Invalid, words.to_owned()));
    }
    finer(at(0, 1), at(-1, 999_999_999), at(5, 999));
    finer(at(i64::MIN, 999_999_000), at(5, 1_000), at(5, 1));
    finer(span(0, -1), span(-1, -999_999), span(0, -999));
    finer(span(3, 500_000_000), span(0, 1), span(7, 1_001));
}

#[test]
fn a_time_beyond_the_count_is_refused_with_the_unit_that_reaches_it() {
    const MILLIS: i64 = i64::MAX / 1_000;
    const MICROS: i64 = i64::MAX / 1_000_000;
    let words = "must be within 2^63 milliseconds, 292 million years: encode the field as SECONDS to reach further";
    let beyond = (Kind::OutOfRange, words.to_owned());
    // The last millisecond is 807 after the second, the first 808 before it.
    assert_eq!(bound(&Milliseconds(at(MILLIS, 807_000_000))).expect("fits"), Sql::Integer(i64::MAX));
    assert_eq!(refusal(bound(&Milliseconds(at(MILLIS, 808_000_000))).map(drop)), beyond);
    assert_eq!(bound(&Milliseconds(at(-MILLIS - 1, 192_000_000))).expect("fits"), Sql::Integer(i64::MIN));
    assert_eq!(refusal(bound(&Milliseconds(at(-MILLIS - 1, 191_000_000))).map(drop)), beyond);
    assert_eq!(bound(&Milliseconds(span(-MILLIS, -808_000_000))).expect("fits"), Sql::Integer(i64::MIN));
    assert_eq!(refusal(bound(&Milliseconds(span(-MILLIS, -809_000_000))).map(drop)), beyond);
    assert_eq!(refusal(bound(&Milliseconds(span(i64::MIN, 0))).map(drop)), beyond);

    let words =
        "must be within 2^63 microseconds, 292 thousand years: encode the field as MILLISECONDS to reach further";
    let beyond = (Kind::OutOfRange, words.to_owned());
    assert_eq!(bound(&Microseconds(at(MICROS, 775_807_000))).expect("fits"), Sql::Integer(i64::MAX));
    assert_eq!(refusal(bound(&Microseconds(at(MICROS, 775_808_000))).map(drop)), beyond);
    assert_eq!(bound(&Microseconds(span(-MICROS, -775_808_000))).expect("fits"), Sql::Integer(i64::MIN));
    assert_eq!(refusal(bound(&Microseconds(span(-MICROS, -775_809_000))).map(drop)), beyond);
    assert_eq!(refusal(bound(&Microseconds(at(i64::MAX, 0))).map(drop)), beyond);

    assert_eq!(bound(&Seconds(at(i64::MAX, 0))).expect("fits"), Sql::Integer(i64::MAX));
    assert_eq!(bound(&Seconds(span(i64::MIN, 0))).expect("fits"), Sql::Integer(i64::MIN));
}

#[test]
fn text_is_chronological_and_exact_from_end_to_end() {
    let mut rng = rng();
    let edges =
        [at(FIRST, 0), at(FIRST, 1), at(LAST, 999_999_998), at(LAST, 999_999_999), at(-1, 999_999_999), at(0, 0)];
    let drawn = (0..cases()).flat_map(|_| {
        // Neighbours too: a digit that carries is where an order would break.
        let time = at(rng.i64(FIRST + 1..LAST), rng.i32(0..1_000_000_000));
        [time, at(time.seconds(), 0), at(time.seconds() - 1, 999_999_999)]
    });
    let mut values: Vec<Rfc3339> = edges.into_iter().chain(drawn).map(Rfc3339).collect();
    let table = Table::of("TEXT");
    assert_eq!(table.pass::<_, Rfc3339>(values.iter().copied()), values);
    let lengths: Vec<i64> = table.take("SELECT DISTINCT length(v) FROM t");
    assert_eq!(lengths, [30]);
    values.sort_unstable();
    assert_eq!(table.ordered::<Rfc3339>(), values);
    // SQLite's own calendar agrees, second for second.
    let seconds: Vec<i64> = table.take("SELECT unixepoch(substr(v, 1, 19)) FROM t ORDER BY v, n");
    assert!(seconds.into_iter().eq(values.iter().map(|v| v.0.seconds())));
}

#[test]
fn the_text_of_each_months_ends_is_in_order() {
    let mut before = String::new();
    let mut day = FIRST / 86_400;
    for year in 1..=9999 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for (month, days) in
            [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate()
        {
            let month = month + 1;
            let first = bound(&Rfc3339(at(day * 86_400, 0))).expect("is bound");
            let text = format!("{year:04}-{month:02}-01T00:00:00.000000000Z");
            assert_eq!(first, Sql::Text(text.clone()));
            assert!(before < text, "{before} {text}");
            day += days;
            let last = bound(&Rfc3339(at(day * 86_400 - 1, 999_999_999))).expect("is bound");
            before = format!("{year:04}-{month:02}-{days}T23:59:59.999999999Z");
            assert_eq!(last, Sql::Text(before.clone()));
            assert!(text < before, "{before} {text}");
        }
    }
    assert_eq!(day * 86_400 - 1, LAST);
}

#[test]
fn years_without_four_digits_are_refused() {
    let refused = (Kind::OutOfRange, "must be between the years 1 and 9999".to_owned());
    for (seconds, nanos) in
        [(FIRST - 1, 999_999_999), (FIRST - 1, 0), (LAST + 1, 0), (i64::MIN, 0), (i64::MAX, 999_999_999)]
    {
        assert_eq!(refusal(bound(&Rfc3339(at(seconds, nanos))).map(drop)), refused, "{seconds}");
    }
}

#[test]
fn only_the_one_spelling_of_a_time_is_read() {
    assert!(Rfc3339::read(Cell::Text("2026-11-20T23:41:22.000000000Z")).is_ok());
    assert!(Rfc3339::read(Cell::Text("2024-02-29T00:00:00.000000000Z")).is_ok());
    for text in [
        "",
        "0000-12-31T23:59:59.999999999Z",
        "10000-01-01T00:00:00.000000000Z",
        "-001-01-01T00:00:00.000000000Z",
        "+026-11-20T23:41:22.000000000Z",
        "2023-02-29T00:00:00.000000000Z",
        "2026-13-20T23:41:22.000000000Z",
        "2026-00-20T23:41:22.000000000Z",
        "2026-11-31T23:41:22.000000000Z",
        "2026-11-00T23:41:22.000000000Z",
        "2026-11-20T24:00:00.000000000Z",
        "2026-11-20T23:60:22.000000000Z",
        "2016-12-31T23:59:60.000000000Z",
        "2026-11-20T23:41:22Z",
        "2026-11-20T23:41:22.0Z",
        "2026-11-20T23:41:22.0000000000Z",
        "2026-11-20T23:41:22,000000000Z",
        "2026-11-20T23:41:22.00000000 Z",
        "2026-11-20t23:41:22.000000000Z",
        "2026-11-20 23:41:22.000000000Z",
        "2026-11-20T23:41:22.000000000z",
        "2026-11-20T23:41:22.000+00:00",
        "2026-11-20T23:41:22.0000+00:00",
        "2026-11-20T23:41:22.000000000Z ",
        " 2026-11-20T23:41:22.000000000Z",
        "２026-11-20T23:41:22.0000000Z",
    ] {
        assert_eq!(bad::<Rfc3339>(Cell::Text(text)), Some(Bad::Range), "{text}");
    }
    for cell in [Cell::Null, Cell::Int(1), Cell::Real(1.0), Cell::Blob(b"2026-11-20T23:41:22.000000000Z")] {
        assert_eq!(bad::<Rfc3339>(cell), Some(Bad::Type));
    }
}

#[test]
fn hostile_text_is_no_time_and_no_panic() {
    let mut rng = rng();
    for _ in 0..cases() {
        let mut text = b"2026-11-20T23:41:22.000000000Z".to_vec();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(..text.len());
            text[at] = rng.u8(b' '..=b'~');
        }
        let text = String::from_utf8(text).expect("is ASCII");
        match Rfc3339::read(Cell::Text(&text)) {
            Ok(time) => assert_eq!(bound(&time).expect("is bound"), Sql::Text(text)),
            Err(bad) => assert_eq!(bad, Bad::Range),
        }
    }
}
