//! The statements of a generated crate, each with its slot: its place among the statements that a connection holds.

mod child;
mod counter;
mod edit;
mod keys;
mod life;
mod listing;
mod lookup;
mod none;
mod partial;
mod record;
mod recursion;
mod referrers;
mod relation;
mod soft;

use protostore_schema::{Column, Role, Schema};
use protostore_sql::{self as sql, Dialect, Expr, Insert, Limit, Op, Order, Param, ParamRole, Rows, Text};

pub(crate) use child::{ChildPlan, RowsPlan};
pub(crate) use counter::{COUNTERS, RevisionPlan, SequencePlan, at, begin};
pub(crate) use edit::{AroundPlan, EditPlan, TouchPlan};
pub(crate) use life::ExpirePlan;
use life::Live;
pub(crate) use life::clock;
pub(crate) use listing::{ListingPlan, RangePlan};
pub(crate) use lookup::{Lookup, LookupKind};
pub(crate) use partial::Partial;
pub(crate) use record::{ReferencePlan, TablePlan};
pub(crate) use recursion::RecursionPlan;
use recursion::Recursions;
pub(crate) use referrers::ReferrerPlan;
use referrers::Referrers;
pub(crate) use relation::RelationPlan;
pub(crate) use soft::{CascadePlan, KeeperPlan, NamesPlan, SoftPlan, most};

/// The dialects that a generated crate holds statements in.
pub(crate) const DIALECTS: &[Dialect] = &[Dialect::Sqlite];

/// The dialects that statements can be printed in.
pub(crate) const EVERY_DIALECT: &[Dialect] = &[Dialect::Sqlite, Dialect::Postgres];

/// A statement with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its place among the held statements of a connection, numbered over the whole store.
    pub slot: u32,
    /// What it does: `virtual_machines.get`.
    pub name: String,
    /// Its text in each dialect that was asked for, with parameters `$1`, `$2`.
    pub texts: Vec<(Dialect, Text<'static>)>,
    /// Whether it writes a row, whose columns its parameters are, in their order.
    pub row: bool,
    /// Whether it asks for all rows in the order of their key, or for one end of them, so that it may go through a table.
    pub whole: bool,
    /// Whether it reads rows page by page, each page from its place in an index.
    pub paged: bool,
    /// Whether it begins after a place, at which the index must be entered.
    pub seeks: bool,
}

impl Statement {
    /// Returns its text in the dialect that comes first.
    pub(crate) fn text(&self) -> &Text<'static> {
        &self.texts[0].1
    }

    /// Returns the whole text in a dialect, byte for byte as a generated crate holds it.
    ///
    /// # Panics
    /// If the statement was not printed in that dialect.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        let text = self.texts.iter().find(|(of, _)| *of == dialect);
        text.expect("a dialect that the statement was printed in").1.whole()
    }

    /// Returns its parameters, in the order of their numbers, which is the same in every dialect.
    #[must_use]
    pub fn params(&self) -> &[Param<'static>] {
        &self.text().params
    }
}

/// The statements of every table.
pub(crate) struct Plan<'s> {
    /// By table, in the schema's order.
    pub(crate) tables: Vec<TablePlan<'s>>,
    all: Statements,
}

impl<'s> Plan<'s> {
    /// Returns the plan of a schema, with statements in these dialects.
    pub(crate) fn of(schema: &'s Schema, dialects: &'static [Dialect]) -> Self {
        let mut all = Statements { dialects, all: Vec::new() };
        let referrers = Referrers::of(schema);
        let recursions = Recursions::of(schema, &referrers);
        let tables =
            schema.tables.iter().map(|table| TablePlan::of(schema, (&referrers, &recursions), table, &mut all));
        let tables = tables.collect();
        Self { tables, all }
    }

    /// Returns how many statements a connection may hold.
    pub(crate) fn slots(&self) -> u32 {
        self.all.next()
    }

    /// Returns the statements, by slot.
    pub(crate) fn into_statements(self) -> Vec<Statement> {
        self.all.all
    }
}

/// The statements so far; a slot is the order of addition.
struct Statements {
    dialects: &'static [Dialect],
    all: Vec<Statement>,
}

impl Statements {
    fn next(&self) -> u32 {
        u32::try_from(self.all.len()).expect("fewer statements than 2^32")
    }

    fn add<'s>(&mut self, name: String, statement: impl Into<sql::Statement<'s>>) -> Statement {
        let statement = statement.into();
        let texts = self.dialects.iter().map(|dialect| (*dialect, dialect.print(&statement).into_owned())).collect();
        let paged = matches!(&statement, sql::Statement::Select(select) if select.limit == Limit::Page);
        let seeks = matches!(&statement, sql::Statement::Select(select) if select.rows.iter().any(is_after_place));
        let row = matches!(&statement, sql::Statement::Insert(Insert { rows: Rows::Values(_), .. }));
        let statement = Statement { slot: self.next(), name, texts, row, whole: false, paged, seeks };
        self.all.push(statement.clone());
        statement
    }

    /// Says of a statement that was added that it asks for all rows.
    fn whole(&mut self, mut statement: Statement) -> Statement {
        statement.whole = true;
        self.all[statement.slot as usize].whole = true;
        statement
    }
}

/// Returns whether a condition is that a row comes after a place.
fn is_after_place(condition: &Expr<'_>) -> bool {
    let is_place = |expr: &Expr<'_>| matches!(expr, Expr::Param(param) if param.role == ParamRole::After);
    match condition {
        Expr::Compare(_, Op::Greater | Op::Less, place) => match &**place {
            Expr::Tuple(parts) => parts.iter().all(is_place),
            place => is_place(place),
        },
        _ => false,
    }
}

/// Returns the paths of the fields that columns hold.
fn fields(columns: &[&Column]) -> Vec<String> {
    columns.iter().map(|c| c.name.proto.clone()).collect()
}

/// Returns `"a" = $1 AND "b" = $2`.
fn equal<'s>(columns: &[&'s Column]) -> Vec<Expr<'s>> {
    columns.iter().map(|c| Expr::column(&c.name.sql).equals(value(c))).collect()
}

/// Returns `"_id" = $1`: columns that hold what fields of another name carry.
fn tied<'s>(alias: Option<&'static str>, columns: &[&'s Column], fields: &[&'s Column]) -> Vec<Expr<'s>> {
    let name = |c: &'s Column| match alias {
        None => Expr::column(&c.name.sql),
        Some(alias) => Expr::of(alias, &c.name.sql),
    };
    columns.iter().zip(fields).map(|(c, field)| name(c).equals(value(field))).collect()
}

/// Returns the parameter that carries a column's field.
fn value(column: &Column) -> Expr<'_> {
    let role = if matches!(column.role, Role::Position | Role::MapKey) { ParamRole::Place } else { ParamRole::Value };
    Expr::param(&column.name.proto, role)
}

/// Returns columns of an alias.
fn of<'s>(alias: &'static str, columns: &[&'s Column]) -> Vec<Expr<'s>> {
    columns.iter().map(|c| Expr::of(alias, &c.name.sql)).collect()
}

/// Returns columns of the only table that there is.
fn own<'s>(columns: &[&'s Column]) -> Vec<Expr<'s>> {
    columns.iter().map(|c| Expr::column(&c.name.sql)).collect()
}

/// Returns the order by columns that are never NULL.
fn order(by: Vec<Expr<'_>>) -> impl Iterator<Item = Order<'_>> {
    by.into_iter().map(Order::by)
}

/// Returns the condition that a row comes after a key: `"id" > $1`, `("a", "b") > ($1, $2)`.
fn after<'s>(key: &[&'s Column]) -> Expr<'s> {
    let last = key.iter().map(|c| Expr::param(&c.name.proto, ParamRole::After));
    Expr::tuple(own(key)).compare(Op::Greater, Expr::tuple(last))
}
