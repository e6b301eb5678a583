//! What no Rust item may be called, and which characters no comment may hold.

/// The names that Rust's prelude gives to types, traits, functions of enums and derived traits: code that is generated
/// writes them without a path.
///
/// See <https://doc.rust-lang.org/std/prelude/index.html>.
const PRELUDE: [&str; 45] = [
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// Returns whether Rust's prelude has an item of that name, so that generated code may write it without a path.
#[must_use]
pub fn is_prelude_name(name: &str) -> bool {
    PRELUDE.contains(&name)
}

/// Returns a line of a comment with a blank for each character that rustc rejects in one: control characters but the
/// tab, and those that turn the direction of the text.
#[must_use]
pub fn plain_text(line: &str) -> String {
    let is_rejected =
        |c: char| (c.is_control() && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    line.replace(is_rejected, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_prelude() {
        assert!(is_prelude_name("AsRef") && is_prelude_name("Option"));
        assert!(!is_prelude_name("Image") && !is_prelude_name("option"));
        assert!(PRELUDE.is_sorted(), "in the order of the alphabet");
    }

    #[test]
    fn text_that_a_comment_can_hold() {
        assert_eq!(plain_text("a\rb\u{202e}c\u{2069}\td\u{0}"), "a b c \td ");
        assert_eq!(plain_text("größer 猫"), "größer 猫");
    }
}
