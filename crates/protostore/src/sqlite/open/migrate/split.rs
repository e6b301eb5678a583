//! A migration as its statements, and the lines between them that the run time carries out itself.
//!
//! Such a line is a comment to SQL: `-- protostore: {"bits": …}`, alone on its line, between two statements. What looks like
//! one in a string, in a name or in a comment is none, and one within a statement, or behind something on its line, is an
//! error.

/// A part of a migration.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'t> {
    /// What it is.
    pub(super) kind: Kind,
    /// The statement, with the comments before it; of a line the JSON.
    pub(super) text: &'t str,
    /// The last comment before it.
    says: Option<&'t str>,
    /// Where the statement begins in the text, after comments.
    begins: usize,
}

/// What a part of a migration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A statement of SQL.
    Sql,
    /// A line for the run time.
    Line,
}

/// What such a line begins with.
const PREFIX: &str = "-- protostore:";

/// How many characters of a statement name it.
const SHOWN: usize = 60;

impl Piece<'_> {
    /// Names it for people: by the comment before it, or by how it begins.
    pub(super) fn name(&self) -> String {
        let words = self.text[self.begins..].split_whitespace().collect::<Vec<_>>().join(" ");
        let cut = words.char_indices().nth(SHOWN).map_or(words.len(), |(at, _)| at);
        let begins = if cut < words.len() { format!("`{}…`", &words[..cut]) } else { format!("`{words}`") };
        self.says.map_or(begins.clone(), |says| format!("\"{says}\", {begins}"))
    }
}

/// Splits a migration; the error says what is wrong with a line.
pub(super) fn split(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut statement = Statement::at(0);
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let length = if rest.starts_with("--") {
            let line = rest.lines().next().unwrap_or(rest);
            match comment(text, at, line, &statement)? {
                Some(json) => {
                    let says = statement.says;
                    pieces.push(Piece { kind: Kind::Line, text: json, says, begins: 0 });
                    statement = Statement::at(at + line.len());
                }
                None if statement.begins.is_none() => {
                    let says = line.trim_start_matches('-').trim();
                    statement.says = (!says.is_empty()).then_some(says);
                }
                None => {}
            }
            line.len()
        } else if let Some(inner) = rest.strip_prefix("/*") {
            inner.find("*/").map_or(rest.len(), |end| end + 4)
        } else {
            match bytes[at] {
                quote @ (b'\'' | b'"' | b'`') => statement.token(at, Token::Other, quoted(&bytes[at..], quote)),
                b'[' => statement.token(at, Token::Other, rest.find(']').map_or(rest.len(), |end| end + 1)),
                b';' => {
                    if statement.ends_here() {
                        pieces.extend(statement.piece(text, at + 1));
                        statement = Statement::at(at + 1);
                        1
                    } else {
                        statement.token(at, Token::Semicolon, 1)
                    }
                }
                byte if byte.is_ascii_whitespace() => 1,
                byte if byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii() => {
                    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii();
                    let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                    statement.word(at, &rest[..length]);
                    length
                }
                _ => statement.token(at, Token::Other, 1),
            }
        };
        at += length;
    }
    pieces.extend(statement.piece(text, text.len()));
    Ok(pieces)
}

/// Returns the JSON of a comment that is a line for the run time; nothing for another comment.
fn comment<'t>(text: &str, at: usize, line: &'t str, statement: &Statement<'_>) -> Result<Option<&'t str>, String> {
    let Some(json) = line.strip_prefix(PREFIX).map(str::trim).filter(|json| json.starts_with('{')) else {
        return Ok(None);
    };
    let before = text[..at].rsplit('\n').next().unwrap_or_default();
    if statement.begins.is_some() {
        Err(format!("`{line}` is within a statement, and must come between two"))
    } else if !before.trim().is_empty() {
        Err(format!("`{line}` is behind something else, and must be alone on its line"))
    } else {
        Ok(Some(json))
    }
}

/// Returns how long a string or a quoted name is; a quote in it is doubled.
fn quoted(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return at + 1;
        }
    }
    bytes.len()
}

/// A token, as far as the end of a statement depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Semicolon,
    /// END right after a semicolon.
    End,
    Other,
}

/// A statement that is being read.
#[derive(Debug)]
struct Statement<'t> {
    /// Where its text begins, comments included,
    start: usize,
    /// and where the statement itself does.
    begins: Option<usize>,
    says: Option<&'t str>,
    words: usize,
    /// Whether it creates a trigger, whose statements end with semicolons too.
    trigger: bool,
    creates: bool,
    last: Token,
}

impl<'t> Statement<'t> {
    fn at(start: usize) -> Self {
        Self { start, begins: None, says: None, words: 0, trigger: false, creates: false, last: Token::Other }
    }

    fn token(&mut self, at: usize, token: Token, length: usize) -> usize {
        self.begins.get_or_insert(at);
        self.last = token;
        length
    }

    fn word(&mut self, at: usize, word: &str) {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        match self.words {
            0 => self.creates = is("CREATE"),
            1 | 2 if self.creates && is("TRIGGER") => self.trigger = true,
            1 if is("TEMP") || is("TEMPORARY") => {}
            1 => self.creates = false,
            _ => {}
        }
        self.words += 1;
        let ends = is("END") && self.last == Token::Semicolon;
        self.token(at, if ends { Token::End } else { Token::Other }, word.len());
    }

    fn ends_here(&self) -> bool {
        !self.trigger || self.last == Token::End
    }

    /// Returns it as a part of the migration; nothing where there are only comments, or nothing before a semicolon.
    fn piece(self, text: &'t str, end: usize) -> Option<Piece<'t>> {
        let begins = self.begins?;
        Some(Piece { kind: Kind::Sql, text: &text[self.start..end], says: self.says, begins: begins - self.start })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<(Kind, &str)> {
        split(text).unwrap().into_iter().map(|piece| (piece.kind, piece.text.trim())).collect()
    }

    #[test]
    fn statements_and_lines_come_in_their_order() {
        let text = "-- first\nCREATE TABLE a (b TEXT);\n-- protostore: {\"bits\": {}}\nDROP TABLE a;;\n-- the end\n";
        let expected = [
            (Kind::Sql, "-- first\nCREATE TABLE a (b TEXT);"),
            (Kind::Line, "{\"bits\": {}}"),
            (Kind::Sql, "DROP TABLE a;"),
        ];
        assert_eq!(parts(text), expected);
        let names: Vec<_> = split(text).unwrap().iter().map(Piece::name).collect();
        assert_eq!(names, ["\"first\", `CREATE TABLE a (b TEXT);`", "`{\"bits\": {}}`", "`DROP TABLE a;`"]);
    }

    #[test]
    fn what_only_looks_like_a_line_is_none() {
        for (before, after) in
            [("SELECT 'it''s\n", "\n';"), ("SELECT \"a\"\"\n", "\n\";"), ("SELECT `\n", "\n`;"), ("SELECT [\n", "\n];")]
        {
            let text = format!("{before}-- protostore: {{\"bits\": {{}}}}{after}");
            assert_eq!(parts(&text), [(Kind::Sql, text.as_str())], "{text}");
        }
        assert_eq!(parts("/* \n-- protostore: {}\n */ SELECT 1").len(), 1);
        for comment in ["-- -- protostore: {}", "--protostore: {}", "-- protostore: bits", "-- protostore"] {
            assert_eq!(parts(&format!("{comment}\nSELECT 1;")).len(), 1, "{comment}");
        }
    }

    #[test]
    fn a_line_in_the_wrong_place_is_an_error() {
        for text in ["SELECT 1\n-- protostore: {}\n;", "SELECT 1; -- protostore: {}\n", "/* */ -- protostore: {}\n"] {
            assert!(split(text).is_err(), "{text}");
        }
        let inside = "CREATE TRIGGER t BEFORE DELETE ON a BEGIN SELECT 1;\n-- protostore: {}\nSELECT 2; END;";
        assert!(split(inside).is_err());
    }

    #[test]
    fn a_trigger_ends_with_its_end() {
        let trigger = "CREATE TEMP TRIGGER \"t;\" BEFORE DELETE ON a WHEN CASE 1 WHEN 1 THEN 1 END\n\
                       BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM b; END;";
        let text = format!("SELECT ';';{trigger}SELECT 2");
        assert_eq!(parts(&text), [(Kind::Sql, "SELECT ';';"), (Kind::Sql, trigger), (Kind::Sql, "SELECT 2")]);
    }
}
