//! Times at their edges.

use std::time::{Duration as StdDuration, SystemTime, UNIX_EPOCH};

use super::{Duration, Timestamp};
use crate::error::Kind;
use crate::value::{Cell, Kept, Pick, Value};

fn stored(v: &impl crate::Bind) -> Option<Kept> {
    Pick::from(v, 0)
}

#[test]
fn every_stored_number_is_a_time_and_comes_back() {
    for n in [i64::MIN, i64::MIN + 1, -1_000_000_001, -1_000_000_000, -1, 0, 1, 999_999_999, i64::MAX] {
        let time = Timestamp::read(Cell::Int(n)).expect("reads");
        let span = Duration::read(Cell::Int(n)).expect("reads");
        assert_eq!((stored(&time), stored(&span)), (Some(Kept::Int(n)), Some(Kept::Int(n))));
        assert_eq!(Duration::new(span.seconds(), span.nanos()), Some(span), "normalised");
        assert_eq!(Timestamp::new(time.seconds(), time.nanos().cast_signed()), Some(time), "normalised");
    }
}

#[test]
fn what_is_beyond_the_column_is_refused() {
    let beyond = [(i64::MAX, 0), (i64::MIN, 0), (9_223_372_036, 854_775_808), (-9_223_372_037, 145_224_191)];
    for (seconds, nanos) in beyond {
        assert_eq!(stored(&Timestamp::new(seconds, nanos).expect("is a time")), None);
    }
    for (seconds, nanos) in [(i64::MAX, 999_999_999), (i64::MIN, -1), (9_223_372_036, 854_775_808)] {
        assert_eq!(stored(&Duration::new(seconds, nanos).expect("is a span")), None);
    }
}

#[test]
fn what_is_not_normalised_is_no_time() {
    assert_eq!((Timestamp::new(0, -1), Timestamp::new(0, 1_000_000_000)), (None, None));
    for (seconds, nanos) in [(1, -1), (-1, 1), (0, 1_000_000_000), (0, -1_000_000_000), (0, i32::MIN)] {
        assert_eq!(Duration::new(seconds, nanos), None);
    }
    assert!(Duration::new(0, -999_999_999).is_some());
}

#[test]
fn the_systems_times_are_converted_both_ways() {
    for (time, seconds, nanos) in [
        (UNIX_EPOCH, 0, 0),
        (UNIX_EPOCH - StdDuration::from_nanos(1), -1, 999_999_999),
        (UNIX_EPOCH - StdDuration::from_secs(2), -2, 0),
        (UNIX_EPOCH + StdDuration::new(5, 7), 5, 7),
    ] {
        let converted = Timestamp::from(time);
        assert_eq!(Some(converted), Timestamp::new(seconds, nanos));
        assert_eq!(SystemTime::try_from(converted).expect("fits"), time);
    }
    assert!(Timestamp::now() > Timestamp::default());
    let span = Duration::try_from(StdDuration::new(3, 4)).expect("fits");
    assert_eq!(StdDuration::try_from(span).expect("fits"), StdDuration::new(3, 4));
    assert_eq!(Duration::try_from(StdDuration::MAX).map_err(|e| e.kind()), Err(Kind::OutOfRange));
    let negative = Duration::new(0, -1).expect("is a span");
    assert_eq!(StdDuration::try_from(negative).map_err(|e| e.kind()), Err(Kind::OutOfRange));
}

#[cfg(feature = "prost")]
#[test]
fn prosts_times_are_converted_or_refused() {
    let time = prost_types::Timestamp { seconds: -1, nanos: 5 };
    assert_eq!(prost_types::Timestamp::from(Timestamp::try_from(time).expect("is normalised")), time);
    let span = prost_types::Duration { seconds: -1, nanos: -5 };
    assert_eq!(prost_types::Duration::from(Duration::try_from(span).expect("is normalised")), span);
    let refused = Timestamp::try_from(prost_types::Timestamp { seconds: 0, nanos: -1 });
    assert_eq!(refused.map_err(|e| e.kind()), Err(Kind::Invalid));
    let refused = Duration::try_from(prost_types::Duration { seconds: 1, nanos: -1 });
    assert_eq!(refused.map_err(|e| e.kind()), Err(Kind::Invalid));
}
