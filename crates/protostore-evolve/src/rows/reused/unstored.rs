//! Changes of messages of which no column holds anything: only clients see them.

use std::collections::BTreeSet;

use protostore_schema::{Field, Kind, Message, Schema};

use super::at;
use crate::draft::Draft;
use crate::plan::{ChangeKind, Effect, Verdict};
use crate::types::{Pairs, is_same_kind};
use crate::view::{Storage, View};

/// Says what changed in messages that are reached through fields that are not stored alone.
pub(super) fn changes(pairs: &Pairs, draft: &mut Draft<'_>) {
    let stored = [stored_messages(draft.old), stored_messages(draft.new)];
    let is_stored = |(old, new): &&(String, String)| stored[0].contains(old) || stored[1].contains(new);
    let (before, after) = (draft.old.schema, draft.new.schema);
    let mut seen = BTreeSet::new();
    for (was, is) in pairs.messages.iter().filter(|pair| !is_stored(pair)) {
        let (Some(old), Some(new)) = (before.reach.message(was), after.reach.message(is)) else { continue };
        if !seen.insert((was, is)) || old.entry {
            continue;
        }
        for field in old.fields.iter().filter(|field| new.field(field.number).is_none()) {
            let at = at(old, field, true, draft);
            let says = format!("{} is gone, which is not stored", at.present());
            draft.verdict(Verdict::new(ChangeKind::D01, at, says).json(Effect::Breaks));
        }
        for field in &new.fields {
            let at = at(new, field, false, draft);
            match old.field(field.number) {
                None => {
                    let says = format!("{} is new, which is not stored", at.present());
                    let verdict = Verdict::new(ChangeKind::A12, at, says);
                    draft.verdict(verdict.wire(Effect::Adds).json(Effect::Adds));
                }
                Some(old) => changed(old, field, at, draft),
            }
        }
    }
}

fn changed(old: &Field, new: &Field, at: crate::plan::At, draft: &mut Draft<'_>) {
    let (before, after) = (draft.old.schema, draft.new.schema);
    let is_same = is_same_kind(before, after, &old.kind, &new.kind);
    if (old.label, old.packed) != (new.label, new.packed) || !is_same || old.oneof.is_some() != new.oneof.is_some() {
        let says = format!("{} is of another type, which is not stored", at.present());
        let verdict = Verdict::new(ChangeKind::T05, at, says).wire(Effect::Breaks).json(Effect::Breaks);
        draft.verdict(verdict);
    } else if old.name != new.name || old.json != new.json {
        let says = format!("{} was called {}, and is not stored", at.present(), old.name);
        draft.verdict(Verdict::new(ChangeKind::N01, at, says).json(Effect::Breaks));
    }
}

/// Returns the messages of which a column or table holds something: flattened, in a table, as bytes or as JSON; and the
/// store message.
fn stored_messages(view: &View<'_>) -> BTreeSet<String> {
    let schema = view.schema;
    let mut found = BTreeSet::from([schema.store.clone()]);
    for table in &schema.tables {
        found.insert(table.record.ty.proto.clone());
        for datum in view.data_of(table.number).filter(|datum| datum.is_stored()) {
            found.insert(datum.declared_by.clone());
            let Some(message) = datum.message() else { continue };
            match datum.storage {
                Storage::Column(_) | Storage::Element(_) => inside(schema, message, &mut found),
                Storage::Flattened(_) | Storage::Child(_) | Storage::Inline | Storage::Absent(_) => {
                    found.insert(message.to_owned());
                }
            }
        }
    }
    found
}

fn inside(schema: &Schema, message: &str, found: &mut BTreeSet<String>) {
    let mut open: Vec<&Message> = schema.reach.message(message).into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(message) = open.pop() {
        if !seen.insert(&message.proto) {
            continue;
        }
        found.insert(message.proto.clone());
        let inner = message.fields.iter().filter_map(|field| match &field.kind {
            Kind::Message(inner) => schema.reach.message(inner),
            _ => None,
        });
        open.extend(inner);
    }
}
