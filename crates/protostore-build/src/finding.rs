//! What is not as it should be, and how it is repaired.

use std::fmt;

use protostore_lower::Code;

use crate::Colours;
use crate::colours::Part;

/// What is not as it should be, and how it is repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, in a sentence without its full stop.
    pub title: String,
    /// More of it, line by line: changes, or a diff.
    pub details: Vec<String>,
    /// What to do, ending with the command.
    pub remedy: String,
    /// The code of a diagnostic, `protostore::P0301`; none where it is of no diagnostic.
    pub code: Option<Code>,
    /// The column in characters, from 1; 0 where none is meant.
    pub column: u32,
    /// The file that it is about, from where the command runs, and its line, from 1; 0 where no line is meant.
    pub place: Option<(String, u32)>,
}

impl Finding {
    pub(crate) fn new(title: impl Into<String>, details: Vec<String>, remedy: impl Into<String>) -> Self {
        Self { title: title.into(), details, remedy: remedy.into(), code: None, column: 0, place: None }
    }

    /// Returns what is wrong, more of it, and what to do, each on lines of its own.
    pub(crate) fn text(&self, colours: Colours) -> String {
        let Self { title, details, remedy, code: _, column: _, place: _ } = self;
        let details: String = details.iter().map(|line| format!("    {line}\n")).collect();
        let (title, remedy) = (colours.paint(Part::Loud, title), colours.paint(Part::Remedy, remedy));
        format!("{title}\n{details}  -> {remedy}\n")
    }

    /// Says which file it is about, and which line of it.
    pub(crate) fn at(self, file: impl Into<String>, line: u32) -> Self {
        Self { place: Some((file.into(), line)), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Colours::None))
    }
}
