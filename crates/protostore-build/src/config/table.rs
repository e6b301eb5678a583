//! A table of TOML, read key by key: what is wrong has its file, line and column, and a key that is not known a suggestion.

use std::fmt;
use std::path::{Path, PathBuf};

use protostore_lower::nearest;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::Failure;

/// What is wrong with a configuration, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, from where the command runs; a flag's name where it is about a flag.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// The column in characters, from 1; 0 where the whole file is meant.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl ConfigError {
    /// An error about the value of a flag.
    pub(super) fn flag(flag: &str, message: &str) -> Failure {
        let help = "give the directory of the crate, or, as in a Cargo.toml, 'git = \"…\", rev = \"…\"'".to_owned();
        Failure::Config(Self { file: flag.to_owned(), line: 0, column: 0, message: message.to_owned(), help })
    }

    /// An error about a table as a whole, by what it is called.
    pub(crate) fn of_table(name: &str, message: String, help: &str) -> Failure {
        Failure::Config(Self { file: name.to_owned(), line: 0, column: 0, message, help: help.to_owned() })
    }

    /// An error about a file as a whole.
    pub(super) fn of_file(file: &Path, message: String, help: &str) -> Failure {
        let file = file.display().to_string();
        Failure::Config(Self { file, line: 0, column: 0, message, help: help.to_owned() })
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, help: _ } = self;
        match line {
            0 => write!(f, "{file}: {message}"),
            _ => write!(f, "{file}:{line}:{column}: {message}"),
        }
    }
}

/// A file of TOML.
pub(super) struct File<'t> {
    name: String,
    text: &'t str,
    /// Whether the text is the value of a flag, in which places say nothing.
    is_flag: bool,
}

/// A key of a table, with its value.
pub(super) struct Entry<'f, 't> {
    file: &'f File<'t>,
    key: &'f Spanned<DeString<'t>>,
    value: &'f Spanned<DeValue<'t>>,
}

/// A value by its kind.
pub(super) enum Kind<'v> {
    Text(&'v str),
    Boolean(bool),
    List,
    Table,
    Other,
}

impl<'t> File<'t> {
    pub(super) fn new(path: &Path, text: &'t str) -> Self {
        Self { name: path.display().to_string(), text, is_flag: false }
    }

    pub(super) fn of_flag(flag: &str, text: &'t str) -> Self {
        Self { name: flag.to_owned(), text, is_flag: true }
    }

    /// Reads the file.
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'t>>, Failure> {
        DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.rejected(at, error.message().to_owned(), "correct the file: it is not TOML")
        })
    }

    pub(super) fn entries<'f>(&'f self, table: &'f DeTable<'t>) -> impl Iterator<Item = Entry<'f, 't>> {
        table.iter().map(move |(key, value)| Entry { file: self, key, value })
    }

    fn rejected(&self, at: usize, message: String, help: impl Into<String>) -> Failure {
        let before = self.text.get(..at).unwrap_or(self.text);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let place = (count(1 + before.matches('\n').count()), count(1 + before[start..].chars().count()));
        let (line, column) = if self.is_flag { (0, 0) } else { place };
        Failure::Config(ConfigError { file: self.name.clone(), line, column, message, help: help.into() })
    }
}

impl<'f, 't> Entry<'f, 't> {
    pub(super) fn key(&self) -> &'f str {
        self.key.get_ref()
    }

    pub(super) fn kind(&self) -> Kind<'f> {
        match self.value.get_ref() {
            DeValue::String(text) => Kind::Text(text),
            DeValue::Boolean(is) => Kind::Boolean(*is),
            DeValue::Array(_) => Kind::List,
            DeValue::Table(_) => Kind::Table,
            _ => Kind::Other,
        }
    }

    /// Returns the table that the value is, if it has none but these keys; any key where `known` is empty.
    pub(super) fn table(&self, known: &[&str]) -> Result<Vec<Self>, Failure> {
        let DeValue::Table(table) = self.value.get_ref() else { return Err(self.wrong("a table")) };
        let entries: Vec<Self> = self.file.entries(table).collect();
        match entries.iter().find(|entry| !known.is_empty() && !known.contains(&entry.key())) {
            Some(unknown) => Err(unknown.unknown(self.key(), known)),
            None => Ok(entries),
        }
    }

    /// Returns the text that the value is.
    pub(super) fn text(&self) -> Result<&'f str, Failure> {
        let Kind::Text(text) = self.kind() else { return Err(self.wrong("a string")) };
        if text.contains(|c: char| c.is_control()) {
            return Err(self.rejected(format!("`{}` has a control character", self.key()), "write it in one line"));
        }
        Ok(text)
    }

    /// Returns the texts that the value is: a list of strings, or one string for a list of one.
    pub(super) fn texts(&self) -> Result<Vec<&'f str>, Failure> {
        let DeValue::Array(list) = self.value.get_ref() else { return self.text().map(|text| vec![text]) };
        let text = |value: &'f Spanned<DeValue<'t>>| match value.get_ref() {
            DeValue::String(text) => Ok(&**text),
            _ => Err(self.wrong("a list of strings")),
        };
        list.iter().map(text).collect()
    }

    /// Returns the path that the value is, from a directory.
    pub(super) fn path(&self, dir: &Path) -> Result<PathBuf, Failure> {
        Ok(dir.join(self.text()?))
    }

    /// Returns the paths that the value is, from a directory.
    pub(super) fn paths(&self, dir: &Path) -> Result<Vec<PathBuf>, Failure> {
        Ok(self.texts()?.into_iter().map(|path| dir.join(path)).collect())
    }

    /// Rejects the value for its kind.
    pub(super) fn wrong(&self, wanted: &str) -> Failure {
        self.rejected_at_value(format!("`{}` is not {wanted}", self.key()), format!("write {wanted}"))
    }

    /// Rejects the key, at its place.
    pub(super) fn rejected(&self, message: String, help: impl Into<String>) -> Failure {
        self.file.rejected(self.key.span().start, message, help)
    }

    /// Rejects the value, at its place.
    pub(super) fn rejected_at_value(&self, message: String, help: impl Into<String>) -> Failure {
        self.file.rejected(self.value.span().start, message, help)
    }

    /// Rejects a key that is not known.
    pub(super) fn unknown(&self, of: &str, known: &[&str]) -> Failure {
        let message = format!("{of} has no key `{}`", self.key());
        self.rejected(message, suggestion(self.key(), known))
    }
}

/// Returns what to write in place of a word that is not known.
pub(super) fn suggestion(word: &str, known: &[&str]) -> String {
    let all = || format!("there are `{}`", known.join("`, `"));
    nearest(word, known).map_or_else(all, |near| format!("did you mean `{near}`?"))
}
