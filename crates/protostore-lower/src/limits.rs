//! Limits on what is handed to the protobuf compiler, checked on the raw text before anything is parsed.
//!
//! A parser that recurses for each bracket ends the process on text that nests deep enough.
//! Such text is refused here, with a diagnostic, by a scan that keeps no stack of its own.

use std::ops::Range;

use crate::Code;

/// How much is compiled at most. The defaults are far above what any published API has.
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
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 8 << 20, total_bytes: 64 << 20, files: 4096, depth: 48 }
    }
}

/// Text that is refused before it is parsed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) code: Code,
    pub(crate) span: Range<usize>,
}

/// Looks for brackets and names that go deeper than `depth`, and for a file that names an edition.
pub(crate) fn scan(text: &str, depth: usize) -> Result<(), Refused> {
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
                if first && &text[start..at] == "edition" {
                    return Err(Refused { code: Code::Edition, span: start..line_end(bytes, at) });
                }
                first = false;
            }
            _ => {}
        }
        if open.len() > depth || parts > depth {
            return Err(Refused { code: Code::NestedTooDeep, span: start..start + 1 });
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
