//! What becomes of a value, compared with prost: bytes of the old kind, read as the new one.

#[path = "value/carry.rs"]
mod carry;
#[path = "value/wire.rs"]
mod wire;

use carry::{Stored, convert, fits};
use protostore_evolve::plan::{ChangeKind, Conversion, Effect, Word};
use protostore_evolve::value::{Rewrite, ValueChange, ValueType, value_change};
use protostore_schema::{Form, Kind, Type};
use wire::{holds, number_of, oracle, stored_of, values};

/// Every kind of number, in each form that a column writes it in, apart from bits.
fn numbers() -> Vec<(Kind, Type, Form)> {
    let own = |kind, ty| (kind, ty, Form::Own);
    vec![
        own(Kind::Bool, Type::Bool),
        own(Kind::Int32, Type::Int32),
        own(Kind::Sint32, Type::Int32),
        own(Kind::Sfixed32, Type::Int32),
        own(Kind::Int64, Type::Int64),
        own(Kind::Sint64, Type::Int64),
        own(Kind::Sfixed64, Type::Int64),
        own(Kind::Uint32, Type::Uint32),
        own(Kind::Fixed32, Type::Uint32),
        own(Kind::Uint64, Type::Uint64),
        own(Kind::Fixed64, Type::Uint64),
        (Kind::Uint64, Type::Uint64, Form::FullRange),
        (Kind::Fixed64, Type::Uint64, Form::FullRange),
        own(Kind::Enum("x.State".to_owned()), Type::Enum("x.State".to_owned())),
        own(Kind::Float, Type::Float),
        own(Kind::Double, Type::Double),
    ]
}

fn of((kind, ty, form): &(Kind, Type, Form)) -> ValueType<'_> {
    ValueType { kind, ty, form: *form }
}

/// Compares one change with prost, value by value.
///
/// # Errors
/// With the first value that became what it must not become, was stopped though it fits, or passed though it does not.
fn compare(
    old: ValueType<'_>,
    new: ValueType<'_>,
    change: &ValueChange,
    random: &mut fastrand::Rng,
) -> Result<(), String> {
    let is_compatible = change.wire == Effect::Same;
    let mut broken = 0;
    for value in values(old, random) {
        let said = |what: &str| Err(format!("{} to {}, {value:?}: {what}", old.words(), new.words()));
        let read = oracle(old.kind, new.kind, value);
        let is_same = read.is_some_and(|read| read.equals(value));
        broken += usize::from(!is_same);
        // Reading it with another sign loses nothing: the same bytes lead back.
        let leads_back = || read.and_then(|read| oracle(new.kind, old.kind, read)).is_some_and(|back| back == value);
        let right = match is_compatible {
            true if is_same || change.asks.contains(&Word::Sign) && leads_back() => read,
            true => None,
            false => number_of(new.kind, value),
        };
        let right = right.filter(|right| holds(new, *right));
        let stored = stored_of(old, value);
        match (fits(change.misfit.as_ref(), &stored), right) {
            (true, Some(right)) => {
                let is = convert(&change.rewrite, &stored);
                if is != stored_of(new, right) {
                    return said(&format!("becomes {is:?}, and should be {right:?}"));
                }
            }
            (true, None) => return said("is carried over, and has no equal"),
            (false, Some(right)) => return said(&format!("stops the upgrade, though {right:?} is it")),
            (false, None) => {}
        }
    }
    let must_ask = change.asks.contains(&Word::Wire);
    if must_ask == is_compatible {
        return Err(format!("{} to {}: asks for wire and {:?}", old.words(), new.words(), change.wire));
    }
    // Every change that breaks the wire does so for some value.
    if !is_compatible && broken == 0 {
        return Err(format!("{} to {}: said to break clients, and reads all", old.words(), new.words()));
    }
    Ok(())
}

#[test]
fn every_number_becomes_what_prost_reads_or_the_same_number_or_stops() {
    let mut random = fastrand::Rng::with_seed(11);
    let mut compared = 0;
    for old in &numbers() {
        for new in &numbers() {
            let (old, new) = (of(old), of(new));
            match value_change(old, new) {
                Ok(Some(change)) => compare(old, new, &change, &mut random).unwrap_or_else(|wrong| panic!("{wrong}")),
                Ok(None) => assert_eq!(old, new),
                Err(rejected) => assert!(is_not_carried(old, new), "{rejected:?}"),
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 16 * 16);
}

/// A bool or enum is no quantity; and a full range is made an integer of SQL first.
fn is_not_carried(old: ValueType<'_>, new: ValueType<'_>) -> bool {
    let is_real = |value: ValueType<'_>| matches!(value.kind, Kind::Float | Kind::Double);
    let is_no_number =
        |value: ValueType<'_>| matches!(value.kind, Kind::Bool | Kind::Enum(_)) || value.form == Form::FullRange;
    is_real(old) && is_no_number(new) || is_no_number(old) && is_real(new)
}

#[test]
fn a_wrong_conversion_guard_or_question_is_seen() {
    let numbers = numbers();
    type Plant = fn(&mut ValueChange);
    let planted: [(usize, usize, Plant); 6] = [
        // int32 to uint32 as it is.
        (1, 7, |change| change.rewrite = Rewrite::None),
        // int64 to int32 without its guard.
        (4, 1, |change| change.misfit = None),
        // uint64 to its full range in other bits.
        (9, 11, |change| change.rewrite = Rewrite::Sql(Conversion::Same)),
        // int32 to sint32 said to be compatible.
        (1, 2, |change| (change.wire, change.asks) = (Effect::Same, Vec::new())),
        // double to float without its guard.
        (15, 14, |change| change.misfit = None),
        // int32 to int64 said to break.
        (1, 4, |change| (change.wire, change.asks) = (Effect::Breaks, vec![Word::Wire])),
    ];
    for (old, new, plant) in planted {
        let (old, new) = (of(&numbers[old]), of(&numbers[new]));
        let mut change = value_change(old, new).expect("is carried").expect("is a change");
        let random = || fastrand::Rng::with_seed(7);
        assert_eq!(compare(old, new, &change, &mut random()), Ok(()), "{}", old.words());
        plant(&mut change);
        assert!(compare(old, new, &change, &mut random()).is_err(), "{} to {}", old.words(), new.words());
    }
}

#[test]
fn the_way_back_is_carried_too() {
    let mut random = fastrand::Rng::with_seed(5);
    for old in &numbers() {
        for new in &numbers() {
            let (old, new) = (of(old), of(new));
            let Ok(Some(up)) = value_change(old, new) else { continue };
            let down = value_change(new, old).expect("is carried back").expect("is a change");
            for value in values(old, &mut random).into_iter().map(|value| stored_of(old, value)) {
                if fits(up.misfit.as_ref(), &value) {
                    let there = convert(&up.rewrite, &value);
                    assert!(fits(down.misfit.as_ref(), &there), "{} to {}: {value:?}", old.words(), new.words());
                    assert_eq!(convert(&down.rewrite, &there), value, "{} to {}", old.words(), new.words());
                }
            }
        }
    }
}

#[test]
fn the_rows_are_those_of_the_tables() {
    let row = |old: &Kind, new: &Kind| {
        let numbers = numbers();
        let find = |kind: &Kind| numbers.iter().find(|number| number.0 == *kind).expect("a number").clone();
        let (old, new) = (find(old), find(new));
        let change = value_change(of(&old), of(&new)).expect("is carried").expect("is a change");
        (change.kind, change.asks)
    };
    let state = Kind::Enum("x.State".to_owned());
    let (k, w) = (ChangeKind::K01, Vec::new());
    for (old, new) in [
        (&Kind::Int32, &Kind::Int64),
        (&Kind::Uint32, &Kind::Uint64),
        (&Kind::Uint32, &Kind::Int64),
        (&Kind::Sint32, &Kind::Sint64),
        (&Kind::Bool, &Kind::Uint32),
        (&state, &Kind::Int32),
        (&state, &Kind::Int64),
        (&Kind::Int32, &state),
        (&Kind::Uint64, &Kind::Int64),
    ] {
        assert_eq!(row(old, new), (k, w.clone()), "{old:?} {new:?}");
    }
    assert_eq!(row(&Kind::Int32, &Kind::Uint32), (ChangeKind::K02, vec![Word::Sign]));
    assert_eq!(row(&Kind::Fixed32, &Kind::Sfixed32), (ChangeKind::K02, vec![Word::Sign]));
    assert_eq!(row(&Kind::Int64, &Kind::Uint64), (ChangeKind::K02, vec![Word::Sign]));
    assert_eq!(row(&Kind::Int64, &Kind::Int32), (ChangeKind::K03, vec![Word::Narrow]));
    assert_eq!(row(&Kind::Int64, &state), (ChangeKind::K03, vec![Word::Narrow]));
    assert_eq!(row(&Kind::Uint32, &Kind::Bool), (ChangeKind::K03, vec![Word::Narrow]));
    assert_eq!(row(&Kind::Int32, &Kind::Sint32), (ChangeKind::K05, vec![Word::Wire]));
    assert_eq!(row(&Kind::Int64, &Kind::Sfixed64), (ChangeKind::K05, vec![Word::Wire]));
    assert_eq!(row(&Kind::Int32, &Kind::Fixed32), (ChangeKind::K06, vec![Word::Wire]));
    assert_eq!(row(&Kind::Float, &Kind::Double), (ChangeKind::K07, vec![Word::Wire]));
    assert_eq!(row(&Kind::Uint32, &Kind::Double), (ChangeKind::K07, vec![Word::Wire]));
    assert_eq!(row(&Kind::Double, &Kind::Float), (ChangeKind::K08, vec![Word::Wire, Word::Narrow]));
    assert_eq!(row(&Kind::Int64, &Kind::Double), (ChangeKind::K08, vec![Word::Wire, Word::Narrow]));
    assert_eq!(row(&Kind::Double, &Kind::Int32), (ChangeKind::K08, vec![Word::Wire, Word::Narrow]));
}

#[test]
fn forms_come_back_as_they_were() {
    let times = [Form::Own, Form::Microseconds, Form::Milliseconds, Form::Seconds, Form::Timestamptz];
    let kind = Kind::Message("google.protobuf.Timestamp".to_owned());
    let numbers =
        [0, 1, -1, 999, 1_000, -1_000_000, 1_500_000_000, i64::MAX, i64::MIN, i64::MAX / 1_000, 60_000_000_000];
    for old in times {
        for new in times.into_iter().filter(|new| *new != old) {
            let of = |form| ValueType { kind: &kind, ty: &Type::Timestamp, form };
            let change = value_change(of(old), of(new)).expect("is carried").expect("is a change");
            let down = value_change(of(new), of(old)).expect("is carried back").expect("is a change");
            // What PostgreSQL's type does not have, no column of it holds.
            let is_held = |number: &i64| old != Form::Timestamptz || *number >= -210_866_803_200_000_000;
            for value in numbers.into_iter().filter(is_held).map(Stored::Integer) {
                if fits(change.misfit.as_ref(), &value) {
                    let there = convert(&change.rewrite, &value);
                    assert!(fits(down.misfit.as_ref(), &there), "{old:?} to {new:?}: {value:?}");
                    assert_eq!(convert(&down.rewrite, &there), value, "{old:?} to {new:?}");
                }
            }
        }
    }
}

#[test]
fn text_and_bytes() {
    let (string, bytes) = ((Kind::String, Type::String, Form::Own), (Kind::Bytes, Type::Bytes, Form::Own));
    let there = value_change(of(&string), of(&bytes)).expect("is carried").expect("is a change");
    assert_eq!((there.kind, there.wire, there.asks.len()), (ChangeKind::K09, Effect::Same, 0));
    assert_eq!(there.rewrite, Rewrite::Sql(Conversion::TextToBytes));
    let back = value_change(of(&bytes), of(&string)).expect("is carried").expect("is a change");
    assert_eq!((back.kind, back.asks), (ChangeKind::K10, vec![Word::Narrow]));
    assert_eq!(back.rewrite, Rewrite::Text);
}

#[test]
fn what_is_no_number_or_text_is_rejected_with_what_to_do() {
    let message = Kind::Message("x.Drive".to_owned());
    let timestamp = Kind::Message("google.protobuf.Timestamp".to_owned());
    let own = |kind: &Kind, ty| (kind.clone(), ty, Form::Own);
    let pairs = [
        (own(&Kind::Int32, Type::Int32), own(&Kind::String, Type::String)),
        (own(&Kind::String, Type::String), own(&Kind::Bool, Type::Bool)),
        (own(&timestamp, Type::Timestamp), own(&Kind::Int64, Type::Int64)),
        (own(&Kind::String, Type::String), own(&message, Type::Any)),
    ];
    for (old, new) in &pairs {
        for (old, new) in [(of(old), of(new)), (of(new), of(old))] {
            let rejected = value_change(old, new).expect_err("is not carried");
            assert_eq!(rejected.kind, ChangeKind::K11);
            assert!(rejected.why.contains("backfill"), "{}", rejected.why);
        }
    }
    let documents = (own(&message, Type::Struct), own(&message, Type::Any));
    assert_eq!(value_change(of(&documents.0), of(&documents.1)).expect_err("is not carried").kind, ChangeKind::K15);
}
