//! Reads the text of a `where`: a filter as <https://google.aip.dev/160> has it, with literals on its right-hand sides.
//!
//! OR binds closer than AND there. What the text of an index cannot mean exactly is refused: a bare word, terms without
//! an AND between them, functions, and a `*` that stands for any text.

use std::ops::Range;

/// More within one another than anyone writes.
const DEPTH: usize = 32;
/// More comparisons than anyone reads; SQLite bounds the depth of an expression.
const COMPARISONS: usize = 64;

/// Comparisons of other languages, with those of this one.
const OTHER_SIGNS: [(&str, &str); 5] = [
    ("==", "write `=`"),
    ("<>", "write `!=`"),
    ("=<", "write `<=`"),
    ("=>", "write `>=`"),
    ("=~", "an index compares whole values: write `=`"),
];

/// Words of other languages, with those of this one.
const OTHER_WORDS: [(&str, &str); 8] = [
    ("&&", "write `AND`"),
    ("||", "write `OR`"),
    ("AND", "write `AND` in capitals"),
    ("OR", "write `OR` in capitals"),
    ("NOT", "write `NOT` in capitals, before the comparison"),
    ("IS", "write `path:*` for a field that is set, and `-path:*` for one that is not"),
    ("IN", "write a comparison for each value, with `OR` between them"),
    ("LIKE", "an index compares whole values: write `=`"),
];

/// A filter, of which each part knows its place in the text.
#[derive(Debug, PartialEq)]
pub(super) enum Term {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// `path:*`
    Has(Part),
    /// `path = value`
    Compare {
        path: Part,
        sign: Sign,
        value: Value,
    },
}

/// A piece of the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) at: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Between quotes.
    Text(Part),
    /// Without: a number, a bool, a value of an enum, a duration.
    Word(Part),
}

/// What is wrong with a text, where, and what to write instead.
#[derive(Debug, PartialEq)]
pub(super) struct Unreadable {
    pub(super) at: Range<usize>,
    pub(super) says: String,
    pub(super) help: &'static str,
}

impl Value {
    pub(super) fn part(&self) -> &Part {
        match self {
            Self::Text(part) | Self::Word(part) => part,
        }
    }
}

/// Reads a filter.
pub(super) fn read(text: &str) -> Result<Term, Unreadable> {
    let mut cursor = Cursor { text, at: 0, comparisons: 0 };
    let term = cursor.all(0)?;
    match cursor.rest() {
        "" => Ok(term),
        rest if rest.starts_with(')') => {
            Err(cursor.refuse(1, "a `)` closes nothing".to_owned(), "take it away, or write the `(` that it closes"))
        }
        _ => {
            if let Some((word, help)) = cursor.other_word() {
                return Err(cursor.refuse(word.len(), format!("`{word}` does not join comparisons"), help));
            }
            let length = cursor.word().len().max(1);
            let help = "write `AND` or `OR` between two comparisons";
            Err(cursor.refuse(length, "a comparison follows another without a word between them".to_owned(), help))
        }
    }
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
    comparisons: usize,
}

impl<'t> Cursor<'t> {
    /// Skips blanks, and returns what is left.
    fn rest(&mut self) -> &'t str {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        &self.text[self.at..]
    }

    /// Returns the word that is here, without going on after it.
    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let is_end =
            |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '=' | '!' | '<' | '>' | ':' | '"' | '\'' | ',');
        &rest[..rest.find(is_end).unwrap_or(rest.len())]
    }

    /// Goes over a word of the language, if it is here.
    fn skip(&mut self, word: &str) -> bool {
        let there = self.word() == word;
        if there {
            self.at += word.len();
        }
        there
    }

    /// Returns the word of another language that is written here in place of one of this, and what to write.
    fn other_word(&mut self) -> Option<(&'t str, &'static str)> {
        let rest = self.rest();
        let word = self.word();
        let (other, help) = OTHER_WORDS.into_iter().find(|(other, _)| {
            other.eq_ignore_ascii_case(word) || (!other.starts_with(char::is_alphabetic) && rest.starts_with(other))
        })?;
        Some((&rest[..other.len()], help))
    }

    fn refuse(&self, length: usize, says: String, help: &'static str) -> Unreadable {
        let end = (self.at + length).min(self.text.len());
        let end = (end..=self.text.len()).find(|end| self.text.is_char_boundary(*end)).unwrap_or(end);
        Unreadable { at: self.at..end, says, help }
    }

    fn all(&mut self, depth: usize) -> Result<Term, Unreadable> {
        let mut parts = vec![self.any(depth)?];
        while self.skip("AND") {
            parts.push(self.any(depth)?);
        }
        Ok(one_or(parts, Term::All))
    }

    fn any(&mut self, depth: usize) -> Result<Term, Unreadable> {
        let mut parts = vec![self.factor(depth)?];
        while self.skip("OR") {
            parts.push(self.factor(depth)?);
        }
        Ok(one_or(parts, Term::Any))
    }

    fn factor(&mut self, depth: usize) -> Result<Term, Unreadable> {
        if depth > DEPTH {
            return Err(self.refuse(
                1,
                "the condition is nested too deep".to_owned(),
                "write it with fewer parentheses",
            ));
        }
        if self.skip("NOT") {
            return Ok(Term::Not(Box::new(self.factor(depth + 1)?)));
        }
        match self.rest().chars().next() {
            Some('-') => {
                self.at += 1;
                Ok(Term::Not(Box::new(self.factor(depth + 1)?)))
            }
            Some('(') => {
                self.at += 1;
                let inner = self.all(depth + 1)?;
                if !self.rest().starts_with(')') {
                    return Err(self.refuse(1, "a `(` is not closed".to_owned(), "write the `)`"));
                }
                self.at += 1;
                Ok(inner)
            }
            _ => self.comparison(),
        }
    }

    fn comparison(&mut self) -> Result<Term, Unreadable> {
        const HELP: &str = "write a field's path, a comparison and a literal: `status = PENDING`";
        self.comparisons += 1;
        if self.comparisons > COMPARISONS {
            let says = format!("the condition has more than {COMPARISONS} comparisons");
            return Err(self.refuse(1, says, "write a shorter condition"));
        }
        let path = self.word();
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        if path.is_empty() || matches!(path, "AND" | "OR" | "NOT") {
            return Err(self.refuse(path.len().max(length), "the path of a field is missing".to_owned(), HELP));
        }
        let path = Part { text: path.to_owned(), at: self.at..self.at + path.len() };
        self.at = path.at.end;
        if self.rest().starts_with('(') {
            let says = format!("`{}` is a function, and an index has none", path.text);
            return Err(Unreadable { at: path.at, says, help: HELP });
        }
        if self.rest().starts_with(':') {
            self.at += 1;
            if self.rest().starts_with('*') {
                self.at += 1;
                return Ok(Term::Has(path));
            }
            let length = self.word().len().max(1);
            let says = "`:` asks whether a field is set".to_owned();
            return Err(self.refuse(length, says, "write `:*`, or compare with `=`"));
        }
        let signs = [
            ("!=", Sign::NotEqual),
            ("<=", Sign::LessOrEqual),
            (">=", Sign::GreaterOrEqual),
            ("=", Sign::Equal),
            ("<", Sign::Less),
            (">", Sign::Greater),
        ];
        if let Some((sign, help)) = OTHER_SIGNS.into_iter().find(|(sign, _)| self.rest().starts_with(sign)) {
            return Err(self.refuse(sign.len(), format!("`{sign}` is no comparison"), help));
        }
        let Some((text, sign)) = signs.into_iter().find(|(text, _)| self.rest().starts_with(text)) else {
            if let Some((word, help)) = self.other_word() {
                return Err(self.refuse(word.len(), format!("`{word}` is no comparison"), help));
            }
            let says = format!("`{}` is compared with nothing", path.text);
            return Err(Unreadable { at: path.at, says, help: HELP });
        };
        self.at += text.len();
        Ok(Term::Compare { path, sign, value: self.value()? })
    }

    fn value(&mut self) -> Result<Value, Unreadable> {
        const HELP: &str = "write a number, `true`, `false`, a value of the enum, or a text between quotes";
        let rest = self.rest();
        let start = self.at;
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let mut text = String::new();
            let mut chars = rest.char_indices().skip(1);
            while let Some((i, c)) = chars.next() {
                match c {
                    '\\' => text.extend(chars.next().map(|(_, c)| c)),
                    c if c == quote => {
                        self.at += i + 1;
                        return Ok(Value::Text(Part { text, at: start..self.at }));
                    }
                    c => text.push(c),
                }
            }
            return Err(self.refuse(rest.len(), "a text is not closed".to_owned(), "write the quote at its end"));
        }
        let word = self.word();
        if word.is_empty() {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            return Err(self.refuse(length, "a literal is missing".to_owned(), HELP));
        }
        self.at += word.len();
        if matches!(self.text[self.at..].chars().next(), Some('(')) {
            let says = format!("`{word}` is a function, and an index has none");
            return Err(Unreadable { at: start..self.at, says, help: HELP });
        }
        Ok(Value::Word(Part { text: word.to_owned(), at: start..self.at }))
    }
}

fn one_or(mut parts: Vec<Term>, several: impl FnOnce(Vec<Term>) -> Term) -> Term {
    if parts.len() == 1 { parts.swap_remove(0) } else { several(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(term: &Term) -> String {
        let joined = |parts: &[Term], by: &str| parts.iter().map(shown).collect::<Vec<_>>().join(by);
        match term {
            Term::All(parts) => format!("({})", joined(parts, " & ")),
            Term::Any(parts) => format!("({})", joined(parts, " | ")),
            Term::Not(inner) => format!("!{}", shown(inner)),
            Term::Has(path) => format!("{}?", path.text),
            Term::Compare { path, sign, value } => format!("{} {sign:?} {}", path.text, value.part().text),
        }
    }

    #[test]
    fn or_binds_closer_than_and() {
        let read = |text| shown(&read(text).expect("it can be read"));
        assert_eq!(read("a = 1 AND b = 2 OR c = 3"), "(a Equal 1 & (b Equal 2 | c Equal 3))");
        assert_eq!(read("(a=1 AND b<=2) OR -c:*"), "((a Equal 1 & b LessOrEqual 2) | !c?)");
        assert_eq!(read("NOT a.b != \"x \\\" y\" AND b > -1.5"), "(!a.b NotEqual x \" y & b Greater -1.5)");
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        let wrong = |text: &'static str| &text[read(text).expect_err("it is wrong").at];
        assert_eq!(wrong("a = 1 b = 2"), "b");
        assert_eq!(wrong("a = "), "");
        assert_eq!(wrong("revoked"), "revoked");
        assert_eq!(wrong("a = \"x"), "\"x");
        assert_eq!(wrong("(a = 1"), "");
        assert_eq!(wrong("a = 1)"), ")");
        assert_eq!(wrong("a = now()"), "now");
        assert_eq!(wrong("ä(1)"), "ä");
        assert_eq!(wrong("a:b"), "b");
        for (text, place, help) in [
            ("a == 1", "==", "write `=`"),
            ("a <> 1", "<>", "write `!=`"),
            ("a = 1 && b = 2", "&&", "write `AND`"),
            ("a = 1 || b = 2", "||", "write `OR`"),
            ("a = 1 and b = 2", "and", "write `AND` in capitals"),
            ("a IS NOT NULL", "IS", "write `path:*` for a field that is set, and `-path:*` for one that is not"),
            ("a in (1, 2)", "in", "write a comparison for each value, with `OR` between them"),
        ] {
            let unreadable = read(text).expect_err("it is wrong");
            assert_eq!((&text[unreadable.at], unreadable.help), (place, help), "{text}");
        }
        assert!(read(&"(".repeat(10_000)).is_err());
        assert!(read(&"-".repeat(10_000)).is_err());
        assert!(read(&["a = 1"; 100].join(" AND ")).is_err());
    }
}
