//! Every boundary at which a value is refused, by the name of its field and with the exact words.

use protostore::{Duration, Error, Kind, Record, Timestamp};
use shapes::Store;
use shapes::proto::shapes::v1 as proto;

/// Writes a record, and returns why it was refused.
fn refused<R: Record>(store: &Store, record: R) -> String {
    store.write(move |tx| tx.insert(&record)).expect_err("is refused").to_string()
}

/// A change that makes a value one that is refused, and what is said then.
type Edit<T> = (fn(&mut T), &'static str);

fn id() -> String {
    "1".to_owned()
}

fn time(seconds: i64, nanos: i32) -> Option<Timestamp> {
    Some(Timestamp::new(seconds, nanos).expect("is normalised"))
}

fn span(seconds: i64, nanos: i32) -> Option<Duration> {
    Some(Duration::new(seconds, nanos).expect("is normalised"))
}

/// Writes `Struct { field: value }` in each, and compares the refusal.
macro_rules! refuses {
    ($store:expr, $record:ident: $($(. $part:ident)+ = $value:expr => $says:literal;)+) => {
        $({
            let mut record = shapes::$record { id: id(), ..Default::default() };
            record$(.$part)+ = $value;
            assert_eq!(refused($store, record), $says);
        })+
    };
}

#[test]
fn scalars_beyond_what_a_column_holds() {
    let store = shapes::open_test().expect("a TEST store");
    refuses! { &store, Implicit:
        .a_uint64 = 1 << 63 => "implicits.a_uint64: must not be above 9223372036854775807";
        .a_fixed64 = u64::MAX => "implicits.a_fixed64: must not be above 9223372036854775807";
        .a_float = f32::NAN => "implicits.a_float: must not be NaN";
        .a_double = -f64::NAN => "implicits.a_double: must not be NaN";
        .a_string = "a\0b".to_owned() => "implicits.a_string: must not contain the character NUL";
        .id = "\0".to_owned() => "implicits.id: must not contain the character NUL";
        .id = String::new() => "implicits.id: must not be empty";
    }
    refuses! { &store, Explicit:
        .a_uint64 = Some(u64::MAX) => "explicits.a_uint64: must not be above 9223372036854775807";
        .a_float = Some(f32::NAN) => "explicits.a_float: must not be NaN";
        .a_string = Some("\0".to_owned()) => "explicits.a_string: must not contain the character NUL";
        .a_time = time(9_223_372_036, 854_775_808) => "explicits.a_time: must be between the years 1677 and 2262";
        .a_time = time(-9_223_372_037, 145_224_191) => "explicits.a_time: must be between the years 1677 and 2262";
        .a_duration = span(9_223_372_036, 854_775_808) => "explicits.a_duration: must not be longer than 292 years";
        .a_duration = span(-9_223_372_036, -854_775_809) => "explicits.a_duration: must not be longer than 292 years";
    }
    refuses! { &store, Repeated:
        .uint64s = vec![1, 1 << 63] => "repeateds.uint64s: must not be above 9223372036854775807";
        .doubles = vec![f64::NAN] => "repeateds.doubles: must not be NaN";
        .strings = vec!["\0".to_owned()] => "repeateds.strings: must not contain the character NUL";
        .times = vec![time(i64::MAX, 0).unwrap()] => "repeateds.times: must be between the years 1677 and 2262";
    }
    refuses! { &store, Choices:
        .scalar = Some(shapes::ChoicesScalar::AUint64(u64::MAX)) => "choices.a_uint64: must not be above 9223372036854775807";
        .scalar = Some(shapes::ChoicesScalar::AString("\0".to_owned())) => "choices.a_string: must not contain the character NUL";
    }
}

#[test]
fn times_between_units_and_beyond_years() {
    let store = shapes::open_test().expect("a TEST store");
    refuses! { &store, Encodings:
        .seconds = time(0, 1) => "encodings.seconds: must be a whole number of seconds: round it, or encode the field in a finer unit";
        .milliseconds = time(0, 999_999) => "encodings.milliseconds: must be a whole number of milliseconds: round it, or encode the field in a finer unit";
        .microseconds = time(0, 999) => "encodings.microseconds: must be a whole number of microseconds: round it, or encode the field in nanoseconds";
        .text = time(-62_135_596_801, 999_999_999) => "encodings.text: must be between the years 1 and 9999";
        .text = time(253_402_300_800, 0) => "encodings.text: must be between the years 1 and 9999";
        .span_seconds = span(0, -1) => "encodings.span_seconds: must be a whole number of seconds: round it, or encode the field in a finer unit";
        .span_milliseconds = span(i64::MAX, 0) => "encodings.span_milliseconds: must be within 2^63 milliseconds, 292 million years: encode the field as SECONDS to reach further";
        .span_microseconds = span(i64::MIN, 0) => "encodings.span_microseconds: must be within 2^63 microseconds, 292 thousand years: encode the field as MILLISECONDS to reach further";
    }
}

#[test]
fn documents_that_json_cannot_say() {
    use prost_types::value::Kind as Content;
    let store = shapes::open_test().expect("a TEST store");
    let value = |kind| Some(prost_types::Value { kind });
    let mask = |paths: &[&str]| Some(prost_types::FieldMask { paths: paths.iter().map(ToString::to_string).collect() });
    refuses! { &store, WellKnown:
        .a_value = value(None) => "well_knowns.a_value: must not hold a value without a kind";
        .a_value = value(Some(Content::NumberValue(f64::NAN))) => "well_knowns.a_value: must not hold NaN or an infinity, for which JSON has no number: store it as BYTES";
        .a_value = value(Some(Content::NumberValue(f64::INFINITY))) => "well_knowns.a_value: must not hold NaN or an infinity, for which JSON has no number: store it as BYTES";
        .a_value = value(Some(Content::NullValue(1))) => "well_knowns.a_value: must not hold a null with a number other than 0";
        .a_value = value(Some(Content::StringValue("\0".to_owned()))) => "well_knowns.a_value: must not contain the character NUL";
        .a_mask = mask(&["a", ""]) => "well_knowns.a_mask: must not hold an empty path";
        .a_mask = mask(&["a,b"]) => "well_knowns.a_mask: must not hold a path with a comma in it";
    }
    let deep = (0..101).fold(prost_types::Value { kind: Some(Content::NullValue(0)) }, |inner, _| prost_types::Value {
        kind: Some(Content::ListValue(prost_types::ListValue { values: vec![inner] })),
    });
    refuses! { &store, WellKnown:
        .a_value = Some(deep) => "well_knowns.a_value: must not hold more than 100 objects and arrays within one another";
    }
}

#[test]
fn what_is_required_and_missing() {
    let store = shapes::open_test().expect("a TEST store");
    let whole = || shapes::Required {
        id: id(),
        an_int32: 1,
        a_uint64: 1,
        a_double: 1.0,
        a_string: ".".to_owned(),
        a_bytes: vec![0],
        a_colour: shapes::Colour::Red,
        ..Default::default()
    };
    let edits: [Edit<shapes::Required>; 6] = [
        (|r| r.an_int32 = 0, "requireds.an_int32: must be set, and fit 32 bits"),
        (|r| r.a_uint64 = 0, "requireds.a_uint64: must be between 1 and 9223372036854775807"),
        (|r| r.a_double = 0.0, "requireds.a_double: must not be zero"),
        (|r| r.a_string.clear(), "requireds.a_string: must not be empty"),
        (|r| r.a_bytes.clear(), "requireds.a_bytes: must not be empty"),
        (|r| r.a_colour = shapes::Colour::Unspecified, "requireds.a_colour: must be set, and fit 32 bits"),
    ];
    for (edit, says) in edits {
        let mut record = whole();
        edit(&mut record);
        assert_eq!(refused(&store, record), says);
    }
    // What has a presence is missed before there is a record.
    let message = || proto::Required::from(whole());
    let edits: [Edit<proto::Required>; 4] = [
        (|m| m.a_bool = None, "a_bool: must be set"),
        (|m| m.a_uint32 = None, "a_uint32: must be set"),
        (|m| m.text = None, "text: must be set"),
        (|m| m.a_time = None, "a_time: must be set"),
    ];
    for (edit, says) in edits {
        let mut message = message();
        edit(&mut message);
        assert_eq!(shapes::Required::try_from(message).expect_err(says).to_string(), says);
    }
    assert_eq!(said::<shapes::Nested, _>(proto::Nested::default()), "must: must be set");
    assert_eq!(said::<shapes::Wrappers, _>(proto::Wrappers::default()), "must: must be set");
    let outer = Some(proto::nested::Outer::default());
    let nested = proto::Nested { outer, must: Some(proto::Point::default()), ..Default::default() };
    assert_eq!(said::<shapes::Nested, _>(nested), "outer.always: must be set");
}

/// Returns why a message is no record.
fn said<R: TryFrom<M, Error = Error> + std::fmt::Debug, M>(message: M) -> String {
    R::try_from(message).expect_err("is refused").to_string()
}

#[test]
fn times_that_are_not_normalised() {
    let nanos = "has nanoseconds that are not between 0 and 999999999";
    for wrong in [-1, 1_000_000_000, i32::MIN] {
        let a_time = Some(prost_types::Timestamp { seconds: 0, nanos: wrong });
        let message = proto::Explicit { a_time, ..Default::default() };
        assert_eq!(said::<shapes::Explicit, _>(message), format!("a_time: {nanos}"));
    }
    let signs = "has nanoseconds of another sign than its seconds, or a second of them";
    for (seconds, nanos) in [(1, -1), (-1, 1), (0, 1_000_000_000)] {
        let durations = vec![prost_types::Duration { seconds, nanos }];
        let message = proto::Repeated { durations, ..Default::default() };
        assert_eq!(said::<shapes::Repeated, _>(message), format!("durations: {signs}"));
    }
}

#[test]
fn references_and_unique_values() {
    let store = shapes::open_test().expect("a TEST store");
    for id in ["t", "k"] {
        let target = shapes::Target { id: id.to_owned(), ..Default::default() };
        store.write(move |tx| tx.insert(&target)).unwrap();
    }
    let source = |id: &str| shapes::Source { id: id.to_owned(), must: "t".to_owned(), ..Default::default() };
    let edits: [Edit<shapes::Source>; 6] = [
        (|r| r.keeps = "x".to_owned(), "sources.keeps: refers to a record of targets that does not exist"),
        (|r| r.must = "x".to_owned(), "sources.must: refers to a record of targets that does not exist"),
        (|r| r.must.clear(), "sources.must: must not be empty"),
        (|r| r.maybe = Some(String::new()), "sources.maybe: must not be empty"),
        (|r| r.targets = vec!["x".to_owned()], "sources.targets: refers to a record of targets that does not exist"),
        (|r| r.targets = vec![String::new()], "sources.targets: must not be empty"),
    ];
    for (edit, says) in edits {
        let mut record = source("s");
        edit(&mut record);
        assert_eq!(refused(&store, record), says);
    }
    let first = shapes::Source { code: Some("c".to_owned()), keeps: "k".to_owned(), ..source("1") };
    let second = shapes::Source { id: "2".to_owned(), ..first.clone() };
    let again = source("1");
    store.write(move |tx| tx.insert(&first)).unwrap();
    assert_eq!(refused(&store, second), "sources.code: is taken by another record");
    assert_eq!(refused(&store, again), "sources.id: is taken by another record");
    let kept = store.write(|tx| tx.delete::<shapes::Target>("k")).expect_err("is named");
    assert_eq!(
        (kept.kind(), kept.to_string().as_str()),
        (Kind::Precondition, "sources.keeps: still names the record of targets")
    );
}

#[test]
fn a_message_nested_too_deep_for_its_bytes() {
    let store = shapes::open_test().expect("a TEST store");
    let branch = (0..101).fold(proto::tree::Branch::default(), |inner, _| proto::tree::Branch {
        next: Some(Box::new(inner)),
        ..Default::default()
    });
    refuses! { &store, Tree:
        .must.next = Some(Box::new(branch)) => "trees.must.next: must not be nested deeper than 100 messages";
    }
}
