//! What a migration costs: passes over tables, for an estimate of how long it takes.
//!
//! A pass is what it takes to read all rows of a table once. What else is done to all rows counts as several, as they were
//! measured on a million rows: `cargo run --release --package protostore-scale` does it again, and finds an
//! estimate that is wrong by more than a factor of three.

use std::collections::BTreeMap;

use protostore_sql::{Alteration, Ddl, Dropped, Expr, Insert, Others, Rows, Select, Source, Statement, What};

/// All rows are read: by a guard, or by ALTER, which looks whether they meet a new constraint.
const READ: u32 = 1;
/// A column is added: SQLite looks at all of the table.
const ADD: u32 = 2;
/// A table is dropped: all its pages are freed, which writes them.
const FREE: u32 = 3;
/// All rows are written in place: by UPDATE, or by ALTER, where a column is dropped.
const WRITE: u32 = 3;
/// All rows are inserted into another table, with its key.
const INSERT: u32 = 5;
/// An index is made of rows that were read.
const INDEX: u32 = 2;

/// What the run time does to all rows, one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByRow {
    /// Reads each.
    Reads,
    /// Reads each, and writes a column of it.
    Writes,
    /// Reads each, and writes several tables or the record whole.
    Spreads,
}

impl ByRow {
    fn passes(self) -> u32 {
        match self {
            Self::Reads => 2,
            Self::Writes => 10,
            Self::Spreads => 15,
        }
    }
}

/// Passes over each table, by the name that it has at that point of the migration.
#[derive(Clone, Debug, Default)]
pub(super) struct Cost(BTreeMap<String, u32>);

impl Cost {
    fn add(&mut self, table: &str, passes: u32) {
        if passes > 0 {
            *self.0.entry(table.to_owned()).or_default() += passes;
        }
    }

    /// Adds what a definition costs.
    pub(super) fn ddl(&mut self, ddl: &Ddl<'_>) {
        match ddl {
            Ddl::Index(index) => self.add(&index.table, READ + INDEX),
            Ddl::Drop(Dropped::Table(table)) => self.add(table, FREE),
            Ddl::Alter(alter) => match &alter.by {
                Alteration::RenameTo(to) => {
                    let passes = self.0.remove(&*alter.table).unwrap_or_default();
                    self.add(to, passes);
                }
                Alteration::AddColumn(_) => self.add(&alter.table, ADD),
                Alteration::SetNotNull(_) | Alteration::AddCheck(_) => {
                    self.add(&alter.table, READ);
                }
                Alteration::DropColumn(_) => self.add(&alter.table, WRITE),
                Alteration::RenameColumn(..) | Alteration::DropNotNull(_) | Alteration::DropCheck(_) => {}
            },
            Ddl::Drop(Dropped::Index(_) | Dropped::Trigger(..) | Dropped::View(_)) => {}
            Ddl::Table(_) | Ddl::Trigger(_) | Ddl::View(_) | Ddl::Guard(_) => {}
        }
    }

    /// Adds what a statement costs.
    pub(super) fn statement(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::Select(select) => self.select(select),
            Statement::Insert(Insert { table, rows, .. }) => match rows {
                Rows::Values(values) => values.iter().for_each(|value| self.expr(value)),
                Rows::Select(select) => {
                    self.add(table, INSERT);
                    self.select(select);
                }
            },
            Statement::Update(update) => {
                self.add(&update.table, WRITE);
                update.rows.iter().chain(update.set.iter().map(|(_, value)| value)).for_each(|expr| self.expr(expr));
            }
            Statement::Delete(delete) => {
                self.add(&delete.table, WRITE);
                delete.rows.iter().for_each(|expr| self.expr(expr));
            }
        }
    }

    fn select(&mut self, select: &Select<'_>) {
        match &select.from {
            Source::Table(table, _) => self.add(table, READ),
            Source::Rows(inner) => self.select(inner),
            Source::Keys(..) => {}
        }
        select.joins.iter().for_each(|join| self.add(&join.table, READ));
        select.rows.iter().for_each(|expr| self.expr(expr));
        if let What::Exprs(all) = &select.what {
            all.iter().for_each(|expr| self.expr(expr));
        }
    }

    /// Adds what is selected within an expression.
    fn expr(&mut self, expr: &Expr<'_>) {
        expr.others(&mut |others| match others {
            Others::Selected(select) => self.select(select),
            Others::Compared(repeated) => self.add(&repeated.table, READ + INDEX),
        });
    }

    /// Adds what the run time does to the rows of a table.
    pub(super) fn by_row(&mut self, table: &str, by: ByRow) {
        self.add(table, by.passes());
    }

    /// Adds the look whether each reference of a table names a row.
    pub(super) fn references(&mut self, table: &str) {
        self.add(table, READ);
    }

    /// Returns the passes over the store's own tables.
    pub(super) fn of_tables(self) -> BTreeMap<String, u32> {
        let is_own = |name: &String| !name.starts_with("protostore__") && !name.starts_with("pragma_");
        self.0.into_iter().filter(|(name, _)| is_own(name)).collect()
    }
}
