//! Expired rows that hold a unique value which an update writes.

use std::fmt::Write;

use super::refusal;
use crate::error::Result;
use crate::life::Expire;
use crate::schema::Table;
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Binder, Kept, Pick};

/// Deletes them, and returns how many there were; `columns` are those that `row` carries, the key among them.
#[cold]
pub(super) async fn clear<S: Session>(
    s: &mut S,
    table: &'static Table,
    expire: &Expire,
    columns: &[&str],
    row: &impl Bind,
    now: Timestamp,
) -> Result<u64> {
    let mut cleared = 0;
    for unique in expire.uniques.iter().filter(|unique| unique.iter().any(|column| columns.contains(column))) {
        let (mut sql, mut values) =
            (format!("DELETE FROM \"{}\" WHERE ", table.layout.name), Values { of: Vec::new(), now });
        for column in *unique {
            // Writing to a String never fails.
            match columns.iter().position(|carried| carried == column) {
                Some(at) => {
                    let _ = write!(sql, "\"{column}\" = {} AND ", values.parameter(row, at));
                }
                None => {
                    let _ = write!(sql, "\"{column}\" = (SELECT \"{column}\" FROM \"{}\" WHERE ", table.layout.name);
                    for (n, key) in table.key.iter().enumerate() {
                        let at = columns.iter().position(|carried| carried == key).unwrap_or_default();
                        let and = if n == 0 { "" } else { " AND " };
                        let _ = write!(sql, "{and}\"{key}\" = {}", values.parameter(row, at));
                    }
                    sql.push_str(") AND ");
                }
            }
        }
        let _ = write!(sql, "\"{}\" <= ?{}", expire.column, values.of.len() + 1);
        let gone = s.run_dynamic(&sql, &[], &Bound(&values, expire)).await;
        cleared += gone.map_err(|e| refusal::of_cascade(e, table))?;
    }
    Ok(cleared)
}

/// Parameters, and the time that comes after them.
struct Values {
    of: Vec<Kept>,
    now: Timestamp,
}

impl Values {
    fn parameter(&mut self, row: &impl Bind, at: usize) -> String {
        self.of.push(Pick::from(row, at).unwrap_or(Kept::Null));
        format!("?{}", self.of.len())
    }
}

struct Bound<'v>(&'v Values, &'v Expire);

impl Bind for Bound<'_> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.0.of.iter().try_for_each(|value| value.bind(b))?;
        self.1.clock.put(self.0.now, b)
    }
}
