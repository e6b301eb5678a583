//! Regular expressions, each compiled when it is first asked for.

use std::sync::OnceLock;

use regex::bytes::Regex;

/// A regular expression of RE2, as it was written anew for this crate: classes such as `\d` are spelled out.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    #[doc(hidden)]
    /// For generated code: a pattern that was tried when the code was generated.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// Returns whether it matches somewhere in a value that is UTF-8.
    pub(super) fn matches(&self, bytes: &[u8]) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(self.text).ok());
        std::str::from_utf8(bytes).is_ok() && compiled.as_ref().is_some_and(|regex| regex.is_match(bytes))
    }
}
