//! Steps that the run time carries out, since SQL cannot: a line for each, and a guard in plain SQL behind it that
//! fails where it was not carried out.

use protostore_evolve::plan::{ColumnId, Place, RustStep, Step};
use protostore_sql::Expr;

use super::line;
use super::places::SqlTable;
use super::print::{first, says};
use super::script::Script;
use super::way::{Stage, Way};

/// Adds the lines, all but those that need the table's final form.
pub(super) fn all(way: &Way<'_>, script: &mut Script) {
    for step in way.steps {
        let Step::Rust { place, by } = step else { continue };
        let Some(table) = way.new.table(place) else { continue };
        match by {
            RustStep::Chain { .. } | RustStep::Hook { .. } => {}
            RustStep::Decode { from } => {
                script.begin(format!("What one column of `{}` held goes to columns and tables.", table.name));
                script.line(&line::decode(way, table, from));
                decoded(way, script, table, from);
            }
            RustStep::Encode { into: column }
            | RustStep::Reform { column }
            | RustStep::Bits { column, .. }
            | RustStep::Text { column } => {
                let Some(known) = table.column(column) else { continue };
                script.begin(says(table, known, "is written by the run time"));
                script.line(&line::convert(way, table, column, by));
                written(way, script, table, column, by);
            }
        }
    }
}

/// Adds the lines of hash chains, which are over records as they are from now on.
pub(super) fn chains(way: &Way<'_>, script: &mut Script) {
    for step in way.steps {
        let Step::Rust { place, by: RustStep::Chain { column } } = step else { continue };
        let Some(table) = way.new.table(place) else { continue };
        let Some(known) = table.column(column) else { continue };
        script.begin(says(table, known, "is the hash of each row and of those before"));
        script.line(&line::chain(table, known));
        let unset = Expr::column(&known.name.sql).is_null();
        guard(script, way, table, &format!("{}.{} has no hash", table.name, known.name.sql), table.name, unset);
    }
}

/// Adds the lines that count rows which break rules that SQL cannot state; nothing depends on them.
pub(super) fn reports(way: &Way<'_>, script: &mut Script) {
    for step in way.steps {
        if let Step::ReportLists { place } = step {
            lists(way, script, place);
        }
        let Step::Report { column } = step else { continue };
        let Some(table) = way.new.table(&column.place) else { continue };
        let Some(known) = table.column(column) else { continue };
        script.begin(says(table, known, "has rules that SQL cannot state: rows that break them are counted"));
        script.line(&line::report(table, known));
    }
}

/// Adds the line that counts lists with more or fewer elements than there may be, or with one that is there twice.
fn lists(way: &Way<'_>, script: &mut Script, place: &Place) {
    let Some(table) = way.new.table(place) else { return };
    let (Some(child), Some(around)) = (table.child, table.parent.as_ref().and_then(|parent| way.new.table(parent)))
    else {
        return;
    };
    script.begin(format!("Lists of `{}` that break how many elements there may be are counted.", table.name));
    script.line(&line::lists(table, child, around));
}

/// Returns whether a column is that of a chain that the run time writes.
pub(super) fn is_chain(way: &Way<'_>, id: &ColumnId) -> bool {
    way.steps.iter().any(|step| matches!(step, Step::Rust { by: RustStep::Chain { column }, .. } if column == id))
}

fn guard<'w>(script: &mut Script, way: &Way<'w>, table: &SqlTable<'w>, says: &str, name: &str, rows: Expr<'w>) {
    let first = match way.kept.get(&table.place) {
        // A table that was rebuilt has its newer key.
        Some(work) if work.rebuild => key_of(table),
        _ => first(way, &table.place, Stage::Filled),
    };
    script.guard(says, name, rows, first);
}

pub(super) fn key_of<'w>(table: &SqlTable<'w>) -> Expr<'w> {
    let mut parts: Vec<Expr<'w>> = table.key().into_iter().map(|part| Expr::column(&part.name.sql)).collect();
    Expr::Min(Box::new(if parts.len() == 1 { parts.remove(0) } else { Expr::Listed(parts) }))
}

/// Stops where a value is there and what it becomes is not.
fn written<'w>(way: &Way<'w>, script: &mut Script, table: &SqlTable<'w>, id: &ColumnId, by: &RustStep) {
    let (Some(work), Some(column)) = (way.kept.get(&table.place), table.column(id)) else { return };
    let into = Expr::column(work.now(column));
    let rows = match by {
        RustStep::Encode { .. } => match line::source(way, table, id) {
            // A message that is not set becomes nothing.
            line::Source::Presence(presence) => Expr::All(vec![Expr::column(presence), into.is_null()]),
            line::Source::Rows(rows) => Expr::All(vec![rows, into.is_null()]),
            line::Source::Always(None) => into.is_null(),
            line::Source::Always(Some(around)) => Expr::All(vec![Expr::column(around), into.is_null()]),
        },
        RustStep::Reform { .. } => line::unformed(way, id, into),
        _ => Expr::All(vec![Expr::column(way.physical(id)).not_null(), into.is_null()]),
    };
    let says = format!("{}.{} was not written: only protostore carries this out", table.name, column.name.sql);
    script.guard(&says, work.new.name, rows, first(way, &table.place, Stage::Filled));
}

/// Stops where a message is there and what it becomes is not.
fn decoded<'w>(way: &Way<'w>, script: &mut Script, table: &SqlTable<'w>, from: &ColumnId) {
    let name = way.name(&table.place);
    let Some(rows) = line::undecoded(way, table, from) else { return };
    let says = format!("what {name} held was not taken apart: only protostore carries this out");
    script.guard(&says, &name, rows, first(way, &table.place, Stage::Filled));
}
