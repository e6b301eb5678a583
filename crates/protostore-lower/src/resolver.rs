//! Finds the files that are imported: ours, those of the include paths, and those that need not be there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use protox::file::{File, FileResolver, GoogleFileResolver};

use crate::Code;
use crate::diagnostic::{Diagnostic, Place};
use crate::limits::Limits;
use crate::regular::read_regular;

pub(crate) const OPTIONS: (&str, &str) =
    ("protostore/v1/options.proto", include_str!("../carried/protostore/v1/options.proto"));

// A checkout without symbolic links has the path of the link in place of the text.
const _: () = assert!(OPTIONS.1.len() > 1000, "check out with `git config core.symlinks true`");

/// Files that need not be there: a copy on the include path is used instead.
const CARRIED: [(&str, &str); 4] = [
    ("buf/validate/validate.proto", include_str!("../carried/buf/validate/validate.proto")),
    ("google/api/field_behavior.proto", include_str!("../carried/google/api/field_behavior.proto")),
    ("google/api/field_info.proto", include_str!("../carried/google/api/field_info.proto")),
    ("google/api/resource.proto", include_str!("../carried/google/api/resource.proto")),
];

/// Returns the name and the text of each proto file that need not be on an include path: the annotations of this version,
/// and those of others that they work with.
pub fn carried() -> impl Iterator<Item = (&'static str, &'static str)> {
    CARRIED.into_iter().chain([OPTIONS])
}

/// What was opened so far, and what was refused.
#[derive(Default)]
pub(crate) struct Opened {
    pub(crate) texts: BTreeMap<String, Arc<str>>,
    /// Files that belong to others: those of further include paths, and those that are carried along.
    pub(crate) others: BTreeSet<String>,
    /// Files that an include path has.
    pub(crate) found: BTreeSet<String>,
    pub(crate) refused: Vec<Diagnostic>,
    bytes: usize,
}

/// Returns the text that an import of that name has on the include path, as bytes, without the mark that a file may begin
/// with; none where no include path is asked, or none has it: then it is carried along, or missing.
///
/// # Errors
/// If the file is there and cannot be read.
pub fn read_import(includes: &[PathBuf], name: &str) -> Option<io::Result<Vec<u8>>> {
    let (_, read) = read(includes, name, u64::MAX)?;
    Some(read.map(Limits::without_mark))
}

/// Returns the bytes of the first file of that name on the include path, `most` at most, and which include path has it.
fn read(includes: &[PathBuf], name: &str, most: u64) -> Option<(usize, io::Result<Vec<u8>>)> {
    // What protoc refuses as well: a name that would leave the include paths, or be spelt in two ways.
    let is_plain = !name.contains('\\') && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if name == OPTIONS.0 || !is_plain {
        return None;
    }
    includes.iter().enumerate().find_map(|(at, include)| match read_regular(&include.join(name), most) {
        Err(err) if matches!(err.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => None,
        read => Some((at, read)),
    })
}

/// Answers the imports of the protobuf compiler.
pub(crate) struct Resolver {
    includes: Vec<PathBuf>,
    limits: Limits,
    google: GoogleFileResolver,
    opened: Rc<RefCell<Opened>>,
}

impl Resolver {
    pub(crate) fn new(includes: Vec<PathBuf>, limits: Limits, opened: Rc<RefCell<Opened>>) -> Self {
        Self { includes, limits, google: GoogleFileResolver::new(), opened }
    }

    /// Checks a file against the limits and hands it to the compiler.
    fn open(&self, name: &str, bytes: Vec<u8>) -> Result<File, protox::Error> {
        let mut opened = self.opened.borrow_mut();
        opened.bytes += bytes.len();
        let (count, total) = (opened.texts.len() + 1, opened.bytes);
        let text = self.limits.check_total(name, count, total).and_then(|()| self.limits.check_file(name, bytes));
        match text {
            Ok(text) => {
                opened.texts.insert(name.to_owned(), Arc::clone(&text));
                drop(opened);
                File::from_source(name, &text)
            }
            Err(problem) => Err(opened.refuse(problem)),
        }
    }
}

impl FileResolver for Resolver {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == OPTIONS.0 {
            return self.open(name, OPTIONS.1.into());
        }
        match read(&self.includes, name, self.limits.file_bytes as u64 + 1) {
            Some((at, Ok(bytes))) => {
                self.opened.borrow_mut().found.insert(name.to_owned());
                if at > 0 {
                    self.opened.borrow_mut().others.insert(name.to_owned());
                }
                self.open(name, bytes)
            }
            Some((_, Err(err))) => Err(self.opened.borrow_mut().unreadable(name, &err)),
            None => match CARRIED.iter().find(|(carried, _)| *carried == name) {
                Some((_, text)) => {
                    self.opened.borrow_mut().others.insert(name.to_owned());
                    self.open(name, (*text).into())
                }
                None => self.google.open_file(name),
            },
        }
    }
}

impl Opened {
    /// Refuses a file that is there but cannot be read, at the import that asks for it.
    fn unreadable(&mut self, name: &str, err: &io::Error) -> protox::Error {
        let quoted = format!("\"{name}\"");
        let import = self.texts.iter().find_map(|(file, text)| {
            let at = text.find(&quoted)?;
            Some((Place { file: file.clone(), span: Some(at..at + quoted.len()) }, Arc::clone(text)))
        });
        let (place, text) = import.map_or((Place::file(name), None), |(place, text)| (place, Some(text)));
        let message = format!("`{name}` cannot be read: {err}");
        let help = Some("make the file readable, or correct its name".to_owned());
        self.refuse(Diagnostic::new(Code::CannotRead, place, text, message, help))
    }

    fn refuse(&mut self, problem: Diagnostic) -> protox::Error {
        self.refused.push(problem);
        protox::Error::new(Refused)
    }
}

/// Stands in for a diagnostic that [`Opened::refused`] holds.
#[derive(Debug)]
pub(crate) struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused before it was parsed")
    }
}

impl std::error::Error for Refused {}
