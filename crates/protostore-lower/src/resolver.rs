//! Finds the files that are imported: ours, those of the include paths, and those that need not be there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use protox::file::{File, FileResolver, GoogleFileResolver};

use crate::Code;
use crate::diagnostic::{Diagnostic, Place};
use crate::limits::{self, Limits};

const OPTIONS: (&str, &str) =
    ("protostore/v1/options.proto", include_str!("../../../proto/protostore/v1/options.proto"));
const FIELD_BEHAVIOR: (&str, &str) =
    ("google/api/field_behavior.proto", include_str!("../../../proto/google/api/field_behavior.proto"));

/// What was opened so far, and what was refused.
#[derive(Default)]
pub(crate) struct Opened {
    pub(crate) texts: BTreeMap<String, Arc<str>>,
    pub(crate) refused: Vec<Diagnostic>,
    bytes: usize,
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

    /// Returns the bytes of the first file of that name on the include path, one more than the limit at most.
    fn read(&self, name: &str) -> Option<io::Result<Vec<u8>>> {
        let limit = self.limits.file_bytes as u64 + 1;
        self.includes.iter().find_map(|include| match std::fs::File::open(include.join(name)) {
            Ok(file) => {
                let mut bytes = Vec::new();
                Some(file.take(limit).read_to_end(&mut bytes).map(|_| bytes))
            }
            Err(err) if matches!(err.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => None,
            Err(err) => Some(Err(err)),
        })
    }

    /// Checks a file against the limits and hands it to the compiler.
    fn open(&self, name: &str, bytes: Vec<u8>) -> Result<File, protox::Error> {
        let mut opened = self.opened.borrow_mut();
        opened.bytes += bytes.len();
        let Limits { file_bytes, total_bytes, files, depth } = self.limits;
        if bytes.len() > file_bytes {
            let help = "split the file; published APIs stay far below this".to_owned();
            return Err(refuse(
                &mut opened,
                name,
                Code::FileTooLarge,
                format!("the file has more than {file_bytes} bytes"),
                help,
            ));
        }
        if opened.bytes > total_bytes || opened.texts.len() >= files {
            let message = format!("the files together are more than {files}, or have more than {total_bytes} bytes");
            let help = "import only what the store needs".to_owned();
            return Err(refuse(&mut opened, name, Code::TooManyFiles, message, help));
        }
        let text: Arc<str> = match String::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(err) => {
                let at = err.utf8_error().valid_up_to();
                let message = format!("the file is not UTF-8: byte {at} begins no character");
                return Err(refuse(&mut opened, name, Code::NotUtf8, message, "save the file as UTF-8".to_owned()));
            }
        };
        opened.texts.insert(name.to_owned(), Arc::clone(&text));
        if let Err(limits::Refused { code, span }) = limits::scan(&text, depth) {
            let (message, help) = match code {
                Code::Edition => (
                    "the file uses an edition, which is not supported".to_owned(),
                    "write `syntax = \"proto3\";` or `syntax = \"proto2\";`".to_owned(),
                ),
                _ => (
                    format!("brackets or dotted names go more than {depth} deep here"),
                    "use fewer nested messages or option values".to_owned(),
                ),
            };
            let place = Place { file: name.to_owned(), span: Some(span) };
            opened.refused.push(Diagnostic::new(code, place, Some(text), message, Some(help)));
            return Err(protox::Error::new(Refused));
        }
        drop(opened);
        File::from_source(name, &text)
    }
}

impl FileResolver for Resolver {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == OPTIONS.0 {
            return self.open(name, OPTIONS.1.into());
        }
        // What protoc refuses as well: a name that would leave the include paths, or be spelt in two ways.
        let plain = !name.contains('\\') && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
        match plain.then(|| self.read(name)).flatten() {
            Some(Ok(bytes)) => self.open(name, bytes),
            Some(Err(err)) => {
                let help = "make the file readable, or take its include path away".to_owned();
                let message = format!("the file cannot be read: {err}");
                Err(refuse(&mut self.opened.borrow_mut(), name, Code::CannotRead, message, help))
            }
            None if name == FIELD_BEHAVIOR.0 => self.open(name, FIELD_BEHAVIOR.1.into()),
            None => self.google.open_file(name),
        }
    }
}

fn refuse(opened: &mut Opened, name: &str, code: Code, message: String, help: String) -> protox::Error {
    opened.refused.push(Diagnostic::new(code, Place::file(name), None, message, Some(help)));
    protox::Error::new(Refused)
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
