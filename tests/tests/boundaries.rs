//! Every boundary of every scalar by name, in every place: it comes back exactly, or is refused with the exact words.

mod boundaries {
    pub(crate) mod place;
    pub(crate) mod values;
}

use boundaries::place::{at, codes, hold, id};
use boundaries::values;

/// Tries each of these values in each of these places.
macro_rules! holds {
    ($store:expr, $values:expr; $($how:ident ($($at:tt)+);)+) => {
        let values = $values;
        $(hold($store, at!($how $($at)+), &values);)+
    };
}

/// Tries values in all the places that each scalar has.
macro_rules! everywhere {
    ($store:expr; $($values:ident: $f:ident $variant:ident $list:ident;)+) => {
        $({ holds! { $store, values::$values();
            implicit ($f);
            optional ($f);
            list ($list);
            inside ($f);
            inside_optional ($f);
            element ($f);
            member ($variant $f);
        } })+
    };
}

#[test]
fn scalars_in_fields_lists_messages_and_oneofs() {
    let store = &shapes::open_test().expect("a TEST store");
    everywhere! { store;
        bools: a_bool ABool bools;
        int32s: an_int32 AnInt32 int32s;
        int32s: a_sint32 ASint32 sint32s;
        int32s: a_sfixed32 ASfixed32 sfixed32s;
        int64s: an_int64 AnInt64 int64s;
        int64s: a_sint64 ASint64 sint64s;
        int64s: a_sfixed64 ASfixed64 sfixed64s;
        uint32s: a_uint32 AUint32 uint32s;
        uint32s: a_fixed32 AFixed32 fixed32s;
        uint64s: a_uint64 AUint64 uint64s;
        uint64s: a_fixed64 AFixed64 fixed64s;
        floats: a_float AFloat floats;
        doubles: a_double ADouble doubles;
        texts: a_string AString strings;
        bytes: a_bytes ABytes byte_strings;
        colours: a_colour AColour colours;
    }
}

#[test]
fn keys_and_values_of_maps() {
    let store = &shapes::open_test().expect("a TEST store");
    macro_rules! maps {
        ($($how:ident $values:ident: $record:ident.$f:ident in $path:literal;)+) => {
            $({ holds! { store, values::$values(); $how ($record.$f in $path); } })+
        };
    }
    maps! {
        key bools: Maps.bools in "maps.bools.key";
        key int32s: Maps.int32s in "maps.int32s.key";
        key int32s: Maps.sint32s in "maps.sint32s.key";
        key int32s: Maps.sfixed32s in "maps.sfixed32s.key";
        key int64s: Maps.int64s in "maps.int64s.key";
        key int64s: Places.a_sint32_by_number in "places.a_sint32_by_number.key";
        key int64s: Places.an_sfixed32_by_number in "places.an_sfixed32_by_number.key";
        key uint32s: Maps.uint32s in "maps.uint32s.key";
        key uint32s: Maps.fixed32s in "maps.fixed32s.key";
        key uint64s: Maps.uint64s in "maps.uint64s.key";
        key uint64s: Maps.fixed64s in "maps.fixed64s.key";
        key full_uint64s: Encodings.full_by_full in "encodings.full_by_full.key";
        key texts: Maps.strings in "maps.strings.key";
        value bools: Maps.bools in "maps.bools.value";
        value int32s: Maps.int64s in "maps.int64s.value";
        value int32s: Places.a_sint32_by_number in "places.a_sint32_by_number.value";
        value int32s: Places.an_sfixed32_by_number in "places.an_sfixed32_by_number.value";
        value int64s: Maps.int32s in "maps.int32s.value";
        value int64s: Maps.sint32s in "maps.sint32s.value";
        value int64s: Maps.sfixed32s in "maps.sfixed32s.value";
        value uint32s: Maps.uint64s in "maps.uint64s.value";
        value uint32s: Places.a_fixed32_by_number in "places.a_fixed32_by_number.value";
        value uint64s: Maps.uint32s in "maps.uint32s.value";
        value uint64s: Maps.fixed32s in "maps.fixed32s.value";
        value full_uint64s: Encodings.full_by_full in "encodings.full_by_full.value";
        value floats: Maps.fixed64s in "maps.fixed64s.value";
        value float_bits: Encodings.bits_by_name in "encodings.bits_by_name.value";
        value doubles: Maps.doubles in "maps.doubles.value";
        value texts: Maps.strings in "maps.strings.value";
        value bytes: Maps.byte_strings in "maps.byte_strings.value";
        value colours: Maps.colours in "maps.colours.value";
        value times: Maps.times in "maps.times.value";
        value spans: Maps.durations in "maps.durations.value";
    }
}

#[test]
fn times_and_durations_in_nanoseconds() {
    let store = &shapes::open_test().expect("a TEST store");
    holds! { store, values::times(); optional (a_time); list (times); inside_optional (a_time); member (ATime a_time); }
    holds! { store, values::spans();
        optional (a_duration);
        list (durations);
        inside_optional (a_duration);
        member (ADuration a_duration);
    }
}

#[test]
fn numbers_in_other_encodings() {
    let store = &shapes::open_test().expect("a TEST store");
    holds! { store, values::full_uint64s();
        coded (a_uint64);
        coded (a_fixed64);
        coded_optional (maybe_uint64);
        coded_optional (maybe_fixed64);
        coded_optional (wrapped);
        coded_list (uint64s);
        coded_list (fixed64s);
        coded_list (all_wrapped);
        coded_member (AUint64 a_uint64);
        coded_member (AFixed64 a_fixed64);
        coded_member (Wrapped wrapped);
        coded_element (maybe_uint64);
    }
    holds! { store, values::float_bits();
        coded (a_float);
        coded_optional (maybe_float);
        coded_optional (wrapped_float);
        coded_list (floats);
        coded_list (all_wrapped_float);
        coded_member (AFloat a_float);
        coded_member (WrappedFloat wrapped_float);
        coded_element (maybe_float);
    }
    holds! { store, values::double_bits();
        coded (a_double);
        coded_optional (maybe_double);
        coded_optional (wrapped_double);
        coded_list (doubles);
        coded_list (all_wrapped_double);
        coded_member (ADouble a_double);
        coded_member (WrappedDouble wrapped_double);
        coded_element (maybe_double);
    }
}

#[test]
fn times_and_durations_in_other_encodings() {
    let store = &shapes::open_test().expect("a TEST store");
    macro_rules! coded {
        ($($values:expr => $f:ident $variant:ident $list:ident;)+) => {
            $({ holds! { store, $values;
                coded_optional ($f);
                coded_list ($list);
                coded_element ($f);
                coded_member ($variant $f);
            } })+
        };
    }
    coded! {
        values::times_in(1) => seconds Seconds all_seconds;
        values::times_in(1_000) => milliseconds Milliseconds all_milliseconds;
        values::times_in(1_000_000) => microseconds Microseconds all_microseconds;
        values::written_times() => text Text all_text;
        values::spans_in(1) => span_seconds SpanSeconds all_span_seconds;
        values::spans_in(1_000) => span_milliseconds SpanMilliseconds all_span_milliseconds;
        values::spans_in(1_000_000) => span_microseconds SpanMicroseconds all_span_microseconds;
    }
    holds! { store, values::times_of_postgresql(); encoded (own); encoded_list (owns); }
}

#[test]
fn spellings_of_one_character_stay_two_keys() {
    let store = shapes::open_test().expect("a TEST store");
    let (one, two) = ("\u{e9}".to_owned(), "e\u{301}".to_owned());
    let strings = [(one.clone(), "one".to_owned()), (two.clone(), "two".to_owned())].into();
    let map = shapes::Maps { id: id(), strings, ..Default::default() };
    let written = map.clone();
    store.write(move |tx| tx.insert(&written)).expect("é and e with U+0301 are two keys of a map");
    assert_eq!(store.read(|r| r.get::<shapes::Maps>("1")).unwrap(), Some(map));
    for (key, text) in [(&one, "one"), (&two, "two")] {
        let record = shapes::Implicit { id: key.clone(), a_string: text.to_owned(), ..Default::default() };
        store.write(move |tx| tx.insert(&record)).expect("é and e with U+0301 are two keys of records");
    }
    for (key, text) in [(&one, "one"), (&two, "two")] {
        let found = store.read(|r| r.get::<shapes::Implicit>(key)).unwrap().expect("is there");
        assert_eq!((&found.id, found.a_string.as_str()), (key, text));
    }
}
