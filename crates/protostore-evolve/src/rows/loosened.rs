//! Whether rules accept every value that others accept.

use protostore_schema::{Asks, Bound, Range, RuleValue, Rules};

/// Returns whether the newer rules accept all that the older ones accept.
///
/// What cannot be decided, as of two patterns, is said not to.
pub(crate) fn is_looser(old: &Rules, new: &Rules) -> bool {
    let zero = old.is_empty() || !old.but_zero || new.but_zero || new.is_empty();
    zero && new.all.iter().all(|rule| old.all.iter().any(|known| implies(&known.asks, &rule.asks)))
}

/// Returns the names of rules and what each asks, for the lock.
pub(crate) fn words(rules: &Rules) -> String {
    let mut names: Vec<&str> = rules.all.iter().map(|rule| rule.name.as_str()).collect();
    names.dedup();
    if names.is_empty() { "no rules".to_owned() } else { names.join(" ") }
}

/// Returns whether each value that keeps one rule keeps another.
fn implies(one: &Asks, other: &Asks) -> bool {
    if one == other {
        return true;
    }
    match (one, other) {
        (Asks::Is(value), Asks::In(values)) => values.contains(value),
        (Asks::Is(value), Asks::NotIn(values)) => !values.contains(value),
        (Asks::In(some), Asks::In(values)) => some.iter().all(|value| values.contains(value)),
        (Asks::In(some), Asks::NotIn(values)) => some.iter().all(|value| !values.contains(value)),
        (Asks::NotIn(some), Asks::NotIn(values)) => values.iter().all(|value| some.contains(value)),
        (Asks::Range(inner), Asks::Range(outer)) => is_within(inner, outer),
        (Asks::Size { of, min, max }, Asks::Size { of: unit, min: least, max: most }) => {
            of == unit && min >= least && most.is_none_or(|most| max.is_some_and(|max| max <= most))
        }
        (Asks::Prefix(long), Asks::Prefix(short)) => text(long).zip(text(short)).is_some_and(|(l, s)| l.starts_with(s)),
        (Asks::Suffix(long), Asks::Suffix(short)) => text(long).zip(text(short)).is_some_and(|(l, s)| l.ends_with(s)),
        _ => false,
    }
}

fn is_within(inner: &Range, outer: &Range) -> bool {
    if inner.outside || outer.outside {
        return false;
    }
    // A bound is kept if that of the other range is as far, or nearer.
    let is_kept = |inner: &Option<Bound>, outer: &Option<Bound>, sign: i128| match (inner, outer) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(inner), Some(outer)) => match number(&inner.at).zip(number(&outer.at)) {
            Some((one, other)) if one == other => outer.included || !inner.included,
            Some((one, other)) => one * sign > other * sign,
            None => inner == outer,
        },
    };
    is_kept(&inner.low, &outer.low, 1) && is_kept(&inner.high, &outer.high, -1)
}

/// Returns a value as a number that can be compared; a time in nanoseconds.
fn number(value: &RuleValue) -> Option<i128> {
    match value {
        RuleValue::Int(number) => Some(i128::from(*number)),
        RuleValue::Uint(number) => Some(i128::from(*number)),
        RuleValue::Time(seconds, nanos) => Some(i128::from(*seconds) * 1_000_000_000 + i128::from(*nanos)),
        RuleValue::Bool(_) | RuleValue::Float(_) | RuleValue::Text(_) | RuleValue::Bytes(_) => None,
    }
}

fn text(value: &RuleValue) -> Option<&[u8]> {
    match value {
        RuleValue::Text(text) => Some(text.as_bytes()),
        RuleValue::Bytes(bytes) => Some(bytes),
        RuleValue::Bool(_) | RuleValue::Int(_) | RuleValue::Uint(_) | RuleValue::Float(_) | RuleValue::Time(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protostore_schema::{Rule, Unit};

    fn rules(all: &[Asks]) -> Rules {
        let rule = |asks: &Asks| Rule { name: "x".to_owned(), asks: asks.clone() };
        Rules { but_zero: false, all: all.iter().map(rule).collect() }
    }

    fn range(low: Option<(i64, bool)>, high: Option<(i64, bool)>) -> Asks {
        let bound = |(at, included)| Bound { at: RuleValue::Int(at), included };
        Asks::Range(Range { low: low.map(bound), high: high.map(bound), outside: false })
    }

    #[test]
    fn a_range_accepts_what_is_in_a_narrower_one() {
        let ranges: Vec<Asks> = [None, Some((1, true)), Some((1, false)), Some((2, true))]
            .into_iter()
            .flat_map(|low| [None, Some((5, true)), Some((5, false)), Some((3, true))].map(|high| range(low, high)))
            .collect();
        let accepts = |asks: &Asks, value: i64| match asks {
            Asks::Range(Range { low, high, .. }) => {
                let end = |bound: &Option<Bound>| bound.as_ref().map(|b| (number(&b.at).unwrap(), b.included));
                let value = i128::from(value) * 2;
                // Halves, so that an open end differs from the next integer.
                end(low).is_none_or(|(at, included)| value > at * 2 || included && value == at * 2)
                    && end(high).is_none_or(|(at, included)| value < at * 2 || included && value == at * 2)
            }
            _ => unreachable!(),
        };
        for old in &ranges {
            for new in &ranges {
                let is_looser = is_looser(&rules(std::slice::from_ref(old)), &rules(std::slice::from_ref(new)));
                let counter = (-1..8).find(|value| accepts(old, *value) && !accepts(new, *value));
                // It may say no where only the integers agree, and never yes where a value says no.
                assert!(!(is_looser && counter.is_some()), "{old:?} {new:?} {counter:?}");
                assert_eq!(old == new || is_looser, is_looser, "{old:?}");
            }
        }
        assert!(is_looser(
            &rules(&[range(Some((2, true)), Some((3, true)))]),
            &rules(&[range(Some((1, false)), None)])
        ));
    }

    #[test]
    fn sets_sizes_and_beginnings() {
        let set = |all: &[i64]| all.iter().copied().map(RuleValue::Int).collect::<Vec<_>>();
        let wider = |old: Asks, new: Asks| is_looser(&rules(&[old]), &rules(&[new]));
        assert!(wider(Asks::In(set(&[1, 2])), Asks::In(set(&[2, 1, 3]))));
        assert!(!wider(Asks::In(set(&[1, 2])), Asks::In(set(&[2]))));
        assert!(wider(Asks::NotIn(set(&[1, 2])), Asks::NotIn(set(&[2]))));
        assert!(!wider(Asks::NotIn(set(&[2])), Asks::NotIn(set(&[1, 2]))));
        let size = |min, max| Asks::Size { of: Unit::Characters, min, max };
        assert!(wider(size(2, Some(5)), size(1, None)));
        assert!(!wider(size(2, None), size(1, Some(9))));
        let prefix = |text: &str| Asks::Prefix(RuleValue::Text(text.to_owned()));
        assert!(wider(prefix("abc"), prefix("ab")));
        assert!(!wider(prefix("ab"), prefix("abc")));
        assert!(!wider(Asks::Pattern("a+".to_owned()), Asks::Pattern("a*".to_owned())));
    }

    #[test]
    fn zero_must_stay_accepted() {
        let asks = [range(Some((3, true)), None)];
        let but_zero = Rules { but_zero: true, ..rules(&asks) };
        assert!(is_looser(&rules(&asks), &but_zero));
        assert!(!is_looser(&but_zero, &rules(&asks)));
        assert!(is_looser(&but_zero, &rules(&[])));
        assert!(!is_looser(&rules(&[]), &but_zero));
    }
}
