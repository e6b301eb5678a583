//! The statements of what the store counts: sequences, and the revisions of records.

use protostore_schema::{Column, Table, Type};
use protostore_sql::{Arm, Expr, Insert, Op, Param, ParamRole, Rows, Select, Ty, Update};

use super::{Live, Statement, Statements, equal};

/// A column that the store numbers, and how the counter is moved and made.
pub(crate) struct SequencePlan<'s> {
    pub(crate) column: &'s Column,
    pub(crate) next: Statement,
    pub(crate) begin: Statement,
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

impl<'s> SequencePlan<'s> {
    /// Returns the counter of a column. It stands among the tables that protostore keeps for itself, by the number of the
    /// table and the path of field numbers, so that a rename gives no number twice.
    pub(super) fn of(table: &'s Table, column: &'s Column, all: &mut Statements) -> Self {
        let last = || Expr::column("last");
        let given = |ty| Expr::Param(Param { field: column.name.proto.as_str().into(), role: ParamRole::Value, ty });
        let is_less = last().compare(Op::Less, given(None));
        let arms =
            vec![Arm(given(Some(Ty::Int8)).is_null(), Expr::Plus(Box::new(last()), 1)), Arm(is_less, given(None))];
        let next = Update {
            table: COUNTERS.into(),
            set: vec![("last".into(), Expr::Case(None, arms, Some(Box::new(last()))))],
            rows: at(table, column),
            returning: vec![last()],
        };
        let field = &column.name.proto;
        let mut add = |name: &str, statement| all.add(format!("{}.{field}.{name}", table.name.proto), statement);
        let next = add("next", sql(next));
        Self { column, next, begin: add("begin", sql(begin(table, column))) }
    }
}

fn sql<'s>(statement: impl Into<protostore_sql::Statement<'s>>) -> protostore_sql::Statement<'s> {
    statement.into()
}

/// Returns the condition that a row is the counter of a column.
pub(crate) fn at<'s>(table: &Table, column: &Column) -> Vec<Expr<'s>> {
    let (number, path) = counter(table, column);
    vec![Expr::column("table").equals(Expr::int(number)), Expr::column("path").equals(Expr::text(path))]
}

/// Returns the insert of a counter, from the greatest number that there is.
pub(crate) fn begin<'s>(table: &'s Table, column: &'s Column) -> Insert<'s> {
    let (number, path) = counter(table, column);
    let greatest = || Expr::Max(Box::new(number_of(column)));
    let is_any = greatest().compare(Op::Greater, Expr::int(0));
    let greatest = Expr::Case(None, vec![Arm(is_any, greatest())], Some(Box::new(Expr::int(0))));
    let first = Select::from(&table.name.sql, [Expr::int(number), Expr::text(path), greatest]);
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
        let counter = SequencePlan::of(table, column, all);
        let live = Live::of(table, None);
        let read = Select::from(&table.name.sql, [Expr::column(&column.name.sql)]);
        let read = read.rows(equal(&table.key_columns())).rows(live.rows());
        let read = all.add(format!("{}.{}.read", table.name.proto, column.name.proto), read);
        Some(Self { member, counter, read })
    }
}

/// Returns what a counter is called by: the number of the table, and the path of the field.
fn counter(table: &Table, column: &Column) -> (i64, String) {
    let path: Vec<String> = column.path.iter().map(u32::to_string).collect();
    (i64::from(table.number), path.join("."))
}

/// Returns the number that stands in a counted column.
fn number_of(column: &Column) -> Expr<'_> {
    let name = Expr::column(&column.name.sql);
    if column.ty == Type::String { Expr::Cast(Box::new(name), Ty::Int8) } else { name }
}
