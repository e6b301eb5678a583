//! Finds rules that no value keeps.

use std::cmp::Ordering;

use protostore_schema::{Asks, Rule, RuleValue, Unit};

/// Returns why no value keeps all of these rules, if it is plain from two of them.
pub(super) fn contradiction(rules: &[Rule]) -> Option<String> {
    for rule in rules {
        let name = rule.name.rsplit('.').next().unwrap_or_default();
        match &rule.asks {
            Asks::Range(range) => match (&range.low, &range.high) {
                (Some(low), Some(high)) if !range.outside => {
                    let both = low.included && high.included;
                    if order(&low.at, &high.at) == Some(Ordering::Equal) && !both
                        || has_no_integer(&low.at, &high.at) && !low.included && !high.included
                    {
                        return Some(format!("is between the bounds of `{name}`"));
                    }
                }
                _ => {}
            },
            Asks::Within(RuleValue::Time(seconds, nanos)) if *seconds < 0 || *nanos < 0 => {
                return Some("is less than nothing away from now".to_owned());
            }
            _ => {}
        }
        let literals = match &rule.asks {
            Asks::Is(value) => std::slice::from_ref(value),
            Asks::In(values) => values,
            _ => continue,
        };
        if literals.iter().all(|v| !fits(v, rules)) {
            return Some(format!("is what `{name}` asks and keeps the other rules"));
        }
    }
    [Unit::Characters, Unit::Bytes].into_iter().find_map(|unit| {
        let sizes = || {
            rules.iter().filter_map(move |rule| match rule.asks {
                Asks::Size { of, min, max } if of == unit => Some((min, max.unwrap_or(u64::MAX))),
                _ => None,
            })
        };
        let (min, max) = (sizes().map(|s| s.0).max()?, sizes().map(|s| s.1).min()?);
        (min > max).then(|| "is as long as `min` asks and as short as `max` does".to_owned())
    })
}

/// Returns whether a value keeps the rules that compare it.
fn fits(value: &RuleValue, rules: &[Rule]) -> bool {
    let is = |other: &RuleValue| order(value, other) == Some(Ordering::Equal);
    rules.iter().all(|rule| match &rule.asks {
        Asks::Is(other) => is(other),
        Asks::In(others) => others.iter().any(is),
        Asks::NotIn(others) => !others.iter().any(is),
        _ => true,
    })
}

fn has_no_integer(low: &RuleValue, high: &RuleValue) -> bool {
    match (low, high) {
        (RuleValue::Int(low), RuleValue::Int(high)) => low.checked_add(1) == Some(*high),
        (RuleValue::Uint(low), RuleValue::Uint(high)) => low.checked_add(1) == Some(*high),
        _ => false,
    }
}

pub(super) fn is_less(a: &RuleValue, b: &RuleValue) -> bool {
    order(a, b) == Some(Ordering::Less)
}

/// Returns the order of two literals of one type; none where one is NaN.
fn order(a: &RuleValue, b: &RuleValue) -> Option<Ordering> {
    match (a, b) {
        (RuleValue::Bool(a), RuleValue::Bool(b)) => Some(a.cmp(b)),
        (RuleValue::Int(a), RuleValue::Int(b)) => Some(a.cmp(b)),
        (RuleValue::Uint(a), RuleValue::Uint(b)) => Some(a.cmp(b)),
        (RuleValue::Float(a), RuleValue::Float(b)) => a.parse::<f64>().ok()?.partial_cmp(&b.parse().ok()?),
        (RuleValue::Text(a), RuleValue::Text(b)) => Some(a.cmp(b)),
        (RuleValue::Bytes(a), RuleValue::Bytes(b)) => Some(a.cmp(b)),
        (RuleValue::Time(a, b), RuleValue::Time(c, d)) => Some((a, b).cmp(&(c, d))),
        _ => None,
    }
}
