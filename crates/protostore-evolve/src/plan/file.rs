//! The file of a plan, `schema/0002.plan.json`: one line a step, a verdict and an acceptance.

use serde::Serialize;

use super::Plan;

/// A text that is not a plan that this version of the tool writes.
#[derive(Debug)]
pub struct PlanError(serde_json::Error);

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not a plan: {}", self.0)
    }
}

impl std::error::Error for PlanError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl Plan {
    /// Returns the text of the file, ending in a newline; keys are in the order of the fields.
    #[must_use]
    pub fn to_file(&self) -> String {
        let Self { from, to, slug, up, down, verdicts, asks, accepted, reader, writer, unneeded: _ } = self;
        let fields = [
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
    /// If the text is not a plan that this version of the tool writes.
    pub fn from_file(text: &str) -> Result<Self, PlanError> {
        serde_json::from_str(text).map_err(PlanError)
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
