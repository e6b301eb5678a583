//! The comparisons of a column, or of one entry of a map, with values.

use protostore_sql::Op;

use super::column::{Col, Cond, Place, Test};
use super::location::Keyed;
use super::operand::{Comparable, Location, Operand, Ordered};
use super::{Expr, Filter};
use crate::error::Error;
use crate::value::Kept;

impl<R, T, P: Keyed> Col<R, T, P> {
    /// Holds where the map has an entry with this key.
    pub fn has_key(self, key: impl Operand<P::Key>) -> Filter<R>
    where
        P::Key: Comparable,
    {
        At { col: self, key: key.operand() }.test(Ok(Cond::Always))
    }

    /// Looks at the entry with this key alone: `labels.at("env").eq("prod")`.
    pub fn at_key(self, key: impl Operand<P::Key>) -> At<R, T, P> {
        At { col: self, key: key.operand() }
    }
}

/// The entry of a map with one key.
pub struct At<R, T, P: Keyed> {
    col: Col<R, T, P>,
    key: P::Key,
}

impl<R, T, P: Keyed<Key: Comparable>> At<R, T, P> {
    fn test(self, cond: Result<Cond, Box<Expr>>) -> Filter<R> {
        let place = self.col.place;
        let entry = match cond_of(place, Op::Equal, &self.key) {
            Ok(Cond::Is(_, entry)) => entry,
            Ok(_) => return Filter::new(Expr::Or(Vec::new())),
            Err(refused) => return Filter::new(*refused),
        };
        Filter::new(match cond {
            Ok(cond) => Expr::Test(Test { place, entry: Some(entry), cond }),
            Err(refused) => *refused,
        })
    }
}

fn cond_of<T: Comparable>(place: Place, ask: Op, value: &T) -> Result<Cond, Box<Expr>> {
    Ok(match (value.location(), ask) {
        (Location::Held, ask) => Cond::Is(ask, kept(place, value)?),
        // Nothing that is stored is equal to it.
        (_, Op::Equal | Op::Same) => Cond::Never,
        (_, Op::Differs | Op::NotEqual) => Cond::Always,
        (Location::After(held), Op::Less | Op::AtMost) => Cond::Is(Op::AtMost, kept(place, &held)?),
        (Location::After(held), Op::Greater | Op::AtLeast) => Cond::Is(Op::Greater, kept(place, &held)?),
        (Location::AboveAll, Op::Less | Op::AtMost) | (Location::BelowAll, Op::Greater | Op::AtLeast) => Cond::Set,
        (Location::AboveAll | Location::BelowAll | Location::Unordered, _) => Cond::Never,
    })
}

fn kept<T: Comparable>(place: Place, value: &T) -> Result<Kept, Box<Expr>> {
    let refused = |e: Error| Box::new(Expr::Refused { place, kind: e.kind(), why: e.message().to_owned() });
    Kept::of(value).map_err(refused)
}

fn one_of<T: Comparable>(place: Place, values: impl IntoIterator<Item: Operand<T>>) -> Result<Cond, Box<Expr>> {
    let values = values.into_iter().map(Operand::operand).filter(Comparable::is_held);
    values.map(|value| kept(place, &value)).collect::<Result<_, _>>().map(Cond::In)
}

/// Returns the texts that begin with `prefix`, as a range.
fn prefixed(place: Place, prefix: &str) -> Result<Cond, Box<Expr>> {
    let mut rest = prefix.to_owned();
    if !rest.is_held() {
        return Ok(Cond::Never);
    }
    let from = kept(place, &rest)?;
    while let Some(last) = rest.pop() {
        let next = match last {
            // What follows are the surrogates, which no text holds.
            '\u{d7ff}' => Some('\u{e000}'),
            last => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            rest.push(next);
            return Ok(Cond::Between(from, Some(Kept::Text(rest))));
        }
    }
    Ok(Cond::Between(from, None))
}

/// Writes the comparisons, for a column and for one entry of a map.
macro_rules! comparisons {
    ($on:ident, [$($bounds:tt)*], |$self:ident| $place:expr, |$cond:ident| $test:expr) => {
        // Each comparison asks for what it needs, so that the compiler says of a column why it is not there.
        impl<R, T, $($bounds)*> $on<R, T, P> {
            /// Holds where the value is this one.
            pub fn eq($self, value: impl Operand<T>) -> Filter<R>
            where
                T: Comparable,
            {
                let $cond = cond_of($place, Op::Equal, &value.operand());
                $test
            }

            /// Holds where the value is another one or not set.
            pub fn ne($self, value: impl Operand<T>) -> Filter<R>
            where
                T: Comparable,
            {
                let $cond = cond_of($place, Op::Differs, &value.operand());
                $test
            }

            /// Holds where the value is one of these; where there are none, nowhere.
            pub fn in_list<V: Operand<T>>($self, values: impl IntoIterator<Item = V>) -> Filter<R>
            where
                T: Comparable,
            {
                let $cond = one_of($place, values);
                $test
            }
        }

        impl<R, T, $($bounds)*> $on<R, T, P> {
            /// Holds where the value is set and below this one.
            pub fn lt($self, value: impl Operand<T>) -> Filter<R>
            where
                T: Ordered,
            {
                let $cond = cond_of($place, Op::Less, &value.operand());
                $test
            }

            /// Holds where the value is set and this one or below.
            pub fn le($self, value: impl Operand<T>) -> Filter<R>
            where
                T: Ordered,
            {
                let $cond = cond_of($place, Op::AtMost, &value.operand());
                $test
            }

            /// Holds where the value is set and above this one.
            pub fn gt($self, value: impl Operand<T>) -> Filter<R>
            where
                T: Ordered,
            {
                let $cond = cond_of($place, Op::Greater, &value.operand());
                $test
            }

            /// Holds where the value is set and this one or above.
            pub fn ge($self, value: impl Operand<T>) -> Filter<R>
            where
                T: Ordered,
            {
                let $cond = cond_of($place, Op::AtLeast, &value.operand());
                $test
            }
        }

        impl<R, $($bounds)*> $on<R, String, P> {
            /// Holds where the text begins with these characters, compared by their bytes.
            pub fn starts_with($self, prefix: &str) -> Filter<R> {
                let $cond = prefixed($place, prefix);
                $test
            }
        }
    };
}

comparisons!(Col, [P], |self| self.place, |cond| match cond {
    Ok(cond) => self.test(cond),
    Err(refused) => Filter::new(*refused),
});
comparisons!(At, [P: Keyed<Key: Comparable>], |self| self.col.place, |cond| self.test(cond));
