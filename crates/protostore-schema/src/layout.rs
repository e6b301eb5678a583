//! Lays out JSON for people and for line-by-line differences: a value is on one line where it fits.

use std::ops::Range;

/// A value in compact JSON.
enum Value {
    /// A string, number, or word.
    Leaf(Range<usize>),
    /// Of an object each value has a key, quotes and all.
    Inner { open: char, close: char, items: Vec<(Option<Range<usize>>, Value)> },
}

/// Lays out compact JSON, two spaces an indent, ending in a newline.
///
/// A value is on one line where that has at most `width` characters. Of an array that does not fit, each item is on a line
/// of its own; of an object that does not fit, as many items are on a line as fit, and those that do not fit by themselves
/// are alone.
pub(crate) fn layout(compact: &str, width: usize) -> String {
    let (value, _) = read(compact, 0);
    let mut out = String::with_capacity(compact.len() * 5 / 4);
    Layout { text: compact, width, out: &mut out }.write(&value, 0, 0);
    out.push('\n');
    out
}

/// Reads the value at a place; returns it and the place behind it.
fn read(text: &str, at: usize) -> (Value, usize) {
    let (open, close) = match text.as_bytes()[at] {
        b'{' => ('{', '}'),
        b'[' => ('[', ']'),
        _ => {
            let end = leaf_end(text, at);
            return (Value::Leaf(at..end), end);
        }
    };
    let mut items = Vec::new();
    let mut next = at + 1;
    while text.as_bytes()[next] != close as u8 {
        if text.as_bytes()[next] == b',' {
            next += 1;
        }
        let key = (open == '{').then(|| next..leaf_end(text, next));
        let start = key.as_ref().map_or(next, |key| key.end + 1);
        let (value, end) = read(text, start);
        items.push((key, value));
        next = end;
    }
    (Value::Inner { open, close, items }, next + 1)
}

/// Returns the end of the string, number or word at a place.
fn leaf_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    if bytes[at] != b'"' {
        return at + bytes[at..].iter().position(|b| matches!(b, b',' | b']' | b'}')).unwrap_or(bytes.len() - at);
    }
    let mut end = at + 1;
    while bytes[end] != b'"' {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    end + 1
}

struct Layout<'a> {
    text: &'a str,
    width: usize,
    out: &'a mut String,
}

impl Layout<'_> {
    /// Writes a value whose line has `column` characters before it; returns those of its last line.
    fn write(&mut self, value: &Value, indent: usize, column: usize) -> usize {
        let length = self.length(value);
        let Value::Inner { open, close, items } = value else {
            self.flat(value);
            return column + length;
        };
        // A comma may follow.
        if items.is_empty() || column + length < self.width {
            self.flat(value);
            return column + length;
        }
        self.out.push(*open);
        let inner = indent + 2;
        let (mut column, mut stands_alone) = (column + 1, false);
        for (n, (key, value)) in items.iter().enumerate() {
            let before = key.as_ref().map_or(0, |key| self.chars(key) + 2);
            let length = before + self.length(value);
            let fits = column + 1 + length < self.width;
            if n > 0 {
                self.out.push(',');
            }
            let was_alone = std::mem::replace(&mut stands_alone, inner + length >= self.width);
            if key.is_some() && fits && !was_alone && !stands_alone {
                if n > 0 {
                    self.out.push(' ');
                    column += 2;
                }
            } else if n > 0 || key.is_none() || stands_alone {
                column = self.line(inner);
            }
            if let Some(key) = key {
                self.key(key);
            }
            column = self.write(value, inner, column + before);
        }
        if stands_alone || *open == '[' {
            column = self.line(indent);
        }
        self.out.push(*close);
        column + 1
    }

    /// Begins a line; returns the characters on it.
    fn line(&mut self, indent: usize) -> usize {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        indent
    }

    fn chars(&self, range: &Range<usize>) -> usize {
        self.text[range.clone()].chars().count()
    }

    fn key(&mut self, key: &Range<usize>) {
        self.out.push_str(&self.text[key.clone()]);
        self.out.push_str(": ");
    }

    /// Writes a value on one line.
    fn flat(&mut self, value: &Value) {
        match value {
            Value::Leaf(range) => self.out.push_str(&self.text[range.clone()]),
            Value::Inner { open, close, items } => {
                self.out.push(*open);
                for (n, (key, value)) in items.iter().enumerate() {
                    self.out.push_str(if n > 0 { ", " } else { "" });
                    if let Some(key) = key {
                        self.key(key);
                    }
                    self.flat(value);
                }
                self.out.push(*close);
            }
        }
    }

    /// Returns the characters of a value on one line.
    fn length(&self, value: &Value) -> usize {
        match value {
            Value::Leaf(range) => self.chars(range),
            Value::Inner { items, .. } => {
                let keys = items.iter().flat_map(|(key, _)| key).map(|key| self.chars(key) + 2);
                let values = items.iter().map(|(_, value)| self.length(value));
                2 + keys.chain(values).sum::<usize>() + 2 * items.len().saturating_sub(1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::layout;

    #[test]
    fn a_value_is_on_one_line_where_it_fits() {
        let text = r#"{"a":[1,-2.5e3,true,null],"b":{"c":"x, \"y\"}]","d":[]},"é":[{"f":{}},"\\"]}"#;
        let one = r#"{"a": [1, -2.5e3, true, null], "b": {"c": "x, \"y\"}]", "d": []}, "é": [{"f": {}}, "\\"]}"#;
        assert_eq!(layout(text, 200), format!("{one}\n"));
        let lines = [
            r#"{"a": [1, -2.5e3, true, null],"#,
            r#"  "b": {"c": "x, \"y\"}]","#,
            r#"    "d": []},"#,
            r#"  "é": [{"f": {}}, "\\"]}"#,
        ];
        assert_eq!(layout(text, 33), format!("{}\n", lines.join("\n")));
        let narrow = [
            r#"{"#,
            r#"  "a": ["#,
            r#"    1,"#,
            r#"    -2.5e3,"#,
            r#"    true,"#,
            r#"    null"#,
            r#"  ],"#,
            r#"  "b": {"#,
            r#"    "c": "x, \"y\"}]","#,
            r#"    "d": []},"#,
            r#"  "é": ["#,
            r#"    {"f": {}},"#,
            r#"    "\\""#,
            r#"  ]"#,
            r#"}"#,
        ];
        assert_eq!(layout(text, 16), format!("{}\n", narrow.join("\n")));
        assert_eq!(layout("[]", 1), "[]\n");
        assert_eq!(layout("[1]", 1), "[\n  1\n]\n");
    }
}
