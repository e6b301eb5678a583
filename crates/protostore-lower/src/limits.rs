//! Limits on what is compiled and lowered; those of the compiler are checked on the raw text before anything is parsed.
//!
//! A parser that recurses for each bracket ends the process on text that nests deep enough.
//! Such text is refused here, with a diagnostic, by a scan that keeps no stack of its own.

use std::ops::Range;
use std::sync::Arc;

use crate::Code;
use crate::diagnostic::{Diagnostic, Place};

/// How much is compiled and lowered at most. The defaults are far above what any published API has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: usize,
    /// Bytes of all files together.
    pub total_bytes: usize,
    /// Files, imports included.
    pub files: usize,
    /// Brackets of any kind that are open at one time, and parts of a dotted name.
    pub depth: usize,
    /// SQL tables that a record becomes, its own and those of its lists and maps.
    pub tables: usize,
    /// SQL tables of a store.
    pub store_tables: usize,
    /// Fields of all records of a store, in all of their messages.
    pub store_fields: usize,
    /// Values of an enum.
    pub values: usize,
    /// Ways from a message through singular fields to the messages below it, of all messages together.
    pub ways: u64,
}

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 8 << 20,
            total_bytes: 64 << 20,
            files: 4096,
            depth: 48,
            tables: 1_000,
            store_tables: 10_000,
            store_fields: 500_000,
            values: 10_000,
            ways: 200_000,
        }
    }
}

impl Limits {
    /// Checks how much is read, the file of that name included.
    pub(crate) fn check_total(&self, name: &str, files: usize, bytes: usize) -> Result<(), Diagnostic> {
        let message = if files > self.files {
            format!("more than {} files are imported", self.files)
        } else if bytes > self.total_bytes {
            format!("the files together have more than {} bytes", self.total_bytes)
        } else {
            return Ok(());
        };
        let help = Some("import only what the store needs".to_owned());
        Err(Diagnostic::new(Code::TooManyFiles, Place::file(name), None, message, help))
    }

    /// Returns a file's bytes without the mark that editors on Windows begin a file of UTF-8 with, as protoc does.
    pub(crate) fn without_mark(bytes: Vec<u8>) -> Vec<u8> {
        bytes.strip_prefix(BYTE_ORDER_MARK).map(<[u8]>::to_vec).unwrap_or(bytes)
    }

    /// Returns the text of a file that is quoted and not compiled, which may be of an edition.
    pub(crate) fn check_quoted(&self, name: &str, bytes: Vec<u8>) -> Option<Arc<str>> {
        self.check(name, bytes, true).ok()
    }

    /// Returns the text of a file, if it is one that can be parsed without harm.
    pub(crate) fn check_file(&self, name: &str, bytes: Vec<u8>) -> Result<Arc<str>, Diagnostic> {
        self.check(name, bytes, false)
    }

    fn check(&self, name: &str, bytes: Vec<u8>, editions: bool) -> Result<Arc<str>, Diagnostic> {
        if bytes.len() > self.file_bytes {
            let message = format!("the file has more than {} bytes", self.file_bytes);
            let help = Some("split the file; published APIs stay far below this".to_owned());
            return Err(Diagnostic::new(Code::FileTooLarge, Place::file(name), None, message, help));
        }
        let place = |span| Place { file: name.to_owned(), span: Some(span) };
        let text: Arc<str> = match String::from_utf8(Self::without_mark(bytes)) {
            Ok(text) => text.into(),
            Err(err) => {
                let at = err.utf8_error().valid_up_to();
                let text = Some(String::from_utf8_lossy(err.as_bytes()).into());
                let message = format!("the file is not UTF-8: byte {} begins no character", at + 1);
                let help = Some("save the file as UTF-8".to_owned());
                return Err(Diagnostic::new(Code::NotUtf8, place(at..at + 1), text, message, help));
            }
        };
        match scan(&text, self.depth, editions) {
            Ok(()) => Ok(text),
            Err(Refused::Edition(span)) => {
                let message = "the file uses an edition, which is not supported".to_owned();
                let help = "write `syntax = \"proto3\";` or `syntax = \"proto2\";`, or let protoc or buf compile it, and give what they \
                            make: `--descriptor-set FILE`";
                let help = Some(help.to_owned());
                Err(Diagnostic::new(Code::Edition, place(span), Some(text), message, help))
            }
            Err(Refused::Depth(span)) => {
                let message = format!("brackets or dotted names go more than {} deep here", self.depth);
                let help = Some("use fewer nested messages or option values".to_owned());
                Err(Diagnostic::new(Code::NestedTooDeep, place(span), Some(text), message, help))
            }
        }
    }
}

/// Where the text is refused, and why.
#[derive(Debug, PartialEq, Eq)]
enum Refused {
    Edition(Range<usize>),
    Depth(Range<usize>),
}

/// Looks for brackets and names that go deeper than `depth`, and for a file that names an edition.
fn scan(text: &str, depth: usize, editions: bool) -> Result<(), Refused> {
    let bytes = text.as_bytes();
    let mut open = Vec::new();
    let mut parts = 0;
    let mut first = true;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'/' if bytes.get(at) == Some(&b'/') => at = line_end(bytes, at),
            b'/' if bytes.get(at) == Some(&b'*') => {
                at = text[at + 1..].find("*/").map_or(bytes.len(), |i| at + 1 + i + 2);
            }
            // Text between braces knows comments after `#`; elsewhere `#` is an error. A bracket counts either way.
            b'#' => {
                let end = line_end(bytes, at);
                while at < end {
                    bracket(bytes[at], &mut open);
                    at += 1;
                }
            }
            b'"' | b'\'' => {
                at = string_end(bytes, at, byte);
                parts = 0;
            }
            b';' | b'=' | b':' | b',' => parts = 0,
            b'.' => parts += 1,
            b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b'(' | b')' => {
                bracket(byte, &mut open);
                if !matches!(byte, b'(' | b')') {
                    parts = 0;
                }
            }
            _ if byte.is_ascii_alphabetic() || byte == b'_' => {
                while bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
                    at += 1;
                }
                if first && !editions && &text[start..at] == "edition" {
                    return Err(Refused::Edition(start..line_end(bytes, at)));
                }
                first = false;
            }
            _ => {}
        }
        if open.len() > depth || parts > depth {
            return Err(Refused::Depth(start..start + 1));
        }
    }
    Ok(())
}

/// Opens or closes a bracket; one that closes nothing is left to the parser.
fn bracket(byte: u8, open: &mut Vec<u8>) {
    let opener = match byte {
        b'{' | b'[' | b'<' | b'(' => return open.push(byte),
        b'}' => b'{',
        b']' => b'[',
        b'>' => b'<',
        b')' => b'(',
        _ => return,
    };
    if open.last() == Some(&opener) {
        open.pop();
    }
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| from + i)
}

/// Returns the place after the closing quote, or after the line where there is none.
fn string_end(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'\\' if bytes.get(at).is_some_and(|b| *b != b'\n') => at += 1,
            b'\n' => return at,
            _ if byte == quote => return at,
            _ => {}
        }
    }
    at
}
