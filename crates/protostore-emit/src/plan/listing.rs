//! The pages of a list: its order, and the ranges of rows that come after a place in it, each of them one seek.
//!
//! A place is the values of the columns that the list is sorted by. What follows it begins with the rows that differ from it
//! in the last columns alone, and ends with those that differ in the first one. Columns of one direction are compared
//! together, as a row; one that may be NULL begins a row of its own, and its NULLs are a range of their own.

use std::ops::Range;

use protostore_schema::Column;
use protostore_sql::{Expr, Limit, Op, Order, ParamRole, Select};

use super::{Live, Statement, Statements};

/// The statements over the records that an index selects.
pub(crate) struct ListingPlan<'s> {
    /// The record's columns in whose order the list comes, and whether each descends.
    pub(crate) order: Vec<(&'s Column, bool)>,
    pub(crate) first: Statement,
    /// What comes after a place, range by range.
    pub(crate) after: Vec<RangePlan>,
    pub(crate) count: Statement,
    pub(crate) delete: Statement,
}

/// A range of the rows that come after a place.
pub(crate) struct RangePlan {
    pub(crate) statement: Statement,
    /// Which of the place's values the statement takes.
    pub(crate) values: Vec<usize>,
    /// The value that the range depends on, and whether it is NULL there; none where every place has the range.
    pub(crate) of: Option<(usize, bool)>,
}

/// A column that a list is sorted by.
pub(super) struct Part<'s> {
    /// The record's column, which a place has the value of.
    pub(super) column: &'s Column,
    /// The same value in the statement.
    pub(super) by: Expr<'s>,
    pub(super) descending: bool,
}

/// The rows of a range.
struct Rows<'s> {
    rows: Vec<Expr<'s>>,
    /// The first column that they are sorted by: those before it have one value.
    sorted: usize,
    values: Vec<usize>,
    of: Option<(usize, bool)>,
}

/// Adds the statement of the first page, and those of what comes after a place.
pub(super) fn pages<'s>(
    name: &str,
    select: impl Fn(Vec<Expr<'s>>) -> Select<'s>,
    parts: &[Part<'s>],
    live: &Live<'s>,
    all: &mut Statements,
) -> (Statement, Vec<RangePlan>) {
    let page = |rows, sorted: usize| {
        let order = parts[sorted..].iter().map(Part::order);
        select(rows).rows(live.rows()).order(order).limit(Limit::Page)
    };
    let first = all.add(name.to_owned(), page(Vec::new(), 0));
    let after = ranges(parts).into_iter().enumerate().map(|(at, Rows { rows, sorted, values, of })| {
        let name = if at == 0 { format!("{name}.after") } else { format!("{name}.after_{}", at + 1) };
        RangePlan { statement: all.add(name, page(rows, sorted)), values, of }
    });
    let after = after.collect();
    (first, after)
}

impl<'s> Part<'s> {
    fn order(&self) -> Order<'s> {
        Order { by: self.by.clone(), descending: self.descending, nullable: self.column.nullable }
    }

    /// Returns the value in the place.
    fn last(&self) -> Expr<'s> {
        Expr::param(&self.column.name.proto, ParamRole::After)
    }

    /// Returns the condition that a row has the value of the place.
    fn same(&self) -> Expr<'s> {
        self.by.clone().compare(if self.column.nullable { Op::Same } else { Op::Equal }, self.last())
    }
}

/// Returns the ranges that come after a place, in their order.
fn ranges<'s>(parts: &[Part<'s>]) -> Vec<Rows<'s>> {
    let mut all = Vec::new();
    for Range { start, end } in together(parts).into_iter().rev() {
        let (head, rest) = (&parts[start], &parts[start + 1..end]);
        let after = |mut rows: Vec<Expr<'s>>, sorted: usize, values: Vec<usize>, of| {
            rows.splice(0..0, parts[..start].iter().map(Part::same));
            Rows { rows, sorted, values, of }
        };
        let is_set = head.column.nullable.then_some((start, false));
        all.push(after(vec![beyond(&parts[start..end])], start, (0..end).collect(), is_set));
        if !head.column.nullable {
            continue;
        }
        let null = || head.by.clone().is_null();
        if !rest.is_empty() {
            let values = (0..end).filter(|at| *at != start).collect();
            all.push(after(vec![null(), beyond(rest)], start + 1, values, Some((start, true))));
        }
        // NULL is the smallest value.
        all.push(match head.descending {
            true => after(vec![null()], start + 1, (0..start).collect(), is_set),
            false => after(vec![head.by.clone().not_null()], start, (0..start).collect(), Some((start, true))),
        });
    }
    all
}

/// Returns the columns that are compared together: those of one direction, of which only the first may be NULL.
fn together(parts: &[Part<'_>]) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        match all.last_mut() {
            Some(last) if !part.column.nullable && part.descending == parts[last.start].descending => last.end = at + 1,
            _ => all.push(at..at + 1),
        }
    }
    all
}

/// Returns the condition that a row comes after the place by these columns: `("a", "b") > ($1, $2)`.
fn beyond<'s>(parts: &[Part<'s>]) -> Expr<'s> {
    let op = if parts[0].descending { Op::Less } else { Op::Greater };
    let by = Expr::tuple(parts.iter().map(|part| part.by.clone()));
    by.compare(op, Expr::tuple(parts.iter().map(Part::last)))
}
