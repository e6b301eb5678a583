//! Checks the messages that are stored as JSON: each needs JSON, and names that tell its fields apart.

use std::collections::BTreeMap;

use prost_reflect::{FileDescriptor, MessageDescriptor};
use protostore_schema::{Form, JsonRoot, Message, Reach, Type};

use super::draft::{Draft, Spot};
use super::{Report, kind, reach};
use crate::diagnostic::Place;
use crate::{Code, annotations};

/// Lowers what the store message reaches, and checks what is in the JSON columns of all tables.
pub(super) fn lower(store: &MessageDescriptor, drafts: &[Draft], report: &mut Report<'_>) -> Reach {
    let spots = || drafts.iter().flat_map(|draft| &draft.spots).filter(|spot| spot.form() == Form::Json);
    let mut all = reach::lower(store, &[], report);
    if all.in_json(store.full_name(), spots().map(root)).holds_any {
        all = reach::lower(store, &in_any(&store.parent_file()), report);
    }
    for spot in spots() {
        let place = place(spot, report);
        let documents = all.in_json(store.full_name(), [root(spot)]);
        let whole = documents.messages.iter().filter(|document| document.whole);
        for message in whole.filter_map(|document| all.message(&document.proto)) {
            refuse(message, &place, report);
        }
    }
    all
}

fn root(spot: &Spot) -> JsonRoot {
    match spot.ty() {
        Some(Type::Repeated(_)) => {
            let owner = spot.field.parent_message().full_name().to_owned();
            JsonRoot::Field { owner, number: spot.field.number() }
        }
        _ => JsonRoot::One(kind::of_field(&spot.field)),
    }
}

fn place(spot: &Spot, report: &Report<'_>) -> Place {
    let said = spot.column.storage.as_ref().map(|(_, said)| said.place(report.sources, &[("storage", 0)]));
    said.unwrap_or_else(|| spot.place(report.sources))
}

/// Returns the messages that may be in an Any of JSON: all of a file and of those that it imports, but for the ones
/// that describe protos.
pub(super) fn in_any(file: &FileDescriptor) -> Vec<MessageDescriptor> {
    let mut files = BTreeMap::new();
    let mut open = vec![file.clone()];
    while let Some(file) = open.pop() {
        if files.insert(file.name().to_owned(), file.clone()).is_none() {
            open.extend(file.dependencies());
        }
    }
    let describes =
        |package: &str| matches!(package, "google.protobuf" | "google.api" | "protostore.v1" | "buf.validate");
    let mut messages: Vec<_> =
        files.values().filter(|f| !describes(f.package_name())).flat_map(FileDescriptor::messages).collect();
    let mut at = 0;
    while let Some(message) = messages.get(at).cloned() {
        messages.extend(message.child_messages());
        at += 1;
    }
    messages.retain(|message| !message.is_map_entry() && !annotations::is_store(message));
    messages
}

/// Refuses a message that has no JSON, or none that tells its fields apart.
fn refuse(message: &Message, place: &Place, report: &mut Report<'_>) {
    let help = "write `storage: BYTES`";
    if let Some(group) = message.group() {
        let text = format!("`{}` has the group `{}`, so it has no JSON", message.proto, group.name);
        report.add(Code::NoJson, place.clone(), text, help);
    }
    if let Some(name) = message.shared_json_name() {
        let text = format!("`{name}` is not the name of one field of `{}` alone in JSON", message.proto);
        report.add(Code::NoJson, place.clone(), text, format!("rename one of them, or {help}"));
    }
}
