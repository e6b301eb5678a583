//! Finds the field that a path in an annotation names.

use prost_reflect::MessageDescriptor;

use super::Report;
use super::draft::{Draft, Shape};
use super::walk::in_order;
use crate::Code;
use crate::diagnostic::Place;
use crate::nearest::nearest;

/// Returns the field at `path`, or says what is wrong with it.
pub(super) fn resolve(draft: &Draft, path: &str, place: Place, report: &mut Report<'_>) -> Option<usize> {
    let parts: Vec<&str> = path.split('.').collect();
    let mut found = None;
    for (i, part) in parts.iter().enumerate() {
        let message = match found.map(|at: usize| &draft.spots[at].shape) {
            None => &draft.message,
            Some(Shape::Message(message) | Shape::Row(message) | Shape::Messages(message) | Shape::Map(message)) => {
                message
            }
            Some(Shape::Scalar(_) | Shape::Scalars(_) | Shape::Absent) => {
                let before = parts[..i].join(".");
                let text = format!("`{path}` goes on after `{before}`, which is no message");
                report.add(Code::UnknownPath, place, text, format!("write `{before}`"));
                return None;
            }
        };
        let next = draft.members(found).find(|m| draft.spots[*m].path.last().is_some_and(|name| name == part));
        if next.is_none() {
            let is_refused = draft.refused.iter().any(|r| r.iter().map(String::as_str).eq(parts[..=i].iter().copied()));
            if !is_refused {
                unknown(message, part, &parts[..i], place, report);
            }
            return None;
        }
        found = next;
    }
    found
}

/// Returns whether a message declares the field at `path`, or says what is wrong with it.
pub(super) fn is_declared(
    message: &MessageDescriptor,
    path: &str,
    place: &dyn Fn(&Report<'_>) -> Place,
    report: &mut Report<'_>,
) -> bool {
    let parts: Vec<&str> = path.split('.').collect();
    let mut around = message.clone();
    for (i, part) in parts.iter().enumerate() {
        let Some(field) = around.get_field_by_name(part) else {
            unknown(&around, part, &parts[..i], place(report), report);
            return false;
        };
        match field.kind().as_message() {
            Some(inner) => around = inner.clone(),
            None if i + 1 < parts.len() => {
                let before = parts[..=i].join(".");
                let text = format!("`{path}` goes on after `{before}`, which is no message");
                report.add(Code::UnknownPath, place(report), text, format!("write `{before}`"));
                return false;
            }
            None => {}
        }
    }
    true
}

/// Returns the path that was probably meant, if this one names no field and a similar one does.
pub(super) fn correct(message: &MessageDescriptor, path: &str) -> Option<String> {
    let mut around = Some(message.clone());
    let mut parts = Vec::new();
    let mut is_misspelt = false;
    for part in path.split('.') {
        let message = around?;
        let names: Vec<String> = message.fields().map(|field| field.name().to_owned()).collect();
        let is_known = names.iter().any(|name| name == part);
        is_misspelt |= !is_known;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let name = if is_known { part } else { nearest(part, &names)? };
        around = message.get_field_by_name(name)?.kind().as_message().cloned();
        parts.push(name.to_owned());
    }
    is_misspelt.then(|| parts.join("."))
}

fn unknown(message: &MessageDescriptor, part: &str, before: &[&str], place: Place, report: &mut Report<'_>) {
    if let Some(strings) = report.strings(&place).filter(|strings| strings.len() > 1) {
        let text = format!("`{}` has no field `{part}`: strings without a comma between them are one", message.name());
        report.add(Code::UnknownPath, place, text, format!("write `[{}]`", strings.join(", ")));
        return;
    }
    let fields = in_order(message);
    let names: Vec<&str> = fields.iter().map(|f| f.name()).collect();
    let prefix = before.iter().map(|p| format!("{p}.")).collect::<String>();
    let help = match (nearest(part, &names), names.as_slice()) {
        (Some(name), _) => format!("did you mean `{prefix}{name}`?"),
        (None, []) => format!("`{}` has no fields", message.name()),
        (None, names) => format!("the fields of `{}` are `{}`", message.name(), names.join("`, `")),
    };
    let text = format!("`{}` has no field `{part}`", message.name());
    report.add(Code::UnknownPath, place, text, help);
}
