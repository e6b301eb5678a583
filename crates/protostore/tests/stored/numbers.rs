//! Unsigned integers of all sizes, and floats of all bits.

use protostore::generated::{Bad, Cell};
use protostore::stored::{DoubleBits, FloatBits, FullRange};
use rusqlite::types::Value as Sql;

use crate::table::{Table, bound};
use crate::{bad, cases, rng};

#[test]
fn unsigned_integers_come_back_and_keep_their_order() {
    let mut rng = rng();
    let edges = [0, 1, 2, i64::MAX as u64 - 1, i64::MAX as u64, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
    let drawn = (0..cases()).map(|_| rng.u64(..) >> rng.u32(0..64));
    let mut values: Vec<FullRange> = edges.into_iter().chain(drawn).map(FullRange).collect();
    let table = Table::of("INTEGER");
    assert_eq!(table.pass::<_, FullRange>(values.iter().copied()), values);
    values.sort_unstable();
    assert_eq!(table.ordered::<FullRange>(), values);
}

#[test]
fn the_ends_of_the_unsigned_range_are_the_ends_of_the_column() {
    for (value, stored) in [
        (0, i64::MIN),
        (1, i64::MIN + 1),
        ((1 << 63) - 1, -1),
        (1 << 63, 0),
        (u64::MAX - 1, i64::MAX - 1),
        (u64::MAX, i64::MAX),
    ] {
        assert_eq!(bound(&FullRange(value)).expect("is bound"), Sql::Integer(stored), "{value}");
    }
}

#[test]
fn a_view_shows_the_unsigned_integer() {
    let table = Table::of("INTEGER");
    let values = [0, 1, (1 << 63) - 1, 1 << 63, u64::MAX];
    table.pass::<_, FullRange>(values.map(FullRange));
    let shown: Vec<String> = table.take(
        "SELECT printf('%u', (v | (-9223372036854775807 - 1)) - (v & (-9223372036854775807 - 1))) FROM t ORDER BY n",
    );
    assert_eq!(shown, values.map(|v| v.to_string()));
}

#[test]
fn the_least_stored_integer_passes_through_a_list_of_keys() {
    let table = Table::of("INTEGER");
    let sql = "SELECT value FROM json_each('[-9223372036854775808, 9223372036854775807]')";
    assert_eq!(table.take::<FullRange>(sql), [FullRange(0), FullRange(u64::MAX)]);
}

#[test]
fn every_bit_of_a_float_comes_back() {
    let mut rng = rng();
    let edges =
        [0, 0x8000_0000, 1, 0x7f80_0000, 0xff80_0000, 0x7f80_0001, 0x7fc0_0000, 0xffc0_1234, 0x7fff_ffff, u32::MAX];
    let bits: Vec<u32> = edges.into_iter().chain((0..cases()).map(|_| rng.u32(..))).collect();
    let back = Table::of("INTEGER").pass::<_, FloatBits>(bits.iter().map(|bits| FloatBits(f32::from_bits(*bits))));
    assert_eq!(back.iter().map(|v| v.0.to_bits()).collect::<Vec<_>>(), bits);
}

#[test]
fn every_bit_of_a_double_comes_back() {
    let mut rng = rng();
    let edges = [
        0,
        1 << 63,
        1,
        0x7ff0 << 48,
        0xfff0 << 48,
        (0x7ff0 << 48) + 1,
        0x7ff8 << 48,
        (0xfff8 << 48) + 0x1234,
        u64::MAX,
    ];
    let bits: Vec<u64> = edges.into_iter().chain((0..cases()).map(|_| rng.u64(..))).collect();
    let back = Table::of("INTEGER").pass::<_, DoubleBits>(bits.iter().map(|bits| DoubleBits(f64::from_bits(*bits))));
    assert_eq!(back.iter().map(|v| v.0.to_bits()).collect::<Vec<_>>(), bits);
}

#[test]
fn the_bits_of_floats_are_plain_integers() {
    assert_eq!(bound(&FloatBits(-0.0)).expect("is bound"), Sql::Integer(0x8000_0000));
    assert_eq!(bound(&FloatBits(1.0)).expect("is bound"), Sql::Integer(0x3f80_0000));
    assert_eq!(bound(&DoubleBits(-0.0)).expect("is bound"), Sql::Integer(i64::MIN));
    assert_eq!(bound(&DoubleBits(1.0)).expect("is bound"), Sql::Integer(0x3ff0 << 48));
}

#[test]
fn cells_of_another_kind_are_no_numbers() {
    for cell in [Cell::Null, Cell::Real(1.0), Cell::Text("1"), Cell::Blob(b"1")] {
        assert_eq!(bad::<FullRange>(cell), Some(Bad::Type));
        assert_eq!(bad::<FloatBits>(cell), Some(Bad::Type));
        assert_eq!(bad::<DoubleBits>(cell), Some(Bad::Type));
    }
    assert_eq!(bad::<FloatBits>(Cell::Int(-1)), Some(Bad::Range));
    assert_eq!(bad::<FloatBits>(Cell::Int(1 << 32)), Some(Bad::Range));
}
