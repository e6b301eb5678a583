//! Reads printed SQL as the engines do.

#![allow(dead_code, reason = "each test file uses some of it")]

use protostore_sql::{Dialect, Expr, Statement};

pub(crate) const DIALECTS: [Dialect; 3] = [Dialect::Sqlite, Dialect::Postgres, Dialect::Cockroach];

/// A piece of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// What is between two quotes, with doubled quotes undone.
    Quoted(char, String),
    /// Anything else, without white space.
    Bare(String),
}

/// Splits SQL into tokens; panics where a quote has no end.
pub(crate) fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = sql.chars().peekable();
    let mut bare = String::new();
    while let Some(c) = chars.next() {
        if !matches!(c, '\'' | '"') && !c.is_whitespace() {
            bare.push(c);
            continue;
        }
        if !bare.is_empty() {
            tokens.push(Token::Bare(std::mem::take(&mut bare)));
        }
        if c.is_whitespace() {
            continue;
        }
        let mut text = String::new();
        loop {
            match chars.next() {
                None => panic!("a quote has no end: {sql}"),
                Some(quote) if quote == c && chars.peek() == Some(&c) => text.extend(chars.next()),
                Some(quote) if quote == c => break,
                Some(other) => text.push(other),
            }
        }
        tokens.push(Token::Quoted(c, text));
    }
    if !bare.is_empty() {
        tokens.push(Token::Bare(bare));
    }
    tokens
}

/// Returns a column of the only table.
pub(crate) fn c(name: &str) -> Expr<'_> {
    Expr::column(name)
}

/// Returns a statement as SQLite and PostgreSQL have it, on one line.
pub(crate) fn both<'a>(statement: impl Into<Statement<'a>>) -> [String; 2] {
    let statement = statement.into();
    [Dialect::Sqlite, Dialect::Postgres].map(|dialect| dialect.print_once(&statement).0)
}
