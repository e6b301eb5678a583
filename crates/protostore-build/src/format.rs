//! A report in the notation that a reader, an editor or a service takes.

mod annotations;
mod json;
mod sarif;
mod short;
mod table;

use std::str::FromStr;

use protostore_lower::nearest;

use crate::{FailOn, Report};

/// The notation of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Text for people: findings, and what each change does to whom.
    #[default]
    Human,
    /// A line for each finding, `file:line:column: error: …`, as editors and other tools read it.
    Short,
    /// The same as Markdown, for a pull request.
    Markdown,
    /// One JSON object, for programs.
    Json,
    /// Workflow commands of GitHub, which it shows beside the lines.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// SARIF 2.1.0, which GitHub's code scanning and many editors show.
    Sarif,
}

impl Format {
    /// All notations, by the names that the command line takes.
    pub const ALL: [(&'static str, Self); 7] = [
        ("human", Self::Human),
        ("short", Self::Short),
        ("json", Self::Json),
        ("markdown", Self::Markdown),
        ("github", Self::Github),
        ("gitlab", Self::Gitlab),
        ("sarif", Self::Sarif),
    ];
}

impl Report {
    /// Returns the report in a notation, without a line break at its end.
    #[must_use]
    pub fn in_format(&self, format: Format, fail_on: FailOn) -> String {
        match format {
            Format::Human if self.command == "check" => table::text(self),
            Format::Human => self.to_string(),
            Format::Short => short::lines(self, fail_on),
            Format::Markdown => table::markdown(self),
            Format::Json => json::report(self, fail_on),
            Format::Github => annotations::github(self, fail_on),
            Format::Gitlab => annotations::gitlab(self, fail_on),
            Format::Sarif => sarif::log(self, fail_on),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|(name, _)| *name == text).map(|(_, format)| format).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name);
            let near = nearest(text, &names).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            format!("`{text}` is none of {}{near}", names.join(", "))
        })
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "breaking" => Ok(Self::Breaking),
            "any" => Ok(Self::Any),
            _ => Err(format!("`{text}` is neither breaking nor any")),
        }
    }
}
