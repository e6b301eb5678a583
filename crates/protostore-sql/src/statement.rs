//! Statements.

use crate::{Column, Expr, Name, Param};

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statement<'a> {
    /// SELECT.
    Select(Select<'a>),
    /// INSERT.
    Insert(Insert<'a>),
    /// UPDATE.
    Update(Update<'a>),
    /// DELETE.
    Delete(Delete<'a>),
}

/// SELECT.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Select<'a> {
    /// What is selected.
    pub what: What<'a>,
    /// FROM.
    pub from: Source<'a>,
    /// JOIN, in this order.
    pub joins: Vec<Join<'a>>,
    /// WHERE: conditions joined by AND.
    pub rows: Vec<Expr<'a>>,
    /// ORDER BY.
    pub order: Vec<Order<'a>>,
    /// LIMIT.
    pub limit: Limit<'a>,
}

/// What a SELECT selects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What<'a> {
    /// The columns of a record from its own table: with FROM, the head that all reads of the record share.
    Record(Vec<Column<'a>>),
    /// Anything else.
    Exprs(Vec<Expr<'a>>),
}

/// The source of rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source<'a> {
    /// A table, and its alias.
    Table(Name<'a>, Option<Name<'a>>),
    /// A list of keys, one parameter of JSON: `json_each($1) o`; `jsonb_array_elements(…) WITH ORDINALITY o(v, n)`.
    Keys(Option<&'static str>, Param<'a>),
    /// `(SELECT …) AS "c"`.
    Rows(Box<Select<'a>>),
}

/// A table joined to the rows so far.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Join<'a> {
    /// The table.
    pub table: Name<'a>,
    /// Its alias.
    pub alias: Name<'a>,
    /// ON: conditions joined by AND.
    pub on: Vec<Expr<'a>>,
    /// Whether the planner must take the rows so far first: `CROSS JOIN`; `JOIN`.
    pub in_order: bool,
}

/// A part of ORDER BY.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order<'a> {
    /// The value.
    pub by: Expr<'a>,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// Whether it may be NULL, which is the smallest value: PostgreSQL must be told.
    pub nullable: bool,
}

/// How many rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit<'a> {
    /// All.
    None,
    /// `LIMIT 1`.
    One,
    /// `LIMIT 1 OFFSET $n`.
    OneAfter(Param<'a>),
    /// `LIMIT $n`.
    Most(Param<'a>),
    /// As many as a page has: `LIMIT $n`, which comes last.
    Page,
}

/// INSERT.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Insert<'a> {
    /// The table.
    pub table: Name<'a>,
    /// The columns that are given.
    pub columns: Vec<Name<'a>>,
    /// Their values.
    pub rows: Rows<'a>,
    /// ON CONFLICT.
    pub conflict: Option<Conflict<'a>>,
}

/// What is inserted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rows<'a> {
    /// One row.
    Values(Vec<Expr<'a>>),
    /// The rows of a SELECT.
    Select(Select<'a>),
}

/// What an INSERT does where it meets an existing row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conflict<'a> {
    /// `ON CONFLICT DO NOTHING`.
    Nothing,
    /// `ON CONFLICT (columns) WHERE … DO UPDATE SET …`.
    Update {
        /// The columns of the key or unique index.
        columns: Vec<Name<'a>>,
        /// The condition of a partial index; empty where it holds all rows.
        of: Vec<Expr<'a>>,
        /// What is written to the existing row.
        set: Vec<(Name<'a>, Expr<'a>)>,
    },
}

/// UPDATE.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Update<'a> {
    /// The table.
    pub table: Name<'a>,
    /// What is written.
    pub set: Vec<(Name<'a>, Expr<'a>)>,
    /// WHERE: conditions joined by AND.
    pub rows: Vec<Expr<'a>>,
    /// RETURNING.
    pub returning: Vec<Expr<'a>>,
}

/// DELETE.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delete<'a> {
    /// The table.
    pub table: Name<'a>,
    /// WHERE: conditions joined by AND.
    pub rows: Vec<Expr<'a>>,
}

impl<'a> Select<'a> {
    /// Returns a SELECT of all rows.
    #[must_use]
    pub fn new(what: What<'a>, from: Source<'a>) -> Self {
        Self { what, from, joins: Vec::new(), rows: Vec::new(), order: Vec::new(), limit: Limit::None }
    }

    /// Returns `SELECT … FROM table`.
    #[must_use]
    pub fn from(table: impl Into<Name<'a>>, what: impl IntoIterator<Item = Expr<'a>>) -> Self {
        Self::new(What::Exprs(what.into_iter().collect()), Source::Table(table.into(), None))
    }

    /// Returns `SELECT … FROM table alias`.
    #[must_use]
    pub fn of(
        table: impl Into<Name<'a>>,
        alias: impl Into<Name<'a>>,
        what: impl IntoIterator<Item = Expr<'a>>,
    ) -> Self {
        Self::new(What::Exprs(what.into_iter().collect()), Source::Table(table.into(), Some(alias.into())))
    }

    /// Adds a join.
    #[must_use]
    pub fn join(mut self, join: Join<'a>) -> Self {
        self.joins.push(join);
        self
    }

    /// Adds conditions, joined by AND.
    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Expr<'a>>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// Adds to ORDER BY.
    #[must_use]
    pub fn order(mut self, order: impl IntoIterator<Item = Order<'a>>) -> Self {
        self.order.extend(order);
        self
    }

    /// Sets the limit.
    #[must_use]
    pub fn limit(mut self, limit: Limit<'a>) -> Self {
        self.limit = limit;
        self
    }

    /// Returns `EXISTS (SELECT …)`.
    #[must_use]
    pub fn exists(self) -> Expr<'a> {
        Expr::Exists(Box::new(self))
    }
}

impl<'a> Order<'a> {
    /// Returns the ascending order of a value that is never NULL.
    #[must_use]
    pub fn by(by: Expr<'a>) -> Self {
        Self { by, descending: false, nullable: false }
    }
}

macro_rules! statement {
    ($($kind:ident)*) => { $(impl<'a> From<$kind<'a>> for Statement<'a> {
        fn from(s: $kind<'a>) -> Self { Self::$kind(s) }
    })* };
}
statement!(Select Insert Update Delete);
