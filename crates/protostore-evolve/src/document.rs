//! Compares the messages that are stored as JSON, name by name: a stored text knows no numbers.

use protostore_schema::{Document, DocumentEnum, DocumentField, Documents};

use crate::Change;
use crate::compare::pair;

pub(crate) fn compare(old: &Documents, new: &Documents) -> Vec<Change> {
    let (olds, news): (Vec<_>, Vec<_>) = (old.messages.iter().collect(), new.messages.iter().collect());
    let messages = pair(&olds, &news, |o, n| o.proto == n.proto);
    let (olds, news): (Vec<_>, Vec<_>) = (old.enums.iter().collect(), new.enums.iter().collect());
    let enums = pair(&olds, &news, |o, n| o.proto == n.proto);
    let fields = messages.both.iter().flat_map(|(o, n)| compare_fields(o, n));
    fields.chain(enums.both.iter().flat_map(|(o, n)| compare_values(o, n))).collect()
}

fn compare_fields(old: &Document, new: &Document) -> Vec<Change> {
    let (olds, news): (Vec<_>, Vec<_>) = (old.fields.iter().collect(), new.fields.iter().collect());
    let pairs = pair(&olds, &news, |o, n| o.number == n.number);
    let message = || new.proto.clone();
    let mut changes = Vec::new();
    for (o, n) in &pairs.both {
        if (&o.json, &o.name) != (&n.json, &n.name) {
            let (from, to) = (spelled(o), spelled(n));
            changes.push(Change::JsonRenamed { message: message(), number: n.number, from, to });
        }
        if (&o.shape, &o.kind, o.oneof.is_some()) != (&n.shape, &n.kind, n.oneof.is_some()) {
            changes.push(Change::JsonType { message: message(), field: n.name.clone() });
        }
    }
    let gone = pairs.removed.iter().map(|o| Change::JsonRemoved { message: message(), field: o.name.clone() });
    changes.extend(gone);
    let added = pairs.added.iter().map(|n| Change::JsonAdded { message: message(), field: n.name.clone() });
    changes.extend(added);
    // A name that a stored text may hold, and that now is another field's.
    for n in &new.fields {
        let same_name = |o: &&DocumentField| [&o.json, &o.name].iter().any(|name| [&n.json, &n.name].contains(name));
        for o in old.fields.iter().filter(|o| o.number != n.number).filter(same_name) {
            let (name, from, to) = (o.json.clone(), o.number, n.number);
            changes.push(Change::JsonNameReused { message: message(), name, from, to });
        }
    }
    changes
}

fn spelled(field: &DocumentField) -> String {
    if field.json == field.name { field.name.clone() } else { format!("{} ({})", field.name, field.json) }
}

fn compare_values(old: &DocumentEnum, new: &DocumentEnum) -> Vec<Change> {
    let moved = old.values.iter().filter_map(|(name, from)| {
        let (_, to) = new.values.iter().find(|(other, to)| other == name && to != from)?;
        let (message, name) = (new.proto.clone(), name.clone());
        Some(Change::JsonValueReused { message, name, from: *from, to: *to })
    });
    let renamed = old.values.iter().filter(|value| !new.values.contains(value)).map(|(name, number)| {
        Change::JsonValueGone { message: new.proto.clone(), name: name.clone(), number: *number }
    });
    let added = new.values.iter().filter(|value| !old.values.contains(value)).map(|(name, number)| {
        Change::JsonValueAdded { message: new.proto.clone(), name: name.clone(), number: *number }
    });
    moved.chain(renamed).chain(added).collect()
}
