//! The condition of a partial index as SQL.
//!
//! An index and a statement that it serves have the same text, with literals: of a parameter the planner cannot know
//! that the rows are in the index.
//! See <https://www.sqlite.org/partialindex.html#queries_using_partial_indexes>.

use protostore_schema::{Column, Condition, Literal, Operator, Type};
use protostore_sql::{Dialect, Expr, Lit, Op};

/// How a comparison is said.
pub(crate) enum Comparison {
    /// By the column, which is a truth: no dialect has to be told how it writes one down.
    Holds,
    /// By its opposite.
    HoldsNot,
    /// By a comparison with the literal.
    Of(Op),
}

/// Returns how a comparison of one of these columns is said.
pub(crate) fn comparison(columns: &[&Column], name: &str, operator: Operator, literal: &Literal) -> Comparison {
    let is_bool = columns.iter().any(|c| c.name.sql == name && c.ty == Type::Bool);
    match (op(operator), literal) {
        (Op::Equal, Literal::Integer(0)) | (Op::NotEqual, Literal::Integer(1)) if is_bool => Comparison::HoldsNot,
        (Op::Equal, Literal::Integer(1)) | (Op::NotEqual, Literal::Integer(0)) if is_bool => Comparison::Holds,
        (op, _) => Comparison::Of(op),
    }
}

/// Returns a condition over columns of a table.
pub(crate) fn condition<'s>(said: &Condition, columns: &[&Column]) -> Expr<'s> {
    condition_by(said, columns, &|name| Expr::column(name.to_owned()))
}

/// Returns a condition over columns of the table of an alias.
pub(crate) fn condition_of<'s>(alias: &'static str, said: &Condition, columns: &[&Column]) -> Expr<'s> {
    condition_by(said, columns, &|name| Expr::of(alias, name.to_owned()))
}

fn condition_by<'s>(said: &Condition, columns: &[&Column], name: &dyn Fn(&str) -> Expr<'s>) -> Expr<'s> {
    let all = |parts: &[Condition]| parts.iter().map(|part| condition_by(part, columns, name)).collect();
    match said {
        Condition::Compare { column, operator, literal } => match comparison(columns, column, *operator, literal) {
            Comparison::Holds => name(column),
            Comparison::HoldsNot => name(column).not(),
            Comparison::Of(op) => name(column).compare(op, Expr::Lit(value(literal))),
        },
        Condition::Set { column, set: true } => name(column).not_null(),
        Condition::Set { column, set: false } => name(column).is_null(),
        Condition::All(parts) => Expr::All(all(parts)),
        Condition::Any(parts) => Expr::Any(all(parts)),
        Condition::Not(inner) => Expr::NotTrue(Box::new(condition_by(inner, columns, name))),
    }
}

/// Returns a condition as people write it, on one line: names without quotes, and escapes for what a comment must not hold.
pub(crate) fn shown(said: &Condition) -> String {
    match said {
        Condition::Compare { column, operator, literal } => {
            let literal = Dialect::Sqlite.print_expr(&Expr::Lit(value(literal)));
            let sign = match operator {
                Operator::Equal => "=",
                Operator::NotEqual => "<>",
                Operator::Less => "<",
                Operator::LessOrEqual => "<=",
                Operator::Greater => ">",
                Operator::GreaterOrEqual => ">=",
            };
            format!("{column} {sign} {}", escaped(&literal))
        }
        Condition::Set { column, set: true } => format!("{column} IS NOT NULL"),
        Condition::Set { column, set: false } => format!("{column} IS NULL"),
        Condition::All(parts) => joined(parts, " AND "),
        Condition::Any(parts) => joined(parts, " OR "),
        Condition::Not(inner) => format!("({}) IS NOT TRUE", shown(inner)),
    }
}

fn joined(parts: &[Condition], by: &str) -> String {
    let part = |part: &Condition| match part {
        Condition::All(_) | Condition::Any(_) => format!("({})", shown(part)),
        Condition::Compare { .. } | Condition::Set { .. } | Condition::Not(_) => shown(part),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(by)
}

fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '\'' | '"' => c.to_string(),
        _ => c.escape_debug().to_string(),
    };
    text.chars().map(escape).collect()
}

fn op(operator: Operator) -> Op {
    match operator {
        Operator::Equal => Op::Equal,
        Operator::NotEqual => Op::NotEqual,
        Operator::Less => Op::Less,
        Operator::LessOrEqual => Op::AtMost,
        Operator::Greater => Op::Greater,
        Operator::GreaterOrEqual => Op::AtLeast,
    }
}

fn value<'s>(value: &Literal) -> Lit<'s> {
    match value {
        Literal::Integer(number) => Lit::Int(*number),
        Literal::Real(number) => Lit::Real(number.clone().into()),
        Literal::Text(text) => Lit::Text(text.clone().into()),
        Literal::Bytes(bytes) => Lit::Bytes(bytes.clone().into()),
    }
}
