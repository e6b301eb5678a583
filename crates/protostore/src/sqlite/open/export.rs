//! Exports: the rows of all tables as JSON lines, or a database that is plain SQLite.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value, json};

use super::cold::Cold;
use super::create;
use super::duplicate::{self, absent, replaceable};
use super::lock::Lock;
use super::place::Place;
use super::refusal::Refusal;
use super::state::{self, State};
use super::{Access, bookkeeping, integrity};
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::sqlite::upkeep::{ExportOptions, Exported};

/// The form of the lines, in the first one.
pub(super) const FORM: u64 = 1;

/// The counters of protostore, which are exported beside the tables of the store.
pub(super) const COUNTERS: &str = "protostore__sequences";

type Engine<T> = Result<T, rusqlite::Error>;

impl Cold {
    /// Writes all rows as JSON lines.
    pub(crate) fn export_lines(&self, out: &mut dyn Write, options: &ExportOptions) -> Result<Exported> {
        lines(self.connection(), &self.place.path, out, options)
    }

    /// Writes all rows into a plain database.
    pub(crate) fn export_sqlite(&self, to: &Path, options: &ExportOptions) -> Result<Exported> {
        plain(self.connection(), &self.place.path, to, options)
    }
}

/// Writes all rows that a connection sees as JSON lines: what the database is, a line for each row, and their number.
pub(crate) fn lines(
    connection: &Connection,
    path: &Path,
    out: &mut dyn Write,
    options: &ExportOptions,
) -> Result<Exported> {
    let failed = |why| Refusal::Engine("be exported", why).on(connection).about(path);
    let written = |why: io::Error| Error::new(Kind::Io, "the export cannot be written").because(why);
    let hidden = if options.reveal { BTreeSet::new() } else { redacted(connection, path)? };
    let mut put = |line: &Value| writeln!(out, "{line}").map_err(written);
    put(&header(connection, path, hidden.is_empty())?)?;
    let mut exported = Exported::default();
    for table in exported_tables(connection).map_err(failed)? {
        let columns = columns(connection, &table).map_err(failed)?;
        let mut statement = connection.prepare(&select(&table, &columns)).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let before = exported.rows;
        while let Some(row) = rows.next().map_err(failed)? {
            let mut values = Map::new();
            for (at, column) in columns.iter().enumerate() {
                let value = row.get_ref(at).map_err(failed)?;
                let hides = value != ValueRef::Null && hidden.contains(&(table.clone(), column.clone()));
                exported.redacted += u64::from(hides);
                let value = if hides { json!({"redacted": true}) } else { shown(value, &table, column)? };
                values.insert(column.clone(), value);
            }
            put(&json!({"table": table, "row": values}))?;
            exported.rows += 1;
        }
        exported.tables += u64::from(exported.rows > before);
    }
    damaged(connection, path)?;
    put(&json!({"rows": exported.rows}))?;
    out.flush().map_err(written)?;
    Ok(exported)
}

/// Refuses what was read where a page could not be decrypted: a long value ends in zeros then, and nothing else says so.
fn damaged(connection: &Connection, path: &Path) -> Result<()> {
    let is_readonly = connection.is_readonly(rusqlite::MAIN_DB).unwrap_or(true);
    if super::cipher::has_failed(connection) || is_readonly {
        let why = "a page of it cannot be decrypted, so that it cannot be exported".to_owned();
        return Err(Refusal::Damaged(why).about(path));
    }
    Ok(())
}

fn header(connection: &Connection, path: &Path, is_whole: bool) -> Result<Value> {
    let failed = |why| Refusal::Engine("say what it is", why).about(path);
    let label = bookkeeping::read(connection).map_err(failed)?;
    let state = State::read(connection).map_err(failed)?;
    let (Some(label), Some(state)) = (label, state) else {
        return Err(Refusal::Damaged("it does not say what it is".to_owned()).about(path));
    };
    Ok(json!({
        "protostore": FORM,
        "store": label.store,
        "version": label.version,
        "semver": label.semver,
        "chain": chain(connection).map_err(failed)?,
        "sequence": state.sequence,
        "whole": is_whole,
    }))
}

/// Returns the chain of the newest version.
pub(super) fn chain(connection: &Connection) -> Engine<String> {
    let newest = r#"SELECT "chain" FROM "protostore__versions" ORDER BY "version" DESC LIMIT 1"#;
    connection.query_row(newest, [], |row| row.get(0))
}

/// Returns the tables of the store, and the counters.
pub(super) fn exported_tables(connection: &Connection) -> Engine<Vec<String>> {
    let names = format!(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' \
         AND (substr(name, 1, 12) <> 'protostore__' OR name = '{COUNTERS}') \
         AND name <> 'refinery_schema_history' ORDER BY name"
    );
    connection.prepare(&names)?.query_map([], |row| row.get(0))?.collect()
}

/// Returns the columns of a table that are stored, and not made of others.
pub(super) fn columns(connection: &Connection, table: &str) -> Engine<Vec<String>> {
    let mut columns = connection.prepare("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0 ORDER BY cid")?;
    columns.query_map([table], |row| row.get(0))?.collect()
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn select(table: &str, columns: &[String]) -> String {
    let columns = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
    format!("SELECT {columns} FROM {}", quoted(table))
}

pub(super) fn insert(table: &str, columns: &[String]) -> String {
    let names = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
    let values = (1..=columns.len()).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
    format!("INSERT INTO {} ({names}) VALUES ({values})", quoted(table))
}

/// Returns a value as JSON: what JSON has no form for is an object that names its form.
fn shown(value: ValueRef<'_>, table: &str, column: &str) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => json!(number),
        // As text, whose shortest form is read back as the very same number; not every reader of JSON does that.
        ValueRef::Real(number) => json!({"real": format!("{number:?}")}),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => json!(text),
            Err(_) => {
                return Err(Error::new(Kind::Damaged, "is not UTF-8").at(column.to_owned()).in_table(table.to_owned()));
            }
        },
        ValueRef::Blob(bytes) => json!({"base64": Base64::encode_string(bytes)}),
    })
}

/// Returns the columns that are `debug_redact`, by the model in the database.
fn redacted(connection: &Connection, path: &Path) -> Result<BTreeSet<(String, String)>> {
    let newest =
        r#"SELECT "snapshot" FROM "protostore__versions" WHERE "snapshot" IS NOT NULL ORDER BY "version" DESC LIMIT 1"#;
    let snapshot: String = connection
        .query_row(newest, [], |row| row.get(0))
        .map_err(|why| Refusal::Engine("say which of its fields are redacted", why).about(path))?;
    let model: Value = serde_json::from_str(&snapshot)
        .map_err(|why| Refusal::Damaged(format!("the model in it cannot be read ({why})")).about(path))?;
    let mut found = BTreeSet::new();
    for table in model["tables"].as_array().into_iter().flatten() {
        look(table, &sql_name(&table["name"]), false, &mut found);
    }
    Ok(found)
}

/// Looks for columns that are redacted in a part of the model: by themselves, or by what is around them.
fn look(part: &Value, table: &str, around: bool, found: &mut BTreeSet<(String, String)>) {
    match part {
        Value::Array(parts) => parts.iter().for_each(|part| look(part, table, around, found)),
        Value::Object(members) => {
            let says = |part: &Value| part["redacted"] == true;
            let is_child = part["node"] == "child";
            let table = if is_child { sql_name(&part["name"]) } else { table.to_owned() };
            let place = part["place"].as_object().into_iter().flat_map(Map::values).any(says);
            let hides = around || says(part) || says(&part["presence"]) || place;
            let is_column = !is_child && part["node"] != "group" && members.contains_key("path");
            let has_value = !matches!(part["role"].as_str(), Some("owner_key" | "position" | "singleton"));
            if hides && is_column && has_value {
                found.insert((table.clone(), sql_name(&part["name"])));
            }
            members.values().for_each(|part| look(part, &table, hides, found));
        }
        _ => {}
    }
}

/// Returns the SQL name of a name in the model: given by itself, or the path with `__` between its parts.
fn sql_name(name: &Value) -> String {
    match name {
        Value::String(path) => path.replace('.', "__"),
        name => name["sql"].as_str().map_or_else(|| sql_name(&name["proto"]), str::to_owned),
    }
}

/// Copies all rows that a connection sees into a plain database, which is checked before it gets its name.
pub(crate) fn plain(from: &Connection, source: &Path, to: &Path, options: &ExportOptions) -> Result<Exported> {
    if !options.reveal
        && let Some((table, column)) = redacted(from, source)?.into_iter().next()
    {
        let why =
            "is debug_redact, and a plain database holds it as it is; say reveal_redacted(true) where that is meant";
        return Err(Error::new(Kind::Precondition, why).at(column).in_table(table));
    }
    let place = Place::of(to).map_err(|refusal| refusal.about(to))?;
    let made = (|| {
        if place.path == source {
            return Err(Refusal::Itself);
        }
        let _lock = Lock::take(&place.beside(".lock"), Duration::ZERO)?;
        if options.replace {
            replaceable(&place).map(drop)?
        } else {
            absent(&place)?
        }
        let unfinished = Place { path: place.beside(".creating"), ..place.clone() };
        create::sweep(&unfinished)?;
        let made = fill(from, &unfinished).and_then(|exported| {
            duplicate::check(&unfinished, Access::Plain(&Key::from_secret([0; 32])))?;
            duplicate::publish(&unfinished, &place, options.replace).map(|()| exported)
        });
        let _ = create::sweep(&unfinished);
        made
    })();
    let exported = made.map_err(|refusal| refusal.on(from).about(to))?;
    Ok(exported)
}

fn fill(from: &Connection, unfinished: &Place) -> Result<Exported, Refusal> {
    let failed = |why| Refusal::Engine("be exported", why);
    let nobodys = Key::from_secret([0; 32]);
    let (to, _) = create::empty(unfinished, Access::Plain(&nobodys))?;
    to.execute_batch("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA foreign_keys = OFF")
        .map_err(failed)?;
    super::settings::apply(&to, super::settings::Role::Writer, create::CACHE)?;
    to.execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE").map_err(failed)?;
    let exported = copy(from, &to).map_err(failed)?;
    if super::cipher::has_failed(from) || from.is_readonly(rusqlite::MAIN_DB).map_err(failed)? {
        return Err(Refusal::Damaged("a page of it cannot be decrypted, so that it cannot be exported".to_owned()));
    }
    let sequence = State::read(from).map_err(failed)?.map_or(0, |state| state.sequence);
    let log = state::number().map_err(|why| Refusal::Io("get random numbers", why))?;
    state::mark(&to, [log, log, i64::try_from(sequence).unwrap_or(i64::MAX)], true).map_err(failed)?;
    to.execute_batch("COMMIT").map_err(failed)?;
    integrity::checkpoint(&to)?;
    to.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(failed)?;
    to.close().map_err(|(_, why)| failed(why))?;
    Ok(exported)
}

/// Copies tables, rows, and then indexes, views and triggers, which are none of the rows' business.
fn copy(from: &Connection, to: &Connection) -> Engine<Exported> {
    for pragma in ["application_id", "user_version"] {
        let value: i64 = from.pragma_query_value(None, pragma, |row| row.get(0))?;
        to.pragma_update(None, pragma, value)?;
    }
    let mut exported = Exported::default();
    let mut definitions = from.prepare(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_' ORDER BY type <> 'table', rowid",
    )?;
    let definitions = definitions.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    for (kind, name, sql) in definitions.collect::<Engine<Vec<(String, String, String)>>>()? {
        to.execute_batch(&sql)?;
        if kind != "table" {
            continue;
        }
        let columns = columns(from, &name)?;
        let (mut read, mut write) = (from.prepare(&select(&name, &columns))?, to.prepare(&insert(&name, &columns))?);
        let mut rows = read.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let values = (0..columns.len()).map(|at| row.get::<_, rusqlite::types::Value>(at));
            write.execute(params_from_iter(values.collect::<Engine<Vec<_>>>()?))?;
            count += 1;
        }
        exported.rows += count;
        exported.tables += u64::from(count > 0);
    }
    Ok(exported)
}
