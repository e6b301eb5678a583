//! Messages as bytes, and field masks as text.

use prost::Message;
use prost_types::value::Kind as Content;
use prost_types::{Any, DescriptorProto, FieldMask, ListValue, Struct, Value as Dynamic};
use protostore::Kind;
use protostore::generated::{Bad, Cell};
use protostore::stored::{Encoded, Paths};
use rusqlite::types::Value as Sql;

use crate::table::{Table, bound};
use crate::{bad, cases, refusal, rng};

#[test]
fn messages_come_back_with_every_bit() {
    let mut rng = rng();
    let values: Vec<Any> = (0..cases())
        .map(|_| Any {
            type_url: (0..rng.usize(..5)).map(|_| rng.char(..)).collect(),
            value: (0..rng.usize(..300)).map(|_| rng.u8(..)).collect(),
        })
        .collect();
    let back: Vec<Encoded<Any>> = Table::of("BLOB").pass(values.iter().map(Encoded));
    assert!(back.into_iter().map(|v| v.0).eq(values));

    let bits = [0x7ff8_0000_0000_1234, 0x8000_0000_0000_0000, 0xfff0_0000_0000_0000_u64];
    let values: Vec<Dynamic> =
        bits.iter().map(|b| Dynamic { kind: Some(Content::NumberValue(f64::from_bits(*b))) }).collect();
    let back: Vec<Encoded<Dynamic>> = Table::of("BLOB").pass(values.iter().map(Encoded));
    for (value, bits) in back.iter().zip(bits) {
        let Some(Content::NumberValue(n)) = value.0.kind else { panic!("{value:?}") };
        assert_eq!(n.to_bits(), bits);
    }
}

#[test]
fn an_empty_message_is_no_bytes_and_not_null() {
    assert_eq!(bound(&Encoded(&Any::default())).expect("is bound"), Sql::Blob(Vec::new()));
    assert_eq!(bound(&None::<Encoded<&Any>>).expect("is bound"), Sql::Null);
    let back: Vec<Option<Encoded<Any>>> = Table::of("BLOB").pass([Some(Encoded(&Any::default()))]);
    assert_eq!(back, [Some(Encoded(Any::default()))]);
}

#[test]
fn equal_messages_have_equal_bytes_however_they_were_made() {
    let keys = ["b", "a", "", "é", "B"];
    let forward = Struct { fields: keys.iter().map(|k| ((*k).to_owned(), Dynamic::from(*k))).collect() };
    let backward = Struct { fields: keys.iter().rev().map(|k| ((*k).to_owned(), Dynamic::from(*k))).collect() };
    assert_eq!(bound(&Encoded(&forward)).expect("is bound"), bound(&Encoded(&backward)).expect("is bound"));
}

#[test]
fn garbage_is_no_message() {
    for bytes in [&b"\xff"[..], b"\x0a", b"\x0a\x02a", b"\x0a\x01\xff", b"\x08", b"\x00\x00", b"\x0b"] {
        assert_eq!(bad::<Encoded<Any>>(Cell::Blob(bytes)), Some(Bad::Range), "{bytes:?}");
    }
    for cell in [Cell::Null, Cell::Int(1), Cell::Real(1.0), Cell::Text("")] {
        assert_eq!(bad::<Encoded<Any>>(cell), Some(Bad::Type));
    }
    let mut rng = rng();
    for _ in 0..cases() {
        let bytes: Vec<u8> = (0..rng.usize(..40)).map(|_| rng.u8(..)).collect();
        let read = bad::<Encoded<DescriptorProto>>(Cell::Blob(&bytes));
        assert!(matches!(read, None | Some(Bad::Range)), "{bytes:?}");
    }
}

#[test]
fn a_message_that_would_not_be_decoded_again_is_refused() {
    let mut chain = DescriptorProto::default();
    for levels in 1..=150 {
        chain = DescriptorProto { nested_type: vec![chain], ..DescriptorProto::default() };
        let decodes = DescriptorProto::decode(chain.encode_to_vec().as_slice()).is_ok();
        assert_eq!(decodes, levels <= 100);
        if decodes {
            let back: Vec<Encoded<DescriptorProto>> = Table::of("BLOB").pass([Encoded(&chain)]);
            assert_eq!(back[0].0, chain);
        } else {
            let refused = refusal(bound(&Encoded(&chain)).map(drop));
            assert_eq!(refused, (Kind::Invalid, "must not be nested deeper than 100 messages".to_owned()));
        }
    }
}

#[test]
fn lists_within_lists_are_decoded_again_or_refused() {
    let mut value = Dynamic::from(1.0);
    for _ in 0..120 {
        value = Dynamic { kind: Some(Content::ListValue(ListValue { values: vec![value] })) };
        match bound(&Encoded(&value)) {
            Ok(Sql::Blob(bytes)) => assert_eq!(Dynamic::decode(bytes.as_slice()).as_ref(), Ok(&value)),
            Ok(other) => panic!("{other:?}"),
            Err(e) => assert_eq!(e.kind(), Kind::Invalid),
        }
    }
}

fn mask(paths: &[&str]) -> FieldMask {
    FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }
}

#[test]
fn masks_come_back_path_for_path() {
    let mut rng = rng();
    let edges = [mask(&[]), mask(&["a"]), mask(&["b", "a", "b"]), mask(&["a.b_c", "*", " ", "é", "aB"])];
    let drawn = (0..cases()).map(|_| FieldMask {
        paths: (0..rng.usize(..4)).map(|_| (0..rng.usize(1..4)).map(|_| rng.char('-'..)).collect()).collect(),
    });
    let values: Vec<FieldMask> = edges.into_iter().chain(drawn).collect();
    let table = Table::of("TEXT");
    let back: Vec<Paths> = table.pass(values.iter().map(Paths));
    assert!(back.into_iter().map(|v| v.0).eq(values.iter().cloned()));
    let back: Vec<Paths> = table.pass(values.iter().cloned().map(Paths));
    assert!(back.into_iter().map(|v| v.0).eq(values));
}

#[test]
fn a_mask_is_its_paths_with_commas() {
    assert_eq!(bound(&Paths(&mask(&[]))).expect("is bound"), Sql::Text(String::new()));
    assert_eq!(bound(&Paths(&mask(&["b.c_d", "a"]))).expect("is bound"), Sql::Text("b.c_d,a".into()));
}

#[test]
fn paths_that_a_comma_or_nul_would_confuse_are_refused() {
    let refused = |paths: &[&str]| refusal(bound(&Paths(&mask(paths))).map(drop));
    let invalid = |why: &str| (Kind::Invalid, why.to_owned());
    assert_eq!(refused(&[""]), invalid("must not hold an empty path"));
    assert_eq!(refused(&["a", ""]), invalid("must not hold an empty path"));
    assert_eq!(refused(&["a,b"]), invalid("must not hold a path with a comma in it"));
    assert_eq!(refused(&["a", ","]), invalid("must not hold a path with a comma in it"));
    assert_eq!(refused(&["a\0"]), invalid("must not contain the character NUL"));
    for text in [",", "a,", ",a", "a,,b", "a\0"] {
        assert_eq!(bad::<Paths>(Cell::Text(text)), Some(Bad::Range), "{text:?}");
    }
    for cell in [Cell::Null, Cell::Int(1), Cell::Real(1.0), Cell::Blob(b"a")] {
        assert_eq!(bad::<Paths>(cell), Some(Bad::Type));
    }
}
