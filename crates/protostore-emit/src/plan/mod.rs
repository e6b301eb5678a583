//! The statements of a generated crate, each with its slot: its place among the statements that a connection holds.

mod child;
mod counter;
mod edit;
mod keys;
mod life;
mod lookup;
mod none;
mod partial;
mod record;
mod referrers;
mod relation;
mod soft;

use protostore_schema::{Column, Form, Schema};

pub(crate) use child::{ChildPlan, RowsPlan};
pub(crate) use counter::{RevisionPlan, SequencePlan, counter, number_of};
pub(crate) use edit::{AroundPlan, EditPlan, TouchPlan};
pub(crate) use life::ExpirePlan;
use life::Live;
pub(crate) use lookup::{Lookup, LookupKind};
pub(crate) use partial::Partial;
pub(crate) use record::{ReferencePlan, TablePlan};
pub(crate) use referrers::ReferrerPlan;
use referrers::Referrers;
pub(crate) use relation::RelationPlan;
pub(crate) use soft::{CascadePlan, KeeperPlan, NamesPlan, SoftPlan, most};

/// A statement with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its place among the held statements of a connection, numbered over the whole store.
    pub slot: u32,
    /// What it does: `virtual_machines.get`.
    pub name: String,
    /// Its text for SQLite, with parameters `?1`, `?2`.
    pub sql: String,
    /// The path of the field that each parameter carries.
    pub fields: Vec<String>,
    /// Where it finds only rows that are there for readers, the forms of the present time that are its last parameters.
    pub live: Option<Vec<Form>>,
    /// Whether it asks for all rows in the order of their key, or for one end of them, so that it may go through a table.
    pub whole: bool,
}

/// The statements of every table.
pub(crate) struct Plan<'s> {
    /// By table, in the schema's order.
    pub(crate) tables: Vec<TablePlan<'s>>,
    all: Statements,
}

impl<'s> Plan<'s> {
    /// Returns the plan of a schema.
    pub(crate) fn of(schema: &'s Schema) -> Self {
        let mut all = Statements::default();
        let referrers = Referrers::of(schema);
        let tables = schema.tables.iter().map(|table| TablePlan::of(schema, &referrers, table, &mut all)).collect();
        Self { tables, all }
    }

    /// Returns how many statements a connection may hold.
    pub(crate) fn slots(&self) -> u32 {
        self.all.next()
    }

    /// Returns the statements, by slot.
    pub(crate) fn into_statements(self) -> Vec<Statement> {
        self.all.0
    }
}

/// The statements so far; a slot is the order of addition.
#[derive(Default)]
struct Statements(Vec<Statement>);

impl Statements {
    fn next(&self) -> u32 {
        u32::try_from(self.0.len()).expect("fewer statements than 2^32")
    }

    fn add(&mut self, name: String, sql: String, fields: Vec<String>) -> Statement {
        self.add_live(name, sql, fields, Live::default())
    }

    /// Adds a statement that has the condition that a row is there.
    fn add_live(&mut self, name: String, sql: String, fields: Vec<String>, live: Live) -> Statement {
        let statement = Statement { slot: self.next(), name, sql, fields, live: live.into_clocks(), whole: false };
        self.0.push(statement.clone());
        statement
    }

    /// Says of a statement that was added that it asks for all rows.
    fn whole(&mut self, mut statement: Statement) -> Statement {
        statement.whole = true;
        self.0[statement.slot as usize].whole = true;
        statement
    }
}

/// Returns the paths of the fields that columns hold.
fn fields(columns: &[&Column]) -> Vec<String> {
    columns.iter().map(|c| c.name.proto.clone()).collect()
}

/// Returns the SQL names of columns.
fn names<'c>(columns: &[&'c Column]) -> impl Iterator<Item = &'c str> + Clone + use<'c> {
    columns.iter().map(|c| c.name.sql.as_str()).collect::<Vec<_>>().into_iter()
}

/// Returns `"a" = ?1 AND "b" = ?2`, counting from `first`.
fn equal<'n>(names: impl IntoIterator<Item = &'n str>, first: usize) -> String {
    let conditions: Vec<String> = names
        .into_iter()
        .enumerate()
        .map(|(i, name)| format!("{} = ?{}", crate::sql::quote(name), i + first))
        .collect();
    conditions.join(" AND ")
}

/// Returns `?1, ?2`, counting from `first`.
fn parameters(count: usize, first: usize) -> String {
    (first..first + count).map(|i| format!("?{i}")).collect::<Vec<_>>().join(", ")
}

/// Returns the condition that a row comes after a key: `"id" > ?1`, `("a", "b") > (?1, ?2)`.
fn after(key: &[&Column], first: usize) -> String {
    let names = crate::sql::list(names(key));
    if key.len() == 1 {
        format!("{names} > ?{first}")
    } else {
        format!("({names}) > ({})", parameters(key.len(), first))
    }
}
