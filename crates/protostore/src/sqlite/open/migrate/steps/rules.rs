//! Rules that SQL cannot state, over what columns held before the rules were made.

use rusqlite::types::Value;
use serde_json::{Map, Value as Json};

use super::Why;
use crate::rules::Format;

/// Rules of one column's texts or bytes.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// Whether what is empty breaks none of them.
    but_zero: bool,
    all: Vec<Rule>,
}

#[derive(Clone, Debug)]
enum Rule {
    Format(Format),
    #[cfg(feature = "pattern")]
    Pattern(regex::bytes::Regex),
    /// A program without patterns has no such rule any more, so that no row breaks it.
    #[cfg(not(feature = "pattern"))]
    Pattern,
}

impl Rules {
    /// Reads rules as a snapshot has them: `{"but_zero": true, "all": [{"name": "string.email", "asks": {"format": "email"}}]}`.
    pub(super) fn read(json: Json) -> Result<Self, Why> {
        let mut of = object(json)?;
        let but_zero = of.remove("but_zero").is_some_and(|is| is == Json::Bool(true));
        let Some(Json::Array(all)) = of.remove("all") else { return Err("there are no rules".to_owned()) };
        Ok(Self { but_zero, all: all.into_iter().map(rule).collect::<Result<_, _>>()? })
    }

    /// Returns whether a value that is there breaks one of them.
    pub(super) fn are_broken_by(&self, value: &Value) -> bool {
        let bytes = match value {
            Value::Text(text) => text.as_bytes(),
            Value::Blob(bytes) => bytes,
            Value::Null | Value::Integer(_) | Value::Real(_) => return false,
        };
        let is_zero = self.but_zero && bytes.is_empty();
        !is_zero && self.all.iter().any(|rule| !rule.allows(bytes))
    }
}

impl Rule {
    fn allows(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Format(format) => format.has_bytes(bytes),
            #[cfg(feature = "pattern")]
            Self::Pattern(pattern) => std::str::from_utf8(bytes).is_ok() && pattern.is_match(bytes),
            #[cfg(not(feature = "pattern"))]
            Self::Pattern => true,
        }
    }
}

fn rule(json: Json) -> Result<Rule, Why> {
    let asks = object(json)?.remove("asks").ok_or("a rule asks something")?;
    let asked = object(asks)?.into_iter().next();
    match asked {
        Some((asks, Json::String(of))) if asks == "format" => {
            Format::named(&of).map(Rule::Format).ok_or_else(|| format!("there is no form {of}"))
        }
        Some((asks, Json::String(of))) if asks == "pattern" => pattern(&of),
        other => Err(format!("{other:?} is no rule that is counted")),
    }
}

#[cfg(feature = "pattern")]
fn pattern(of: &str) -> Result<Rule, Why> {
    regex::bytes::Regex::new(of).map(Rule::Pattern).map_err(|why| why.to_string())
}

#[cfg(not(feature = "pattern"))]
fn pattern(_: &str) -> Result<Rule, Why> {
    Ok(Rule::Pattern)
}

fn object(json: Json) -> Result<Map<String, Json>, Why> {
    if let Json::Object(object) = json { Ok(object) } else { Err(format!("{json} is no object")) }
}
