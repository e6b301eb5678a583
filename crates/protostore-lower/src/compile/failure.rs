//! Turns what the protobuf compiler says into diagnostics.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use miette::Diagnostic as _;
use prost_reflect::DescriptorPool;

use super::imports::{Importable, names_of};
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
    /// The files that may be missing.
    pub(super) importable: &'a Importable<'a>,
}

/// What an error says beside its message.
struct Advice {
    help: Option<String>,
    /// What the error comes from, where several may come from one mistake.
    cause: Option<String>,
}

impl Failure<'_> {
    /// Adds a diagnostic for the error and for each that it brings along.
    /// Names that one missing import would define are one mistake, and so are uses of one name that is not defined.
    pub(super) fn explain(&self, err: &protox::Error, problems: &mut Vec<Diagnostic>) {
        if err.to_string() == Refused.to_string() {
            return;
        }
        let file = err.file().unwrap_or(self.name);
        let related = err.related().into_iter().flatten();
        let all = std::iter::once(err as &dyn miette::Diagnostic).chain(related);
        let mut causes = BTreeSet::new();
        for (problem, cause) in all.take(MOST).map(|err| self.one(file, err)) {
            if cause.is_none_or(|cause| causes.insert(cause)) {
                problems.push(problem);
            }
        }
    }

    /// Says one error with its causes: of a misspelt key in an option only the last cause has the name.
    fn one(&self, file: &str, err: &dyn miette::Diagnostic) -> (Diagnostic, Option<String>) {
        let causes: Vec<String> =
            std::iter::successors(err.diagnostic_source(), |e| e.diagnostic_source()).map(|e| e.to_string()).collect();
        let message = std::iter::once(err.to_string()).chain(causes.iter().cloned()).collect::<Vec<_>>().join(": ");
        let text = self.texts.get(file).cloned();
        let label = err.labels().and_then(|mut labels| labels.next());
        let mut span = label.map(|label| label.offset()..label.offset() + label.len().max(1));
        let Advice { help, cause } = self.of_import(file, &message);
        let mut help = help.or_else(|| err.help().map(|help| help.to_string()));
        if let Some([name, of]) = causes.last().and_then(|cause| <[&str; 2]>::try_from(quoted(cause)).ok()) {
            help = help.or_else(|| self.known(name, of));
            let inner = text.as_deref().zip(span.as_ref()).and_then(|(text, outer)| word_within(name, text, outer));
            span = inner.or(span);
        }
        help = help.or_else(|| of_value(&message)).or_else(|| of_conflict(text.as_deref(), span.as_ref()));
        // The type of a map's values has no place of its own.
        let word = quoted(&message).first().copied().unwrap_or_default();
        let span = span.or_else(|| text.as_deref().and_then(|text| word_within(word, text, &(0..text.len()))));
        let place = Place { file: file.to_owned(), span };
        (Diagnostic::new(Code::DoesNotCompile, place, text, message, help), cause)
    }

    /// Returns which import is missing or misspelt, if that is what the message says.
    fn of_import(&self, file: &str, message: &str) -> Advice {
        let names = quoted(message);
        match names.as_slice() {
            [import] if message.ends_with("not found") && message.starts_with("import") => {
                let help = self.importable.like(import).map_or_else(
                    || "correct the path, or add the directory that it is below with `-I`".to_owned(),
                    |like| format!("did you mean `import \"{like}\";`?"),
                );
                Advice { help: Some(help), cause: None }
            }
            // A part of a name: those of extensions are between parentheses.
            [name] if message.starts_with("option field ") && message.ends_with("is not defined") => {
                let help = format!(
                    "an option of another file is in parentheses, such as `(protostore.v1.table) = {{…}}`: \
                                    `{name}` alone is an option of protobuf itself"
                );
                Advice { help: Some(help), cause: None }
            }
            // The name, or the name and what it resolves to.
            [name, ..] if message.ends_with("is not defined") => self.of_name(file, name),
            _ => Advice { help: None, cause: None },
        }
    }

    /// Returns which import defines a name that is not defined, or the name that was probably meant.
    fn of_name(&self, file: &str, name: &str) -> Advice {
        let parsed = self.texts.get(file).and_then(|text| protox::file::File::from_source(file, text).ok());
        let parsed = parsed.map(|parsed| parsed.file_descriptor_proto().clone()).unwrap_or_default();
        let defining = self.importable.defining(name, parsed.package());
        if let Some(import) = defining.filter(|import| *import != file && !parsed.dependency.contains(import)) {
            let help = Some(format!("write `import \"{import}\";`"));
            return Advice { help, cause: Some(import) };
        }
        let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
        let own = names_of(&parsed);
        let imported = parsed.dependency.iter().filter_map(|import| self.pool.get_file_by_name(import));
        let imported = imported.flat_map(|file| names_of(file.file_descriptor_proto()));
        let all: Vec<String> = own.iter().cloned().chain(imported).collect();
        let known: Vec<String> = all.iter().map(|name| last(name)).collect();
        // The name may be right, and what is before it wrong.
        let same = all.iter().find(|known| name.contains('.') && last(known) == last(name)).cloned();
        let near = nearest(&last(name), &known.iter().map(String::as_str).collect::<Vec<_>>()).map(str::to_owned);
        let near = same.or(near);
        let help = near.map_or_else(
            || "define it in this file, or import the file that defines it".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Advice { help: Some(help), cause: Some(name.to_owned()) }
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

/// Returns what to write in place of a value of another type, or of an enum without a zero.
fn of_value(message: &str) -> Option<String> {
    if message.ends_with("the first value for proto3 enums must be 0") {
        return Some("begin the enum with a value for what was never set, such as `KIND_UNSPECIFIED = 0;`".to_owned());
    }
    let (_, expected) = message.rsplit_once(": expected ")?;
    match expected.split_once(", but found ")? {
        ("a string", found) => Some(format!("a text is between double quotes: `\"{}\"`", found.trim_matches('\''))),
        ("'true' or 'false'", _) => Some("write `true` or `false`".to_owned()),
        _ => None,
    }
}

/// Returns what to do about a conflict that git has marked.
fn of_conflict(text: Option<&str>, span: Option<&Range<usize>>) -> Option<String> {
    let rest = text?.get(span?.start..)?;
    let is_mark = ["<<<<<<< ", ">>>>>>> ", "=======\n", "||||||| "].iter().any(|mark| rest.starts_with(mark));
    is_mark.then(|| {
        "git marked a conflict here: keep what is meant of both sides, and remove the lines that begin with `<<<<<<<`, \
         `=======` and `>>>>>>>`"
            .to_owned()
    })
}

/// Returns what is between single quotes.
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
