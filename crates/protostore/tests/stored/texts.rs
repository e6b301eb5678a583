//! Strings as bytes.

use protostore::generated::{Bad, Cell};
use protostore::stored::Utf8;

use crate::table::Table;
use crate::{bad, cases, rng};

#[test]
fn strings_with_nul_come_back_as_they_went_in_and_keep_their_order() {
    let mut rng = rng();
    let edges = ["", "\0", "a", "a\0", "a\0b", "ab", "é", "e\u{301}", "\u{7f}", "\u{ffff}", "\u{10000}", "\u{10ffff}"];
    let drawn = (0..cases()).map(|_| (0..rng.usize(..6)).map(|_| rng.char(..)).collect());
    let mut values: Vec<String> = edges.into_iter().map(String::from).chain(drawn).collect();
    let table = Table::of("BLOB");
    let back: Vec<Utf8<String>> = table.pass(values.iter().map(Utf8));
    assert!(back.iter().map(|v| &v.0).eq(&values));
    values.sort_unstable();
    let ordered = table.ordered::<Utf8<String>>();
    assert!(ordered.iter().map(|v| &v.0).eq(&values));
}

#[test]
fn bytes_that_are_no_utf8_are_no_string() {
    for bytes in [&b"\xff"[..], b"a\xc3", b"\xed\xa0\x80", b"\xc0\x80"] {
        assert_eq!(bad::<Utf8<String>>(Cell::Blob(bytes)), Some(Bad::Range), "{bytes:?}");
    }
    for cell in [Cell::Null, Cell::Int(1), Cell::Real(1.0), Cell::Text("a")] {
        assert_eq!(bad::<Utf8<String>>(cell), Some(Bad::Type));
    }
}
