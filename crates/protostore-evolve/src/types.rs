//! Which message and enum of one version is which of another: those of the same fields, whatever they are called.

use std::collections::{BTreeMap, BTreeSet};

use protostore_schema::{Field, Kind, Message, Schema};

use crate::History;

/// The messages and enums of two schemas that fields of the same numbers have, from the store message on.
#[derive(Default)]
pub(crate) struct Pairs {
    /// The older and the newer full name, in the order in which they were found: by number, from the store message.
    pub(crate) messages: Vec<(String, String)>,
    /// The same of enums.
    pub(crate) enums: Vec<(String, String)>,
}

impl Pairs {
    /// Pairs everything that both store messages reach.
    pub(crate) fn of(old: &Schema, new: &Schema) -> Self {
        Self::from(old, new, (&old.store, &new.store))
    }

    /// Pairs what two messages reach, themselves first.
    pub(crate) fn from(old: &Schema, new: &Schema, from: (&str, &str)) -> Self {
        let (mut pairs, mut seen, mut enums) = (Self::default(), BTreeSet::new(), BTreeSet::new());
        let mut open = vec![(from.0.to_owned(), from.1.to_owned())];
        while let Some(pair) = open.pop() {
            let (Some(before), Some(after)) = (old.reach.message(&pair.0), new.reach.message(&pair.1)) else {
                continue;
            };
            if !seen.insert(pair.clone()) {
                continue;
            }
            pairs.messages.push(pair);
            let both = after.fields.iter().filter_map(|field| Some((before.field(field.number)?, field)));
            let mut inner = Vec::new();
            for (before, after) in both {
                match (&before.kind, &after.kind) {
                    (Kind::Message(before), Kind::Message(after)) => inner.push((before.clone(), after.clone())),
                    (Kind::Enum(before), Kind::Enum(after)) => {
                        let pair = (before.clone(), after.clone());
                        if enums.insert(pair.clone()) {
                            pairs.enums.push(pair);
                        }
                    }
                    _ => {}
                }
            }
            open.extend(inner.into_iter().rev());
        }
        pairs
    }
}

/// What messages of earlier versions were those of today, by today's full name.
///
/// The head of a history is its last version; each entry has the versions from the oldest to the head.
pub(crate) struct Formers<'h> {
    messages: BTreeMap<String, Vec<&'h Message>>,
}

impl<'h> Formers<'h> {
    /// Follows every message of a schema back through a history.
    pub(crate) fn of(history: &'h History, new: &Schema) -> Self {
        let mut messages: BTreeMap<String, Vec<&'h Message>> = BTreeMap::new();
        let mut names: BTreeMap<String, BTreeSet<String>> =
            new.reach.messages.iter().map(|m| (m.proto.clone(), BTreeSet::from([m.proto.clone()]))).collect();
        let mut after = new;
        for version in history.versions.iter().rev() {
            if version.schema.reach == after.reach {
                // Nothing was renamed between the two.
                for (today, there) in &names {
                    let found = there.iter().filter_map(|name| version.schema.reach.message(name));
                    messages.entry(today.clone()).or_default().extend(found);
                }
                continue;
            }
            let pairs = Pairs::of(&version.schema, after);
            for (today, there) in &mut names {
                let before = pairs.messages.iter().filter(|(_, newer)| there.contains(newer));
                *there = before.map(|(older, _)| older.clone()).collect();
                let found = there.iter().filter_map(|name| version.schema.reach.message(name));
                messages.entry(today.clone()).or_default().extend(found);
            }
            after = &version.schema;
        }
        Self { messages }
    }

    /// Returns the fields that a message of today ever had, the newest first.
    pub(crate) fn fields(&self, today: &str) -> impl Iterator<Item = &'h Field> {
        self.messages.get(today).into_iter().flatten().flat_map(|message| &message.fields)
    }
}

/// Returns whether two kinds are one: the same scalar, or messages or enums of which each number that both have has the
/// same name.
pub(crate) fn is_same_kind(old: &Schema, new: &Schema, before: &Kind, after: &Kind) -> bool {
    match (before, after) {
        (Kind::Message(before), Kind::Message(after)) if before != after => {
            let (Some(before), Some(after)) = (old.reach.message(before), new.reach.message(after)) else {
                return false;
            };
            let mut both =
                after.fields.iter().filter_map(|field| Some((before.field(field.number)?, field))).peekable();
            let is_empty = before.fields.is_empty() && after.fields.is_empty();
            (is_empty || both.peek().is_some()) && both.all(|(before, after)| before.name == after.name)
        }
        (Kind::Enum(before), Kind::Enum(after)) if before != after => {
            let (Some(before), Some(after)) = (old.reach.enumeration(before), new.reach.enumeration(after)) else {
                return false;
            };
            let named = |number: i32| before.values.iter().find(|(_, other)| *other == number).map(|(name, _)| name);
            after.values.iter().all(|(name, number)| named(*number).is_none_or(|before| before == name))
        }
        _ => before.word() == after.word(),
    }
}
