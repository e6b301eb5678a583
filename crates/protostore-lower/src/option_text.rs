//! Finds keys in the text of an option `(name) = { … }`, whose parts have no places of their own in a descriptor.

use std::ops::Range;

/// Deeper values are not looked into; the place of the value around them serves.
const DEPTH: usize = 64;

/// A key of a message value, with the key's values in the order of the text.
#[derive(Debug, PartialEq)]
pub(crate) struct Entry {
    key: String,
    value: Value,
}

/// A value, and its place in the option's text.
#[derive(Debug, PartialEq)]
pub(crate) struct Value {
    span: Range<usize>,
    entries: Vec<Entry>,
}

/// One step into a value: the key, and which of its values.
pub(crate) type Step = (&'static str, usize);

/// Reads the value of an option, `(name) = { … }`; `None` if there is none that can be followed.
pub(crate) fn parse(text: &str) -> Option<Value> {
    Cursor { text, at: text.find('=').map_or(0, |i| i + 1) }.value(0)
}

/// Returns where the value at `steps` is in the option's text, or the value nearest around it; `None` if not even the
/// first is found.
pub(crate) fn find(value: &Value, steps: &[Step]) -> Option<Range<usize>> {
    let mut value = value;
    let mut found = None;
    for (key, index) in steps {
        let Some(entry) = value.entries.iter().filter(|e| e.key == *key).nth(*index) else { break };
        found = Some(entry.value.span.clone());
        value = &entry.value;
    }
    found
}

/// Returns where a piece of what strings say is in their text; `None` if they are no strings that can be followed.
///
/// Strings that follow one another are one, as protobuf has it, and an escape is as long as what it says.
pub(crate) fn inside(strings: &str, piece: &Range<usize>) -> Option<Range<usize>> {
    let mut said = 0;
    let (mut start, mut end) = (None, None);
    let (mut quote, mut closed) = (None, None);
    let mut at = 0;
    while at < strings.len() {
        let rest = &strings[at..];
        let c = rest.chars().next()?;
        let Some(open) = quote else {
            quote = matches!(c, '"' | '\'').then_some(c);
            at += c.len_utf8();
            continue;
        };
        if c == open {
            closed = Some(at);
            quote = None;
            at += 1;
            // What ends here does not begin with the next string.
            end = end.or(closed.filter(|_| start.is_some() && said >= piece.end));
            continue;
        }
        start = start.or((said >= piece.start).then_some(at));
        end = end.or((said >= piece.end).then_some(at));
        let (written, says) = if c == '\\' { escape(rest)? } else { (c.len_utf8(), c.len_utf8()) };
        at += written;
        said += says;
    }
    let start = start.or(closed.filter(|_| said == piece.start))?;
    Some(start..end.or(closed)?.max(start))
}

/// Returns the strings in a text, each with its quotes.
pub(crate) fn strings(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match open {
            None => open = matches!(c, '"' | '\'').then_some((at, c)),
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some((start, quote)) if c == quote => {
                found.push(&text[start..at + 1]);
                open = None;
            }
            Some(_) => {}
        }
    }
    found
}

/// Returns how long an escape is, and how many bytes it says.
fn escape(text: &str) -> Option<(usize, usize)> {
    let digits = |from: usize, most: usize, radix: u32| {
        text[from..].chars().take(most).take_while(|c| c.is_digit(radix)).count()
    };
    let long = |count: usize| {
        let code = u32::from_str_radix(text.get(2..2 + count)?, 16).ok()?;
        Some((2 + count, char::from_u32(code)?.len_utf8()))
    };
    match text[1..].chars().next()? {
        'x' | 'X' => Some((2 + digits(2, 2, 16), 1)),
        'u' => long(4),
        'U' => long(8),
        '0'..='7' => Some((1 + digits(1, 3, 8), 1)),
        c => Some((1 + c.len_utf8(), 1)),
    }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    /// Skips blanks and comments and returns the next character.
    fn peek(&mut self) -> Option<char> {
        loop {
            let rest = &self.text[self.at..];
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            let rest = &rest[blank..];
            if rest.starts_with('#') || rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.at += rest.find("*/").map_or(rest.len(), |i| i + 2);
            } else {
                return rest.chars().next();
            }
        }
    }

    fn skip(&mut self, c: char) -> bool {
        let there = self.peek() == Some(c);
        if there {
            self.at += c.len_utf8();
        }
        there
    }

    /// Reads a message, a string or a word. Lists are read by [`Self::values`].
    fn value(&mut self, depth: usize) -> Option<Value> {
        let open = self.peek()?;
        let start = self.at;
        let mut entries = Vec::new();
        match open {
            '{' | '<' => {
                self.at += 1;
                let close = if open == '{' { '}' } else { '>' };
                while !self.skip(close) {
                    self.entry(depth + 1, &mut entries)?;
                }
            }
            '"' | '\'' => {
                self.string(open);
                while let Some(quote @ ('"' | '\'')) = self.peek() {
                    self.string(quote);
                }
            }
            _ => {
                self.word()?;
            }
        }
        let end = start + self.text[start..self.at].trim_end().len();
        Some(Value { span: start..end, entries })
    }

    /// Reads `key: value`, `key {…}` or `key: [value, …]`.
    fn entry(&mut self, depth: usize, entries: &mut Vec<Entry>) -> Option<()> {
        if depth > DEPTH {
            return None;
        }
        self.peek()?;
        let start = self.at;
        if self.skip('[') {
            self.at += self.text[self.at..].find(']')? + 1;
        } else {
            self.word()?;
        }
        let key = self.text[start..self.at].to_owned();
        self.skip(':');
        if self.skip('[') {
            while !self.skip(']') {
                entries.push(Entry { key: key.clone(), value: self.value(depth)? });
                self.skip(',');
            }
        } else {
            entries.push(Entry { key, value: self.value(depth)? });
        }
        let _ = self.skip(',') || self.skip(';');
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| {
                c.is_whitespace() || matches!(c, ':' | ',' | ';' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '"' | '\'')
            })
            .unwrap_or(rest.len());
        self.at += end;
        (end > 0).then_some(())
    }

    fn string(&mut self, quote: char) {
        let mut escaped = false;
        let rest = &self.text[self.at + 1..];
        let end = rest.find(|c: char| {
            let closes = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        self.at += end.map_or(self.text.len() - self.at, |i| i + 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(text: &'a str, steps: &[Step]) -> Option<&'a str> {
        find(&parse(text)?, steps).map(|span| &text[span])
    }

    #[test]
    fn finds_values_by_key_and_order() {
        let text = "(protostore.v1.table) = {\n  primary_key: [\"a\", 'b'] // primary_key: \"c\"\n  \
                    index {fields: \"x\"} index: {fields: \"y\" \"z\", unique: true}\n  record: \"R\"; }";
        assert_eq!(found(text, &[("primary_key", 1)]), Some("'b'"));
        assert_eq!(found(text, &[("primary_key", 2)]), None);
        assert_eq!(found(text, &[("index", 1), ("fields", 0)]), Some("\"y\" \"z\""));
        assert_eq!(found(text, &[("index", 1), ("unique", 0)]), Some("true"));
        assert_eq!(found(text, &[("index", 0), ("unique", 0)]), Some("{fields: \"x\"}"));
        assert_eq!(found(text, &[("record", 0)]), Some("\"R\""));
    }

    #[test]
    fn finds_a_piece_of_what_strings_say() {
        let piece = |text: &'static str, from, to| inside(text, &(from..to)).map(|span| &text[span]);
        assert_eq!(piece(r#""status = PENDING""#, 9, 16), Some("PENDING"));
        assert_eq!(piece(r#""a != \"\" AND b""#, 5, 7), Some(r#"\"\""#));
        assert_eq!(piece(r#""a != \"\" AND b""#, 12, 13), Some("b"));
        assert_eq!(piece(r#"'a = ' "b""#, 4, 5), Some("b"));
        assert_eq!(piece(r#""\x61\141\u00e9é=""#, 6, 7), Some("="));
        assert_eq!(piece(r#""a""#, 1, 1), Some(""));
        assert_eq!(piece(r#""a""#, 5, 6), None);
        assert_eq!(piece("é", 0, 1), None);
        assert_eq!(piece(r#""\u"#, 0, 1), None);
    }

    #[test]
    fn gives_up_without_harm() {
        for text in ["", "=", "= {", "= {a", "= {a:", "= {a: [", "= {a: \"", "= }", "= {[x", "= {é: ü} ", "= {a: {b: {"]
        {
            let _ = parse(text).and_then(|value| find(&value, &[("a", 0), ("b", 0)]));
        }
        let deep = format!("= {}", "{a:".repeat(100_000));
        assert_eq!(parse(&deep).and_then(|value| find(&value, &[("a", 0)])), None);
    }
}
