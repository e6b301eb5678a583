//! Rules of values, as generated code writes them down, and what breaks them.
//!
//! A value is looked at before its write is queued, so that a rule is refused by its name; what SQL can state, the
//! database refuses as well, whoever writes.

mod format;
#[cfg(feature = "pattern")]
mod pattern;
mod subject;

pub use format::Format;
#[cfg(feature = "pattern")]
pub use pattern::Pattern;
pub use subject::{Subject, Subjected};

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::time::Timestamp;

/// The rules of one field's values.
#[derive(Debug)]
pub struct Rules {
    /// The path of the field from the message that is looked at.
    pub field: &'static str,
    /// Whether the zero value breaks none of them.
    pub but_zero: bool,
    /// The rules.
    pub all: &'static [Rule],
}

/// One rule: its name in the API, what it asks, and what is said where it is broken.
#[derive(Debug)]
pub struct Rule {
    name: &'static str,
    asks: Asks,
    says: &'static str,
}

/// What a rule asks of a value.
#[derive(Debug)]
pub enum Asks {
    /// It is one of these.
    In(&'static [Literal]),
    /// It is none of these.
    NotIn(&'static [Literal]),
    /// It is between two ends, or outside of them where the upper one is below.
    Range {
        /// The lower end, and whether it is in the range.
        low: Option<(Literal, bool)>,
        /// The upper end, and whether it is in the range.
        high: Option<(Literal, bool)>,
        /// Whether one end is enough.
        outside: bool,
    },
    /// It is neither infinite nor NaN.
    Finite,
    /// It has so many code points.
    Characters(u64, u64),
    /// It has so many bytes.
    Bytes(u64, u64),
    /// It begins with this.
    Prefix(&'static [u8]),
    /// It ends in this.
    Suffix(&'static [u8]),
    /// This is in it.
    Contains(&'static [u8]),
    /// This is not in it.
    NotContains(&'static [u8]),
    /// This matches somewhere in it.
    #[cfg(feature = "pattern")]
    Pattern(&'static Pattern),
    /// It is of this form.
    Format(Format),
    /// It is before now.
    Past,
    /// It is after now.
    Future,
    /// It is at most so many nanoseconds from now.
    Within(i128),
}

/// A value that is in a rule.
#[derive(Clone, Copy, Debug)]
pub enum Literal {
    /// A bool, an integer or the number of an enum's value.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// A text or bytes.
    Bytes(&'static [u8]),
    /// A time in nanoseconds.
    Time(i128),
}

/// What has rules inside: a message, or the members of a oneof.
pub trait Checked {
    /// Refuses a value that breaks a rule at this time.
    ///
    /// # Errors
    /// `Invalid`, with the path of the field and the name of the rule.
    fn check(&self, now: Timestamp) -> Result<()>;
}

impl Rule {
    #[doc(hidden)]
    /// For generated code: a rule.
    #[must_use]
    pub const fn new(name: &'static str, asks: Asks, says: &'static str) -> Self {
        Self { name, asks, says }
    }
}

impl Rules {
    #[doc(hidden)]
    /// For generated code: the rules of a field.
    #[must_use]
    pub const fn new(field: &'static str, all: &'static [Rule]) -> Self {
        Self { field, but_zero: false, all }
    }

    #[doc(hidden)]
    /// For generated code: the rules of a field whose zero value breaks none.
    #[must_use]
    pub const fn but_zero(field: &'static str, all: &'static [Rule]) -> Self {
        Self { field, but_zero: true, all }
    }

    /// Refuses a value that breaks one of the rules at this time.
    ///
    /// # Errors
    /// `Invalid`, with the field and the name of the first rule that is broken; the value is not quoted.
    pub fn check(&self, value: &(impl Subjected + ?Sized), now: Timestamp) -> Result<()> {
        let subject = value.subject();
        if self.but_zero && subject.is_zero() {
            return Ok(());
        }
        match self.all.iter().find(|rule| !rule.asks.allows(subject, now)) {
            None => Ok(()),
            Some(rule) => Err(Error::invalid(self.field, rule.says()).by_constraint(rule.name)),
        }
    }
}

impl Rule {
    fn says(&self) -> Cow<'static, str> {
        match &self.asks {
            Asks::Format(format) => format.says().into(),
            _ => self.says.into(),
        }
    }
}

impl Asks {
    fn allows(&self, value: Subject<'_>, now: Timestamp) -> bool {
        let order = |literal: &Literal| value.compare(*literal);
        match self {
            Self::In(values) => values.iter().any(|v| order(v) == Some(Ordering::Equal)),
            Self::NotIn(values) => values.iter().all(|v| order(v) != Some(Ordering::Equal)),
            Self::Range { low, high, outside } => {
                let above = |(at, included): &(Literal, bool)| match order(at) {
                    Some(Ordering::Greater) => true,
                    Some(Ordering::Equal) => *included,
                    Some(Ordering::Less) | None => false,
                };
                let below = |(at, included): &(Literal, bool)| match order(at) {
                    Some(Ordering::Less) => true,
                    Some(Ordering::Equal) => *included,
                    Some(Ordering::Greater) | None => false,
                };
                match (low, high) {
                    (Some(low), Some(high)) if *outside => above(low) || below(high),
                    (low, high) => low.as_ref().is_none_or(above) && high.as_ref().is_none_or(below),
                }
            }
            Self::Finite => !matches!(value, Subject::Float(v) if !v.is_finite()),
            Self::Characters(min, max) => value.characters().is_some_and(|n| (*min..=*max).contains(&n)),
            Self::Bytes(min, max) => value.bytes().is_some_and(|b| (*min..=*max).contains(&(b.len() as u64))),
            Self::Prefix(part) => value.bytes().is_some_and(|b| b.starts_with(part)),
            Self::Suffix(part) => value.bytes().is_some_and(|b| b.ends_with(part)),
            Self::Contains(part) => value.bytes().is_some_and(|b| contains(b, part)),
            Self::NotContains(part) => value.bytes().is_some_and(|b| !contains(b, part)),
            #[cfg(feature = "pattern")]
            Self::Pattern(pattern) => value.bytes().is_some_and(|b| pattern.matches(b)),
            Self::Format(format) => match value {
                Subject::Text(text) => format.has(text),
                Subject::Bytes(bytes) => format.has_bytes(bytes),
                Subject::Int(_) | Subject::Float(_) | Subject::Time(_) => false,
            },
            Self::Past => value.distance(now).is_some_and(|nanos| nanos < 0),
            Self::Future => value.distance(now).is_some_and(|nanos| nanos > 0),
            Self::Within(span) => value.distance(now).is_some_and(|nanos| nanos.abs() <= *span),
        }
    }
}

#[doc(hidden)]
/// For generated code: refuses a list or map with too few elements, or too many.
///
/// # Errors
/// `Invalid`, with the field and the name of the rule.
pub fn counted(field: &'static str, names: [&'static str; 2], count: usize, min: u64, max: u64) -> Result<()> {
    let (count, [few, many]) = (count as u64, names);
    let (rule, says) = match count {
        _ if count < min => (few, format!("must have at least {min}, and has {count}")),
        _ if count > max => (many, format!("must have at most {max}, and has {count}")),
        _ => return Ok(()),
    };
    Err(Error::invalid(field, says).by_constraint(rule))
}

#[doc(hidden)]
/// For generated code: refuses a list that has an element twice.
///
/// # Errors
/// `Invalid`, with the field and the name of the rule.
pub fn unique<'v, T: Subjected + 'v>(field: &'static str, values: impl IntoIterator<Item = &'v T>) -> Result<()> {
    let mut seen = BTreeSet::new();
    if values.into_iter().all(|value| value.subject().identity().is_none_or(|own| seen.insert(own))) {
        return Ok(());
    }
    Err(twice(field))
}

/// Says that a list has an element twice.
#[cold]
pub(crate) fn twice(field: &'static str) -> Error {
    Error::invalid(field, "must not have an element twice").by_constraint("repeated.unique")
}

#[doc(hidden)]
/// For generated code: says that no member of a oneof is set.
#[cold]
#[must_use]
pub fn unset(oneof: &'static str) -> Error {
    Error::invalid(oneof, "must have a member set").by_constraint("required")
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
}

fn nanos(time: Timestamp) -> i128 {
    i128::from(time.seconds()) * 1_000_000_000 + i128::from(time.nanos())
}
