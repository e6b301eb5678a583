//! SQL text as a tree of tokens, so that layout, comments and order where it does not matter are no difference.

use std::iter::Peekable;
use std::str::Chars;

/// A token, or what is between parentheses or between CASE and END.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    /// A keyword in upper case, a quoted name, a literal or an operator.
    Token(String),
    Group(Vec<Tree>),
    Case(Vec<Tree>),
}

impl Tree {
    pub(crate) fn is(&self, token: &str) -> bool {
        matches!(self, Self::Token(text) if text == token)
    }
}

/// Reads SQL text. A parenthesis without its other half ends or begins at the text's end.
pub(crate) fn read(sql: &str) -> Vec<Tree> {
    group(&mut tokens(sql).into_iter(), None)
}

/// Returns SQL text without comments, and with one blank for each stretch of layout outside of quotes.
pub(crate) fn bare(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let after = |end: Option<usize>| end.unwrap_or(rest.len());
        let (taken, is_layout) = match first {
            c if c.is_whitespace() => (c.len_utf8(), true),
            '-' if rest.starts_with("--") => (after(rest.find('\n')), true),
            '/' if rest.starts_with("/*") => (after(rest[2..].find("*/").map(|at| at + 4)), true),
            // A doubled quote ends one stretch and begins the next.
            '"' | '`' | '\'' => (after(rest[1..].find(first).map(|at| at + 2)), false),
            '[' => (after(rest.find(']').map(|at| at + 1)), false),
            c => (c.len_utf8(), false),
        };
        match is_layout {
            false => text.push_str(&rest[..taken]),
            true if text.ends_with(' ') => {}
            true => text.push(' '),
        }
        rest = &rest[taken..];
    }
    text
}

fn group(tokens: &mut std::vec::IntoIter<String>, until: Option<&str>) -> Vec<Tree> {
    let mut trees = Vec::new();
    while let Some(token) = tokens.next() {
        match token.as_str() {
            "(" => trees.push(Tree::Group(group(tokens, Some(")")))),
            "CASE" => trees.push(Tree::Case(group(tokens, Some("END")))),
            text if Some(text) == until => break,
            _ => trees.push(Tree::Token(token)),
        }
    }
    trees
}

fn tokens(sql: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut chars = sql.chars().peekable();
    while let Some(first) = chars.next() {
        match first {
            c if c.is_whitespace() => {}
            '-' if chars.peek() == Some(&'-') => drop(take(&mut chars, |c| c != '\n')),
            '/' if chars.peek() == Some(&'*') => skip_comment(&mut chars),
            '"' | '`' => tokens.push(format!("\"{}\"", quoted(&mut chars, first))),
            '[' => tokens.push(format!("\"{}\"", quoted(&mut chars, ']'))),
            '\'' => tokens.push(format!("'{}'", quoted(&mut chars, first).replace('\'', "''"))),
            c if c.is_alphanumeric() || c == '_' => tokens.push(word(&mut chars, c)),
            c => tokens.push(operator(&mut chars, c)),
        }
    }
    tokens
}

fn take(chars: &mut Peekable<Chars<'_>>, wanted: impl Fn(char) -> bool) -> String {
    std::iter::from_fn(|| chars.next_if(|&c| wanted(c))).collect()
}

fn skip_comment(chars: &mut Peekable<Chars<'_>>) {
    chars.next();
    let mut star = false;
    for c in chars.by_ref() {
        if star && c == '/' {
            return;
        }
        star = c == '*';
    }
}

/// Reads up to the closing quote; a doubled one stands for itself.
fn quoted(chars: &mut Peekable<Chars<'_>>, quote: char) -> String {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        if c != quote {
            text.push(c);
        } else if chars.next_if_eq(&quote).is_some() {
            text.push(quote);
        } else {
            break;
        }
    }
    text
}

/// A word, a number or a BLOB literal, which is no name.
fn word(chars: &mut Peekable<Chars<'_>>, first: char) -> String {
    let word = format!("{first}{}", take(chars, |c| c.is_alphanumeric() || c == '_' || c == '.')).to_uppercase();
    if word == "X" && chars.next_if_eq(&'\'').is_some() {
        format!("X'{}'", quoted(chars, '\'').to_uppercase())
    } else {
        word
    }
}

fn operator(chars: &mut Peekable<Chars<'_>>, first: char) -> String {
    let pairs = ["||", "<=", ">=", "<>", "<<", ">>", "==", "!=", "->"];
    let two = chars.peek().map(|second| format!("{first}{second}"));
    match two.filter(|two| pairs.contains(&two.as_str())) {
        None => first.to_string(),
        Some(two) => {
            chars.next();
            two
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{bare, tokens};

    #[test]
    fn layout_and_comments_are_no_tokens() {
        let sql = "create -- a \"comment\"\n/* and ' another */ Table \"a\"\"b\" ( x'0f' <= 'it''s',1.5 )";
        assert_eq!(tokens(sql), ["CREATE", "TABLE", "\"a\"b\"", "(", "X'0F'", "<=", "'it''s'", ",", "1.5", ")"]);
        assert_eq!(tokens("a||'open"), ["A", "||", "'open'"]);
    }

    #[test]
    fn quotes_keep_what_they_hold() {
        let sql = "create -- a \"comment\"\n/* and ' another */ Table \"a  \"\"--b\" ( 'it''s  /*' ,[a  b],`c  d` )";
        assert_eq!(bare(sql), "create Table \"a  \"\"--b\" ( 'it''s  /*' ,[a  b],`c  d` )");
        assert_eq!(bare("a 'open  "), "a 'open  ");
        assert_eq!(bare("a /* open  "), "a ");
    }
}
