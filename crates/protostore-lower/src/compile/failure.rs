//! Turns what the protobuf compiler says into diagnostics.

use std::collections::BTreeMap;
use std::sync::Arc;

use miette::Diagnostic as _;

use crate::Code;
use crate::diagnostic::{Diagnostic, Place};
use crate::resolver::Refused;

/// Adds a diagnostic for the error and for each that it brings along, with the whole chain of causes.
pub(super) fn explain(
    name: &str,
    err: &protox::Error,
    texts: &BTreeMap<String, Arc<str>>,
    problems: &mut Vec<Diagnostic>,
) {
    let chain = std::iter::successors(Some(err as &dyn std::error::Error), |e| e.source());
    if chain.into_iter().any(|e| e.is::<Refused>()) || err.to_string() == Refused.to_string() {
        return;
    }
    let file = err.file().unwrap_or(name);
    one(file, err, texts, problems);
    for related in err.related().into_iter().flatten() {
        one(file, related, texts, problems);
    }
}

fn one(file: &str, err: &dyn miette::Diagnostic, texts: &BTreeMap<String, Arc<str>>, problems: &mut Vec<Diagnostic>) {
    let mut message = err.to_string();
    let mut source = err.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !message.ends_with(&text) {
            message = format!("{message}: {text}");
        }
        source = cause.source();
    }
    let text = texts.get(file).cloned();
    let label = err.labels().and_then(|mut labels| labels.next());
    let mut span = label.map(|label| label.offset()..label.offset() + label.len().max(1));
    if let (Some(text), Some(outer)) = (&text, &span)
        && let Some(inner) = quoted_within(&message, text, outer)
    {
        span = Some(inner);
    }
    let help = err.help().map(|help| help.to_string());
    let place = Place { file: file.to_owned(), span };
    problems.push(Diagnostic::new(Code::DoesNotCompile, place, text, message, help));
}

/// Looks in the marked text for the last name that the message quotes: a key in an option has no place of its own.
fn quoted_within(message: &str, text: &str, outer: &std::ops::Range<usize>) -> Option<std::ops::Range<usize>> {
    let name = message.rsplit('\'').nth(1).filter(|name| !name.is_empty())?;
    let within = text.get(outer.clone())?;
    let at = within.match_indices(name).map(|(i, _)| i).find(|i| {
        let around = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        around(within[..*i].chars().next_back()) && around(within[i + name.len()..].chars().next())
    })?;
    Some(outer.start + at..outer.start + at + name.len())
}
