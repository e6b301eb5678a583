//! Imports: JSON lines of an export, into a database of the same version that has no rows yet.

use std::collections::BTreeMap;
use std::io::BufRead;

use base64ct::{Base64, Encoding};
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value};

use super::cold::Cold;
use super::export::{COUNTERS, FORM, chain, columns, exported_tables, insert, quoted};
use super::refusal::Refusal;
use super::{Log, integrity, state};
use crate::error::{Error, Kind, Result};
use crate::sqlite::upkeep::Exported;

/// What is wrong with a line, before its number is known.
type Wrong = String;

impl Cold {
    /// Reads the lines of an export into this database, all of them or none.
    pub(crate) fn import_lines(&mut self, lines: &mut dyn BufRead) -> Result<Exported> {
        let path = self.place.path.clone();
        let mut wrong = None;
        let imported = self.write(|connection, log| {
            connection.execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE").map_err(failed)?;
            let done = import(connection, lines, &mut wrong).and_then(|imported| commit(connection, log, imported));
            if done.is_err() && !connection.is_autocommit() {
                // What matters is that nothing of it stays, and the error is that of the import.
                let _ = connection.execute_batch("ROLLBACK");
            }
            done
        });
        match (imported, wrong) {
            (Err(_), Some(e)) => Err(e),
            (imported, _) => imported.map_err(|refusal| refusal.about(&path)),
        }
    }
}

fn failed(why: rusqlite::Error) -> Refusal {
    Refusal::Engine("be imported into", why)
}

/// Commits what was imported, as any commit of a store.
fn commit(connection: &Connection, log: &mut Log, imported: Exported) -> Result<Exported, Refusal> {
    state::stamp(connection, log.stamp()).map_err(failed)?;
    connection.execute_batch("COMMIT").map_err(failed)?;
    log.committed();
    Ok(imported)
}

/// Imports inside of a transaction; a line that is wrong is told by its number.
fn import(connection: &Connection, lines: &mut dyn BufRead, wrong: &mut Option<Error>) -> Result<Exported, Refusal> {
    let mut reject = |number: usize, why: Wrong| {
        *wrong = Some(Error::new(Kind::Invalid, format!("line {number} of the import: {why}; nothing was imported")));
        Refusal::Unfit("was not imported into".to_owned())
    };
    empty(connection)?;
    // They would change what is inserted, or reject it.
    let triggers = drop_triggers(connection).map_err(failed)?;
    let mut tables = BTreeMap::new();
    for table in exported_tables(connection).map_err(failed)? {
        let columns = columns(connection, &table).map_err(failed)?;
        tables.insert(table, columns);
    }
    let (mut imported, mut last, mut ended) = (Exported::default(), String::new(), false);
    let mut number = 0;
    loop {
        let mut text = String::new();
        number += 1;
        match lines.read_line(&mut text) {
            Ok(0) => break,
            Ok(_) => {}
            Err(why) => return Err(reject(number, why.to_string())),
        }
        let line: Value = match serde_json::from_str(&text) {
            Ok(line) => line,
            Err(why) => return Err(reject(number, format!("is no JSON ({why})"))),
        };
        if number == 1 {
            header(connection, &line)?.map_err(|why| reject(number, why))?;
            continue;
        }
        if ended {
            return Err(reject(number, "comes after the line that ends the export".to_owned()));
        }
        if let Some(rows) = line["rows"].as_u64() {
            if rows != imported.rows {
                return Err(reject(number, format!("says that there are {rows} rows, and {} came", imported.rows)));
            }
            ended = true;
            continue;
        }
        let (table, row) = (line["table"].as_str().unwrap_or_default(), line["row"].as_object());
        let (Some(columns), Some(row)) = (tables.get(table), row) else {
            return Err(reject(number, format!("is no row of a table of this store ({table:?})")));
        };
        let values = values(columns, row).map_err(|why| reject(number, format!("{table}.{why}")))?;
        let sql = insert(table, columns).replacen("INSERT", if table == COUNTERS { "REPLACE" } else { "INSERT" }, 1);
        let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
        if let Err(why) = statement.execute(params_from_iter(values)) {
            return Err(reject(number, format!("{table}: {why}")));
        }
        imported.rows += 1;
        if table != last {
            imported.tables += 1;
            table.clone_into(&mut last);
        }
    }
    if !ended {
        return Err(reject(number, "the line that ends the export is missing: it was cut off".to_owned()));
    }
    triggers.iter().try_for_each(|trigger| connection.execute_batch(trigger)).map_err(failed)?;
    integrity::foreign_keys(connection).map_err(|refusal| reject(number, refusal.to_string()))?;
    Ok(imported)
}

/// Refuses a database that has rows.
fn empty(connection: &Connection) -> Result<(), Refusal> {
    for table in exported_tables(connection).map_err(failed)?.iter().filter(|table| *table != COUNTERS) {
        let has = format!("SELECT EXISTS (SELECT 1 FROM {})", quoted(table));
        if connection.query_row(&has, [], |row| row.get(0)).map_err(failed)? {
            let why =
                format!("has rows in {table}, and an import takes an empty database: make one, and import into that");
            return Err(Refusal::Unfit(why));
        }
    }
    Ok(())
}

fn drop_triggers(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut all = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")?;
    let all = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let all = all.collect::<rusqlite::Result<Vec<(String, String)>>>()?;
    all.iter().try_for_each(|(name, _)| connection.execute_batch(&format!("DROP TRIGGER {}", quoted(name))))?;
    Ok(all.into_iter().map(|(_, sql)| sql).collect())
}

/// Says what is wrong with the first line, if something is.
fn header(connection: &Connection, line: &Value) -> Result<Result<(), Wrong>, Refusal> {
    let own = chain(connection).map_err(failed)?;
    Ok(match line["protostore"].as_u64() {
        None => Err("is not the beginning of an export".to_owned()),
        Some(form) if form != FORM => Err(format!("has form {form}, and this program knows form {FORM}")),
        Some(_) if line["chain"].as_str() != Some(&own) => Err(format!(
            "is of version {} of {}, of another chain than the database: import it with the program of that version",
            line["version"], line["store"]
        )),
        Some(_) if line["whole"] != true => {
            Err("says that redacted values were left out; export with reveal_redacted(true)".to_owned())
        }
        Some(_) => Ok(()),
    })
}

/// Returns the values of a row in the order of its columns.
fn values(columns: &[String], row: &Map<String, Value>) -> Result<Vec<Stored>, Wrong> {
    if let Some(unknown) = row.keys().find(|name| !columns.contains(name)) {
        return Err(format!("{unknown} is no column of the table"));
    }
    let value = |column: &String| {
        let value = row.get(column).ok_or_else(|| format!("{column} is missing"))?;
        stored(value).ok_or_else(|| format!("{column} holds what no export writes: {value}"))
    };
    columns.iter().map(value).collect()
}

fn stored(value: &Value) -> Option<Stored> {
    match value {
        Value::Null => Some(Stored::Null),
        Value::Number(number) => number.as_i64().map(Stored::Integer),
        Value::String(text) => Some(Stored::Text(text.clone())),
        Value::Object(form) if form.len() == 1 => match (form.get("base64"), form.get("real")) {
            (Some(text), None) => Base64::decode_vec(text.as_str()?).ok().map(Stored::Blob),
            (None, Some(text)) => text.as_str()?.parse().ok().map(Stored::Real),
            _ => None,
        },
        _ => None,
    }
}
