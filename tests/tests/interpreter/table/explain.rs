//! What SQLite says of a broken constraint, in the words of the schema.

use protostore::Error;
use protostore_schema::Column;
use rusqlite::types::Value as Sql;

use super::{Interpreter, Row};

impl Interpreter<'_> {
    /// Says what a broken constraint means, by what generated code knows of it.
    pub(super) fn explain(&self, e: &rusqlite::Error, table: &str, columns: &[&Column], row: &Row) -> Error {
        let said = e.to_string();
        let said = said.as_str();
        // A trigger says in its own words what must not be written.
        if e.sqlite_error().is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_TRIGGER) {
            return Error::new(protostore::Kind::Precondition, said.to_owned()).in_table(table.to_owned());
        }
        if let Some(name) = said.strip_prefix("CHECK constraint failed: ") {
            let found = self.constraints.iter().find(|c| c.table == table && c.name == name);
            let check = found.unwrap_or_else(|| panic!("{said}, of which {table} knows nothing"));
            return Error::invalid(check.field.clone(), check.says.clone()).in_table(table.to_owned());
        }
        if let Some(column) = said.strip_prefix("NOT NULL constraint failed: ").and_then(|c| c.rsplit_once('.')) {
            let found = columns.iter().find(|c| c.name.sql == column.1);
            return Error::missing(found.map_or(column.1, |c| c.name.proto.as_str()).to_owned())
                .in_table(table.to_owned());
        }
        if said == "FOREIGN KEY constraint failed" {
            for (column, value) in columns.iter().zip(row).filter(|(_, value)| **value != Sql::Null) {
                let Some(reference) = &column.reference else { continue };
                let sql = format!("SELECT 1 FROM \"{}\" WHERE \"{}\" = ?1", reference.table, reference.column);
                let there = self.db.prepare_cached(&sql).and_then(|mut s| s.exists([value]));
                if !there.expect("the table that is named can be asked") {
                    let says = format!("refers to a record of {} that does not exist", reference.table);
                    return Error::invalid(column.name.proto.clone(), says).in_table(table.to_owned());
                }
            }
            return Error::invalid("", "refers to a record that does not exist").in_table(table.to_owned());
        }
        if said.starts_with("UNIQUE constraint failed: ") {
            return Error::new(protostore::Kind::AlreadyExists, "has a value that another has")
                .in_table(table.to_owned());
        }
        panic!("{table}: {said}")
    }
}
