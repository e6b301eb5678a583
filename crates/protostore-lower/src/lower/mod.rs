//! Lowers one store message to a schema, in named stages; each stage adds what it finds wrong to the report.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::MessageDescriptor;
use protostore_schema::{MAPPING, Schema};

use crate::diagnostic::{Diagnostic, Place};
use crate::sources::Sources;
use crate::{Code, Compiled, Diagnostics, Lowered, annotations, names};

mod api_names;
mod backfills;
mod behaviors;
mod build;
mod column_names;
mod column_options;
mod combinations;
mod conditions;
mod constraint_names;
mod documents;
mod draft;
mod dropped;
mod entries;
mod enums;
mod foreign_keys;
mod generated;
mod hash_chain;
mod hooks;
mod immutable;
mod indexes;
mod keys;
mod kind;
mod life;
mod lists;
mod literals;
mod misplaced;
mod paths;
mod reach;
mod references;
mod refusals;
mod relations;
mod required;
mod resources;
mod revision;
mod rules;
mod rust_names;
mod shared;
mod size;
mod sql_names;
mod storage;
mod tables;
mod types;
mod walk;
mod ways;
mod where_text;
mod width;

use ways::Ways;

/// More diagnostics than anyone reads; a file can be made to have one in each line.
const MOST: usize = 1000;

/// What is wrong so far, and the texts that it is wrong in.
pub(crate) struct Report<'a> {
    sources: &'a Sources,
    /// Files that belong to others.
    others: &'a BTreeSet<String>,
    items: Vec<Diagnostic>,
    /// What was said once, by code and the start of its place.
    once: BTreeSet<(Code, String, usize)>,
    /// The ways to fields that items are about, by the place of the item.
    ways: BTreeMap<usize, Ways>,
    /// The items with ways, by code, file and place in it.
    met: BTreeMap<(Code, String, usize), usize>,
}

impl Report<'_> {
    /// Adds a diagnostic: what is wrong, and what to write instead.
    fn add(&mut self, code: Code, place: Place, message: impl Into<String>, help: impl Into<String>) {
        if self.items.len() >= MOST {
            return;
        }
        let text = self.sources.text(&place.file).cloned();
        self.items.push(Diagnostic::new(code, place, text, message.into(), Some(help.into())));
    }

    /// Adds a diagnostic, unless one of this code is at this place already: one mistake that is met at many fields.
    fn add_once(&mut self, code: Code, place: Place, message: impl Into<String>, help: impl Into<String>) {
        let start = place.span.as_ref().map_or(0, |span| span.start);
        if self.once.insert((code, place.file.clone(), start)) {
            self.add(code, place, message, help);
        }
    }
}

impl<'a> Report<'a> {
    /// Returns the strings at a place, each with its quotes.
    fn strings(&self, place: &Place) -> Option<Vec<&'a str>> {
        let text = self.sources.text(&place.file)?.get(place.span.clone()?)?;
        Some(crate::option_text::strings(text))
    }
}

/// Lowers the store message of that full name, of which there is no version yet.
///
/// # Errors
/// Everything about the store that is wrong or not supported.
pub fn lower(compiled: &Compiled, store: &str) -> Result<Schema, Diagnostics> {
    lower_after(compiled, store, Some(&[])).map(|lowered| lowered.schema)
}

/// Lowers the store message of that full name, whose versions are these, the oldest first: types keep the Rust names that
/// they have in the newest, and what is `dropped` was in one of them. None where the versions cannot be read: then neither
/// is looked at.
///
/// # Errors
/// Everything about the store that is wrong or not supported.
pub fn lower_after(compiled: &Compiled, store: &str, versions: Option<&[&Schema]>) -> Result<Lowered, Diagnostics> {
    let mut report = Report {
        sources: &compiled.sources,
        others: &compiled.others,
        items: Vec::new(),
        once: BTreeSet::new(),
        ways: BTreeMap::new(),
        met: BTreeMap::new(),
    };
    let lowered = find_store(compiled, store, &mut report)
        .and_then(|message| lower_store(compiled, &message, versions, &mut report));
    report.name_ways();
    match lowered {
        Some(lowered) if report.items.is_empty() => Ok(lowered),
        _ => {
            let known = |item: Diagnostic| {
                if compiled.sources.is_real(&item.file) { item } else { item.without_text() }
            };
            Err(Diagnostics::from_items(report.items.into_iter().map(known).collect()))
        }
    }
}

fn find_store(compiled: &Compiled, store: &str, report: &mut Report<'_>) -> Option<MessageDescriptor> {
    let message = compiled.pool.get_message_by_name(store);
    if let Some(message) = message.as_ref().filter(|m| annotations::is_store(m)) {
        return Some(message.clone());
    }
    let stores = compiled.stores();
    let help = match stores.as_slice() {
        [] => "write a message with `option (protostore.v1.store) = {};` and a field for each table".to_owned(),
        [one] => format!("the store message of these files is `{one}`"),
        several => format!("the store messages of these files are `{}`", several.join("`, `")),
    };
    let (place, text) = match &message {
        Some(message) => (
            report.sources.place(message.parent_file().name(), message.path()),
            format!("`{store}` is a message, but not a store message"),
        ),
        None => {
            let file = compiled.files.first().map_or("", String::as_str);
            (Place::file(file), format!("there is no store message `{store}`"))
        }
    };
    report.add(Code::NoStore, place, text, help);
    None
}

/// Returns the schema, or nothing where a stage rejected anything: what a stage rejects is missing from the drafts, so
/// only drafts without a diagnostic can become tables.
fn lower_store(
    compiled: &Compiled,
    store: &MessageDescriptor,
    versions: Option<&[&Schema]>,
    report: &mut Report<'_>,
) -> Option<Lowered> {
    let name = store_name(store, report);
    misplaced::check(compiled, store, report);

    let entries = entries::of_store(store, report);
    let mut drafts = tables::drafts(store, &entries, report);
    // Where the walk ended at a limit, the fields beyond it would seem to be missing.
    if !walk::fill(&mut drafts, &compiled.limits, report) || !size::check(compiled, store, &drafts, report) {
        return None;
    }
    entries::check(compiled, &drafts, &entries, report);
    for draft in &mut drafts {
        column_options::merge(draft, report);
        required::read(draft, report);
        rules::read(draft, report);
        keys::choose(draft, report);
        generated::check(draft, report);
        rules::check_made(draft, report);
        immutable::read(draft, report);
        revision::choose(draft, report);
        hash_chain::choose(draft, report);
        column_names::decide(draft);
    }
    resources::read(&mut drafts, report);
    references::check(&mut drafts, report);
    foreign_keys::check(&mut drafts, report);
    drafts.iter().for_each(|draft| rules::check_given(draft, report));
    life::check(&mut drafts, report);
    shared::check(&mut drafts, report);
    for draft in &mut drafts {
        width::check(draft, report);
        indexes::decide(draft, report);
    }
    relations::check(&mut drafts, report);
    sql_names::check(&drafts, report);

    let newest = versions.and_then(<[&Schema]>::last).copied();
    let types = types::name_types(&drafts, &newest.map(types::Former::of).unwrap_or_default(), report);
    rust_names::check(&drafts, &types, report);
    api_names::check(&compiled.api_files(store), report);
    let reach = documents::lower(store, &drafts, report);
    let backfills = drafts.iter().flat_map(|draft| backfills::read(draft, report)).collect();
    let hooks = hooks::read(&drafts, report);
    let dropped = drafts.iter().flat_map(|draft| dropped::read(compiled, draft, &reach, versions, report)).collect();
    if !report.items.is_empty() {
        return None;
    }
    let mut tables: Vec<_> = drafts.iter().map(|draft| build::table(draft, &drafts, &types, report.sources)).collect();
    tables.sort_by_key(|table| table.number);
    tables.iter_mut().for_each(lists::serve);
    constraint_names::check(&tables, &drafts, report);
    if !report.items.is_empty() {
        return None;
    }

    let file = store.parent_file();
    let place = report.sources.place(file.name(), store.path());
    let schema = Schema {
        mapping: MAPPING,
        store: store.full_name().to_owned(),
        name,
        docs: report.sources.docs(file.name(), store.path()),
        tables,
        enums: enums::lower(&drafts, &types, report),
        reach,
        behaviors: behaviors::lower(&drafts, &types),
        source: report.sources.source(&place),
    };
    Some(Lowered { schema, backfills, hooks, dropped })
}

impl Compiled {
    /// Returns the name of the crate that the store message of that full name becomes; `None` if there is no such
    /// message, or if a crate cannot have the name.
    #[must_use]
    pub fn store_name(&self, store: &str) -> Option<String> {
        let message = self.pool.get_message_by_name(store)?;
        Some(name_of_store(&message)).filter(|name| names::is_store(name))
    }
}

fn name_of_store(store: &MessageDescriptor) -> String {
    let options = annotations::store_options(store).unwrap_or_default();
    options.name.filter(|name| !name.is_empty()).unwrap_or_else(|| names::store(store.name()))
}

/// Returns the name of the generated crate.
fn store_name(store: &MessageDescriptor, report: &mut Report<'_>) -> String {
    let anchor = annotations::store_anchor(store);
    if store.parent_message().is_some() {
        let help = "move the store message out of the message around it";
        report.add(Code::Misplaced, anchor.place(report.sources, &[]), "a store message is inside a message", help);
    }
    let name = name_of_store(store);
    if !names::is_store(&name) {
        let place = anchor.place(report.sources, &[("name", 0)]);
        let message = format!("`{name}` cannot be the name of a crate");
        let near = names::store(&name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
        let near = [near.clone(), format!("{near}_store")].into_iter().find(|n| names::is_store(n));
        let near = near.as_deref().unwrap_or("aurae");
        let help = format!("write a name of a-z, 0-9 and `_` that is no keyword, such as `{near}`");
        report.add(Code::BadName, place, message, help);
    }
    name
}
