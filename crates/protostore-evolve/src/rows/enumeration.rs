//! K04: a field of one enum becomes one of another.

use std::collections::{BTreeMap, BTreeSet};

use protostore_schema::Reach;

use crate::draft::Draft;
use crate::plan::{At, ChangeKind, Effect, Verdict, Word};
use crate::view::Datum;

/// The values of an enum: for each number, its names.
type Values<'r> = BTreeMap<i32, BTreeSet<&'r str>>;

/// A field whose enum has another full name. An enum that was only renamed or moved has the same values.
pub(crate) fn replaced(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let (Some(from), Some(to)) = (old.enumeration(), new.enumeration()) else { return };
    if from == to {
        return;
    }
    let (before, after) = (draft.old, draft.new);
    let (olds, news) = (values(&before.schema.reach, from), values(&after.schema.reach, to));
    if olds == news {
        return;
    }
    let (other, at) = (renamed(&olds, &news), At::both(old, new));
    let says = format!("{} is now {to}, it was {from}", new.name);
    let json = if olds.values().eq(news.values()) { Effect::Same } else { Effect::Breaks };
    draft.verdict(Verdict::new(ChangeKind::K04, at.clone(), says).json(json));
    if !other.is_empty() {
        let risk = format!("stored numbers of {} mean something else: {}", new.name, other.join("; "));
        draft.accept(Word::Swap, ChangeKind::K04, &at, (from, to), risk);
    }
}

/// Returns what is asked where a field inside of a message has another enum: which numbers mean something else; nothing
/// where the enums are the same but for their names.
pub(super) fn other_numbers(draft: &Draft<'_>, [from, to]: [&str; 2]) -> Option<Vec<String>> {
    let (before, after) = (draft.old, draft.new);
    let (olds, news) = (values(&before.schema.reach, from), values(&after.schema.reach, to));
    (from != to && olds != news).then(|| renamed(&olds, &news))
}

/// Returns the numbers that have no name in common, in words.
fn renamed(olds: &Values<'_>, news: &Values<'_>) -> Vec<String> {
    let other = olds.iter().filter_map(|(number, names)| {
        let now = news.get(number)?;
        names.is_disjoint(now).then(|| format!("{number} is {}, and was {}", joined(now), joined(names)))
    });
    other.collect()
}

fn values<'r>(reach: &'r Reach, proto: &str) -> Values<'r> {
    let mut values = Values::new();
    for (name, number) in reach.enumeration(proto).into_iter().flat_map(|of| &of.values) {
        values.entry(*number).or_default().insert(name);
    }
    values
}

fn joined(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(" or ")
}
