//! Standard output: text or JSON, coloured or not; and standard error.
#![allow(clippy::print_stderr, reason = "a command speaks to a terminal")]

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _};

use crate::args::{Color, Format};
use crate::failure::Failure;

/// How something is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// A heading.
    Heading,
    /// NULL, a rule, what is beside the point.
    Dim,
    /// A warning.
    Warning,
    /// An error.
    Error,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Heading => "1",
            Self::Dim => "2",
            Self::Warning => "33",
            Self::Error => "1;31",
        }
    }
}

/// Standard output.
pub(crate) struct Output {
    to: BufWriter<Stdout>,
    format: Format,
    colored: bool,
    colored_errors: bool,
    width: Option<usize>,
}

impl Output {
    pub(crate) fn new(format: Format, color: Color) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colored = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !no_color,
        };
        let terminal = io::stdout().is_terminal();
        Self {
            to: BufWriter::new(io::stdout()),
            format,
            colored: colored(terminal),
            colored_errors: colored(io::stderr().is_terminal()),
            width: terminal.then(width).flatten(),
        }
    }

    /// Says whether programs read the output.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Changes how results are printed.
    pub(crate) fn set_format(&mut self, format: Format) {
        self.format = format;
    }

    /// Returns how many columns the terminal has; nothing where the output goes elsewhere.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Returns a text in its style.
    pub(crate) fn styled(&self, style: Style, text: &str) -> String {
        if self.colored { format!("\x1b[{}m{text}\x1b[0m", style.code()) } else { text.to_owned() }
    }

    /// Prints a text.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Failure> {
        written(self.to.write_all(text.as_bytes()))
    }

    /// Prints a line.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.write(text)?;
        self.write("\n")
    }

    /// Hands over what was printed.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        written(self.to.flush())
    }

    /// Says on standard error why a command failed.
    pub(crate) fn complain(&self, failure: &Failure) {
        let said = escaped(&failure.to_string());
        if self.colored_errors {
            eprintln!("\x1b[{}mprotostore:\x1b[0m {said}", Style::Error.code());
        } else {
            eprintln!("protostore: {said}");
        }
    }
}

fn written(done: io::Result<()>) -> Result<(), Failure> {
    done.map_err(|why| match why.kind() {
        io::ErrorKind::BrokenPipe => Failure::Closed,
        _ => Failure::Io("write the output".to_owned(), why),
    })
}

/// Asks the terminal how wide it is.
fn width() -> Option<usize> {
    let (columns, _) = rustyline::DefaultEditor::new().ok()?.dimensions()?;
    Some(usize::from(columns)).filter(|columns| *columns > 0)
}

/// Returns a text in which no character controls a terminal.
pub(crate) fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            // Also those that write from right to left, or change nothing that is seen.
            c if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                shown.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Returns a text as JSON.
pub(crate) fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Returns an object of values that are JSON already, in the order given.
pub(crate) fn object<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let members = members.into_iter().map(|(name, value)| format!("{}:{value}", text(name)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// Returns a list of values that are JSON already.
pub(crate) fn list(values: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", values.into_iter().collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn stored_text_does_not_control_a_terminal() {
        assert_eq!(escaped("a\u{1b}[31mé\n\u{202e}"), "a\\u{1b}[31mé\\n\\u{202e}");
        assert_eq!(escaped("ordinary äöü 漢字"), "ordinary äöü 漢字");
    }
}
