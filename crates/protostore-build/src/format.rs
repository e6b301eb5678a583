//! A report in the notation that a reader or a service takes: a table, Markdown, JSON, annotations.

mod annotations;
mod json;
mod table;

use std::str::FromStr;

use crate::{FailOn, Report};

/// The notation of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Text for a terminal: findings, and a table of what each change does to whom.
    #[default]
    Table,
    /// The same as Markdown, for a pull request.
    Markdown,
    /// One JSON object, for programs.
    Json,
    /// Workflow commands of GitHub, which it shows beside the lines.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
}

impl Report {
    /// Returns the report in a notation, without a line break at its end.
    #[must_use]
    pub fn in_format(&self, format: Format, fail_on: FailOn) -> String {
        match format {
            Format::Table => table::text(self),
            Format::Markdown => table::markdown(self),
            Format::Json => json::report(self, fail_on),
            Format::Github => annotations::github(self, fail_on),
            Format::Gitlab => annotations::gitlab(self, fail_on),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "table" => Ok(Self::Table),
            "markdown" => Ok(Self::Markdown),
            "json" => Ok(Self::Json),
            "github" => Ok(Self::Github),
            "gitlab" => Ok(Self::Gitlab),
            _ => Err(format!("`{text}` is none of table, markdown, json, github, gitlab")),
        }
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
