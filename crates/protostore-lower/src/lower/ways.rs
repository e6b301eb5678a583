//! The ways on which a problem with a field is met, from the tables on: a message in several places is wrong once.

use prost_reflect::FieldDescriptor;

use super::Report;
use super::draft::{self, Draft, Shape, Spot};
use crate::Code;
use crate::diagnostic::Place;

/// Ways that a diagnostic names.
const SHOWN: usize = 3;

/// Where a field is met: in which table, and on which path.
#[derive(Clone, Copy)]
pub(super) struct Met<'a> {
    pub(super) draft: &'a Draft,
    pub(super) field: &'a FieldDescriptor,
    pub(super) path: &'a [String],
}

/// What is written in place of what is wrong with a field.
pub(super) struct Repair {
    /// What can be written on the field itself, where the file is one's own.
    pub(super) on_field: String,
    /// What a `column` entry says about it, or about the message around it.
    pub(super) entry: Entry,
    /// What can be done elsewhere; may be empty.
    pub(super) besides: String,
}

/// What a `column` entry says, and of which field.
#[derive(Clone, Copy)]
pub(super) enum Entry {
    /// Of the field: `storage: BYTES`.
    Field(&'static str),
    /// Of the field around it, where there is one.
    Around(&'static str),
}

impl Entry {
    /// Returns what a `column` entry can say of a field that is not stored as bytes yet; one whose storage is stated already
    /// would contradict it.
    pub(super) fn bytes(stated: Option<&Shape>) -> Self {
        let option = "storage: BYTES";
        stated.map_or(Self::Field(option), |_| Self::Around(option))
    }

    /// Returns the entry for a field wherever its message occurs.
    fn everywhere(self, field: &FieldDescriptor) -> Option<String> {
        let Self::Field(option) = self else { return None };
        let map = draft::map_of(field);
        let path = map.as_ref().map_or_else(String::new, |map| format!("{}.", map.name())) + field.name();
        let message = map.as_ref().unwrap_or(field).parent_message().full_name().to_owned();
        Some(format!("`column: {{message: \"{message}\" field: \"{path}\" {option}}}`"))
    }

    /// Returns the entry for a field, and where it is written.
    fn text(self, draft: &Draft, path: &[String]) -> Option<String> {
        let (path, option) = match self {
            Self::Field(option) => (path, option),
            Self::Around(option) => (path.split_last()?.1, option),
        };
        let stated = |spot: &Spot| spot.path == path && matches!(spot.shape, Shape::Row(_));
        let is_free = !path.is_empty() && !draft.spots.iter().any(stated);
        let (table, path) = (draft.field.name(), path.join("."));
        is_free.then(|| format!("in the list of the table `{table}`: `column: {{field: \"{path}\" {option}}}`"))
    }
}

/// One way to a problem.
struct Way {
    /// The table and the path from it.
    dotted: String,
    /// The entry that repairs it, with the table in whose list it is written; none where another storage is stated.
    entry: Option<String>,
}

/// The ways to one problem.
pub(super) struct Ways {
    /// As many as are shown.
    shown: Vec<Way>,
    count: usize,
    repair: Repair,
    /// The entry that repairs all of them.
    everywhere: Option<String>,
}

impl Report<'_> {
    /// Adds a diagnostic about a field that is met at `path` in a table; another way to the same place adds itself to it.
    pub(super) fn add_way(&mut self, code: Code, place: Place, message: String, repair: Repair, met: &Met<'_>) {
        let Met { draft, path, field } = *met;
        let way = |entry| Way { dotted: format!("{}.{}", draft.field.name(), path.join(".")), entry };
        let start = place.span.as_ref().map_or(0, |span| span.start);
        let key = (code, place.file.clone(), start);
        if let Some(ways) = self.met.get(&key).and_then(|at| self.ways.get_mut(at)) {
            ways.count += 1;
            if ways.shown.len() < SHOWN {
                ways.shown.push(way(ways.repair.entry.text(draft, path)));
            }
            return;
        }
        let at = self.items.len();
        self.add(code, place, message, "");
        if self.items.len() > at {
            self.met.insert(key, at);
            let shown = vec![way(repair.entry.text(draft, path))];
            let everywhere = repair.entry.everywhere(field);
            self.ways.insert(at, Ways { shown, count: 1, repair, everywhere });
        }
    }

    /// Says the ways in the messages and in what to write.
    pub(super) fn name_ways(&mut self) {
        for (at, ways) in std::mem::take(&mut self.ways) {
            let item = &mut self.items[at];
            item.message += &format!(", at {}", ways.named());
            item.help = Some(ways.help(!self.others.contains(&item.file)));
        }
    }
}

impl Ways {
    fn named(&self) -> String {
        let names: Vec<_> = self.shown.iter().map(|way| format!("`{}`", way.dotted)).collect();
        match (names.as_slice(), self.count - names.len()) {
            ([first, last], 0) => format!("{first} and {last}"),
            (names, 0) => names.join(", "),
            (names, more) => format!("{} and {more} more", names.join(", ")),
        }
    }

    fn help(&self, is_own: bool) -> String {
        let Repair { on_field, entry: _, besides } = &self.repair;
        let mut lines: Vec<String> = Vec::new();
        lines.extend(Some(on_field.clone()).filter(|text| is_own && !text.is_empty()));
        let mut entries: Vec<String> = Vec::new();
        for entry in self.shown.iter().filter_map(|way| way.entry.as_ref()) {
            if !entries.contains(entry) {
                entries.push(entry.clone());
            }
        }
        if let (false, Some(first)) = (lines.is_empty(), entries.first_mut()) {
            first.insert_str(0, "or ");
        }
        lines.extend(entries);
        if let (true, Some(entry)) = (self.count > 1, &self.everywhere) {
            lines.push(format!("or for all of them, in the list of a table or of the store: {entry}"));
        }
        lines.extend(Some(besides.clone()).filter(|text| !text.is_empty()));
        lines.join("\n")
    }
}
