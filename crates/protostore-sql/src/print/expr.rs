//! Expressions, with parentheses where one binds less tightly than its surroundings need.

use std::borrow::Borrow;

use super::Printer;
use super::layout::Break;
use crate::{Arm, Column, Dialect, Expr, Lit, Op, Qualifier, Recode};

/// How tightly an expression binds. AND inside OR has parentheses as well, so that no reader has to know which of them
/// binds closer.
pub(super) const ANY: u8 = 1;
pub(super) const ALL: u8 = 2;
pub(super) const NOT: u8 = 3;
pub(super) const COMPARE: u8 = 4;
pub(super) const PLUS: u8 = 5;
pub(super) const SIGN: u8 = 6;
pub(super) const ATOM: u8 = 7;

/// How many parts AND and OR join in one row; more are joined in halves.
const PARTS: usize = 16;

impl<'a> Printer<'a> {
    /// Adds an expression, in parentheses where it binds less tightly than `least`.
    pub(super) fn expr(&mut self, expr: &Expr<'a>, least: u8) {
        match expr {
            Expr::All(parts) | Expr::Any(parts) | Expr::Tuple(parts) if parts.len() == 1 => {
                return self.expr(&parts[0], least);
            }
            Expr::ByType(inner) if self.is_sqlite() => return self.expr(inner, least),
            _ => {}
        }
        if self.binds(expr) >= least {
            return self.bare(expr);
        }
        self.push("(");
        self.bare(expr);
        self.push(")");
    }

    /// Adds an expression that other text can be written around.
    pub(super) fn atom(&mut self, expr: &Expr<'a>) {
        self.expr(expr, ATOM);
    }

    /// Adds a call of a function whose first argument is an expression.
    pub(super) fn call(&mut self, before: &str, of: &Expr<'a>, after: &str) {
        self.push(before);
        self.expr(of, 0);
        self.push(after);
    }

    /// Adds conditions joined by AND.
    pub(super) fn all<E: Borrow<Expr<'a>>>(&mut self, all: &[E]) {
        self.joined(all, "AND ", ALL);
    }

    fn binds(&self, expr: &Expr<'_>) -> u8 {
        let sqlite = self.is_sqlite();
        match expr {
            Expr::All(parts) | Expr::Any(parts) | Expr::In(_, parts) | Expr::NotIn(_, parts) if parts.is_empty() => {
                ATOM
            }
            Expr::Any(_) => ANY,
            Expr::All(_) => ALL,
            Expr::Not(_) => NOT,
            // PostgreSQL's print has its own parentheses.
            Expr::Compare(_, Op::Same, _) if !sqlite => ATOM,
            Expr::NotTrue(_) | Expr::IsTrue(_) | Expr::IsNull(_) | Expr::NotNull(_) | Expr::Compare(..) => COMPARE,
            Expr::Between(..) | Expr::In(..) | Expr::NotIn(..) | Expr::InRows(..) => COMPARE,
            Expr::Rfc3339(_) | Expr::Has(..) => COMPARE,
            Expr::Plus(..) | Expr::HowMany(_) | Expr::Sum(_) | Expr::Listed(_) => PLUS,
            Expr::Recoded(Recode::Scaled { .. }, _) => PLUS,
            Expr::Repeated(_) => COMPARE,
            Expr::KeyPlace { .. } if !sqlite => PLUS,
            Expr::Lit(Lit::Int(number)) if *number < 0 => SIGN,
            Expr::Plain(_) => SIGN,
            _ => ATOM,
        }
    }

    fn joined<E: Borrow<Expr<'a>>>(&mut self, parts: &[E], by: &str, least: u8) {
        if parts.len() > PARTS {
            let (left, right) = parts.split_at(parts.len() / 2);
            self.push("(");
            self.joined(left, by, least);
            self.push(")");
            self.space(Break::Item);
            self.push(by);
            self.push("(");
            self.joined(right, by, least);
            return self.push(")");
        }
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.space(Break::Item);
                self.push(by);
            }
            self.expr(part.borrow(), least);
        }
    }

    fn bare(&mut self, expr: &Expr<'a>) {
        match expr {
            Expr::Column(column) => self.column(column),
            Expr::Param(param) => self.param(param),
            Expr::Lit(lit) => self.lit(lit),
            Expr::Tuple(parts) => self.tuple(parts),
            Expr::Excluded(name) => {
                self.push("excluded.");
                self.quoted(name);
            }
            Expr::Const(truth) => self.push(if *truth { "TRUE" } else { "FALSE" }),
            Expr::All(parts) if parts.is_empty() => self.push("TRUE"),
            Expr::Any(parts) if parts.is_empty() => self.push("FALSE"),
            Expr::All(parts) if self.is_sqlite() => self.joined(parts, "AND ", ALL),
            Expr::All(parts) => {
                let stated: Vec<&Expr<'a>> = parts.iter().filter(|part| !matches!(part, Expr::ByType(_))).collect();
                if stated.is_empty() { self.push("TRUE") } else { self.joined(&stated, "AND ", ALL) }
            }
            Expr::Any(parts) => self.joined(parts, "OR ", NOT),
            Expr::ByType(_) => self.push("TRUE"),
            Expr::Not(inner) => {
                self.push("NOT ");
                self.expr(inner, COMPARE);
            }
            Expr::NotTrue(inner) => self.call("(", inner, ") IS NOT TRUE"),
            Expr::IsTrue(inner) => self.before(inner, " IS TRUE"),
            Expr::IsNull(inner) => self.before(inner, " IS NULL"),
            Expr::NotNull(inner) => self.before(inner, " IS NOT NULL"),
            Expr::Compare(a, op, b) => self.compare(a, *op, b),
            Expr::Between(of, low, high) => {
                self.before(of, " BETWEEN ");
                self.lit(low);
                self.push(" AND ");
                self.lit(high);
            }
            // PostgreSQL has no `IN ()`.
            Expr::In(_, values) if values.is_empty() => self.push("FALSE"),
            Expr::NotIn(_, values) if values.is_empty() => self.push("TRUE"),
            Expr::In(of, values) => {
                self.expr(of, PLUS);
                self.listed(" IN (", values);
            }
            Expr::NotIn(of, values) => {
                self.expr(of, PLUS);
                self.listed(" NOT IN (", values);
            }
            Expr::InRows(of, rows) => {
                self.before(of, " IN ");
                self.within(rows);
            }
            Expr::Exists(rows) => {
                self.push("EXISTS ");
                self.within(rows);
            }
            Expr::Value(rows) => self.within(rows),
            Expr::Coalesce(a, b) => {
                self.call("coalesce(", a, ", ");
                self.call("", b, ")");
            }
            Expr::Max(of) => self.call("max(", of, ")"),
            Expr::Count => self.push("count(*)"),
            Expr::Plus(of, number) => {
                self.before(of, " + ");
                self.lit(&Lit::Int(*number));
            }
            Expr::HowMany(of) => {
                for (at, part) in of.iter().enumerate() {
                    self.push(if at == 0 { "" } else { " + " });
                    self.truth(part);
                }
            }
            Expr::Case(of, arms, otherwise) => self.case(of.as_deref(), arms, otherwise.as_deref()),
            Expr::Plain(of) => {
                self.push(if self.is_sqlite() { "+" } else { "" });
                self.expr(of, SIGN);
            }
            Expr::Cast(of, ty) => {
                self.call("CAST(", of, " AS ");
                self.push(self.cast_type(*ty));
                self.push(")");
            }
            Expr::Length(unit, of) => self.length(*unit, of),
            Expr::Has(part, of, lit) => self.has(*part, of, lit),
            Expr::Rfc3339(of) => self.rfc3339(of),
            Expr::Key { of, part, ty } => self.key(*of, *part, *ty),
            Expr::KeyPlace { of } => {
                self.push(of);
                self.push(if self.is_sqlite() { ".key" } else { ".n - 1" });
            }
            Expr::Shown(show, of) => self.shown(*show, of),
            Expr::Null => self.push("NULL"),
            Expr::NullIf(a, b) => {
                self.call("nullif(", a, ", ");
                self.call("", b, ")");
            }
            Expr::Min(of) => self.call("min(", of, ")"),
            Expr::Sum(of) => self.sum(of),
            Expr::Listed(of) => self.as_text(of),
            Expr::RowNumber { within, by } => self.row_number(within, by),
            Expr::Repeated(repeated) => self.repeated(repeated),
            Expr::Now(clock) => self.now(*clock),
            Expr::Recoded(recode, of) => self.recoded(*recode, of),
            Expr::IsSingle(of) => self.is_single(of),
            Expr::Written(text) => {
                self.push("(");
                self.push(text);
                self.push(")");
            }
        }
    }

    pub(super) fn column(&mut self, Column { of, name }: &Column<'a>) {
        let is_cockroach = self.dialect == Dialect::Cockroach;
        match of {
            Qualifier::Own => {}
            Qualifier::Old => self.push(if is_cockroach { "(OLD)." } else { "OLD." }),
            Qualifier::New => self.push(if is_cockroach { "(NEW)." } else { "NEW." }),
            Qualifier::Alias(alias) => {
                self.push(alias);
                self.push(".");
            }
            Qualifier::Table(table) => {
                self.quoted(table);
                self.push(".");
            }
        }
        self.quoted(name);
    }

    fn before(&mut self, of: &Expr<'a>, words: &str) {
        self.expr(of, PLUS);
        self.push(words);
    }

    fn listed(&mut self, open: &str, values: &[Expr<'a>]) {
        self.push(open);
        self.each(values, |p, value| p.expr(value, 0));
        self.push(")");
    }

    /// Adds a row value, on one line.
    fn tuple(&mut self, parts: &[Expr<'a>]) {
        for (at, part) in parts.iter().enumerate() {
            self.call(if at == 0 { "(" } else { ", " }, part, "");
        }
        self.push(")");
    }

    fn compare(&mut self, a: &Expr<'a>, op: Op, b: &Expr<'a>) {
        if op == Op::Same && !self.is_sqlite() {
            return self.postgres_same(a, b);
        }
        self.expr(a, PLUS);
        self.push(match op {
            Op::Equal => " = ",
            Op::NotEqual => " <> ",
            Op::Less => " < ",
            Op::AtMost => " <= ",
            Op::Greater => " > ",
            Op::AtLeast => " >= ",
            Op::Same => " IS ",
            Op::Differs if self.is_sqlite() => " IS NOT ",
            Op::Differs => " IS DISTINCT FROM ",
        });
        self.expr(b, PLUS);
    }

    fn case(&mut self, of: Option<&Expr<'a>>, arms: &[Arm<'a>], otherwise: Option<&Expr<'a>>) {
        self.push("CASE");
        if let Some(of) = of {
            self.call(" ", of, "");
        }
        for Arm(when, then) in arms {
            self.space(Break::Item);
            self.call("WHEN ", when, " THEN ");
            self.expr(then, 0);
        }
        if let Some(otherwise) = otherwise {
            self.space(Break::Item);
            self.call("ELSE ", otherwise, "");
        }
        self.push(" END");
    }
}
