//! A column, and what a naive evaluator finds in a record in its place.

use std::cmp::Ordering;
use std::rc::Rc;

use fastrand::Rng;
use protostore::columns::{Keyed, Many, One};
use protostore::stored::{
    DoubleBits, FloatBits, FullRange, Microseconds, Milliseconds, Rfc3339, Seconds, Timestamptz, Utf8,
};
use protostore::{Col, Comparable, Duration, Filter, Operand, Order, Ordered, Timestamp};

/// A filter's meaning.
pub(crate) type Rule<R> = Rc<dyn Fn(&R) -> bool>;
type Comparison<R> = Rc<dyn Fn(&R, &R) -> Ordering>;
type Test<R> = Box<dyn Fn(&mut Rng, &[R]) -> (Filter<R>, Rule<R>)>;
type Holds<T> = Rc<dyn Fn(T) -> bool>;
type Prefix<R, T> = Option<(Filter<R>, Rc<dyn Fn(&T) -> bool>)>;
type Sort<R> = Box<dyn Fn(bool) -> (Order<R>, Comparison<R>)>;

/// What can be asked of one column.
pub(crate) struct Probe<R> {
    pub(crate) test: Test<R>,
    pub(crate) sort: Option<Sort<R>>,
}

/// What a column holds, to a naive evaluator.
pub(crate) trait Drawn: Ordered + Operand<Self> + Clone + 'static {
    /// Compares as Rust does.
    fn order(&self, other: &Self) -> Option<Ordering>;
    /// Returns any value of the type, also one that no column holds.
    fn stray(rng: &mut Rng) -> Self;
    /// Returns a value right beside this one.
    fn near(&self, _: &mut Rng) -> Self {
        self.clone()
    }
    /// Returns a test for a prefix, where there is such a thing.
    fn prefix<R, P>(_: Col<R, Self, P>, _: &Self, _: &mut Rng) -> Prefix<R, Self> {
        None
    }
}

macro_rules! drawn {
    ($($ty:ty: $rng:ident => $stray:expr),+ $(,)?) => {
        $(impl Drawn for $ty {
            fn order(&self, other: &Self) -> Option<Ordering> {
                self.partial_cmp(other)
            }
            fn stray($rng: &mut Rng) -> Self {
                $stray
            }
        })+
    };
}

drawn! {
    bool: rng => rng.bool(),
    i32: rng => if rng.bool() { rng.i32(-2..3) } else { rng.i32(..) },
    i64: rng => if rng.bool() { rng.i64(-2..3) } else { rng.i64(..) },
    u32: rng => if rng.bool() { rng.u32(0..3) } else { rng.u32(..) },
    u64: rng => { let any = rng.u64(..); rng.choice([u64::MAX, 1 << 63, 0, i64::MAX as u64, any]).unwrap() },
    f32: rng => { let any = f32::from_bits(rng.u32(..)); rng.choice([f32::NAN, -0.0, f32::INFINITY, 0.1, any]).unwrap() },
    f64: rng => { let any = f64::from_bits(rng.u64(..)); rng.choice([f64::NAN, -0.0, f64::NEG_INFINITY, 9.3e18, any]).unwrap() },
    Vec<u8>: rng => (0..rng.usize(0..4)).map(|_| rng.u8(..)).collect(),
}

/// Seconds at which some encoding ends, and any others.
fn seconds(rng: &mut Rng) -> i64 {
    let edges = [
        0,
        i64::MIN,
        i64::MAX,
        9_223_372_036,
        -9_223_372_037,
        -62_135_596_800,
        253_402_300_799,
        -210_866_803_200,
        i64::MAX / 1_000,
        i64::MIN / 1_000,
        i64::MAX / 1_000_000,
        i64::MIN / 1_000_000,
    ];
    match rng.u8(0..4) {
        0 => rng.i64(..),
        1 => rng.i64(-20_000_000_000..20_000_000_000),
        _ => rng.choice(edges).unwrap().saturating_add(rng.i64(-2..3)),
    }
}

fn nanos(rng: &mut Rng) -> i32 {
    let any = rng.i32(0..1_000_000_000);
    rng.choice([0, 0, 0, 1, 1_000, 1_000_000, 500_000_000, 999_999_999, any]).unwrap()
}

/// A little more or less, in nanoseconds.
fn step(rng: &mut Rng) -> i128 {
    let size = rng.choice([1, 999, 1_000, 999_999, 1_000_000, 1_000_000_000]).unwrap();
    if rng.bool() { size } else { -size }
}

impl Drawn for Timestamp {
    fn order(&self, other: &Self) -> Option<Ordering> {
        self.partial_cmp(other)
    }

    fn stray(rng: &mut Rng) -> Self {
        Self::new(seconds(rng), nanos(rng)).expect("is a time")
    }

    fn near(&self, rng: &mut Rng) -> Self {
        let nanos = i128::from(self.seconds()) * 1_000_000_000 + i128::from(self.nanos()) + step(rng);
        let rest = i32::try_from(nanos.rem_euclid(1_000_000_000)).expect("is below a second");
        i64::try_from(nanos.div_euclid(1_000_000_000)).ok().and_then(|s| Self::new(s, rest)).unwrap_or(*self)
    }
}

impl Drawn for Duration {
    fn order(&self, other: &Self) -> Option<Ordering> {
        self.partial_cmp(other)
    }

    fn stray(rng: &mut Rng) -> Self {
        let (seconds, nanos) = (seconds(rng), nanos(rng));
        Self::new(seconds, if seconds < 0 { -nanos } else { nanos }).expect("is a span")
    }

    fn near(&self, rng: &mut Rng) -> Self {
        let nanos = i128::from(self.seconds()) * 1_000_000_000 + i128::from(self.nanos()) + step(rng);
        let rest = i32::try_from(nanos % 1_000_000_000).expect("is below a second");
        i64::try_from(nanos / 1_000_000_000).ok().and_then(|s| Self::new(s, rest)).unwrap_or(*self)
    }
}

/// Values in another form than their own, which compare as they do.
macro_rules! encoded {
    ($($form:ty, $make:path: $of:ty),+ $(,)?) => {
        $(impl Drawn for $form {
            fn order(&self, other: &Self) -> Option<Ordering> {
                self.0.partial_cmp(&other.0)
            }
            fn stray(rng: &mut Rng) -> Self {
                $make(<$of>::stray(rng))
            }
            fn near(&self, rng: &mut Rng) -> Self {
                $make(self.0.near(rng))
            }
        })+
    };
}

encoded! {
    FullRange, FullRange: u64,
    Utf8<String>, Utf8: String,
    Rfc3339, Rfc3339: Timestamp,
    Timestamptz, Timestamptz: Timestamp,
    Seconds<Timestamp>, Seconds: Timestamp,
    Seconds<Duration>, Seconds: Duration,
    Milliseconds<Timestamp>, Milliseconds: Timestamp,
    Milliseconds<Duration>, Milliseconds: Duration,
    Microseconds<Timestamp>, Microseconds: Timestamp,
    Microseconds<Duration>, Microseconds: Duration,
}

/// Numbers that are compared by their bits, and have no order.
pub(crate) trait Bits: Comparable + Operand<Self> + Clone + 'static {
    /// Says whether the bits are the same.
    fn same(&self, other: &Self) -> bool;
    /// Returns any value of the type.
    fn stray(rng: &mut Rng) -> Self;
}

impl Bits for FloatBits {
    fn same(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
    fn stray(rng: &mut Rng) -> Self {
        Self(f32::stray(rng))
    }
}

impl Bits for DoubleBits {
    fn same(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
    fn stray(rng: &mut Rng) -> Self {
        Self(f64::stray(rng))
    }
}

impl Drawn for String {
    fn order(&self, other: &Self) -> Option<Ordering> {
        self.partial_cmp(other)
    }

    fn stray(rng: &mut Rng) -> Self {
        let texts = ["", "b", "\u{d7ff}", "\u{10ffff}\u{10ffff}", "%", "_", "\0", "a\0", "a\0b", "\u{1}"];
        rng.choice(texts).unwrap().to_owned()
    }

    fn near(&self, rng: &mut Rng) -> Self {
        match rng.u8(0..4) {
            0 => format!("{self}\0"),
            1 => format!("{self}\u{1}"),
            2 => self.chars().take(self.chars().count().saturating_sub(1)).collect(),
            _ => {
                let mut text: Self = self.chars().take(rng.usize(0..=self.chars().count())).collect();
                text.push('\0');
                text
            }
        }
    }

    fn prefix<R, P>(col: Col<R, Self, P>, of: &Self, rng: &mut Rng) -> Prefix<R, Self> {
        let length = of.chars().count();
        let prefix: Self = of.chars().take(rng.usize(0..=length)).collect();
        Some((col.starts_with(&prefix), Rc::new(move |text: &Self| text.starts_with(&prefix))))
    }
}

/// The fields of a record's row.
pub(crate) fn one<R: 'static, T: Drawn, P: One + 'static>(
    col: Col<R, T, P>,
    get: impl Fn(&R) -> Option<T> + Clone + 'static,
) -> Probe<R> {
    let (list, sorted) = (get.clone(), get);
    let sort: Sort<R> = Box::new(move |descending| {
        let get = sorted.clone();
        let compare = move |a: &R, b: &R| match (get(a), get(b)) {
            (Some(a), Some(b)) => a.order(&b).expect("no NaN is stored"),
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        if descending {
            (col.desc(), Rc::new(move |a: &R, b: &R| compare(b, a)))
        } else {
            (col.asc(), Rc::new(compare))
        }
    });
    Probe { sort: Some(sort), ..each(col, move |r| vec![list(r)]) }
}

/// The fields of a row of its own, of which a record has one at most.
pub(crate) fn apart<R: 'static, T: Drawn, P: 'static>(
    col: Col<R, T, P>,
    get: impl Fn(&R) -> Option<T> + Clone + 'static,
) -> Probe<R> {
    each(col, move |r| vec![get(r)])
}

/// The fields of elements.
pub(crate) fn many<R: 'static, T: Drawn, P: Many + 'static>(
    col: Col<R, T, P>,
    get: impl Fn(&R) -> Vec<Option<T>> + Clone + 'static,
) -> [Probe<R>; 2] {
    let all = get.clone();
    let empty: Test<R> = Box::new(move |_, _| {
        let get = all.clone();
        (col.is_empty(), Rc::new(move |r| get(r).is_empty()))
    });
    [each(col, get), Probe { test: empty, sort: None }]
}

/// Whether messages are set.
pub(crate) fn set<R: 'static, T: 'static, P: 'static>(
    col: Col<R, T, P>,
    get: impl Fn(&R) -> Vec<bool> + Clone + 'static,
) -> Probe<R> {
    let test: Test<R> = Box::new(move |rng, _| {
        let get = get.clone();
        if rng.bool() {
            (col.is_set(), Rc::new(move |r| get(r).contains(&true)))
        } else {
            (col.is_unset(), Rc::new(move |r| get(r).contains(&false)))
        }
    });
    Probe { test, sort: None }
}

/// The fields that are compared by their bits.
pub(crate) fn bits<R: 'static, T: Bits, P: 'static>(
    col: Col<R, T, P>,
    get: impl Fn(&R) -> Vec<Option<T>> + Clone + 'static,
) -> Probe<R> {
    let test: Test<R> = Box::new(move |rng, records| {
        let mut value = || match drawn(rng, records, &get).flatten() {
            Some(value) if rng.bool() => value,
            _ => T::stray(rng),
        };
        let list: Vec<T> = (0..3).map(|_| value()).collect();
        let list = list[..rng.usize(0..=3)].to_vec();
        let v = list.first().cloned().unwrap_or_else(|| T::stray(rng));
        let (filter, holds): (Filter<R>, Holds<Option<T>>) = match rng.u8(0..5) {
            0 => (col.eq(v.clone()), Rc::new(move |x| x.is_some_and(|x| x.same(&v)))),
            1 => (col.ne(v.clone()), Rc::new(move |x| !x.is_some_and(|x| x.same(&v)))),
            2 => (col.is_set(), Rc::new(|x| x.is_some())),
            3 => (col.is_unset(), Rc::new(|x| x.is_none())),
            _ => {
                let all = list.clone();
                (col.in_list(list), Rc::new(move |x| x.is_some_and(|x| all.iter().any(|v| x.same(v)))))
            }
        };
        let get = get.clone();
        (filter, Rc::new(move |r| get(r).into_iter().any(|x| holds(x))))
    });
    Probe { test, sort: None }
}

/// The entries of a map, by key.
pub(crate) fn entries<R: 'static, T: Drawn, P: Keyed<Key: Drawn> + 'static>(
    col: Col<R, T, P>,
    get: impl Fn(&R) -> Vec<(P::Key, Option<T>)> + Clone + 'static,
) -> Probe<R> {
    let test: Test<R> = Box::new(move |rng, records| {
        let (all, get) = (drawn(rng, records, &get), get.clone());
        let (key, value) = match all {
            Some((key, value)) if rng.u8(..) > 40 => (key, value.unwrap_or_else(|| T::stray(rng))),
            Some((key, Some(value))) if rng.bool() => (key.near(rng), value.near(rng)),
            _ => (P::Key::stray(rng), T::stray(rng)),
        };
        let (filter, rule): (_, Holds<Option<Option<T>>>) = match rng.u8(0..3) {
            0 => (col.has_key(key.clone()), Rc::new(|found| found.is_some())),
            1 => (
                col.at_key(key.clone()).eq(value.clone()),
                Rc::new(move |found| found.flatten().is_some_and(|v| v.order(&value) == Some(Ordering::Equal))),
            ),
            _ => (
                col.at_key(key.clone()).gt(value.clone()),
                Rc::new(move |found| found.flatten().is_some_and(|v| v.order(&value) == Some(Ordering::Greater))),
            ),
        };
        let at = {
            let get = get.clone();
            move |r: &R| {
                let found = get(r).into_iter().find(|(k, _)| k.order(&key) == Some(Ordering::Equal));
                found.map(|(_, value)| value)
            }
        };
        (filter, Rc::new(move |r| rule(at(r))))
    });
    Probe { test, sort: None }
}

fn drawn<R, V>(rng: &mut Rng, records: &[R], get: &impl Fn(&R) -> Vec<V>) -> Option<V> {
    let mut values = get(rng.choice(records)?);
    (!values.is_empty()).then(|| values.swap_remove(rng.usize(0..values.len())))
}

fn each<R: 'static, T: Drawn, P: 'static>(
    col: Col<R, T, P>,
    get: impl Fn(&R) -> Vec<Option<T>> + Clone + 'static,
) -> Probe<R> {
    let test: Test<R> = Box::new(move |rng, records| {
        let mut value = || match drawn(rng, records, &get).flatten() {
            Some(value) if rng.u8(..) > 128 => value,
            Some(value) if rng.bool() => value.near(rng),
            _ => T::stray(rng),
        };
        let v = value();
        let list: Vec<T> = (0..3).map(|_| value()).collect();
        let list = list[..rng.usize(0..=3)].to_vec();
        let is = |wanted: &'static [Ordering], v: &T| -> Holds<Option<T>> {
            let v = v.clone();
            Rc::new(move |x| x.is_some_and(|x| x.order(&v).is_some_and(|o| wanted.contains(&o))))
        };
        use Ordering::{Equal, Greater, Less};
        let (filter, holds): (Filter<R>, Holds<Option<T>>) = match rng.u8(0..10) {
            0 => (col.eq(v.clone()), is(&[Equal], &v)),
            1 => {
                let equal = is(&[Equal], &v);
                (col.ne(v.clone()), Rc::new(move |x| !equal(x)))
            }
            2 => (col.lt(v.clone()), is(&[Less], &v)),
            3 => (col.le(v.clone()), is(&[Less, Equal], &v)),
            4 => (col.gt(v.clone()), is(&[Greater], &v)),
            5 => (col.ge(v.clone()), is(&[Greater, Equal], &v)),
            6 => (col.is_set(), Rc::new(|x| x.is_some())),
            7 => (col.is_unset(), Rc::new(|x| x.is_none())),
            8 => match T::prefix(col, &v, rng) {
                Some((filter, holds)) => (filter, Rc::new(move |x| x.is_some_and(|x| holds(&x)))),
                None => (col.ge(v.clone()), is(&[Greater, Equal], &v)),
            },
            _ => {
                let any: Vec<_> = list.iter().map(|v| is(&[Equal], v)).collect();
                (col.in_list(list), Rc::new(move |x| any.iter().any(|is| is(x.clone()))))
            }
        };
        let get = get.clone();
        (filter, Rc::new(move |r| get(r).into_iter().any(|x| holds(x))))
    });
    Probe { test, sort: None }
}

/// Enums compare by their numbers.
macro_rules! by_number {
    ($($ty:ty),+) => {
        $(impl Drawn for $ty {
            fn order(&self, other: &Self) -> Option<Ordering> {
                self.number().partial_cmp(&other.number())
            }
            fn stray(rng: &mut Rng) -> Self {
                if rng.bool() { rng.i32(-6..3).into() } else { rng.i32(..).into() }
            }
        })+
    };
}

by_number!(shapes::Colour);
