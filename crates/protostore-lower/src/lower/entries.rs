//! The entries of the `column` lists of a table and of its store, found by what they are about: a path in the table, or a
//! field of a message wherever it occurs.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{FieldDescriptor, MessageDescriptor};

use super::Report;
use super::draft::{Draft, Said};
use super::{paths, walk};
use crate::annotations::{self, ColumnOptions};
use crate::nearest::nearest;
use crate::{Code, Compiled};

/// What wins where several entries say an option: a path over a message, and then the table's list over the store's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    TablePath,
    StorePath,
    TableMessage,
    StoreMessage,
}

/// An entry of a `column` list.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) options: ColumnOptions,
    pub(crate) said: Said,
    pub(crate) rank: Rank,
}

/// The entries that hold in one table.
#[derive(Default)]
pub(crate) struct Entries {
    all: Vec<Entry>,
    by_path: BTreeMap<String, Vec<usize>>,
    /// By the full name of the message, and the path from it.
    by_message: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
    /// Whether a field was found for it.
    used: Vec<bool>,
    /// Entries that were found by what they were probably meant to be about, which is said of each.
    corrected: BTreeSet<usize>,
}

impl Entries {
    /// Puts the lists of a table and of its store together; an entry that does not say its field is left out.
    pub(super) fn new(table: Vec<Entry>, store: &[Entry]) -> Self {
        let mut entries = Self::default();
        for entry in table.into_iter().chain(store.iter().cloned()) {
            let Some(field) = entry.options.field.clone().filter(|field| !field.is_empty()) else { continue };
            let at = entries.all.len();
            match &entry.options.message {
                None => entries.by_path.entry(field).or_default().push(at),
                Some(message) => {
                    let of_message = entries.by_message.entry(message.clone()).or_default();
                    of_message.entry(field).or_default().push(at);
                }
            }
            entries.all.push(entry);
            entries.used.push(false);
        }
        entries
    }

    /// Finds entries whose path is misspelt by the path that was probably meant as well: what they say would otherwise be
    /// missing where it was meant, which is a mistake less than two.
    pub(super) fn correct(&mut self, record: &MessageDescriptor) {
        let meant = |message: &MessageDescriptor, paths: &BTreeMap<String, Vec<usize>>| -> Vec<(String, Vec<usize>)> {
            let corrected = paths.iter().filter_map(|(path, at)| Some((paths::correct(message, path)?, at.clone())));
            corrected.collect()
        };
        let by_path = meant(record, &self.by_path);
        for (message, paths) in &mut self.by_message {
            let Some(descriptor) = record.parent_pool().get_message_by_name(message) else { continue };
            for (path, at) in meant(&descriptor, paths) {
                self.corrected.extend(&at);
                paths.entry(path).or_default().extend(at);
            }
        }
        for (path, at) in by_path {
            self.corrected.extend(&at);
            self.by_path.entry(path).or_default().extend(at);
        }
    }

    /// Returns the entries about the field at `path`, the one that wins first; `messages` are those around it, from the
    /// record's.
    pub(super) fn about(&mut self, messages: &[String], path: &[String]) -> Vec<usize> {
        if self.all.is_empty() {
            return Vec::new();
        }
        let mut found = self.by_path.get(&path.join(".")).cloned().unwrap_or_default();
        for (depth, message) in messages.iter().enumerate() {
            if let Some(fields) = self.by_message.get(message) {
                found.extend(path.get(depth..).and_then(|rest| fields.get(&rest.join("."))).into_iter().flatten());
            }
        }
        found.sort_by_key(|at| (self.all[*at].rank, *at));
        found.iter().filter(|at| !self.corrected.contains(at)).for_each(|at| self.used[*at] = true);
        found
    }

    /// Returns the entries with these numbers.
    pub(super) fn get<'e>(&'e self, numbers: &'e [usize]) -> impl Iterator<Item = &'e Entry> {
        numbers.iter().map(|at| &self.all[*at])
    }
}

/// Reads a table's `column` list.
pub(super) fn of_table(field: &FieldDescriptor, columns: Vec<ColumnOptions>, report: &mut Report<'_>) -> Vec<Entry> {
    read(columns, &annotations::table_anchor(field), [Rank::TablePath, Rank::TableMessage], report)
}

/// Reads a store's `column` list.
pub(super) fn of_store(store: &MessageDescriptor, report: &mut Report<'_>) -> Vec<Entry> {
    let columns = annotations::store_options(store).unwrap_or_default().columns;
    read(columns, &annotations::store_anchor(store), [Rank::StorePath, Rank::StoreMessage], report)
}

fn read(
    columns: Vec<ColumnOptions>,
    anchor: &annotations::Anchor,
    [path, message]: [Rank; 2],
    report: &mut Report<'_>,
) -> Vec<Entry> {
    let entries = columns.into_iter().enumerate().map(|(n, options)| {
        let said = Said { anchor: anchor.clone(), entry: Some(("column", n)) };
        if options.field.as_deref().is_none_or(str::is_empty) {
            let place = said.place(report.sources, &[]);
            let help = "write which field it is about: `column: {field: \"root_drive.image_path\" index: true}`";
            report.add(Code::Incomplete, place, "a `column` entry does not say its `field`", help);
        }
        let rank = if options.message.is_some() { message } else { path };
        Entry { options, said, rank }
    });
    entries.collect()
}

/// Refuses the entries that are about no field.
pub(super) fn check(compiled: &Compiled, drafts: &[Draft], store: &[Entry], report: &mut Report<'_>) {
    for draft in drafts {
        let own = draft.entries.all.iter().zip(&draft.entries.used);
        for (entry, _) in own.filter(|(entry, used)| !**used && is_of_table(entry.rank)) {
            unused(compiled, std::slice::from_ref(draft), entry, report);
        }
    }
    let is_used = |entry: &Entry| {
        let same = |other: &Entry| other.rank == entry.rank && other.said.entry == entry.said.entry;
        drafts.iter().any(|draft| draft.entries.all.iter().zip(&draft.entries.used).any(|(e, used)| *used && same(e)))
    };
    for entry in store.iter().filter(|entry| !is_used(entry)) {
        unused(compiled, drafts, entry, report);
    }
}

fn is_of_table(rank: Rank) -> bool {
    matches!(rank, Rank::TablePath | Rank::TableMessage)
}

/// Says why an entry is about no field of these tables.
fn unused(compiled: &Compiled, drafts: &[Draft], entry: &Entry, report: &mut Report<'_>) {
    // What was not seen because of another problem is no problem of its own.
    let is_whole = drafts.iter().all(|draft| draft.refused.is_empty() && !walk::is_full(draft));
    let field = entry.options.field.as_deref().unwrap_or_default();
    let place = |report: &Report<'_>, key: &'static str| entry.said.place(report.sources, &[(key, 0)]);
    let Some(message) = &entry.options.message else {
        if let ([draft], true) = (drafts, is_of_table(entry.rank)) {
            let place = place(report, "field");
            if !walk::is_full(draft) {
                paths::resolve(draft, field, place, report);
            }
        } else if is_whole && !field.is_empty() {
            let paths: Vec<String> = drafts.iter().flat_map(|d| d.spots.iter().map(|spot| spot.dotted())).collect();
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let help = near(field, &paths).unwrap_or_else(|| "take the entry away, or correct the path".to_owned());
            let text = format!("no table of the store has a field `{field}`");
            report.add(Code::UnknownPath, place(report, "field"), text, help);
        }
        return;
    };
    let Some(descriptor) = compiled.pool.get_message_by_name(message) else {
        let messages: Vec<_> = compiled.pool.all_messages().filter(|m| !m.is_map_entry()).collect();
        let names: Vec<&str> = messages.iter().map(MessageDescriptor::full_name).collect();
        let help = near(message, &names)
            .or_else(|| {
                let same = names.iter().find(|name| name.ends_with(&format!(".{message}")))?;
                Some(format!("did you mean `{same}`?"))
            })
            .unwrap_or_else(|| "write the full name of a message, with its package".to_owned());
        let text = format!("there is no message `{message}`");
        report.add(Code::UnknownPath, place(report, "message"), text, help);
        return;
    };
    if field.is_empty() || !paths::is_declared(&descriptor, field, &|report| place(report, "field"), report) {
        return;
    }
    if is_whole {
        let scope = match drafts {
            [draft] if is_of_table(entry.rank) => format!("the table `{}`", draft.field.name()),
            _ => "any table of the store".to_owned(),
        };
        let text = format!("`{field}` of `{message}` does not occur in {scope}");
        let help = "take the entry away; a field that is stored as JSON or BYTES has no columns inside";
        report.add(Code::UnknownPath, place(report, "message"), text, help);
    }
}

fn near(word: &str, names: &[&str]) -> Option<String> {
    nearest(word, names).map(|name| format!("did you mean `{name}`?"))
}
