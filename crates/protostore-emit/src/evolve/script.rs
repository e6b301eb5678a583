//! The text of a migration: statements in sections, each with the sentence that says what it is for.

use protostore_sql::{Alteration, Arm, Ddl, Dialect, Expr, Insert, Op, Rows, Select, Statement};

use std::collections::BTreeMap;

use super::cost::Cost;
use super::definitions::alter;
use super::line::Run;

/// The table that guards write to, made first and dropped last where a migration has one.
pub(super) const GUARD: &str = "protostore__guard";

/// The text so far.
#[derive(Default)]
pub(super) struct Script {
    out: String,
    /// The sentence before the next statement.
    says: Option<String>,
    has_guard: bool,
    /// What it costs.
    pub(super) cost: Cost,
}

impl Script {
    /// Begins a section of statements.
    pub(super) fn begin(&mut self, says: impl Into<String>) {
        self.says = Some(says.into());
    }

    fn head(&mut self) {
        if let Some(says) = self.says.take() {
            self.out += "\n-- ";
            self.out += &says;
            self.out += "\n";
        }
    }

    pub(super) fn ddl(&mut self, ddl: Ddl<'_>) {
        self.cost.ddl(&ddl);
        let text = Dialect::Sqlite.print_ddl(&[ddl]).concat();
        if !text.is_empty() {
            self.head();
            self.out += &text;
        }
    }

    pub(super) fn alter(&mut self, table: &str, by: Alteration<'_>) {
        self.ddl(alter(table, by));
    }

    pub(super) fn statement<'w>(&mut self, statement: impl Into<Statement<'w>>) {
        let statement = statement.into();
        self.cost.statement(&statement);
        let text = Dialect::Sqlite.print(&statement).whole();
        self.head();
        self.out += &text;
        self.out += ";\n";
    }

    /// Adds a line that the run time carries out; to SQL it is a comment.
    pub(super) fn line(&mut self, Run { json, table, by }: &Run) {
        self.cost.by_row(table, *by);
        self.head();
        self.out += "-- protostore: ";
        self.out += json;
        self.out += "\n";
    }

    /// Stops the upgrade where rows of a table meet a condition; `first` is what the first of them is called by.
    pub(super) fn guard<'w>(&mut self, says: &str, table: &str, rows: Expr<'w>, first: Expr<'w>) {
        let rows = (rows != Expr::Const(true)).then_some(rows);
        let found = Select::from(table.to_owned(), [Expr::text(says.to_owned()), Expr::Count, first]).rows(rows);
        self.insert(Rows::Select(found));
    }

    /// Stops the upgrade where two numbers are not the same.
    pub(super) fn same<'w>(&mut self, says: &str, one: Expr<'w>, other: Expr<'w>) {
        let differs =
            Expr::Case(None, vec![Arm(one.compare(Op::NotEqual, other), Expr::int(1))], Some(Box::new(Expr::int(0))));
        let first = Expr::text("not known");
        self.insert(Rows::Values(vec![Expr::text(says.to_owned()), differs, first]));
    }

    fn insert(&mut self, rows: Rows<'_>) {
        if !self.has_guard {
            self.has_guard = true;
            let says = self.says.take();
            self.out += "\n-- Stops the upgrade, and undoes all of it, where something is found.\n";
            self.out += &Dialect::Sqlite.print_ddl(&[Ddl::Guard(GUARD.into())]).concat();
            self.says = says;
        }
        let columns = ["says", "found", "first"].map(Into::into).into();
        self.statement(Insert { table: GUARD.into(), columns, rows, conflict: None });
    }

    /// Returns the whole text, and how many passes over each table it takes.
    pub(super) fn end(mut self) -> (String, BTreeMap<String, u32>) {
        self.says = None;
        if self.has_guard {
            self.begin("Nothing was found.");
            self.ddl(Ddl::Drop(protostore_sql::Dropped::Table(GUARD.into())));
        }
        (self.out, self.cost.of_tables())
    }
}
