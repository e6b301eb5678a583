//! Compares enums, value by value. Their names stand in the readable views, so a new name is a change of SQL.

use protostore_schema::Enum;

use crate::Change;
use crate::compare::pair;

/// An enum that only one schema uses comes and goes with the column that uses it.
pub(crate) fn compare(old: &[Enum], new: &[Enum]) -> Vec<Change> {
    let (olds, news): (Vec<_>, Vec<_>) = (old.iter().collect(), new.iter().collect());
    let pairs = pair(&olds, &news, |o, n| o.name.proto == n.name.proto);
    pairs.both.iter().flat_map(|(o, n)| compare_values(o, n)).collect()
}

fn compare_values(old: &Enum, new: &Enum) -> Vec<Change> {
    let (olds, news): (Vec<_>, Vec<_>) = (old.values.iter().collect(), new.values.iter().collect());
    let pairs = pair(&olds, &news, |o, n| o.number == n.number);
    let enumeration = || new.name.proto.clone();
    let gone = pairs.removed.iter().map(|value| {
        let (value, number) = (value.name.proto.clone(), value.number);
        Change::ValueRemoved { enumeration: enumeration(), value, number }
    });
    let renamed = pairs.both.iter().filter(|(o, n)| o.name.proto != n.name.proto).map(|(o, n)| {
        let (from, to) = (o.name.proto.clone(), n.name.proto.clone());
        Change::ValueRenamed { enumeration: enumeration(), number: n.number, from, to }
    });
    let added = pairs.added.iter().map(|value| {
        let (value, number) = (value.name.proto.clone(), value.number);
        Change::ValueAdded { enumeration: enumeration(), value, number }
    });
    gone.chain(renamed).chain(added).collect()
}
