//! The rows that a step takes, in the order of their key, some at a time: none is read while it is written.

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, params_from_iter};

use super::super::{Cause, Reporter};
use super::Why;

/// How many rows are held at a time.
const PAGE: usize = 1000;

/// The rows of a table, and the columns that tell them apart; none where there is at most one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) table: String,
    pub(super) key: Vec<String>,
}

/// Returns a name as SQL quotes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Returns names as a list.
pub(super) fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// Returns so many parameters as a list, from this number on.
pub(super) fn parameters(from: usize, count: usize) -> String {
    (from..from + count).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ")
}

impl Rows {
    /// Returns a condition that is true for one row: its key, in parameters from this number on.
    pub(super) fn is(&self, from: usize) -> String {
        if self.key.is_empty() {
            return "1".to_owned();
        }
        format!("({}) = ({})", list(self.key.iter().map(String::as_str)), parameters(from, self.key.len()))
    }

    /// Calls `row` with the key and the columns of each row; the error names the table, the key and what it says.
    pub(super) fn each(
        &self,
        connection: &Connection,
        columns: &[&str],
        reporter: &Reporter,
        row: impl FnMut(&[Value], &[Value]) -> Result<(), Why>,
    ) -> Result<(), Cause> {
        self.each_of(&self.table, connection, columns, reporter, row)
    }

    /// The same for rows that replace those of another table, which the error names.
    pub(super) fn each_of(
        &self,
        named: &str,
        connection: &Connection,
        columns: &[&str],
        reporter: &Reporter,
        mut row: impl FnMut(&[Value], &[Value]) -> Result<(), Why>,
    ) -> Result<(), Cause> {
        let (parts, table) = (self.key.len(), quoted(&self.table));
        let key = list(self.key.iter().map(String::as_str));
        let all = list(self.key.iter().map(String::as_str).chain(columns.iter().copied()));
        let (all, count) = if parts + columns.len() == 0 { ("1".to_owned(), 1) } else { (all, parts + columns.len()) };
        let order = if parts == 0 { String::new() } else { format!(" ORDER BY {key} LIMIT {PAGE}") };
        let first = format!("SELECT {all} FROM {table}{order}");
        let after = format!("SELECT {all} FROM {table} WHERE ({key}) > ({}){order}", parameters(1, parts));
        reporter.rows(|| {
            let all: i64 = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
            Ok::<_, Cause>(all.unsigned_abs())
        })?;
        let mut last: Option<Vec<Value>> = None;
        loop {
            let sql = if last.is_some() { &after } else { &first };
            let mut statement = connection.prepare_cached(sql)?;
            let values =
                |row: &rusqlite::Row<'_>| (0..count).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Value>>>();
            let page = statement.query_map(params_from_iter(last.iter().flatten()), values)?;
            let page = page.collect::<rusqlite::Result<Vec<_>>>()?;
            for found in &page {
                let (key, values) = found.split_at(parts);
                row(key, &values[..columns.len()]).map_err(|why| error(named, key, &why))?;
                reporter.row();
            }
            match page.into_iter().nth(PAGE - 1) {
                Some(mut found) if parts > 0 => {
                    found.truncate(parts);
                    last = Some(found);
                }
                _ => break,
            }
        }
        reporter.rows_done();
        Ok(())
    }

    /// Returns what writes columns of the row with a key.
    pub(super) fn update<'c>(&self, connection: &'c Connection, columns: &[&str]) -> Result<Update<'c>, Cause> {
        let set: Vec<_> = (1..).zip(columns).map(|(at, column)| format!("{} = ?{at}", quoted(column))).collect();
        let condition = self.is(columns.len() + 1);
        let sql = format!("UPDATE {} SET {} WHERE {condition}", quoted(&self.table), set.join(", "));
        Ok(Update(connection.prepare_cached(&sql)?))
    }
}

/// Returns the sentence about a row.
fn error(table: &str, key: &[Value], why: &str) -> String {
    match named(key).as_str() {
        "" => format!("{table}: {why}"),
        shown => format!("the row {shown} of {table}: {why}"),
    }
}

/// What writes columns of one row.
pub(super) struct Update<'c>(CachedStatement<'c>);

impl Update<'_> {
    /// Writes them into the row with a key.
    pub(super) fn set<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>, key: &'v [Value]) -> Result<(), Why> {
        let changed = self.0.execute(params_from_iter(values.into_iter().chain(key)));
        match changed.map_err(|why| why.to_string())? {
            1 => Ok(()),
            other => Err(format!("{other} rows have this key")),
        }
    }
}

/// Shows a key; nothing where a table has at most one row.
pub(super) fn named(key: &[Value]) -> String {
    key.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// Shows a part of a key.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => crate::error::excerpt(text).to_string(),
        Value::Blob(bytes) => bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect(),
    }
}
