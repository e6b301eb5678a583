//! One kind of integer to another: bool, enums and the ten integers of protobuf.

use protostore_schema::{Form, Kind};

use super::kind::changed;
use super::{Misfit, Rewrite, ValueChange, ValueType, Wire};
use crate::plan::{ChangeKind, Conversion, DataEffect, Previous, Word};

/// What a column of integers can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Integers {
    pub(super) low: i128,
    pub(super) high: i128,
    /// 1, 32 or 64.
    bits: u8,
    signed: bool,
    /// Whether the highest bit is flipped, so that all 64 bits are in order.
    flipped: bool,
}

/// Returns what a column holds; none if it does not hold integers as numbers.
pub(super) fn integers(value: ValueType<'_>) -> Option<Integers> {
    let signed = |bits: u8| Integers {
        low: -(1 << (bits - 1)),
        high: (1 << (bits - 1)) - 1,
        bits,
        signed: true,
        flipped: false,
    };
    let unsigned = |bits: u8, high: i128| Integers { low: 0, high, bits, signed: false, flipped: false };
    Some(match (value.scalar(), value.form) {
        (Kind::Bool, Form::Own) => unsigned(1, 1),
        (Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Enum(_), Form::Own) => signed(32),
        (Kind::Int64 | Kind::Sint64 | Kind::Sfixed64, Form::Own) => signed(64),
        (Kind::Uint32 | Kind::Fixed32, Form::Own) => unsigned(32, i128::from(u32::MAX)),
        (Kind::Uint64 | Kind::Fixed64, Form::Own) => unsigned(64, i128::from(i64::MAX)),
        (Kind::Uint64 | Kind::Fixed64, Form::FullRange) => {
            Integers { flipped: true, ..unsigned(64, i128::from(u64::MAX)) }
        }
        _ => return None,
    })
}

/// Returns what becomes of an integer as another kind of integer.
pub(super) fn change(old: ValueType<'_>, new: ValueType<'_>) -> Option<ValueChange> {
    let (from, to) = (integers(old)?, integers(new)?);
    let same_wire = Wire::of(old.scalar()) == Wire::of(new.scalar());
    let flip = (from.flipped != to.flipped).then_some(Conversion::FullRange { into: to.flipped });
    let base = changed(old, new);
    let is_wider = to.low <= from.low && from.high <= to.high;
    if is_wider {
        let is_other_group = !same_wire && from.bits == to.bits;
        let kind = if is_other_group { ChangeKind::K05 } else { ChangeKind::K01 };
        let data = if flip.is_some() { DataEffect::Exact } else { DataEffect::Untouched };
        return Some(ValueChange { kind, data, previous: previous(from, to), rewrite: sql(flip), ..base });
    }
    // The bits of 32 or 64 are read with another sign: each value has one of its own, so that nothing is lost.
    if same_wire && from.signed != to.signed && to.bits >= from.bits {
        let bits = match to.bits {
            32 => Some(Conversion::Bits32 { signed: to.signed }),
            _ => flip,
        };
        let misfit = bits.is_none().then_some(Misfit::Outside { low: 0, high: i64::MAX });
        let data = if misfit.is_some() { DataEffect::Guarded } else { DataEffect::Oracle };
        let asks = vec![Word::Sign];
        let previous = if misfit.is_some() { previous(from, to) } else { Previous::Neither };
        return Some(ValueChange { kind: ChangeKind::K02, data, previous, asks, rewrite: sql(bits), misfit, ..base });
    }
    // A negative number of 32 bits is extended to 64, so that a full range has it among the greatest, and gives it back.
    if same_wire && from.flipped && to.signed && to.bits < 64 {
        let end = i64::try_from(to.high).expect("32 bits");
        let misfit = Some(Misfit::Within { low: i64::MIN + end + 1, high: i64::MAX - end - 1 });
        let (data, asks) = (DataEffect::Guarded, vec![Word::Sign, Word::Narrow]);
        let kind = ChangeKind::K03;
        return Some(ValueChange { kind, data, previous: Previous::Neither, asks, rewrite: sql(flip), misfit, ..base });
    }
    let is_sign_alone = !same_wire && from.signed != to.signed && to.bits >= from.bits;
    let (kind, narrow) = match is_sign_alone {
        true => (ChangeKind::K06, None),
        false => (ChangeKind::K03, Some(Word::Narrow)),
    };
    let asks = base.asks.iter().copied().chain(narrow).collect();
    let misfit = Some(outside(from, from.low.max(to.low), from.high.min(to.high)));
    let (data, rewrite) = (DataEffect::Guarded, sql(flip));
    Some(ValueChange { kind, data, previous: previous(from, to), asks, rewrite, misfit, ..base })
}

/// Returns what the previous program may do: values that it cannot hold would be read as others, or not at all.
fn previous(from: Integers, to: Integers) -> Previous {
    if from.flipped != to.flipped {
        Previous::Neither
    } else if (from.low, from.high) == (to.low, to.high) {
        Previous::ReadsAndWrites
    } else if from.low <= to.low && to.high <= from.high {
        Previous::Reads
    } else {
        Previous::Neither
    }
}

/// Returns which numbers of a column are not between two values, as they are in it.
fn outside(of: Integers, low: i128, high: i128) -> Misfit {
    let stored = |value: i128| {
        let number = if of.flipped { value - (1 << 63) } else { value };
        i64::try_from(number).expect("a column of integers holds 64 bits")
    };
    Misfit::Outside { low: stored(low), high: stored(high) }
}

fn sql(by: Option<Conversion>) -> Rewrite {
    by.map_or(Rewrite::None, Rewrite::Sql)
}
