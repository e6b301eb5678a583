//! How a text of a caller is quoted in an error: never longer than a line.

use std::borrow::Cow;

/// How many characters of a text are quoted.
const CHARACTERS: usize = 100;

/// Returns a text of a caller as an error quotes it: the first 100 characters, and `…` where there are more.
///
/// Errors travel in the headers of an answer, whose length is limited.
///
/// ```
/// assert_eq!(protostore::excerpt("vm-1"), "vm-1");
/// assert_eq!(protostore::excerpt(&"é".repeat(20_000)), "é".repeat(100) + "…");
/// ```
#[must_use]
pub fn excerpt(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(CHARACTERS) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}
