//! Counters: a row each in a table that the store keeps beside those of its records, changed by the transaction that
//! takes the number. There is one writer, so no transaction waits for the row, and none that is undone leaves a gap.

use protostore_sql::{Arm, Dialect, Expr, Insert, Op, Rows, Select, Ty};

use super::bind::bind_dynamic;
use super::haste::Haste;
use super::held::Held;
use super::session::first;
use super::transaction::OWN;
use crate::error::{Result, Violation};
use crate::record::Sequence;
use crate::room::Room;

/// Advances the counter of a table's number and a path, to `$1` where that is a number above it.
const ADVANCE: &str = r#"UPDATE "protostore__sequences"
SET "last" = CASE WHEN $1 IS NULL THEN "last" + 1 WHEN "last" < $1 THEN $1 ELSE "last" END
WHERE "table" = $2 AND "path" = $3 RETURNING "last""#;

impl Held {
    /// Advances a counter, which is made where there is none, and returns where it then is; none at its end.
    pub(super) fn advance_now(&mut self, counter: &'static Sequence, given: Option<i64>) -> Result<Option<i64>> {
        let advanced = match self.advanced(counter, given) {
            Ok(None) => self.begin_counter(counter).and_then(|()| self.advanced(counter, given)),
            advanced => advanced,
        };
        match advanced {
            Err(e) if e.violation().is_some_and(Violation::is_end_of_counter) => Ok(None),
            advanced => advanced,
        }
    }

    /// Advances a counter; returns none where it is not there.
    fn advanced(&mut self, counter: &'static Sequence, given: Option<i64>) -> Result<Option<i64>> {
        self.ready()?;
        let advance = self.own(OWN - 2, ADVANCE)?;
        bind_dynamic(advance, &[counter.field], &(given, counter.table, counter.path))?;
        let read = first(advance, &mut Room::default(), &mut Haste::default());
        let read = self.sound(read);
        self.ended(true, read)
    }

    /// Makes a counter, from the greatest number that there is.
    #[cold]
    fn begin_counter(&mut self, counter: &'static Sequence) -> Result<()> {
        let Sequence { table, path, rows, column, text, .. } = *counter;
        let number = || if text { Expr::Cast(Box::new(Expr::column(column)), Ty::Int8) } else { Expr::column(column) };
        let greatest = || Expr::Max(Box::new(number()));
        let is_any = greatest().compare(Op::Greater, Expr::int(0));
        let last = Expr::Case(None, vec![Arm(is_any, greatest())], Some(Box::new(Expr::int(0))));
        let begin = Insert {
            table: "protostore__sequences".into(),
            columns: ["table", "path", "last"].map(Into::into).into(),
            rows: Rows::Select(Select::from(rows, [Expr::int(table.into()), Expr::text(path), last])),
            conflict: None,
        };
        let (sql, _) = Dialect::Sqlite.print_once(&begin.into());
        self.run_dynamic_now(&sql, &[], &()).map(drop)
    }
}
