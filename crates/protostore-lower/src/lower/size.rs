//! Rejects what would be work without bound: a few lines of messages inside messages become thousands of tables.
//!
//! The walk counts no further than the limits, so that this is known before anything else is done.

use std::collections::BTreeMap;

use prost_reflect::{EnumDescriptor, FileDescriptor, MessageDescriptor};
use protostore_schema::widest_parts;

use super::draft::Draft;
use super::{Report, combinations, walk, width};
use crate::{Code, Compiled, Limits, annotations};

/// Rejects enums, records and stores that are too large, and returns whether there were none.
pub(super) fn check(compiled: &Compiled, store: &MessageDescriptor, drafts: &[Draft], report: &mut Report<'_>) -> bool {
    let before = report.items.len();
    enums(compiled, store, report);
    let mut tables = 0;
    for draft in drafts {
        let paths: Vec<String> = draft.spots.iter().filter(|spot| spot.has_table()).map(|spot| spot.dotted()).collect();
        tables += 1 + paths.len();
        if paths.len() >= compiled.limits.tables {
            record(draft, &paths, compiled.limits, report);
        } else if walk::is_full(draft) {
            width::check(draft, report);
        }
    }
    if report.items.len() == before && tables > compiled.limits.store_tables {
        let text = format!("the store has {tables} SQL tables; {} is the most", compiled.limits.store_tables);
        let mut widest: Vec<_> =
            drafts.iter().map(|draft| (draft.spots.iter().filter(|spot| spot.has_table()).count(), draft)).collect();
        widest.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let widest: Vec<_> =
            widest.iter().take(3).map(|(count, draft)| format!("`{}` ({})", draft.field.name(), count + 1)).collect();
        let help = format!(
            "write several stores, or `storage: JSON` or `BYTES` on lists and messages of the widest records: {}",
            widest.join(", ")
        );
        let place = annotations::store_anchor(store).place(report.sources, &[]);
        report.add(Code::TooManyTables, place, text, help);
    }
    if report.items.len() == before {
        combinations::check(compiled, store, report);
    }
    report.items.len() == before
}

fn record(draft: &Draft, paths: &[String], limits: Limits, report: &mut Report<'_>) {
    let about = if walk::is_full(draft) { "at least " } else { "" };
    let (name, count) = (draft.message.name(), paths.len() + 1);
    let text = format!("the record `{name}` becomes {about}{count} SQL tables; {} is the most", limits.tables);
    let widest = widest_parts(paths);
    let named: Vec<_> = widest.iter().map(|(part, count)| format!("`{part}` ({count})")).collect();
    let mut help = format!("store parts of it in one column each; the widest: {}", named.join(", "));
    for (part, _) in widest.iter().take(1) {
        help += &format!(
            "\nin the list of the table `{}`: `column: {{field: \"{part}\" storage: BYTES}}`, or `JSON`",
            draft.field.name()
        );
    }
    report.add(Code::TooManyTables, draft.name_place(report.sources), text, help);
}

/// Rejects enums of more values than the limit in the files that generated code is made of.
fn enums(compiled: &Compiled, store: &MessageDescriptor, report: &mut Report<'_>) {
    let mut found = BTreeMap::new();
    for file in compiled.api_files(store) {
        all_enums(&file, &mut found);
    }
    for enumeration in found.values().filter(|of| of.values().len() > compiled.limits.values) {
        let path: Vec<i32> = enumeration.path().iter().copied().chain([1]).collect();
        let place = report.sources.place(enumeration.parent_file().name(), &path);
        let (name, count, most) = (enumeration.name(), enumeration.values().len(), compiled.limits.values);
        let text = format!("the enum `{name}` has {count} values; {most} is the most");
        let help = format!("write the numbers as `int32`, or keep what the values of `{name}` say in a table");
        report.add(Code::TooManyValues, place, text, help);
    }
}

fn all_enums(file: &FileDescriptor, found: &mut BTreeMap<String, EnumDescriptor>) {
    let mut add = |of: EnumDescriptor| drop(found.insert(of.full_name().to_owned(), of));
    file.enums().for_each(&mut add);
    let mut open: Vec<MessageDescriptor> = file.messages().collect();
    while let Some(message) = open.pop() {
        message.child_enums().for_each(&mut add);
        open.extend(message.child_messages());
    }
}
