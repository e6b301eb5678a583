//! Definitions: tables, indexes, triggers, views.

use crate::{Expr, Lit, Name, Statement, Ty};

/// A definition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ddl<'a> {
    /// CREATE TABLE.
    Table(Table<'a>),
    /// CREATE INDEX.
    Index(Index<'a>),
    /// CREATE TRIGGER.
    Trigger(Trigger<'a>),
    /// CREATE VIEW.
    View(View<'a>),
    /// ALTER TABLE.
    Alter(Alter<'a>),
    /// DROP.
    Drop(Dropped<'a>),
    /// Makes the table of that name, which rejects a row that says that something was found: columns `says`, `found`,
    /// how many rows, and `first`, the key of the first.
    Guard(Name<'a>),
}

/// ALTER TABLE.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alter<'a> {
    /// The table.
    pub table: Name<'a>,
    /// What changes.
    pub by: Alteration<'a>,
}

/// What changes in a table: no other form is accepted by every SQLite that protostore runs on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alteration<'a> {
    /// `RENAME TO`.
    RenameTo(Name<'a>),
    /// `RENAME COLUMN`.
    RenameColumn(Name<'a>, Name<'a>),
    /// `ADD COLUMN`.
    AddColumn(ColumnDef<'a>),
    /// `DROP COLUMN`.
    DropColumn(Name<'a>),
    /// `ALTER COLUMN … SET NOT NULL`.
    SetNotNull(Name<'a>),
    /// `ALTER COLUMN … DROP NOT NULL`.
    DropNotNull(Name<'a>),
    /// `ADD CONSTRAINT … CHECK`; nothing where a dialect's types imply all of it.
    AddCheck(Check<'a>),
    /// `DROP CONSTRAINT`, of a CHECK.
    DropCheck(Name<'a>),
}

/// What is dropped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dropped<'a> {
    /// A table with its rows, indexes and triggers.
    Table(Name<'a>),
    /// An index.
    Index(Name<'a>),
    /// A trigger, and the table that fires it; in PostgreSQL its function as well.
    Trigger(Name<'a>, Name<'a>),
    /// A view.
    View(Name<'a>),
}

/// CREATE TABLE.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// The lines of the comment before it.
    pub docs: &'a [String],
    /// Its columns, in order.
    pub columns: Vec<ColumnDef<'a>>,
    /// The CHECKs that concern several columns.
    pub checks: Vec<Check<'a>>,
    /// PRIMARY KEY.
    pub key: Key<'a>,
    /// The foreign keys of several columns.
    pub foreign_keys: Vec<ForeignKey<'a>>,
    /// Whether the rows are stored by the key: `WITHOUT ROWID`; nothing.
    pub by_key: bool,
}

/// PRIMARY KEY.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key<'a> {
    /// The name of the constraint, which SQLite is not told, as it could neither rename nor drop it.
    pub name: Name<'a>,
    /// Its columns.
    pub columns: Vec<Name<'a>>,
}

/// A column, with the constraints that concern it alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnDef<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// The lines of the comment before it.
    pub docs: &'a [String],
    /// Its type.
    pub ty: Ty,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// DEFAULT.
    pub default: Option<Lit<'a>>,
    /// Its CHECKs.
    pub checks: Vec<Check<'a>>,
    /// Its foreign key.
    pub reference: Option<ForeignKey<'a>>,
}

/// A named CHECK: conditions joined by AND. Where a dialect's types imply all of them, it has no such CHECK.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Check<'a> {
    /// The name of the constraint.
    pub name: Name<'a>,
    /// The conditions.
    pub all: Vec<Expr<'a>>,
}

/// REFERENCES at a column, or FOREIGN KEY; `ALTER TABLE … ADD CONSTRAINT` after all tables.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignKey<'a> {
    /// The name of the constraint, which SQLite is not told, as it could neither rename nor drop it.
    pub name: Name<'a>,
    /// The columns that refer.
    pub columns: Vec<Name<'a>>,
    /// The table that they refer to.
    pub table: Name<'a>,
    /// The columns of its key.
    pub key: Vec<Name<'a>>,
    /// ON DELETE.
    pub on_delete: OnDelete,
}

/// What the deletion of a row does to a row that refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OnDelete {
    /// The deletion is rejected.
    NoAction,
    /// The row is deleted as well.
    Cascade,
    /// The columns that refer are set to NULL.
    SetNull,
}

/// CREATE INDEX.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// Its table.
    pub table: Name<'a>,
    /// Whether its values are unique.
    pub unique: bool,
    /// Its columns.
    pub columns: Vec<IndexPart<'a>>,
    /// WHERE: which rows it holds.
    pub of: Option<Expr<'a>>,
}

/// A column of an index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexPart<'a> {
    /// The column.
    pub column: Name<'a>,
    /// Whether the greatest value comes first.
    pub descending: bool,
    /// Whether it may be NULL, which is the smallest value: PostgreSQL must be told.
    pub nullable: bool,
}

/// CREATE TRIGGER for each row; in PostgreSQL a function and its trigger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trigger<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// Its table.
    pub table: Name<'a>,
    /// The write before which it runs.
    pub before: Event<'a>,
    /// The rows for which it runs; none where it runs for all.
    pub when: Option<Expr<'a>>,
    /// What it does, in this order.
    pub steps: Vec<TriggerStep<'a>>,
}

/// A write before which a trigger runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event<'a> {
    /// `UPDATE OF columns`; of any column where there are none.
    Update(Vec<Name<'a>>),
    /// DELETE.
    Delete,
}

/// A step of a trigger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TriggerStep<'a> {
    /// Rejects the write: `SELECT RAISE(ABORT, …) WHERE …`; `RAISE EXCEPTION USING ERRCODE = …`.
    Refuse {
        /// The message.
        says: Name<'a>,
        /// The SQLSTATE.
        code: &'static str,
        /// The column that it is about.
        column: Option<Name<'a>>,
        /// When the write is rejected; none where it always is.
        when: Option<Expr<'a>>,
    },
    /// Runs a statement.
    Do(Statement<'a>),
}

/// CREATE VIEW over one table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct View<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// The table.
    pub table: Name<'a>,
    /// The columns, each under a name.
    pub columns: Vec<(Expr<'a>, Name<'a>)>,
}
