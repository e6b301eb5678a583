//! Expired rows that hold a unique value which an update writes.

use protostore_sql::{Delete, Expr, Op, ParamRole, Select};

use super::refusal;
use crate::error::Result;
use crate::life::Expire;
use crate::schema::Table;
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Binder, Kept, Pick, TimeForm as _};

/// Deletes them, whatever of the record itself has expired left aside; `columns` are those that `row` carries, the key
/// among them.
pub(super) async fn clear<S: Session>(
    s: &mut S,
    table: &'static Table,
    expire: &Expire,
    columns: &[&str],
    row: &impl Bind,
    now: Timestamp,
) -> Result<()> {
    let written = |column: &&str| columns.contains(column) && !table.key.contains(column);
    for unique in expire.uniques.iter().filter(|unique| unique.iter().any(written)) {
        let mut values = Vec::new();
        let mut value = |column: &'static str| {
            let at = columns.iter().position(|carried| *carried == column).unwrap_or_default();
            values.push(Pick::from(row, at).unwrap_or(Kept::Null));
            Expr::column(column).equals(nth("", values.len() - 1))
        };
        let mut rows: Vec<Expr<'static>> = Vec::new();
        for column in *unique {
            rows.push(if columns.contains(column) {
                value(column)
            } else {
                // The update leaves it as it is.
                let own = Select::from(table.layout.name, [Expr::column(*column)]);
                let own = own.rows(table.key.iter().map(|key| value(key)));
                Expr::column(*column).equals(Expr::Value(Box::new(own)))
            });
        }
        rows.push(Expr::Not(Box::new(Expr::All(table.key.iter().map(|key| value(key)).collect()))));
        rows.push(Expr::column(expire.column).compare(Op::AtMost, expire.clock.param()));
        let delete = Delete { table: table.layout.name.into(), rows };
        let (sql, _) = S::DIALECT.print_once(&delete.into());
        let gone = s.run_dynamic(&sql, &[], &Bound { values, expire, now }).await;
        gone.map_err(|e| refusal::of_cascade(e, table))?;
    }
    Ok(())
}

/// Returns a parameter of a statement that is written at run time, by its place among the values.
pub(super) fn nth(field: &'static str, at: usize) -> Expr<'static> {
    Expr::param(field, ParamRole::Nth(u32::try_from(at).unwrap_or(u32::MAX)))
}

/// Parameters, and the time that comes after them.
struct Bound<'e> {
    values: Vec<Kept>,
    expire: &'e Expire,
    now: Timestamp,
}

impl Bind for Bound<'_> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.values.bind(b)?;
        self.expire.clock.put(self.now, b)
    }
}
