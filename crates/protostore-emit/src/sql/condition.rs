//! The condition of a partial index as SQL.
//!
//! An index and a statement that it serves have the same text, with literals: of a parameter the planner cannot know
//! that the rows are in the index.
//! See <https://www.sqlite.org/partialindex.html#queries_using_partial_indexes>.

use std::fmt::Write;

use protostore_schema::{Condition, Literal, Operator};

use super::{literal, quote};

/// Returns a condition, as it can stand beside others that are joined by AND. `column` writes a column.
pub(crate) fn condition(condition: &Condition, column: &impl Fn(&str) -> String) -> String {
    match condition {
        Condition::Compare { column: name, operator, literal } => {
            format!("{} {} {}", column(name), sign(*operator), value(literal))
        }
        Condition::Set { column: name, set: true } => format!("{} IS NOT NULL", column(name)),
        Condition::Set { column: name, set: false } => format!("{} IS NULL", column(name)),
        Condition::All(parts) => joined(parts, " AND ", column),
        Condition::Any(parts) => format!("({})", joined(parts, " OR ", column)),
        // What is NULL does not hold, so its opposite does.
        Condition::Not(inner) => format!("({}) IS NOT TRUE", self::condition(inner, column)),
    }
}

/// Returns a condition over the columns of a table without an alias.
pub(crate) fn plain(condition: &Condition) -> String {
    self::condition(condition, &quote)
}

fn joined(parts: &[Condition], by: &str, column: &impl Fn(&str) -> String) -> String {
    let part = |part: &Condition| match part {
        // AND binds closer than OR, and in it too nothing is left to be known by heart.
        Condition::All(_) => format!("({})", condition(part, column)),
        Condition::Compare { .. } | Condition::Set { .. } | Condition::Any(_) | Condition::Not(_) => {
            condition(part, column)
        }
    };
    parts.iter().map(part).collect::<Vec<_>>().join(by)
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "=",
        Operator::NotEqual => "<>",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
    }
}

fn value(value: &Literal) -> String {
    match value {
        // SQL has no literal for it, only the negation of a number that is too large.
        Literal::Integer(i64::MIN) => "(-9223372036854775807 - 1)".to_owned(),
        Literal::Integer(number) => number.to_string(),
        Literal::Real(number) => number.clone(),
        Literal::Text(text) => literal(text),
        Literal::Bytes(bytes) => {
            let mut sql = "x'".to_owned();
            for byte in bytes {
                // Writing to a String never fails.
                let _ = write!(sql, "{byte:02x}");
            }
            sql + "'"
        }
    }
}
