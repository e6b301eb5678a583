//! Turns what the protobuf compiler says into diagnostics.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use miette::Diagnostic as _;
use prost_reflect::DescriptorPool;

use crate::Code;
use crate::diagnostic::{Diagnostic, Place};
use crate::nearest::nearest;
use crate::resolver::Refused;

/// More errors of one file say nothing new.
const MOST: usize = 100;

/// What is known when the compiler gives up.
pub(super) struct Failure<'a> {
    /// The file that was to be compiled.
    pub(super) name: &'a str,
    pub(super) texts: &'a BTreeMap<String, Arc<str>>,
    /// The files that were compiled before.
    pub(super) pool: &'a DescriptorPool,
}

impl Failure<'_> {
    /// Adds a diagnostic for the error and for each that it brings along.
    pub(super) fn explain(&self, err: &protox::Error, problems: &mut Vec<Diagnostic>) {
        if err.to_string() == Refused.to_string() {
            return;
        }
        let file = err.file().unwrap_or(self.name);
        let related = err.related().into_iter().flatten();
        let all = std::iter::once(err as &dyn miette::Diagnostic).chain(related);
        problems.extend(all.take(MOST).map(|err| self.one(file, err)));
    }

    /// Says one error with its causes: of a misspelt key in an option only the last cause has the name.
    fn one(&self, file: &str, err: &dyn miette::Diagnostic) -> Diagnostic {
        let causes: Vec<String> =
            std::iter::successors(err.diagnostic_source(), |e| e.diagnostic_source()).map(|e| e.to_string()).collect();
        let message = std::iter::once(err.to_string()).chain(causes.iter().cloned()).collect::<Vec<_>>().join(": ");
        let text = self.texts.get(file).cloned();
        let label = err.labels().and_then(|mut labels| labels.next());
        let mut span = label.map(|label| label.offset()..label.offset() + label.len().max(1));
        let mut help = err.help().map(|help| help.to_string());
        if let Some([name, of]) = causes.last().and_then(|cause| <[&str; 2]>::try_from(quoted(cause)).ok()) {
            help = help.or_else(|| self.known(name, of));
            let inner = text.as_deref().zip(span.as_ref()).and_then(|(text, outer)| word_within(name, text, outer));
            span = inner.or(span);
        }
        Diagnostic::new(Code::DoesNotCompile, Place { file: file.to_owned(), span }, text, message, help)
    }

    /// Returns what can be written in place of an unknown field of a message, or value of an enum.
    fn known(&self, name: &str, of: &str) -> Option<String> {
        let (names, reserved): (Vec<String>, Vec<String>) = if let Some(message) = self.pool.get_message_by_name(of) {
            (
                message.fields().map(|f| f.name().to_owned()).collect(),
                message.reserved_names().map(str::to_owned).collect(),
            )
        } else {
            let values = self.pool.get_enum_by_name(of)?;
            (values.values().map(|v| v.name().to_owned()).collect(), Vec::new())
        };
        let near = nearest(name, &names.iter().map(String::as_str).collect::<Vec<_>>()).map(str::to_owned);
        Some(match near {
            _ if reserved.iter().any(|r| r == name) => {
                format!("`{name}` is reserved for a later version; there are `{}`", names.join("`, `"))
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are `{}`", names.join("`, `")),
        })
    }
}

/// Returns what stands between single quotes.
fn quoted(message: &str) -> Vec<&str> {
    message.split('\'').skip(1).step_by(2).collect()
}

/// Looks for a word in the marked text: a key in an option has no place of its own.
fn word_within(word: &str, text: &str, outer: &Range<usize>) -> Option<Range<usize>> {
    let within = text.get(outer.clone()).filter(|_| !word.is_empty())?;
    let at = within.match_indices(word).map(|(i, _)| i).find(|i| {
        let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        is_edge(within[..*i].chars().next_back()) && is_edge(within[i + word.len()..].chars().next())
    })?;
    Some(outer.start + at..outer.start + at + word.len())
}
