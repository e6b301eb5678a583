//! What the store counts: sequences, and the revisions of records.

use protostore_schema::{Column, Table, Type};
use protostore_sql::{Arm, Expr, Insert, Op, Rows, Select, Ty};

use super::{Live, Statement, Statements, equal};

/// A column that the store numbers.
pub(crate) struct SequencePlan<'s> {
    pub(crate) table: &'s Table,
    pub(crate) column: &'s Column,
}

/// The column that every write changes, and how it is asked for.
pub(crate) struct RevisionPlan<'s> {
    /// Index of the record's member.
    pub(crate) member: u16,
    pub(crate) counter: SequencePlan<'s>,
    pub(crate) read: Statement,
}

/// The table of counters that the store keeps.
pub(crate) const COUNTERS: &str = "protostore__sequences";

impl SequencePlan<'_> {
    /// Returns the path of the column's field, as the counter is called by it beside the number of the table: so a rename
    /// gives no number twice.
    pub(crate) fn path(&self) -> String {
        path(self.column)
    }
}

/// Returns the condition that a row is the counter of a column.
pub(crate) fn at<'s>(table: &Table, column: &Column) -> Vec<Expr<'s>> {
    let number = Expr::int(table.number.into());
    vec![Expr::column("table").equals(number), Expr::column("path").equals(Expr::text(path(column)))]
}

/// Returns the insert of a counter, from the greatest number that there is.
pub(crate) fn begin<'s>(table: &'s Table, column: &'s Column) -> Insert<'s> {
    let greatest = || Expr::Max(Box::new(number_of(column)));
    let is_any = greatest().compare(Op::Greater, Expr::int(0));
    let greatest = Expr::Case(None, vec![Arm(is_any, greatest())], Some(Box::new(Expr::int(0))));
    let first = Select::from(&table.name.sql, [Expr::int(table.number.into()), Expr::text(path(column)), greatest]);
    Insert {
        table: COUNTERS.into(),
        columns: ["table", "path", "last"].map(Into::into).into(),
        rows: Rows::Select(first),
        conflict: None,
    }
}

impl<'s> RevisionPlan<'s> {
    pub(super) fn of(table: &'s Table, all: &mut Statements) -> Option<Self> {
        let column = table.revision_column()?;
        let at = table.record.nodes.iter().position(|node| node.columns().contains(&column));
        let member = at.and_then(|at| u16::try_from(at).ok()).expect("the revision is a member of its record");
        let counter = SequencePlan { table, column };
        let live = Live::of(table, None);
        let read = Select::from(&table.name.sql, [Expr::column(&column.name.sql)]);
        let read = read.rows(equal(&table.key_columns())).rows(live.rows());
        let read = all.add(format!("{}.{}.read", table.name.proto, column.name.proto), read);
        Some(Self { member, counter, read })
    }
}

/// Returns the numbers of a column's field and of the messages around it.
fn path(column: &Column) -> String {
    column.path.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

/// Returns the number that is in a counted column.
fn number_of(column: &Column) -> Expr<'_> {
    let name = Expr::column(&column.name.sql);
    if column.ty == Type::String { Expr::Cast(Box::new(name), Ty::Int8) } else { name }
}
