//! What is said of a value that breaks a rule, after the field's name.

use protostore_schema::{Asks, Bound, Range, RuleValue, Unit};

/// Values that are listed; of a longer list only the number is said.
const LISTED: usize = 8;

/// Returns what a value must be. What a format asks is said by the run time.
pub(crate) fn says(asks: &Asks) -> String {
    match asks {
        Asks::Is(one) => format!("must be {}", value(one)),
        Asks::In(many) => format!("must be {}", any_of(many)),
        Asks::NotIn(many) => format!("must not be {}", any_of(many)),
        Asks::Range(Range { low, high, outside }) => {
            let side = |bound: &Bound, word: &str| match (bound.included, word) {
                (true, "above") => format!("at least {}", value(&bound.at)),
                (true, _) => format!("at most {}", value(&bound.at)),
                (false, word) => format!("{word} {}", value(&bound.at)),
            };
            let sides: Vec<String> =
                low.iter().map(|b| side(b, "above")).chain(high.iter().map(|b| side(b, "below"))).collect();
            format!("must be {}", sides.join(if *outside { " or " } else { " and " }))
        }
        Asks::Finite => "must be a finite number".to_owned(),
        Asks::Size { of, min, max } => {
            let unit = match of {
                Unit::Characters => "characters",
                Unit::Bytes => "bytes",
            };
            match (min, max) {
                (min, Some(max)) if min == max => format!("must have {min} {unit}"),
                (0, Some(max)) => format!("must have at most {max} {unit}"),
                (min, Some(max)) => format!("must have between {min} and {max} {unit}"),
                (min, None) => format!("must have at least {min} {unit}"),
            }
        }
        Asks::Prefix(part) => format!("must begin with {}", value(part)),
        Asks::Suffix(part) => format!("must end in {}", value(part)),
        Asks::Contains(part) => format!("must contain {}", value(part)),
        Asks::NotContains(part) => format!("must not contain {}", value(part)),
        Asks::Pattern(pattern) => format!("must match {pattern}"),
        Asks::Format(_) => String::new(),
        Asks::Past => "must be in the past".to_owned(),
        Asks::Future => "must be in the future".to_owned(),
        Asks::Within(span) => format!("must be within {} of now", value(span)),
    }
}

fn any_of(values: &[RuleValue]) -> String {
    match values {
        [one] => value(one),
        some if some.len() <= LISTED => format!("one of {}", some.iter().map(value).collect::<Vec<_>>().join(", ")),
        many => format!("one of {} values", many.len()),
    }
}

fn value(value: &RuleValue) -> String {
    match value {
        RuleValue::Bool(v) => v.to_string(),
        RuleValue::Int(v) => v.to_string(),
        RuleValue::Uint(v) => v.to_string(),
        RuleValue::Float(v) => v.clone(),
        RuleValue::Text(v) => format!("{v:?}"),
        RuleValue::Bytes(v) => v.iter().map(|b| format!("{b:02x}")).collect(),
        RuleValue::Time(seconds, 0) => format!("{seconds}s"),
        RuleValue::Time(seconds, nanos) => format!("{seconds}s and {nanos}ns"),
    }
}
