//! `protostore export`: all records as JSON, one a line.

use protostore::upkeep::Database;

use crate::failure::{Answer, Failure};
use crate::model::Model;
use crate::output::{Output, object, text};
use crate::record::{Reader, show};

/// Prints a line that says which store and version it is, and then a line for each record of the tables that are named, or
/// of all.
pub(crate) fn run(database: &Database, tables: &[String], reveal: bool, out: &mut Output) -> Result<Answer, Failure> {
    let model = Model::of(database)?;
    let named = tables.iter().map(|name| model.table(name)).collect::<Result<Vec<_>, _>>()?;
    let tables = if named.is_empty() { model.tables().iter().collect() } else { named };
    let status = database.status()?;
    out.line(&object([("store", text(&status.store)), ("version", status.version.to_string())]))?;
    for table in tables {
        let name = text(&table.name.proto);
        Reader::new(database, table, model.record(table)?).all(|record| {
            let shown = show(&record, Some(&table.record.nodes), reveal);
            out.line(&object([("table", name.clone()), ("record", shown.json())]))?;
            Ok(true)
        })?;
    }
    Ok(Answer::Yes)
}
