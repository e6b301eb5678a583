//! The places where a value may be in a record, and how each is tried.

use protostore::{Duration, Mutable, Record, Timestamp};
use shapes::Store;

use super::values::Try;

/// A value whose every bit can be compared.
pub(crate) trait Exact: Clone {
    /// Returns all there is of the value.
    fn bits(&self) -> Vec<u8>;
}

macro_rules! exact {
    ($($type:ty: $value:ident => $bits:expr;)+) => {
        $(impl Exact for $type {
            fn bits(&self) -> Vec<u8> {
                let $value = self;
                $bits
            }
        })+
    };
}

exact! {
    bool: v => vec![u8::from(*v)];
    i32: v => v.to_le_bytes().to_vec();
    i64: v => v.to_le_bytes().to_vec();
    u32: v => v.to_le_bytes().to_vec();
    u64: v => v.to_le_bytes().to_vec();
    f32: v => v.to_bits().to_le_bytes().to_vec();
    f64: v => v.to_bits().to_le_bytes().to_vec();
    String: v => v.as_bytes().to_vec();
    Vec<u8>: v => v.clone();
    shapes::Colour: v => i32::from(*v).to_le_bytes().to_vec();
    Timestamp: v => [v.seconds().to_le_bytes().as_slice(), &v.nanos().to_le_bytes()].concat();
    Duration: v => [v.seconds().to_le_bytes().as_slice(), &v.nanos().to_le_bytes()].concat();
}

/// A place: what a refusal calls it, how a record gets a value there, and how it is taken out again.
pub(crate) type Place<R, V> = (&'static str, fn(V) -> R, fn(R) -> Option<V>);

/// Writes each value at a place and reads it back, or compares the refusal.
pub(crate) fn hold<R, V: Exact>(store: &Store, (place, put, take): Place<R, V>, tries: &[Try<V>])
where
    R: Mutable + for<'a> Record<KeyRef<'a> = &'a str>,
{
    for (boundary, value, then) in tries {
        let record = put(value.clone());
        let wrote = store.write(move |tx| tx.upsert(&record));
        match (wrote, then) {
            (Ok(_), Ok(then)) => {
                let found = store.read(|r| r.get::<R>("1")).unwrap_or_else(|e| panic!("{place}: {boundary}: {e}"));
                let found = found.and_then(take).unwrap_or_else(|| panic!("{place}: {boundary} is gone"));
                assert!(found.bits() == then.bits(), "{place}: {boundary} came back as another value");
            }
            (Err(e), Err(says)) => assert_eq!(e.to_string(), format!("{place}: {says}"), "{place}: {boundary}"),
            (Ok(_), Err(says)) => panic!("{place}: {boundary} is not refused, though it {says}"),
            (Err(e), Ok(_)) => panic!("{place}: {boundary} is refused: {e}"),
        }
    }
}

/// Returns the key of each record.
pub(crate) fn id() -> String {
    "1".to_owned()
}

/// Returns a record of encodings with all that it must have.
pub(crate) fn codes() -> shapes::Codes {
    shapes::Codes { id: id(), full: 1, float_bits: 1.0, double_bits: 1.0, ..Default::default() }
}

/// Names a field of the store, as a `Place`.
macro_rules! at {
    (implicit $f:ident) => {
        at!(@ "implicits.", $f, |v| shapes::Implicit { id: id(), $f: v, ..Default::default() }, |r| Some(r.$f))
    };
    (optional $f:ident) => {
        at!(@ "explicits.", $f, |v| shapes::Explicit { id: id(), $f: Some(v), ..Default::default() }, |r| r.$f)
    };
    (list $f:ident) => {
        (concat!("repeateds.", stringify!($f)), |v| shapes::Repeated { id: id(), $f: vec![v], ..Default::default() }, |mut r| r.$f.pop())
    };
    (key $record:ident.$f:ident in $table:literal) => {
        ($table, |v| shapes::$record { id: id(), $f: [(v, Default::default())].into(), ..Default::default() }, |r| r.$f.into_keys().next())
    };
    (value $record:ident.$f:ident in $table:literal) => {
        ($table, |v| shapes::$record { id: id(), $f: [(Default::default(), v)].into(), ..Default::default() }, |r| r.$f.into_values().next())
    };
    (inside $f:ident) => {
        at!(@ "places.plain.", $f,
            |v| shapes::Places { id: id(), plain: Some(shapes::PlacesPlain { $f: v, ..Default::default() }), ..Default::default() },
            |r| r.plain.map(|inner| inner.$f))
    };
    (inside_optional $f:ident) => {
        at!(@ "places.maybe.", $f,
            |v| shapes::Places { id: id(), maybe: Some(shapes::PlacesMaybe { $f: Some(v), ..Default::default() }), ..Default::default() },
            |r| r.maybe.and_then(|inner| inner.$f))
    };
    (element $f:ident) => {
        at!(@ "places.plains.", $f,
            |v| shapes::Places { id: id(), plains: vec![shapes::PlacesPlain { $f: v, ..Default::default() }], ..Default::default() },
            |mut r| r.plains.pop().map(|inner| inner.$f))
    };
    (member $variant:ident $f:ident) => {
        at!(@ "places.either.", $f,
            |v| shapes::Places {
                id: id(),
                either: Some(shapes::PlacesEither { value: Some(shapes::PlacesEitherValue::$variant(v)) }),
                ..Default::default()
            },
            |r| match r.either?.value? {
                shapes::PlacesEitherValue::$variant(v) => Some(v),
                _ => None,
            })
    };
    (encoded $f:ident) => {
        at!(@ "encodings.", $f, |v| shapes::Encodings { id: id(), $f: Some(v), ..Default::default() }, |r| r.$f)
    };
    (encoded_list $f:ident) => {
        (
            concat!("encodings.", stringify!($f)),
            |v| shapes::Encodings { id: id(), $f: vec![v], ..Default::default() },
            |mut r| r.$f.pop(),
        )
    };
    (coded $f:ident) => {
        at!(@ "codes.must.", $f,
            |v| shapes::Codes { must: shapes::CodesCode { $f: v, ..Default::default() }, ..codes() },
            |r| Some(r.must.$f))
    };
    (coded_optional $f:ident) => {
        at!(@ "codes.must.", $f,
            |v| shapes::Codes { must: shapes::CodesCode { $f: Some(v), ..Default::default() }, ..codes() },
            |r| r.must.$f)
    };
    (coded_list $f:ident) => {
        (concat!("codes.must.", stringify!($f)),
            |v| shapes::Codes { must: shapes::CodesCode { $f: vec![v], ..Default::default() }, ..codes() },
            |mut r| r.must.$f.pop())
    };
    (coded_element $f:ident) => {
        at!(@ "codes.list.", $f,
            |v| shapes::Codes { list: vec![shapes::CodesCode { $f: Some(v), ..Default::default() }], ..codes() },
            |mut r| r.list.pop()?.$f)
    };
    (coded_member $variant:ident $f:ident) => {
        at!(@ "codes.sum.", $f,
            |v| shapes::Codes {
                choice: Some(shapes::CodesChoice::Sum(shapes::CodesSum { value: Some(shapes::CodesSumValue::$variant(v)) })),
                ..codes()
            },
            |r| match r.choice? {
                shapes::CodesChoice::Sum(shapes::CodesSum { value: Some(shapes::CodesSumValue::$variant(v)) }) => Some(v),
                _ => None,
            })
    };
    (@ $table:literal, $f:ident, $put:expr, $take:expr) => {
        (concat!($table, stringify!($f)), $put, $take)
    };
}
pub(crate) use at;
