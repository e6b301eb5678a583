//! What fields and values were called while columns held them as JSON: a text that was stored knows names alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::in_json::roots;
use crate::{Column, JsonRoot, Kind, Message, Reach, Schema};

/// The names in JSON that fields and values had in earlier versions.
///
/// Messages and enums are paired by where they occur: from the same column, by the same numbers. So one that was renamed, or
/// came from another package, has the names that it had before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormerNames {
    /// By the present full name of the message, and the number.
    fields: BTreeMap<(String, u32), BTreeSet<String>>,
    /// By the present full name of the enum.
    values: BTreeMap<String, BTreeSet<(String, i32)>>,
}

impl FormerNames {
    /// Returns the names of a field, with those in the proto files.
    pub fn of_field(&self, message: &str, number: u32) -> impl Iterator<Item = &str> {
        self.fields.get(&(message.to_owned(), number)).into_iter().flatten().map(String::as_str)
    }

    /// Returns the names of an enum's values with their numbers.
    pub fn of_enum(&self, proto: &str) -> impl Iterator<Item = &(String, i32)> {
        self.values.get(proto).into_iter().flatten()
    }
}

impl Schema {
    /// Returns what is in JSON today was called in these versions, where it was in JSON then.
    #[must_use]
    pub fn former_names<'s>(&self, versions: impl IntoIterator<Item = &'s Self>) -> FormerNames {
        let mut former = FormerNames::default();
        let now: BTreeMap<_, _> = columns(self).into_iter().collect();
        for version in versions {
            let mut walk = Walk { old: &version.reach, new: &self.reach, met: BTreeSet::new(), former: &mut former };
            for (at, old) in columns(version) {
                if let Some(new) = now.get(&at) {
                    walk.roots(&old, new);
                }
            }
            let (old, new) = (version.documents(), self.documents());
            if old.holds_any && new.holds_any {
                // A value says its type by name.
                for message in old.messages.iter().filter(|message| message.whole) {
                    walk.messages(&message.proto, &message.proto);
                }
            }
        }
        former
    }
}

/// Returns the columns of JSON, by table and path.
fn columns(schema: &Schema) -> Vec<((u32, Vec<u32>), JsonRoot)> {
    let of = |column: &Column| column.path.clone();
    schema.tables.iter().flat_map(|table| roots(table, of).map(|(path, root)| ((table.number, path), root))).collect()
}

struct Walk<'a> {
    old: &'a Reach,
    new: &'a Reach,
    met: BTreeSet<(String, String)>,
    former: &'a mut FormerNames,
}

impl Walk<'_> {
    fn roots(&mut self, old: &JsonRoot, new: &JsonRoot) {
        match (old, new) {
            (JsonRoot::One(old), JsonRoot::One(new)) => self.kinds(old, new),
            (JsonRoot::Field { owner: old, number }, JsonRoot::Field { owner: new, number: _ }) => {
                if let (Some(old), Some(new)) = (self.old.message(old), self.new.message(new)) {
                    self.field(old, new, *number);
                }
            }
            (JsonRoot::One(_), JsonRoot::Field { .. }) | (JsonRoot::Field { .. }, JsonRoot::One(_)) => {}
        }
    }

    fn messages(&mut self, old: &str, new: &str) {
        if !self.met.insert((old.to_owned(), new.to_owned())) {
            return;
        }
        if let (Some(old), Some(new)) = (self.old.message(old), self.new.message(new)) {
            old.fields.iter().for_each(|field| self.field(old, new, field.number));
        }
    }

    fn field(&mut self, old: &Message, new: &Message, number: u32) {
        let Some(before) = old.field(number) else { return };
        let names = self.former.fields.entry((new.proto.clone(), number)).or_default();
        names.extend([before.name.clone(), before.json_name().into_owned()]);
        if let Some(now) = new.field(number) {
            self.kinds(&before.kind, &now.kind);
        }
    }

    fn kinds(&mut self, old: &Kind, new: &Kind) {
        match (old, new) {
            (Kind::Message(old), Kind::Message(new)) => self.messages(old, new),
            (Kind::Enum(old), Kind::Enum(new)) => {
                if let Some(old) = self.old.enumeration(old) {
                    self.former.values.entry(new.clone()).or_default().extend(old.values.iter().cloned());
                }
            }
            _ => {}
        }
    }
}
