//! Statements, clause by clause.

use super::layout::Break;
use super::{Printer, expr};
use crate::{
    Conflict, Delete, Expr, Insert, Join, Limit, Name, Order, Param, ParamRole, Rows, Select, Source, Statement,
    Update, What,
};

impl<'a> Printer<'a> {
    pub(super) fn statement(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::Select(select) => self.select(select),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
        }
    }

    fn select(&mut self, Select { what, from, joins, rows, order, limit }: &Select<'a>) {
        self.push("SELECT ");
        match what {
            // The record of a singleton may have child tables and no column.
            What::Record(columns) if columns.is_empty() => self.push("1"),
            What::Record(columns) => self.each(columns, Self::column),
            What::Exprs(all) => self.exprs(all),
        }
        self.clause("FROM");
        self.source(from);
        if let (What::Record(_), 0) = (what, self.depth) {
            self.head = self.out.len();
        }
        for join in joins {
            self.join(join);
        }
        self.filter(rows);
        if !order.is_empty() {
            self.clause("ORDER BY");
            self.each(order, Self::order);
        }
        self.limit(limit);
    }

    fn join(&mut self, Join { table, alias, on, in_order }: &Join<'a>) {
        self.clause(if *in_order && self.is_sqlite() { "CROSS JOIN" } else { "JOIN" });
        self.quoted(table);
        self.push(" ");
        self.push(alias);
        self.push(" ON ");
        self.all(on);
    }

    fn order(&mut self, Order { by, descending, nullable }: &Order<'a>) {
        self.expr(by, expr::COMPARE);
        self.push(if *descending { " DESC" } else { "" });
        if *nullable {
            self.nulls(*descending);
        }
    }

    /// Says that NULL is the smallest value.
    pub(super) fn nulls(&mut self, descending: bool) {
        self.push(if descending { " NULLS LAST" } else { " NULLS FIRST" });
    }

    fn limit(&mut self, limit: &Limit<'a>) {
        let limit = match limit {
            Limit::None => return,
            Limit::One => return self.push(" LIMIT 1"),
            Limit::OneAfter(skipped) => {
                self.push(" LIMIT 1 OFFSET ");
                return self.param(skipped);
            }
            Limit::Most(most) => most.clone(),
            Limit::Page => Param { field: "".into(), role: ParamRole::Limit, ty: None },
        };
        self.push(" LIMIT ");
        self.param(&limit);
    }

    fn source(&mut self, source: &Source<'a>) {
        match source {
            Source::Table(name, alias) => {
                self.quoted(name);
                if let Some(alias) = alias {
                    self.push(" ");
                    self.push(alias);
                }
            }
            Source::Keys(alias, keys) => self.keys(*alias, keys),
            Source::Rows(rows) => {
                self.within(rows);
                // PostgreSQL before 16 wants a name.
                self.push(" AS \"c\"");
            }
        }
    }

    /// Adds `(SELECT …)`.
    pub(super) fn within(&mut self, rows: &Select<'a>) {
        self.push("(");
        self.depth = self.depth.saturating_add(1);
        self.select(rows);
        self.depth = self.depth.saturating_sub(1);
        self.push(")");
    }

    fn filter(&mut self, rows: &[Expr<'a>]) {
        if !rows.is_empty() {
            self.clause("WHERE");
            self.all(rows);
        }
    }

    fn exprs(&mut self, all: &[Expr<'a>]) {
        self.each(all, |p, expr| p.expr(expr, 0));
    }

    fn insert(&mut self, Insert { table, columns, rows, conflict }: &Insert<'a>) {
        self.push("INSERT INTO ");
        self.quoted(table);
        self.push(" (");
        self.names(columns);
        self.push(")");
        match rows {
            Rows::Values(values) => {
                self.clause("VALUES");
                self.push("(");
                self.exprs(values);
                self.push(")");
            }
            Rows::Select(select) => {
                self.space(Break::Clause);
                self.select(select);
            }
        }
        match conflict {
            None => {}
            Some(Conflict::Nothing) => {
                self.clause("ON CONFLICT");
                self.push("DO NOTHING");
            }
            Some(Conflict::Update { columns, of, set }) => {
                self.clause("ON CONFLICT");
                self.push("(");
                self.names(columns);
                self.push(")");
                self.filter(of);
                self.clause("DO UPDATE SET");
                self.set(set);
            }
        }
    }

    fn update(&mut self, Update { table, set, rows, returning }: &Update<'a>) {
        self.push("UPDATE ");
        self.quoted(table);
        self.clause("SET");
        self.set(set);
        self.filter(rows);
        if !returning.is_empty() {
            self.clause("RETURNING");
            self.exprs(returning);
        }
    }

    fn set(&mut self, set: &[(Name<'a>, Expr<'a>)]) {
        self.each(set, |p, (name, value)| {
            p.quoted(name);
            p.push(" = ");
            p.expr(value, 0);
        });
    }

    fn delete(&mut self, Delete { table, rows }: &Delete<'a>) {
        self.push("DELETE FROM ");
        self.quoted(table);
        self.filter(rows);
    }
}
