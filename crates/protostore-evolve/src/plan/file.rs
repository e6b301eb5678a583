//! The file of a plan, `schema/0002.plan.json`: one line a step, a verdict and an acceptance.

use serde::{Deserialize, Serialize};

use super::Plan;

/// The format of the file that this version of the tool writes. It reads each older one.
const FORMAT: u64 = 1;

/// A text that this version of the tool cannot read as a plan.
#[derive(Debug)]
pub enum PlanError {
    /// It is no plan.
    Json(serde_json::Error),
    /// It lacks a number for its format.
    NoFormat,
    /// A newer tool wrote it, in this format.
    Newer(u64),
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Json(error) => write!(f, "not a plan: {error}"),
            Self::NoFormat => f.write_str("not a plan: it has no `format`, which is a number"),
            Self::Newer(format) => {
                write!(f, "a newer tool wrote this plan, in format {format}; this tool reads formats up to {FORMAT}")
            }
        }
    }
}

impl std::error::Error for PlanError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            Self::NoFormat | Self::Newer(_) => None,
        }
    }
}

impl Plan {
    /// Returns the text of the file, ending in a newline; keys are in the order of the fields.
    #[must_use]
    pub fn to_file(&self) -> String {
        let Self { from, to, slug, up, down, verdicts, asks, accepted, reader, writer, unneeded: _ } = self;
        let fields = [
            ("format", one(&FORMAT)),
            ("from", one(from)),
            ("to", one(to)),
            ("slug", one(slug)),
            ("reader", one(reader)),
            ("writer", one(writer)),
            ("verdicts", lines(verdicts)),
            ("asks", lines(asks)),
            ("accepted", lines(accepted)),
            ("up", lines(up)),
            ("down", lines(down)),
        ];
        let fields: Vec<String> = fields.iter().map(|(key, value)| format!("  \"{key}\": {value}")).collect();
        format!("{{\n{}\n}}\n", fields.join(",\n"))
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// If the text is no plan, or if a newer tool wrote it.
    pub fn from_file(text: &str) -> Result<Self, PlanError> {
        Self::check_format(text)?;
        let mut plan: serde_json::Value = serde_json::from_str(text).map_err(PlanError::Json)?;
        plan.as_object_mut().map(|plan| plan.remove("format"));
        serde_json::from_value(plan).map_err(PlanError::Json)
    }

    /// Says whether this version of the tool can read a text as far as its format goes, without the steps.
    ///
    /// # Errors
    /// If the text is no JSON object with a `format`, or if a newer tool wrote it.
    pub fn check_format(text: &str) -> Result<(), PlanError> {
        #[derive(Deserialize)]
        struct Head {
            format: Option<u64>,
        }
        // The format alone says whether the rest can be read.
        let Head { format } = serde_json::from_str(text).map_err(PlanError::Json)?;
        match format {
            None => Err(PlanError::NoFormat),
            Some(format) if format > FORMAT => Err(PlanError::Newer(format)),
            Some(_) => Ok(()),
        }
    }
}

fn one(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a plan has string keys only")
}

fn lines(values: &[impl Serialize]) -> String {
    if values.is_empty() {
        return "[]".to_owned();
    }
    let lines: Vec<String> = values.iter().map(|value| format!("    {}", one(value))).collect();
    format!("[\n{}\n  ]", lines.join(",\n"))
}
