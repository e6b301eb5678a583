//! Random filters over columns of every encoding: values of the whole Rust type are compared as Rust compares them,
//! whatever the column can hold.

use fastrand::Rng;
use protostore::stored::{
    DoubleBits, FloatBits, FullRange, Microseconds, Milliseconds, Rfc3339, Seconds, Timestamptz, Utf8,
};
use protostore::{Comparable, Record};
use shapes::{Encodings, EncodingsChoice, EncodingsInner, Packed, PackedInner};

use super::probe::{Drawn, bits, entries, many, one, set};
use super::{check, id, probes, seed};

/// Draws a value that a column holds.
fn held<T: Drawn>(rng: &mut Rng) -> T {
    std::iter::repeat_with(|| T::stray(rng)).find(Comparable::is_held).expect("a column holds some")
}

fn maybe<T>(rng: &mut Rng, draw: impl FnOnce(&mut Rng) -> T) -> Option<T> {
    rng.bool().then(|| draw(rng))
}

fn some<T>(rng: &mut Rng, draw: impl Fn(&mut Rng) -> T) -> Vec<T> {
    (0..rng.usize(0..3)).map(|_| draw(rng)).collect()
}

fn inner(rng: &mut Rng) -> EncodingsInner {
    EncodingsInner {
        full: rng.u64(..),
        bits: maybe(rng, f32::stray),
        text: maybe(rng, |rng| held::<Rfc3339>(rng).0),
        names: some(rng, |rng| (u64::stray(rng), held(rng))).into_iter().collect(),
    }
}

/// Draws a record of values that its columns hold, up to where they end.
pub(super) fn drawn(rng: &mut Rng) -> Encodings {
    Encodings {
        id: id(rng),
        full: u64::stray(rng),
        maybe_full: maybe(rng, u64::stray),
        fulls: some(rng, u64::stray),
        full_by_full: some(rng, |rng| (u64::stray(rng), u64::stray(rng))).into_iter().collect(),
        wrapped: maybe(rng, u64::stray),
        bits: f32::stray(rng),
        maybe_bits: maybe(rng, f64::stray),
        many_bits: some(rng, f64::stray),
        bits_by_name: some(rng, |rng| (held(rng), f32::stray(rng))).into_iter().collect(),
        seconds: maybe(rng, |rng| held::<Seconds<_>>(rng).0),
        milliseconds: maybe(rng, |rng| held::<Milliseconds<_>>(rng).0),
        microseconds: maybe(rng, |rng| held::<Microseconds<_>>(rng).0),
        text: maybe(rng, |rng| held::<Rfc3339>(rng).0),
        span_seconds: maybe(rng, |rng| held::<Seconds<_>>(rng).0),
        span_milliseconds: maybe(rng, |rng| held::<Milliseconds<_>>(rng).0),
        span_microseconds: maybe(rng, |rng| held::<Microseconds<_>>(rng).0),
        texts: some(rng, |rng| held::<Rfc3339>(rng).0),
        choice: match rng.u8(0..4) {
            0 => None,
            1 => Some(EncodingsChoice::OneFull(u64::stray(rng))),
            2 => Some(EncodingsChoice::OneBits(f64::stray(rng))),
            _ => Some(EncodingsChoice::OneText(held::<Rfc3339>(rng).0)),
        },
        own: maybe(rng, |rng| held::<Timestamptz>(rng).0),
        owns: some(rng, |rng| held::<Timestamptz>(rng).0),
        inner: maybe(rng, inner),
        inners: some(rng, inner),
    }
}

/// Writes records, of which no two may have the same in a unique column.
pub(super) fn written<R: Record>(store: &shapes::Store, records: impl Iterator<Item = R>) -> Vec<R> {
    let mut kept = Vec::new();
    for record in records {
        let one = record.clone();
        match store.write(move |tx| tx.insert(&one).map(|_| ())) {
            Ok(()) => kept.push(record),
            Err(e) => assert_eq!(e.kind(), protostore::Kind::AlreadyExists, "{e}"),
        }
    }
    kept
}

#[test]
fn every_encoding_compares_with_every_value_of_its_type() {
    use shapes::encodings as c;
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let all: Vec<Encodings> = (0..60).map(|_| drawn(&mut rng)).collect();
    let records = written(&store, all.into_iter());
    let choice = |r: &Encodings| r.choice.clone();
    let probes = probes([
        vec![
            one(c::full, |r: &Encodings| Some(FullRange(r.full))),
            one(c::maybe_full, |r| r.maybe_full.map(FullRange)),
            one(c::wrapped, |r| r.wrapped.map(FullRange)),
            bits(c::bits, |r| vec![Some(FloatBits(r.bits))]),
            bits(c::maybe_bits, |r| vec![r.maybe_bits.map(DoubleBits)]),
            bits(c::many_bits, |r| r.many_bits.iter().map(|v| Some(DoubleBits(*v))).collect()),
            bits(c::bits_by_name, |r| r.bits_by_name.values().map(|v| Some(FloatBits(*v))).collect()),
            one(c::seconds, |r| r.seconds.map(Seconds)),
            one(c::milliseconds, |r| r.milliseconds.map(Milliseconds)),
            one(c::microseconds, |r| r.microseconds.map(Microseconds)),
            one(c::text, |r| r.text.map(Rfc3339)),
            one(c::span_seconds, |r| r.span_seconds.map(Seconds)),
            one(c::span_milliseconds, |r| r.span_milliseconds.map(Milliseconds)),
            one(c::span_microseconds, |r| r.span_microseconds.map(Microseconds)),
            one(c::own, |r| r.own.map(Timestamptz)),
            set(c::choice, |r| vec![r.choice.is_some()]),
            one(c::choice::one_full, move |r| match choice(r)? {
                EncodingsChoice::OneFull(v) => Some(FullRange(v)),
                _ => None,
            }),
            bits(c::choice::one_bits, move |r| {
                vec![match choice(r) {
                    Some(EncodingsChoice::OneBits(v)) => Some(DoubleBits(v)),
                    _ => None,
                }]
            }),
            one(c::choice::one_text, move |r| match choice(r)? {
                EncodingsChoice::OneText(v) => Some(Rfc3339(v)),
                _ => None,
            }),
            one(c::inner::full, |r| r.inner.as_ref().map(|i| FullRange(i.full))),
            bits(c::inner::bits, |r| vec![r.inner.as_ref().and_then(|i| i.bits).map(FloatBits)]),
            one(c::inner::text, |r| r.inner.as_ref().and_then(|i| i.text).map(Rfc3339)),
            entries(c::full_by_full, |r: &Encodings| {
                r.full_by_full.iter().map(|(k, v)| (FullRange(*k), Some(FullRange(*v)))).collect()
            }),
            entries(c::inner::names, |r| {
                let names = r.inner.iter().flat_map(|i| &i.names);
                names.map(|(k, v)| (FullRange(*k), Some(v.clone()))).collect()
            }),
        ],
        many(c::fulls, |r: &Encodings| r.fulls.iter().map(|v| Some(FullRange(*v))).collect()).into(),
        many(c::texts, |r: &Encodings| r.texts.iter().map(|v| Some(Rfc3339(*v))).collect()).into(),
        many(c::owns, |r: &Encodings| r.owns.iter().map(|v| Some(Timestamptz(*v))).collect()).into(),
        many(c::inners::text, |r: &Encodings| r.inners.iter().map(|i| i.text.map(Rfc3339)).collect()).into(),
        many(c::inners::names, |r: &Encodings| {
            r.inners.iter().flat_map(|i| i.names.values()).cloned().map(Some).collect()
        })
        .into(),
    ]);
    check(&store, &mut rng, &records, &probes, |a, b| a.id.cmp(&b.id));
}

#[test]
fn text_as_bytes_compares_with_every_text() {
    use shapes::packed as c;
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let pairs = |rng: &mut Rng| some(rng, |rng| (String::stray(rng), String::stray(rng))).into_iter().collect();
    let all: Vec<Packed> = (0..60)
        .map(|_| Packed {
            id: id(&mut rng),
            raw: String::stray(&mut rng),
            maybe_raw: maybe(&mut rng, String::stray),
            wrapped: maybe(&mut rng, String::stray),
            inners: some(&mut rng, |rng| PackedInner { raw: String::stray(rng), ..PackedInner::default() }),
            raw_by_raw: pairs(&mut rng),
            ..Packed::default()
        })
        .collect();
    let records = written(&store, all.into_iter());
    let probes = probes([
        vec![
            one(c::id, |r: &Packed| Some(r.id.clone())),
            one(c::raw, |r| Some(Utf8(r.raw.clone()))),
            one(c::maybe_raw, |r| r.maybe_raw.clone().map(Utf8)),
            one(c::wrapped, |r| r.wrapped.clone().map(Utf8)),
            entries(c::raw_by_raw, |r| {
                r.raw_by_raw.iter().map(|(k, v)| (Utf8(k.clone()), Some(Utf8(v.clone())))).collect()
            }),
        ],
        many(c::inners::raw, |r: &Packed| r.inners.iter().map(|i| Some(Utf8(i.raw.clone()))).collect()).into(),
    ]);
    check(&store, &mut rng, &records, &probes, |a, b| a.id.cmp(&b.id));
}
