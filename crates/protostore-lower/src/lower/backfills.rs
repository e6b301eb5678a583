//! Reads `backfill`: the values of rows that are there already, which a new version may ask for.

use protostore_schema::Role;

use super::Report;
use super::draft::{Draft, Part, Shape};
use crate::Code;
use crate::annotations::BackfillOptions;
use crate::lowered::Backfill;

/// Checks the backfills of a table, and returns them.
pub(super) fn read(draft: &Draft, report: &mut Report<'_>) -> Vec<Backfill> {
    let mut all = Vec::new();
    for spot in &draft.spots {
        let Some((BackfillOptions::Sql(sql), said)) = &spot.column.backfill else { continue };
        let path = spot.dotted();
        let role = match &spot.shape {
            Shape::Scalar(_) if spot.part == Part::Field => Role::Value,
            // Of a message in a table of its own it says whether there is a row.
            Shape::Message(_) | Shape::Row(_) if spot.part == Part::Field => Role::Presence,
            _ => {
                let place = said.place(report.sources, &[("backfill", 0)]);
                let text = format!("`{path}` is a list, a map or a part of one, so it has no `backfill`");
                let help = "take it away: a row that is there already has none of these";
                report.add(Code::BadBackfill, place, text, help);
                continue;
            }
        };
        let place = said.place(report.sources, &[("backfill", 0), ("sql", 0)]);
        if let Err(why) = expression(sql) {
            let help = "write one SQL expression, such as `backfill: {sql: \"'root'\"}`";
            report.add(Code::BadBackfill, place, format!("the `backfill` of `{path}` {why}"), help);
            continue;
        }
        all.push(Backfill {
            table: draft.field.number(),
            place: spot.child.map(|child| draft.spots[child].numbers.clone()).unwrap_or_default(),
            path: spot.numbers.clone(),
            role,
            sql: sql.clone(),
            name: format!("{}.{path}", draft.field.name()),
            source: report.sources.source(&place),
        });
    }
    all
}

/// Says why a text can be no SQL expression, without knowing all of SQL: what is wrong in it otherwise, SQLite says when
/// the migration is tried.
fn expression(sql: &str) -> Result<(), String> {
    if sql.trim().is_empty() {
        return Err("says no SQL".to_owned());
    }
    let mut open = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\'' | '"' | '`' => closed(after, c)?,
            '[' => closed(after, ']')?,
            '(' => {
                open.push(c);
                after
            }
            ')' => {
                open.pop().ok_or("has a `)` without a `(`")?;
                after
            }
            ';' => return Err("has a `;`, so it is no expression".to_owned()),
            '\0' => return Err("has a NUL".to_owned()),
            '?' | ':' | '@' | '$' => return Err(format!("has the parameter `{c}`, for which there is no value")),
            _ if rest.starts_with("--") || rest.starts_with("/*") => return Err("has a comment".to_owned()),
            _ => {
                // A word may have `$` in it.
                let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                let word = if is_word(c) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { c.len_utf8() };
                &rest[word..]
            }
        };
    }
    if open.is_empty() { Ok(()) } else { Err("has a `(` without a `)`".to_owned()) }
}

/// Returns what follows the closing quote; one that is doubled is a part of the text.
fn closed(text: &str, quote: char) -> Result<&str, String> {
    let end = text.find(quote).ok_or_else(|| format!("does not close a `{quote}`"))?;
    let after = &text[end + quote.len_utf8()..];
    match after.strip_prefix(quote) {
        Some(after) if quote != ']' => closed(after, quote),
        _ => Ok(after),
    }
}

#[cfg(test)]
mod tests {
    use super::expression;

    #[test]
    fn what_can_be_an_expression_is_one() {
        for sql in [
            "'root'",
            "0",
            "-1.5e3",
            "\"id\" || ' -- ' || \"owner\"",
            "'it''s; (a) ? /* b */'",
            "CASE WHEN \"n\" > 0 THEN lower(\"name\") ELSE x'00' END",
            "[a b] + `c`",
            "(1 + (2))",
            "a$b",
        ] {
            assert_eq!(expression(sql), Ok(()), "{sql}");
        }
    }

    #[test]
    fn what_can_be_none_is_refused() {
        for sql in
            ["", "  ", "'a", "\"a", "[a", "(1", "1)", "1; DROP TABLE a", "1 -- b", "1 /* b */", "?1", ":a", "@a", "$a"]
        {
            assert!(expression(sql).is_err(), "{sql}");
        }
    }
}
