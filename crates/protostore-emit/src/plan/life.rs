//! Which rows of a table are there for readers, as SQL, and the statements that see to the others.

use protostore_schema::{ChildTable, Column, Form, Index, Table};
use protostore_sql::{Clock, Delete, Expr, Limit, Op, Order, Param, ParamRole, Select};

use super::{Statement, Statements, own, tied, value};
use crate::sql::condition;

/// The condition that a row is there.
#[derive(Clone, Default)]
pub(super) struct Live<'s> {
    rows: Option<Expr<'s>>,
}

impl<'s> Live<'s> {
    /// Returns the condition on a table, by its alias or by itself.
    pub(super) fn of(table: &'s Table, alias: Option<&'static str>) -> Self {
        let name = |c: &'s Column| match alias {
            None => Expr::column(&c.name.sql),
            Some(alias) => Expr::of(alias, &c.name.sql),
        };
        if let Some(time) = table.soft_delete_column() {
            return Self::from(name(time).is_null());
        }
        let Some(expire) = table.expire_column() else { return Self::default() };
        // No index of that column is taken, which would find nearly all rows and no order.
        let column = || name(expire).plain();
        let later = column().compare(Op::Greater, now(expire));
        Self::from(match expire.nullable {
            true => Expr::Any(vec![column().is_null(), later]),
            false => later,
        })
    }

    /// Returns a condition.
    pub(super) fn from(rows: Expr<'s>) -> Self {
        Self { rows: Some(rows) }
    }

    /// Returns whether every row is there.
    pub(super) fn is_none(&self) -> bool {
        self.rows.is_none()
    }

    pub(super) fn rows(&self) -> Option<Expr<'s>> {
        self.rows.clone()
    }
}

/// Returns the present time as a column has it.
fn now(column: &Column) -> Expr<'_> {
    Expr::param("", ParamRole::Now(clock(column.form)))
}

/// Returns the form of the present time that a column of times is compared with.
pub(crate) fn clock(form: Form) -> Clock {
    match form {
        Form::Own => Clock::Nanos,
        Form::Seconds => Clock::Seconds,
        Form::Milliseconds => Clock::Millis,
        Form::Microseconds => Clock::Micros,
        Form::Timestamptz => Clock::Instant,
        Form::Rfc3339 => Clock::Rfc3339,
        Form::FullRange | Form::FloatBits | Form::Bytes | Form::Json => unreachable!("a time has no such form"),
    }
}

/// The statements about rows that have expired.
pub(crate) struct ExpirePlan<'s> {
    pub(crate) column: &'s Column,
    /// The columns of each unique index.
    pub(crate) uniques: Vec<Vec<&'s str>>,
    pub(crate) clear: Statement,
    pub(crate) sweep: Statement,
}

impl<'s> ExpirePlan<'s> {
    /// Returns the plan of a table whose rows expire.
    pub(super) fn of(table: &'s Table, all: &mut Statements) -> Option<Self> {
        let column = table.expire_column()?;
        let (columns, key) = (table.columns(), table.key_columns());
        let unique = || table.indexes.iter().filter(|index| index.unique);
        let of = |index: &'s Index| index.columns.iter().map(|c| c.column.as_str()).collect::<Vec<&str>>();
        let parameter = |name: &'s str| {
            let found = columns.iter().find(|c| c.name.sql == name);
            // The key of a singleton is of no field.
            Expr::column(name).equals(found.map_or(Expr::int(1), |c| value(c)))
        };
        let key_is = Expr::All(table.key.iter().map(|name| parameter(name)).collect());
        let indexed = unique().map(|index| {
            let parts = of(index).into_iter().map(parameter);
            // In the words of the index, which serves no others.
            Expr::All(parts.chain(index.condition.as_ref().map(|c| condition(c, &columns))).collect())
        });
        let agrees = Expr::Any(std::iter::once(key_is).chain(indexed).collect());
        let time = || Expr::column(&column.name.sql);
        let expired = time().plain().compare(Op::AtMost, now(column));
        let clear = Delete { table: (&table.name.sql).into(), rows: vec![agrees, expired] };
        let most = Limit::Most(Param { field: "".into(), role: ParamRole::Limit, ty: None });
        let oldest = std::iter::once(Order { by: time(), descending: false, nullable: column.nullable });
        let expired = Select::from(&table.name.sql, own(&key))
            .rows([time().compare(Op::AtMost, now(column))])
            .order(oldest.chain(super::order(own(&key))))
            .limit(most);
        let sweep = Delete { table: (&table.name.sql).into(), rows: vec![Expr::tuple(own(&key)).in_rows(expired)] };
        let mut add = |name: &str, statement| all.add(format!("{}.{name}", table.name.proto), statement);
        let (clear, sweep) = (add("clear", clear), add("sweep", sweep));
        Some(Self { column, clear, sweep, uniques: unique().map(of).collect() })
    }
}

/// Returns the condition that a row of a child table, as `c`, belongs to a record that is there.
pub(super) fn around<'s>(table: &'s Table, child: &'s ChildTable) -> Live<'s> {
    let Some(there) = Live::of(table, Some("o")).rows else { return Live::default() };
    let ties = table.key.iter().zip(&child.owner);
    let ties = ties.map(|(key, own)| Expr::of("o", key).equals(Expr::of("c", &own.name.sql)));
    Live::from(Select::of(&table.name.sql, "o", [Expr::int(1)]).rows(ties).rows([there]).exists())
}

/// Returns the condition that the record is there to which a row of a child table belongs, by the parameters of its key.
pub(super) fn owner(table: &Table) -> Option<Expr<'_>> {
    let there = Live::of(table, None).rows?;
    let key = table.key_columns();
    Some(Select::from(&table.name.sql, [Expr::int(1)]).rows(tied(None, &key, &key)).rows([there]).exists())
}
