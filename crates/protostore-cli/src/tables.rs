//! `protostore tables`: the tables of a store, and how many records each has.

use protostore::upkeep::{Database, Value};

use crate::args::Expanded;
use crate::failure::{Answer, Failure};
use crate::model::Model;
use crate::output::{Output, list, object, text};
use crate::record::quoted;
use crate::table::Table;

/// Prints the tables by number.
pub(crate) fn run(database: &Database, out: &mut Output) -> Result<Answer, Failure> {
    let model = Model::of(database)?;
    let mut printed = Table::new(["table", "number", "record", "key", "records"]);
    for table in model.tables() {
        let count = count(database, &table.name.sql)?;
        let key: Vec<&str> = match table.singleton {
            Some(_) => Vec::new(),
            None => table.key_columns().iter().map(|column| column.name.proto.as_str()).collect(),
        };
        let (name, record) = (&table.name.proto, &table.record.ty.proto);
        if out.is_json() {
            out.line(&object([
                ("table", text(name)),
                ("number", table.number.to_string()),
                ("record", text(record)),
                ("key", list(key.into_iter().map(text))),
                ("records", count.to_string()),
            ]))?;
        } else {
            let row = [name.clone(), table.number.to_string(), record.clone(), key.join(", "), count.to_string()];
            printed.push(row.into_iter().map(Some).collect());
        }
    }
    if !out.is_json() {
        printed.print(Expanded::Off, out)?;
    }
    Ok(Answer::Yes)
}

fn count(database: &Database, table: &str) -> Result<i64, Failure> {
    let mut count = 0;
    database.each_row(&format!("SELECT count(*) FROM {}", quoted(table)), &[], |_, row| {
        if let [Value::Integer(found)] = row[..] {
            count = found;
        }
        Ok(false)
    })?;
    Ok(count)
}
