//! The text of a store message, and the file that it goes to.

use std::path::{Path, PathBuf};

use protostore_build::Failure;
use protostore_lower::lower;

use super::candidates::{Choice, Input};
use super::{Stop, Written};

/// A store that is begun.
pub(crate) struct Store {
    /// The name of the generated crate.
    name: String,
    package: String,
    /// The file, as it is imported.
    file: String,
    /// The directory that it is imported from.
    protos: PathBuf,
    pub(crate) choices: Vec<Choice>,
}

/// Returns the name of a store of these messages: the first part of their package, or the table.
pub(crate) fn default_name(choices: &[Choice]) -> String {
    let first = choices.first().map(|choice| &choice.candidate);
    let package = first.map(|of| of.package.split('.').next().unwrap_or_default()).unwrap_or_default();
    let table = first.map(|of| of.table.as_str()).unwrap_or_default();
    if package.is_empty() { table.to_owned() } else { package.to_owned() }
}

impl Store {
    pub(crate) fn new(name: &str, choices: Vec<Choice>, protos: &Path) -> Result<Self, Stop> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(is_plain) {
            let message = format!("`{name}` cannot be the name of a crate");
            return Err(Stop::says(message, "give one in snake_case: --name shop"));
        }
        // Beside the messages, where they are one's own.
        let first = &choices[0].candidate;
        let is_own = protos.join(&first.file).is_file();
        let dir = first.file.rsplit_once('/').map_or("", |(dir, _)| dir);
        let (package, dir) = match (is_own, dir) {
            (true, dir) => (first.package.clone(), dir.to_owned()),
            (false, _) => (format!("{name}.v1"), format!("{name}/v1")),
        };
        let in_dir = |file: &str| if dir.is_empty() { file.to_owned() } else { format!("{dir}/{file}") };
        let names = [in_dir("store.proto"), in_dir(&format!("{name}_store.proto"))];
        let free = names.iter().find(|file| !protos.join(file).exists());
        let Some(file) = free else {
            let there = protos.join(&names[1]);
            let message = format!("{} is there already, and is not overwritten", there.display());
            return Err(Stop::says(message, "give the store another name with --name, or add the tables to that file"));
        };
        Ok(Self { name: name.to_owned(), package, file: file.clone(), protos: protos.to_owned(), choices })
    }

    /// Returns the name of the message.
    fn message(&self) -> String {
        let camel: String = self.name.split('_').map(capital).collect();
        format!("{camel}Store")
    }

    /// Returns the name of the generated crate.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name of the first table.
    pub(crate) fn first_table(&self) -> &str {
        &self.choices[0].candidate.table
    }

    /// Returns the record of the first table, as Rust has it.
    pub(crate) fn first_record(&self) -> &str {
        let message = &self.choices[0].candidate.message;
        message.rsplit('.').next().unwrap_or(message)
    }

    /// Returns the field that is the key of the first table, where it is one.
    pub(crate) fn first_key(&self) -> Option<&str> {
        let Choice { candidate, key } = &self.choices[0];
        match &key[..] {
            [] => candidate.keys.first().map(String::as_str),
            [one] if !one.contains('.') => Some(one),
            _ => None,
        }
    }

    fn text(&self) -> String {
        let mut imports: Vec<&str> = self.choices.iter().map(|choice| choice.candidate.file.as_str()).collect();
        imports.push("protostore/v1/options.proto");
        imports.sort_unstable();
        imports.dedup();
        let imports: String = imports.iter().map(|file| format!("import \"{file}\";\n")).collect();
        let tables: String = (1..).zip(&self.choices).map(|(number, choice)| self.table(number, choice)).collect();
        let package = if self.package.is_empty() { String::new() } else { format!("package {};\n\n", self.package) };
        let Self { name, .. } = self;
        format!(
            "syntax = \"proto3\";\n\n{package}{imports}\n// The records that {name} keeps. Each field is a table: its number is the \
             table's identity and is never used again.\nmessage {} {{\n  option (protostore.v1.store) = {{name: \
             \"{name}\"}};\n\n{tables}}}\n",
            self.message()
        )
    }

    fn table(&self, number: u32, Choice { candidate, key }: &Choice) -> String {
        let ty = match candidate.message.strip_prefix(&format!("{}.", candidate.package)) {
            Some(short) if candidate.package == self.package => short,
            _ => candidate.message.as_str(),
        };
        let key: Vec<String> = key.iter().map(|field| format!("\"{field}\"")).collect();
        let key = match &key[..] {
            [] => String::new(),
            [one] => format!(" [(protostore.v1.table) = {{primary_key: {one}}}]"),
            several => format!(" [(protostore.v1.table) = {{primary_key: [{}]}}]", several.join(", ")),
        };
        format!("  repeated {ty} {} = {number}{key};\n", candidate.table)
    }

    /// Returns the file, of which it was tried that it can be stored.
    pub(crate) fn file(&self, input: &Input) -> Result<Written, Stop> {
        let text = self.text();
        if input.set.is_none() {
            let compiled = input.compile_with(&self.file, &text)?;
            let full =
                if self.package.is_empty() { self.message() } else { format!("{}.{}", self.package, self.message()) };
            lower(&compiled, &full).map_err(|found| {
                let place = |file: &str| self.protos.join(file).display().to_string();
                Failure::Protos(vec![found.with_files(place)])
            })?;
        }
        Ok(Written { path: self.protos.join(&self.file), text, added: None })
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}
