//! The texts of the compiled files, and where in them each part of a descriptor is.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use prost_types::FileDescriptorProto;
use prost_types::source_code_info::Location;
use protostore_schema::{Docs, Source, plain_text};

use crate::diagnostic::Place;
use crate::option_text::{self, Value};

/// Options by file and place; none where the text could not be read.
type ReadOptions = BTreeMap<(String, usize), Option<Arc<Value>>>;

/// The sources of all files of a compilation, by the name that they are imported by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    files: BTreeMap<String, SourceFile>,
    /// Options that were read, by file and place: each entry of a long list asks for its place.
    options: Arc<Mutex<ReadOptions>>,
}

#[derive(Clone, Debug)]
struct SourceFile {
    text: Arc<str>,
    /// Whether it is the file's text; else blanks, in which places can be found.
    is_real: bool,
    /// Where each line begins.
    lines: Vec<usize>,
    /// By path of the descriptor, as [`Location::path`] has it.
    locations: BTreeMap<Vec<i32>, Stretch>,
}

#[derive(Clone, Debug)]
struct Stretch {
    span: Range<usize>,
    comment: Option<String>,
}

impl SourceFile {
    /// Returns the line, from 1, on which the byte at a place is, or the last one where the text is shorter.
    fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at)
    }
}

impl Sources {
    /// Adds a file with the locations that its descriptor holds.
    pub(crate) fn add(&mut self, text: Arc<str>, file: &FileDescriptorProto) {
        self.add_file(text, true, file);
    }

    /// Adds a file whose text is not known, by the locations that its descriptor holds.
    pub(crate) fn add_without_text(&mut self, file: &FileDescriptorProto) {
        self.add_file(blanks(file), false, file);
    }

    fn add_file(&mut self, text: Arc<str>, is_real: bool, file: &FileDescriptorProto) {
        let lines: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        let mut locations = BTreeMap::new();
        for location in file.source_code_info.iter().flat_map(|info| &info.location) {
            if let Some(span) = byte_span(location, &lines, text.len()) {
                let comment = location.leading_comments.clone();
                locations.entry(location.path.clone()).or_insert(Stretch { span, comment });
            }
        }
        self.files.insert(file.name().to_owned(), SourceFile { text, is_real, lines, locations });
    }

    /// Returns the text of a file; `None` for the files that the compiler brings along.
    pub(crate) fn text(&self, file: &str) -> Option<&Arc<str>> {
        self.files.get(file).map(|f| &f.text)
    }

    /// Returns whether the text of a file is known, or the file has none.
    pub(crate) fn is_real(&self, file: &str) -> bool {
        self.files.get(file).is_none_or(|file| file.is_real)
    }

    /// Returns whether a text is that of a descriptor: the names of its messages and fields are where it says.
    pub(crate) fn fits(text: &Arc<str>, file: &FileDescriptorProto) -> bool {
        let mut sources = Self::default();
        sources.add(Arc::clone(text), file);
        let is_there = |path: &[i32], name: &str| {
            let span = sources.span(file.name(), path);
            span.is_some_and(|span| text.get(span) == Some(name))
        };
        (0..).zip(&file.message_type).all(|(at, message)| {
            let fields = (0..).zip(&message.field);
            is_there(&[4, at, 1], message.name())
                && fields.into_iter().all(|(field, of)| is_there(&[4, at, 2, field, 1], of.name()))
        })
    }

    /// Returns where exactly that path is.
    pub(crate) fn span(&self, file: &str, path: &[i32]) -> Option<Range<usize>> {
        Some(self.files.get(file)?.locations.get(path)?.span.clone())
    }

    /// Returns the value of the option in that stretch of a file, and reads it once.
    pub(crate) fn option(&self, file: &str, span: &Range<usize>) -> Option<Arc<Value>> {
        let parse = || option_text::parse(self.text(file)?.get(span.clone())?).map(Arc::new);
        let mut options = self.options.lock().unwrap_or_else(PoisonError::into_inner);
        options.entry((file.to_owned(), span.start)).or_insert_with(parse).clone()
    }

    /// Returns what is at or below that path, in the order of paths.
    pub(crate) fn below<'a>(
        &'a self,
        file: &str,
        path: &'a [i32],
    ) -> impl Iterator<Item = (&'a [i32], Range<usize>)> + 'a {
        self.files.get(file).into_iter().flat_map(move |f| {
            f.locations
                .range(path.to_vec()..)
                .take_while(move |(p, _)| p.starts_with(path))
                .map(|(p, s)| (p.as_slice(), s.span.clone()))
        })
    }

    /// Returns the line, from 1, on which the last statement at or below that path ends.
    pub(crate) fn last_line(&self, file: &str, path: &[i32]) -> Option<u32> {
        let text = self.text(file)?;
        let end = self.below(file, path).map(|(_, span)| span.end).max()?;
        let before = text.get(..end)?;
        // The place of one of several numbers ends before the `;` of their statement.
        let rest = if before.ends_with([';', '}']) { 0 } else { text.get(end..)?.find(';')? };
        u32::try_from(self.files.get(file)?.line(end + rest)).ok()
    }

    /// Returns the line, from 1, on which what is at exactly that path ends.
    pub(crate) fn end_line(&self, file: &str, path: &[i32]) -> Option<u32> {
        let end = self.text(file)?.get(..self.span(file, path)?.end)?.len();
        u32::try_from(self.files.get(file)?.line(end)).ok()
    }

    /// Returns the place of that path, or of the nearest part around it.
    pub(crate) fn place(&self, file: &str, path: &[i32]) -> Place {
        let span = (0..=path.len()).rev().find_map(|n| self.span(file, &path[..n]));
        Place { file: file.to_owned(), span }
    }

    /// Returns the comment that leads that path.
    pub(crate) fn docs(&self, file: &str, path: &[i32]) -> Docs {
        let comment = self.files.get(file).and_then(|f| f.locations.get(path)).and_then(|s| s.comment.as_deref());
        let mut lines: Vec<String> = comment
            .unwrap_or_default()
            .lines()
            .map(|line| plain_text(line.strip_prefix(' ').unwrap_or(line).trim_end()))
            .collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        while lines.first().is_some_and(String::is_empty) {
            lines.remove(0);
        }
        Docs(lines)
    }

    /// Returns a place as the model has it: file, line and column from 1.
    pub(crate) fn source(&self, place: &Place) -> Source {
        let at = self.files.get(&place.file).zip(place.span.as_ref());
        let (line, column) = at.map_or((0, 0), |(file, span)| {
            let line = file.line(span.start);
            (line, 1 + span.start.min(file.text.len()) - file.lines[line - 1])
        });
        Source { file: place.file.clone(), line: line.try_into().unwrap_or(0), column: column.try_into().unwrap_or(0) }
    }
}

/// Lines and columns that blanks stand for at most.
const LINES: usize = 200_000;
const COLUMNS: usize = 400;

/// Returns blanks in which each location of a descriptor can be found.
fn blanks(file: &FileDescriptorProto) -> Arc<str> {
    let mut widths: Vec<usize> = Vec::new();
    for location in file.source_code_info.iter().flat_map(|info| &info.location) {
        let ends = match location.span[..] {
            [line, from, to] => [(line, from), (line, to)],
            [line, from, last, to] => [(line, from), (last, to)],
            _ => continue,
        };
        for (line, column) in ends {
            let (Ok(line), Ok(column)) = (usize::try_from(line), usize::try_from(column)) else { continue };
            if line < LINES {
                widths.resize(widths.len().max(line + 1), 0);
                widths[line] = widths[line].max(column.min(COLUMNS));
            }
        }
    }
    widths.into_iter().map(|width| " ".repeat(width) + "\n").collect::<String>().into()
}

/// Turns lines and columns, both from 0 and columns in bytes, into bytes from the start.
fn byte_span(location: &Location, lines: &[usize], length: usize) -> Option<Range<usize>> {
    let offset = |line: i32, column: i32| {
        let start = lines.get(usize::try_from(line).ok()?)?;
        Some((start + usize::try_from(column).ok()?).min(length))
    };
    match location.span[..] {
        [line, from, to] => Some(offset(line, from)?..offset(line, to)?),
        [line, from, last, to] => Some(offset(line, from)?..offset(last, to)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use prost_types::FileDescriptorProto;

    use super::Sources;

    /// A list of thousands of entries would otherwise be read once for each of them.
    #[test]
    fn an_option_is_read_once() {
        let text = "(table) = {column: {field: \"a\"} column: {field: \"b\"}}";
        let mut sources = Sources::default();
        let file = FileDescriptorProto { name: Some("a.proto".to_owned()), ..FileDescriptorProto::default() };
        sources.add(text.into(), &file);
        let read = || sources.option("a.proto", &(0..text.len())).expect("an option");
        assert!(Arc::ptr_eq(&read(), &read()));
    }
}
