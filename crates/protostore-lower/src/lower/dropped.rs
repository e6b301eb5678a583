//! Reads `dropped`: fields that are gone from files which one does not own.

use std::collections::BTreeSet;

use prost_reflect::MessageDescriptor;
use protostore_schema::{Kind, Reach, Schema};

use super::Report;
use super::draft::Draft;
use crate::annotations::DroppedOptions;
use crate::diagnostic::Place;
use crate::lowered::Dropped;
use crate::nearest::nearest;
use crate::{Code, Compiled};

/// The greatest number of a field.
const GREATEST: u32 = (1 << 29) - 1;

/// Checks the fields of a table that are gone against the protos, and returns each place where they were. Where the
/// versions of the store are known, one of them had it.
pub(super) fn read(
    compiled: &Compiled,
    draft: &Draft,
    reach: &Reach,
    versions: Option<&[&Schema]>,
    report: &mut Report<'_>,
) -> Vec<Dropped> {
    let mut all = Vec::new();
    for (n, options) in draft.options.dropped.iter().enumerate() {
        let Some((from, path)) = path(compiled, draft, options, n, report) else { continue };
        if !is_gone(&from, options, &path, draft.place(report.sources, &[("dropped", n), ("path", 0)]), report) {
            continue;
        }
        let ways = match &options.message {
            None => vec![Vec::new()],
            Some(_) => ways(reach, draft.message.full_name(), from.full_name()),
        };
        let paths = ways.into_iter().map(|way| way.into_iter().chain(path.iter().copied()).collect::<Vec<_>>());
        let paths: Vec<Vec<u32>> = match versions {
            None => paths.collect(),
            Some(versions) => {
                let paths: Vec<_> = paths.collect();
                let had = had(versions, draft.field.number(), &paths);
                let place = draft.place(report.sources, &[("dropped", n)]);
                if !is_known(&had, draft, options, place, report) {
                    continue;
                }
                had.into_iter().map(|(path, _)| path).collect()
            }
        };
        let source = report.sources.source(&draft.place(report.sources, &[("dropped", n)]));
        all.extend(paths.into_iter().map(|path| Dropped {
            table: draft.field.number(),
            path,
            field: options.field.clone(),
            source: source.clone(),
        }));
    }
    all
}

/// Returns the message from which the path goes, and the path.
fn path(
    compiled: &Compiled,
    draft: &Draft,
    options: &DroppedOptions,
    n: usize,
    report: &mut Report<'_>,
) -> Option<(MessageDescriptor, Vec<u32>)> {
    let place = |report: &Report<'_>, key| draft.place(report.sources, &[("dropped", n), (key, 0)]);
    let numbers: Option<Vec<u32>> = options.path.iter().map(|n| u32::try_from(*n).ok()).collect();
    let numbers = numbers.filter(|path| !path.is_empty() && path.iter().all(|n| (1..=GREATEST).contains(n)));
    let Some(numbers) = numbers else {
        let help =
            "write the numbers of the fields from the record down: `dropped: {path: [3, 3] field: \"cpuset.mems\"}`";
        report.add(Code::Incomplete, place(report, "path"), "a `dropped` does not say the number of a field", help);
        return None;
    };
    if options.field.is_empty() {
        let help = "write the path of names that it had: `dropped: {path: [3, 3] field: \"cpuset.mems\"}`";
        report.add(Code::Incomplete, place(report, "field"), "a `dropped` does not say the `field` that is gone", help);
        return None;
    }
    let Some(message) = &options.message else { return Some((draft.message.clone(), numbers)) };
    let Some(from) = compiled.pool.get_message_by_name(message) else {
        let messages: Vec<_> = compiled.pool.all_messages().filter(|m| !m.is_map_entry()).collect();
        let names: Vec<&str> = messages.iter().map(MessageDescriptor::full_name).collect();
        let help = nearest(message, &names).map_or_else(
            || "write the full name of a message, with its package".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
        report.add(Code::UnknownPath, place(report, "message"), format!("there is no message `{message}`"), help);
        return None;
    };
    Some((from, numbers))
}

/// Returns whether the messages around the field are there and the field is not.
fn is_gone(
    from: &MessageDescriptor,
    options: &DroppedOptions,
    path: &[u32],
    place: Place,
    report: &mut Report<'_>,
) -> bool {
    let mut around = from.clone();
    for (depth, number) in path.iter().enumerate() {
        let field = around.get_field(*number);
        let is_last = depth + 1 == path.len();
        match field {
            None if is_last => return true,
            Some(field) if is_last => {
                let text = format!("`{}` still has the field `{}`, number {number}", around.full_name(), field.name());
                let help = "take the entry away, or correct its numbers; to store the field no longer, write \
                            `storage: NOT_STORED`";
                report.add(Code::StillThere, place, text, help);
                return false;
            }
            Some(field) => match field.kind().as_message() {
                Some(inner) => around = inner.clone(),
                None => {
                    let text = format!(
                        "the path of `{}` goes on after `{}`, which is no message",
                        options.field,
                        field.name()
                    );
                    report.add(Code::UnknownPath, place, text, "correct the numbers");
                    return false;
                }
            },
            None => {
                let text = format!("`{}` has no field {number}, through which the path leads", around.full_name());
                let help = format!("drop the field {number} itself, or correct the numbers");
                report.add(Code::UnknownPath, place, text, help);
                return false;
            }
        }
    }
    true
}

/// Returns the paths from a record to each place of a message in it; what contains itself is followed once.
fn ways(reach: &Reach, record: &str, message: &str) -> Vec<Vec<u32>> {
    let mut found = Vec::new();
    let mut open = vec![(record.to_owned(), Vec::new(), BTreeSet::new())];
    while let Some((proto, way, mut around)) = open.pop() {
        if proto == message {
            found.push(way.clone());
        }
        if !around.insert(proto.clone()) {
            continue;
        }
        for field in reach.message(&proto).into_iter().flat_map(|message| &message.fields) {
            if let Kind::Message(inner) = &field.kind {
                let way = way.iter().copied().chain([field.number]).collect();
                open.push((inner.clone(), way, around.clone()));
            }
        }
    }
    found.sort_unstable();
    found
}

/// Returns the paths that a version had, each with the names that it had last.
fn had(versions: &[&Schema], table: u32, paths: &[Vec<u32>]) -> Vec<(Vec<u32>, String)> {
    let last = |path: &Vec<u32>| versions.iter().rev().find_map(|version| version.path_names(table, path));
    paths.iter().filter_map(|path| Some((path.clone(), last(path)?))).collect()
}

/// Returns whether a version had the field under the name that is said.
fn is_known(
    had: &[(Vec<u32>, String)],
    draft: &Draft,
    options: &DroppedOptions,
    place: Place,
    report: &mut Report<'_>,
) -> bool {
    let said = &options.field;
    let numbers = options.path.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
    let is_it = |name: &String| match &options.message {
        None => name == said,
        Some(_) => name == said || name.ends_with(&format!(".{said}")),
    };
    let Some((_, name)) = had.first() else {
        let text = format!("no version of `{}` has the field {numbers}, `{said}`", draft.field.name());
        let help = "take the entry away, or correct its numbers; they are those of the snapshots in `schema/`";
        report.add(Code::NeverThere, place, text, help);
        return false;
    };
    if let Some((_, name)) = had.iter().find(|(_, name)| !is_it(name)) {
        let text = format!("the field {numbers} of `{}` was called `{name}`, not `{said}`", draft.field.name());
        report.add(Code::NeverThere, place, text, format!("write `field: \"{name}\"`, or correct the numbers"));
        return false;
    }
    is_it(name)
}
