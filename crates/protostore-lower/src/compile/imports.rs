//! Finds the file that an import should name: for a name that is not defined, and for an import that is not found.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use prost_types::{DescriptorProto, FileDescriptorProto};
use protox::file::{File, FileResolver as _, GoogleFileResolver};

use crate::limits::Limits;
use crate::nearest::nearest;
use crate::regular::read_regular;
use crate::resolver;

/// Directories that are looked through at most.
const DIRECTORIES: usize = 4096;

/// Files of `google.protobuf`, which need not be there.
const GOOGLE: [&str; 11] = [
    "any",
    "api",
    "descriptor",
    "duration",
    "empty",
    "field_mask",
    "source_context",
    "struct",
    "timestamp",
    "type",
    "wrappers",
];

/// The files that can be imported.
pub(super) struct Importable<'a> {
    includes: &'a [PathBuf],
    limits: Limits,
    /// Names of the files below the include paths, as an import has them.
    names: OnceCell<Vec<String>>,
}

impl<'a> Importable<'a> {
    pub(super) fn new(includes: &'a [PathBuf], limits: Limits) -> Self {
        Self { includes, limits, names: OnceCell::new() }
    }

    /// Returns the file that defines a name: a type or an extension, as it is written in a package.
    pub(super) fn defining(&self, name: &str, package: &str) -> Option<String> {
        let wanted = in_scopes(name, package);
        let last = name.rsplit('.').next().unwrap_or(name);
        let defines = |file: &FileDescriptorProto| names_of(file).iter().any(|name| wanted.contains(name));
        let carried = resolver::carried().find(|(_, text)| {
            text.contains(last) && File::from_source("", text).is_ok_and(|file| defines(file.file_descriptor_proto()))
        });
        if let Some((name, _)) = carried {
            return Some(name.to_owned());
        }
        let google = GOOGLE.iter().map(|name| format!("google/protobuf/{name}.proto"));
        let mut google = google.filter_map(|name| GoogleFileResolver::new().open_file(&name).ok());
        if let Some(file) = google.find(|file| defines(file.file_descriptor_proto())) {
            return Some(file.name().to_owned());
        }
        self.names().iter().find(|name| self.text(name, last).is_some_and(|file| defines(&file))).cloned()
    }

    /// Returns the file that an import which is not found was probably meant to name.
    pub(super) fn like(&self, import: &str) -> Option<String> {
        let google = GOOGLE.iter().map(|name| format!("google/protobuf/{name}.proto"));
        let carried = resolver::carried().map(|(name, _)| name.to_owned());
        let all: Vec<String> = carried.chain(google).chain(self.names().iter().cloned()).collect();
        let end = |name: &str| name.rsplit('/').next().map(str::to_owned);
        let mut same = all.iter().filter(|name| end(name) == end(import));
        let only = same.next().filter(|_| same.next().is_none());
        only.cloned()
            .or_else(|| nearest(import, &all.iter().map(String::as_str).collect::<Vec<_>>()).map(str::to_owned))
    }

    fn names(&self) -> &[String] {
        self.names.get_or_init(|| {
            let mut names = Vec::new();
            for include in self.includes {
                let mut open = vec![(include.clone(), String::new())];
                let mut directories = 0;
                while let Some((dir, prefix)) = open.pop().filter(|_| directories < DIRECTORIES) {
                    directories += 1;
                    look_through(&dir, &prefix, &mut names, &mut open);
                }
            }
            names.sort();
            names.dedup();
            names.truncate(self.limits.files);
            names
        })
    }

    /// Returns the descriptor of a file, if its text has the word and can be parsed without harm.
    fn text(&self, name: &str, word: &str) -> Option<FileDescriptorProto> {
        let most = self.limits.file_bytes as u64 + 1;
        let bytes = self.includes.iter().find_map(|include| read_regular(&include.join(name), most).ok())?;
        let text = self.limits.check_file(name, bytes).ok().filter(|text| text.contains(word))?;
        Some(File::from_source(name, &text).ok()?.file_descriptor_proto().clone())
    }
}

/// Adds the protos of a directory to `names`, and its directories to `open`; links are not followed.
fn look_through(dir: &Path, prefix: &str, names: &mut Vec<String>, open: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let (Ok(file_type), Some(name)) = (entry.file_type(), entry.file_name().to_str().map(str::to_owned)) else {
            continue;
        };
        if file_type.is_dir() && !name.starts_with('.') {
            open.push((entry.path(), format!("{prefix}{name}/")));
        } else if file_type.is_file() && name.ends_with(".proto") {
            names.push(format!("{prefix}{name}"));
        }
    }
}

/// Returns the full names that a name may mean in a package, the innermost first.
pub(super) fn in_scopes(name: &str, package: &str) -> Vec<String> {
    if let Some(full) = name.strip_prefix('.') {
        return vec![full.to_owned()];
    }
    let scopes = std::iter::successors(Some(package), |scope| {
        (!scope.is_empty()).then(|| scope.rsplit_once('.').map_or("", |(around, _)| around))
    });
    scopes.map(|scope| if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }).collect()
}

/// Returns the full names of the types and extensions of a file.
pub(super) fn names_of(file: &FileDescriptorProto) -> Vec<String> {
    fn visit(messages: &[DescriptorProto], scope: &str, names: &mut Vec<String>) {
        for message in messages {
            let name = format!("{scope}{}", message.name());
            let inside = format!("{name}.");
            names.extend(message.enum_type.iter().map(|inner| format!("{inside}{}", inner.name())));
            names.extend(message.extension.iter().map(|inner| format!("{inside}{}", inner.name())));
            visit(&message.nested_type, &inside, names);
            names.push(name);
        }
    }
    let scope = if file.package().is_empty() { String::new() } else { format!("{}.", file.package()) };
    let mut names = Vec::new();
    names.extend(file.enum_type.iter().map(|inner| format!("{scope}{}", inner.name())));
    names.extend(file.extension.iter().map(|inner| format!("{scope}{}", inner.name())));
    visit(&file.message_type, &scope, &mut names);
    names
}
