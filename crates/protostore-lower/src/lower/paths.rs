//! Finds the field that a path in an annotation names.

use prost_reflect::MessageDescriptor;

use super::Report;
use super::draft::{Draft, Shape};
use super::walk::in_order;
use crate::Code;
use crate::diagnostic::Place;

/// Returns the field at `path`, or says what is wrong with it.
pub(super) fn resolve(draft: &Draft, path: &str, place: Place, report: &mut Report<'_>) -> Option<usize> {
    let parts: Vec<&str> = path.split('.').collect();
    let mut found = None;
    for (i, part) in parts.iter().enumerate() {
        let message = match found.map(|at: usize| &draft.spots[at].shape) {
            None => &draft.message,
            Some(Shape::Message(message) | Shape::Messages(message)) => message,
            Some(Shape::Scalar(_) | Shape::Scalars(_)) => {
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

fn unknown(message: &MessageDescriptor, part: &str, before: &[&str], place: Place, report: &mut Report<'_>) {
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

/// Returns the candidate that was probably meant: one at a small distance for its length.
pub(super) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let distances = candidates.iter().map(|candidate| (distance(word, candidate), *candidate));
    let limit = (word.chars().count() / 3).max(1);
    distances.filter(|(d, _)| *d <= limit).min().map(|(_, candidate)| candidate)
}

/// Returns the number of letters to add, drop, change or swap with a neighbour, without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let letters = |s: &str| -> Vec<char> { s.chars().take(128).map(|c| c.to_ascii_lowercase()).collect() };
    let (a, b) = (letters(a), letters(b));
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i];
        for j in 1..=b.len() {
            let mut cost = (row[j] + 1).min(next[j - 1] + 1).min(row[j - 1] + usize::from(a[i - 1] != b[j - 1]));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_is_near() {
        let names = ["mem_size_mb", "image_path", "id"];
        assert_eq!(nearest("mem_size", &names), None);
        assert_eq!(nearest("mem_siez_mb", &names), Some("mem_size_mb"));
        assert_eq!(nearest("imagePath", &names), Some("image_path"));
        assert_eq!(nearest("di", &names), Some("id"));
        assert_eq!(nearest("xyz", &names), None);
        assert_eq!(nearest("", &[]), None);
    }
}
