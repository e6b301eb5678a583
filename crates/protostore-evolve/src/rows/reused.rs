//! What the proto says of fields that are gone, and numbers and names that are used again, once a message.
//!
//! The store message is one of them: its fields are the tables.

mod json;
mod unstored;

use std::collections::BTreeSet;

use protostore_schema::{Field, Message};

use crate::draft::{Direction, Draft};
use crate::plan::{At, ChangeKind};
use crate::types::{Formers, Pairs};

/// All messages that both store messages reach.
pub(crate) fn reused(draft: &mut Draft<'_>) {
    let (before, after) = (draft.old.schema, draft.new.schema);
    let pairs = Pairs::of(before, after);
    unstored::changes(&pairs, draft);
    if draft.direction == Direction::Down {
        return;
    }
    // The history matters to what is new alone.
    let mut formers = None;
    let mut asked = BTreeSet::new();
    for (was, is) in &pairs.messages {
        let (Some(old), Some(new)) = (before.reach.message(was), after.reach.message(is)) else { continue };
        if old.entry || !asked.insert((was, is)) {
            continue;
        }
        let gone = old.fields.iter().filter(|field| new.field(field.number).is_none());
        gone.for_each(|field| removed(old, new, field, draft));
        for field in new.fields.iter().filter(|field| old.field(field.number).is_none()) {
            let formers = formers.get_or_insert_with(|| Formers::of(draft.history, after));
            again(old, new, field, formers, draft);
        }
    }
    let documents = after.documents();
    if documents != before.documents() {
        json::names(&documents, formers.get_or_insert_with(|| Formers::of(draft.history, after)), draft);
    }
}

/// Returns where a field of a message is: at the first place where it is stored, else by the message's name.
pub(super) fn at(message: &Message, field: &Field, is_old: bool, draft: &Draft<'_>) -> At {
    let (view, store) = match is_old {
        true => (draft.old, &draft.old.schema.store),
        false => (draft.new, &draft.new.schema.store),
    };
    if message.proto == *store
        && let Some(table) = view.table(field.number)
    {
        return if is_old { At::table(Some(table), None) } else { At::table(None, Some(table)) };
    }
    let mut data = view.schema.tables.iter().flat_map(|table| view.data_of(table.number));
    let datum = data.find(|datum| datum.declared_by == message.proto && datum.field.number == field.number);
    match (datum, is_old) {
        (Some(datum), true) => At::field(Some(datum), None),
        (Some(datum), false) => At::field(None, Some(datum)),
        (None, true) => At { from: format!("{}.{}", message.proto, field.name), ..At::default() },
        (None, false) => At { to: format!("{}.{}", message.proto, field.name), ..At::default() },
    }
}

/// A field that is gone: its number and name must be reserved, so that neither comes back for something else.
fn removed(old: &Message, new: &Message, field: &Field, draft: &mut Draft<'_>) {
    let is_number = new.reserved.iter().any(|(first, last)| (*first..=*last).contains(&field.number));
    // A name that another number has cannot be reserved.
    let is_taken = new.fields.iter().any(|other| other.name == field.name);
    let is_name = new.reserved_names.contains(&field.name) || is_taken || !is_reservable(&field.name);
    if is_number && is_name {
        return;
    }
    let at = at(old, field, true, draft);
    let is_table = new.proto == draft.new.schema.store;
    let namesake = new.fields.iter().find(|other| is_table && other.name == field.name);
    if namesake.is_some_and(|table| draft.changes_at(table.number, &[]).contains(&ChangeKind::T10)) {
        // The number is to be put back.
        return;
    }
    let stored = stored_paths(old, field, draft);
    if new.declared.others && !is_table {
        return dropped(&stored, old, field, &at, draft);
    }
    let lines = [
        (!is_number).then(|| format!("reserved {};", field.number)),
        (!is_name).then(|| format!("reserved {:?};", field.name)),
    ];
    let line = lines.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let what = match (is_table, stored.len()) {
        (true, _) => format!("all rows of {}", at.present()),
        (false, 0) => format!("values of {}, inside of bytes or JSON or in requests,", at.present()),
        (false, 1) => format!("the values of {}", at.present()),
        (false, _) => {
            format!("the values of {}", stored.iter().map(|(_, _, name)| name.as_str()).collect::<Vec<_>>().join(", "))
        }
    };
    let verb = if is_table || !stored.is_empty() { "are dropped" } else { "are passed over" };
    let both = if is_reservable(&field.name) { "number and name are" } else { "the number is" };
    let hint = renumbered(old, new, field);
    let risk = format!("{what} {verb}: say in {} that {both} not used again{hint}", new.proto);
    let kind = if is_table { ChangeKind::T09 } else { ChangeKind::D02 };
    draft.reserve(kind, &at, &new.declared, line, risk);
}

/// Returns whether protobuf's compiler takes a name in `reserved`, which is narrower than what it takes of a field or value:
/// `_rowid_` can be declared and not reserved. The history remembers such a name all the same.
pub(super) fn is_reservable(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// Says what to do if a field of the same type that is new is the one that is gone, under another name and number. Under
/// the same name it is N11, which says so itself.
fn renumbered(old: &Message, new: &Message, gone: &Field) -> String {
    let is_new = |field: &&Field| !old.fields.iter().any(|other| other.number == field.number);
    let is_alike = |field: &&Field| field.kind == gone.kind && field.label == gone.label && field.name != gone.name;
    let mut alike = new.fields.iter().filter(|field| is_new(field) && is_alike(field));
    match (alike.next(), alike.next()) {
        (Some(field), None) => {
            format!("; if {} is this field under another name, give it number {}", field.name, gone.number)
        }
        _ => String::new(),
    }
}

type Stored = (u32, Vec<u32>, String);

/// Returns where a field that is gone was stored: table, path, and its name with the table's.
fn stored_paths(old: &Message, field: &Field, draft: &Draft<'_>) -> Vec<Stored> {
    let view = draft.old;
    let tables = view.schema.tables.iter().filter(|table| draft.new.table(table.number).is_some());
    let data = tables.flat_map(|table| view.data_of(table.number));
    let here = data.filter(|d| d.declared_by == old.proto && d.field.number == field.number && d.is_stored());
    here.map(|datum| (datum.table.number, datum.path.clone(), datum.name.clone())).collect()
}

/// A field of a message that others own: the store says that it is dropped, at each path where it was stored.
fn dropped(stored: &[Stored], old: &Message, field: &Field, at: &At, draft: &mut Draft<'_>) {
    for (table, path, name) in stored {
        let below = name.split_once('.').map_or(name.as_str(), |(_, below)| below);
        if draft.is_dropped(*table, path, below) {
            continue;
        }
        let numbers = path.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let line = format!("dropped: {{path: [{numbers}] field: {below:?}}}");
        let risk = format!(
            "the values of {name} are dropped, as number {} of {} is gone; if it was given another number, put it back",
            field.number, old.proto
        );
        let source = draft.new.table(*table).map(|table| table.source.clone()).unwrap_or_default();
        let at = At { table: Some(*table), path: path.clone(), from: name.clone(), ..at.clone() };
        draft.write(ChangeKind::D02, &at, &source, line, risk);
    }
}

/// A field that is new: neither its number nor its name was another's before.
fn again(old: &Message, new: &Message, field: &Field, formers: &Formers<'_>, draft: &mut Draft<'_>) {
    let at = at(new, field, false, draft);
    let is_reserved = old.reserved.iter().any(|(first, last)| (*first..=*last).contains(&field.number));
    let by_number = formers.fields(&new.proto).find(|former| former.number == field.number);
    if is_reserved || by_number.is_some() {
        let what = by_number.map(|former| format!("was {:?}", former.name));
        let what = what.unwrap_or_else(|| "was reserved".to_owned());
        let why = format!(
            "number {} of {} {what}, and old data and old clients know it as that: give {:?} a number that was never used",
            field.number, new.proto, field.name
        );
        return draft.never(ChangeKind::T11, &at, why);
    }
    let is_live = |name: &str| old.fields.iter().any(|other| other.name == name);
    let by_name = formers.fields(&new.proto).find(|former| former.name == field.name);
    let is_reserved = old.reserved_names.contains(&field.name);
    if !is_live(&field.name) && (is_reserved || by_name.is_some()) {
        let what = by_name.map_or_else(|| "was reserved".to_owned(), |former| format!("was number {}", former.number));
        let why = format!(
            "the name {:?} {what} in {}, and old texts know it as that: give number {} a name that was never used",
            field.name, new.proto, field.number
        );
        draft.never(ChangeKind::T11, &at, why);
    }
}
