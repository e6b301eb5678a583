//! Counters that must not give a number twice.

use protostore_evolve::plan::Step;
use protostore_sql::{Arm, Conflict, Expr, Op, Rows};

use super::script::Script;
use super::way::Way;
use crate::plan::begin;

/// Raises counters to the greatest number that their columns have.
pub(super) fn all(way: &Way<'_>, script: &mut Script) {
    for step in way.steps {
        let Step::Count { column } = step else { continue };
        let Some(table) = way.new.table(&column.place) else { continue };
        let Some(known) = table.column(column) else { continue };
        script.begin(format!("No number of {}.{} is given twice.", table.name, known.name.sql));
        let mut insert = begin(table.record, known);
        if let Rows::Select(select) = &mut insert.rows {
            // Without it, SQLite takes ON CONFLICT for the condition of a join.
            select.rows.push(Expr::Const(true));
        }
        insert.conflict = Some(at_least());
        script.statement(insert);
    }
}

fn at_least<'w>() -> Conflict<'w> {
    let (last, new) = (|| Expr::column("last"), || Expr::Excluded("last".into()));
    let is_more = new().compare(Op::Greater, last());
    let value = Expr::Case(None, vec![Arm(is_more, new())], Some(Box::new(last())));
    let columns = ["table", "path"].map(Into::into).into();
    Conflict::Update { columns, of: Vec::new(), set: vec![("last".into(), value)] }
}
