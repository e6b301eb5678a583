//! SQL as data until it is printed: the statements and definitions that protostore needs, and no others.
//!
//! A tree says what is meant; a [`Dialect`] prints it. No node holds text of SQL or the name of a function, so whatever
//! two dialects spell differently is one node, and a new construct is a new variant that both printers must know.
//! Names and literals are quoted by the printer, and lines break only at places between tokens that it notes.
//!
//! Both halves of protostore use this crate, the generator and the run time; it has no dependencies.

mod canonical;
mod ddl;
mod expr;
mod print;
mod recode;
mod statement;
mod value;

pub use canonical::{Identity, Others};
pub use ddl::{
    Alter, Alteration, Check, ColumnDef, Ddl, Dropped, Event, ForeignKey, Index, IndexPart, Key, OnDelete, Table,
    Trigger, TriggerStep, View,
};
pub use expr::{Arm, Expr, Length, Match, Op, Repeated, Show};
pub use print::Text;
pub use recode::Recode;
pub use statement::{Conflict, Delete, Insert, Join, Limit, Order, Rows, Select, Source, Statement, Update, What};
pub use value::{Clock, Column, Lit, Name, Param, ParamRole, Qualifier, Ty};

/// Whose SQL is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// SQLite 3.37 and newer for definitions, 3.39 and newer for statements.
    Sqlite,
    /// PostgreSQL 15 and newer.
    Postgres,
    /// CockroachDB: PostgreSQL's print, except for the types, columns of OLD and NEW, and `UPDATE OF`.
    Cockroach,
}
