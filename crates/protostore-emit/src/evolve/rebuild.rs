//! Tables that are made anew, where ALTER cannot say what changes or takes more passes over the rows.

use protostore_schema::Column;
use protostore_sql::{Alteration, Ddl, Dropped, Expr, Insert, Name, Rows, Select};

use super::print::values;
use super::script::Script;
use super::way::Way;
use super::work::Work;

/// A table under its temporary name.
struct Copy<'v, 'w> {
    work: &'v Work<'w>,
    name: String,
}

/// Rebuilds tables. Rows are copied before any older table goes, since values may come from several.
pub(super) fn all(way: &mut Way<'_>, script: &mut Script) {
    let mut temporary = std::mem::take(&mut way.temporary);
    let rebuilt = way.kept.values().filter(|work| work.rebuild);
    let copies: Vec<Copy<'_, '_>> = rebuilt.map(|work| Copy { work, name: temporary.next() }).collect();
    for Copy { work, name } in &copies {
        script.begin(format!("`{}` is made anew, with its rows.", work.new.name));
        copy(way, script, work, name);
    }
    for Copy { work, name } in &copies {
        script.begin(format!("`{}` takes the place of the older one.", work.new.name));
        script.ddl(Ddl::Drop(Dropped::Table(work.new.name.to_owned().into())));
        script.alter(name, Alteration::RenameTo(work.new.name.to_owned().into()));
    }
}

fn copy(way: &Way<'_>, script: &mut Script, work: &Work<'_>, name: &str) {
    let mut table = work.after.clone();
    table.name = name.to_owned().into();
    for column in &mut table.columns {
        let known = work.new.columns.iter().find(|known| known.name.sql == column.name);
        column.nullable |= known.is_some_and(|known| is_open(way, work, known));
    }
    if is_loose(way, work) {
        table.checks.clear();
        table.columns.iter_mut().for_each(|column| column.checks.clear());
    }
    script.ddl(Ddl::Table(table));
    let given = values(way, work).into_iter().filter(|(_, value)| value.base != Expr::Null || !value.layers.is_empty());
    let (columns, from): (Vec<Name<'_>>, Vec<Expr<'_>>) =
        given.map(|(column, value)| (Name::Owned(column.name.sql.clone()), value.whole())).unzip();
    let rows = Rows::Select(Select::from(work.new.name.to_owned(), from));
    script.statement(Insert { table: name.to_owned().into(), columns, rows, conflict: None });
    let count = |table: &str| Expr::Value(Box::new(Select::from(table.to_owned(), [Expr::Count])));
    script.same(&format!("{} has lost rows", work.new.name), count(work.new.name), count(name));
}

/// Returns whether a table that is rebuilt gets its CHECKs later: the program is yet to write its rows.
pub(super) fn is_loose(way: &Way<'_>, work: &Work<'_>) -> bool {
    super::hook::over(way.steps).contains(&work.new.place.table)
}

/// Returns whether a column of a table that is rebuilt may be NULL until the run time has written it, when all else is done.
pub(super) fn is_open(way: &Way<'_>, work: &Work<'_>, column: &Column) -> bool {
    let is_key = || work.new.key().iter().any(|part| part.name.sql == column.name.sql);
    super::rust::is_chain(way, &work.id(column)) || (is_loose(way, work) && !is_key())
}
