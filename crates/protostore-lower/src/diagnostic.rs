//! Diagnostics: what is wrong, where, and what to write instead.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceSpan};

use crate::Code;

/// One problem with a place in a proto file.
#[derive(Clone)]
pub struct Diagnostic {
    /// What is wrong, as a stable code.
    pub code: Code,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The file as it is imported; empty where the problem has no file.
    pub file: String,
    /// The line, from 1; 0 where it is not known.
    pub line: u32,
    /// The column in characters, from 1; 0 where it is not known.
    pub column: u32,
    span: Option<SourceSpan>,
    text: Option<Arc<NamedSource<Arc<str>>>>,
}

/// A stretch of a file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    /// Bytes from the start of the file; `None` where only the file is known.
    pub(crate) span: Option<std::ops::Range<usize>>,
}

impl Place {
    /// The place of a whole file.
    pub(crate) fn file(name: &str) -> Self {
        Self { file: name.to_owned(), span: None }
    }
}

impl Diagnostic {
    /// Makes a diagnostic of a place in `text`, the text of the place's file.
    pub(crate) fn new(code: Code, place: Place, text: Option<Arc<str>>, message: String, help: Option<String>) -> Self {
        let (mut line, mut column) = (0, 0);
        let mut span = None;
        if let (Some(text), Some(range)) = (&text, place.span) {
            let start = floor_char_boundary(text, range.start);
            let end = floor_char_boundary(text, range.end.max(start));
            let before = &text[..start];
            let line_start = before.rfind('\n').map_or(0, |i| i + 1);
            line = 1 + to_u32(before.bytes().filter(|b| *b == b'\n').count());
            column = 1 + to_u32(before[line_start..].chars().count());
            span = Some(SourceSpan::from(start..end));
        }
        let text = text.map(|text| Arc::new(NamedSource::new(&place.file, text)));
        Self { code, message, help, file: place.file, line, column, span, text }
    }

    /// Returns the diagnostic without the lines of the file, which are not known: its place alone.
    pub(crate) fn without_text(self) -> Self {
        Self { span: None, text: None, ..self }
    }

    /// Writes `file:line:col: message [code]`, the line with a caret, and the help.
    fn write_plain(&self, out: &mut String) {
        if !self.file.is_empty() {
            out.push_str(&self.file);
            if self.line > 0 {
                let _ = write!(out, ":{}:{}", self.line, self.column);
            }
            out.push_str(": ");
        }
        let _ = writeln!(out, "{} [{}]", self.message, self.code);
        if let (Some(text), Some(span)) = (&self.text, self.span) {
            let text: &str = text.inner();
            let start = text[..span.offset()].rfind('\n').map_or(0, |i| i + 1);
            let end = text[span.offset()..].find('\n').map_or(text.len(), |i| span.offset() + i);
            let line = text[start..end].trim_end();
            let shown = text[span.offset()..(span.offset() + span.len()).min(start + line.len()).max(span.offset())]
                .chars()
                .count();
            let indent: String =
                text[start..span.offset()].chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            let _ = writeln!(out, "    {line}\n    {indent}{}", "^".repeat(shown.max(1)));
        }
        if let Some(help) = &self.help {
            let mut prefix = "  help: ";
            for line in help.lines() {
                let _ = writeln!(out, "{}", format!("{prefix}{line}").trim_end());
                prefix = "        ";
            }
        }
    }
}

fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn floor_char_boundary(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::fmt::Debug for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_fancy(f, self)
    }
}

impl std::error::Error for Diagnostic {}

impl miette::Diagnostic for Diagnostic {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.text.as_deref().map(|text| text as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.span?;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), span))))
    }
}

/// All that is wrong, sorted by place. Never empty where it is returned as an error.
#[derive(Clone, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Sorts by place and drops repetitions: a message that is stored twice is wrong once.
    pub(crate) fn from_items(mut items: Vec<Diagnostic>) -> Self {
        let mut seen = BTreeSet::new();
        items.retain(|d| seen.insert((d.code, d.file.clone(), d.line, d.column, d.message.clone())));
        items.sort_by(|a, b| (&a.file, a.line, a.column, a.code).cmp(&(&b.file, b.line, b.column, b.code)));
        Self { items }
    }

    /// Returns the diagnostics, by file, line and column.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.items.iter()
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the diagnostics with other names of their files: the path of a file, in place of the name that imports it.
    #[must_use]
    pub fn with_files(mut self, name: impl Fn(&str) -> String) -> Self {
        for item in &mut self.items {
            item.file = name(&item.file);
            if let Some(text) = &item.text {
                item.text = Some(Arc::new(NamedSource::new(&item.file, Arc::clone(text.inner()))));
            }
        }
        self
    }

    /// Returns all diagnostics as plain text, each as `file:line:col: message [code]` with its line and its help.
    #[must_use]
    pub fn render_plain(&self) -> String {
        let mut out = String::new();
        for (i, item) in self.items.iter().enumerate() {
            if i > 0 {
                out.push('\n');
            }
            item.write_plain(&mut out);
        }
        out
    }

    fn summary(&self) -> String {
        match self.items.len() {
            1 => "1 problem in the protos".to_owned(),
            n => format!("{n} problems in the protos"),
        }
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// One line a diagnostic.
impl std::fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.summary())?;
        for d in &self.items {
            write!(f, "\n{}:{}:{}: {} [{}]", d.file, d.line, d.column, d.message, d.code)?;
        }
        Ok(())
    }
}

/// Each diagnostic with its lines of the file.
impl std::fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.items.iter().try_for_each(|item| write_fancy(f, item))
    }
}

fn write_fancy(f: &mut std::fmt::Formatter<'_>, diagnostic: &Diagnostic) -> std::fmt::Result {
    let mut out = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).render_report(&mut out, diagnostic)?;
    f.write_str(&out)
}

impl std::error::Error for Diagnostics {}

impl miette::Diagnostic for Diagnostics {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        Some(Box::new(self.items.iter().map(|d| d as &dyn miette::Diagnostic)))
    }
}
