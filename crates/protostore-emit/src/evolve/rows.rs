//! Rows of a message in a table of its own, which a `backfill` of the message makes.

use protostore_evolve::plan::{Fill, Motion, Step, Test};
use protostore_sql::{Expr, Insert, Name, Rows, Select};

use super::print::owner;
use super::script::Script;
use super::test::condition;
use super::way::{Stage, Way};

/// Makes the rows that steps name. The rows around still have the values that they had.
pub(super) fn all(way: &Way<'_>, script: &mut Script) {
    for step in way.steps {
        let Step::AddRows { of, to, rows, sql, values } = step else { continue };
        let (Some(around), Some(new)) = (way.old.table(of), way.new.table(to)) else { continue };
        script.begin(format!("`{}` gets a row where there is none.", new.name));
        let mut given: Vec<(Name<'_>, Expr<'_>)> = Vec::new();
        for (column, value) in owner(way, around, new, &Motion::OneRow(Test::Any)) {
            given.push((column.into(), value));
        }
        for (id, fill) in values {
            let (Some(column), Fill::Sql(text)) = (new.column(id), fill) else { continue };
            given.push((column.name.sql.clone().into(), Expr::Written(text.clone().into())));
        }
        let rows = match rows {
            Test::Any => None,
            rows => Some(condition(&way.seen(Stage::Renamed), of, rows)),
        };
        let (columns, from): (Vec<Name<'_>>, Vec<Expr<'_>>) = given.into_iter().unzip();
        let rows = rows.into_iter().chain([Expr::Written(sql.clone().into())]);
        let rows = Rows::Select(Select::from(way.name(of), from).rows(rows));
        script.statement(Insert { table: new.name.to_owned().into(), columns, rows, conflict: None });
    }
}
