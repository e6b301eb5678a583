//! The rows of an old version: in a database of that version in memory, and in what a new file of it is made of.

use rusqlite::Connection;
use rusqlite::types::Value;

use super::Old;
use crate::schema::Schema;

/// What statements and steps name, and the run time makes.
const BOOKKEEPING: &str = "CREATE TABLE \"protostore__sequences\" (\"table\" INTEGER, \"path\" TEXT, \"last\" INTEGER, \
    PRIMARY KEY (\"table\", \"path\")) STRICT;";

/// A database of an old version with some of its rows, and the program that makes a file with the same.
pub(super) struct Made {
    pub(super) db: Connection,
    pub(super) schema: &'static Schema,
    pub(super) left_out: Vec<String>,
    rows: usize,
}

impl Made {
    /// Makes it with the rows of these kinds. A row that the version refuses is left out.
    ///
    /// # Panics
    /// Where the migrations do not run on an empty database.
    pub(super) fn of(old: &Old, kinds: &[u32]) -> Self {
        let db = empty(old).unwrap_or_else(|why| panic!("version {} is not made: {why}", old.version));
        let definitions = definitions(&db).unwrap_or_else(|why| panic!("version {} has no schema: {why}", old.version));
        let (taken, left_out) = insert(&db, old.rows, kinds);
        let whole = taken.iter().fold(definitions, |whole, line| whole + line + "\n");
        Self { db, schema: former(old, whole), left_out, rows: taken.len() }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }
}

/// Makes an empty database of the version by its migrations.
fn empty(old: &Old) -> rusqlite::Result<Connection> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(BOOKKEEPING)?;
    let dropped = old.schema.migrations.iter().filter(|migration| migration.until.is_some()).count();
    let steps = old.schema.migrations.iter().take(old.version as usize);
    match old.oldest {
        Some(oldest) => {
            db.execute_batch(oldest)?;
            steps.skip(dropped + 1).try_for_each(|step| migrate(&db, step.text))?;
        }
        None => steps.into_iter().try_for_each(|step| migrate(&db, step.text))?,
    }
    Ok(db)
}

/// Runs a migration. What the run time does to rows is nothing here, where there are none.
fn migrate(db: &Connection, sql: &str) -> rusqlite::Result<()> {
    db.execute_batch(&format!("PRAGMA foreign_keys = OFF; BEGIN; {sql}\n; COMMIT; PRAGMA foreign_keys = ON;"))
}

fn definitions(db: &Connection) -> rusqlite::Result<String> {
    let all = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'protostore\\_\\_%' ESCAPE '\\' \
               AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid";
    let mut all = db.prepare(all)?;
    let all = all.query_map([], |row| row.get::<_, String>(0))?;
    all.map(|sql| sql.map(|sql| sql + ";\n")).collect()
}

/// Inserts rows one by one, those that others refer to in whatever order; returns those that are there, and why others are
/// not.
fn insert<'r>(db: &Connection, rows: &'r str, kinds: &[u32]) -> (Vec<&'r str>, Vec<String>) {
    let mut kind = 0;
    let mut open: Vec<&str> = Vec::new();
    for line in rows.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("-- kind ").and_then(|rest| rest.split(':').next()?.parse().ok()) {
            Some(next) => kind = next,
            None if line.starts_with("--") => {}
            None if kinds.contains(&kind) => open.push(line),
            None => {}
        }
    }
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    loop {
        let before = open.len();
        refused.clear();
        open.retain(|line| match db.execute_batch(line) {
            Ok(()) => {
                taken.push(*line);
                false
            }
            Err(why) => {
                refused.push(format!("{why}: {line}"));
                true
            }
        });
        if open.is_empty() || open.len() == before {
            return (taken, refused);
        }
    }
}

/// Returns the schema that the program of the version had, whose new files have the rows.
fn former(old: &Old, whole: String) -> &'static Schema {
    let schema = old.schema;
    let migrations = &schema.migrations[..old.version as usize];
    let newest = &migrations[migrations.len() - 1];
    // It lives as long as the test.
    Box::leak(Box::new(Schema {
        store: schema.store,
        formerly: schema.formerly,
        name: schema.name,
        version: newest.version,
        semver: newest.semver,
        mapping: newest.mapping,
        slots: schema.slots,
        migrations,
        whole: Box::leak(whole.into_boxed_str()),
        tables: &[],
        expiring: &[],
        soft_deleted: &[],
        chained: &[],
        descriptors: schema.descriptors,
    }))
}

pub(super) fn count(db: &Connection, table: &str) -> Result<u64, String> {
    let sql = format!("SELECT count(*) FROM {}", quoted(table));
    db.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned).map_err(|why| why.to_string())
}

/// Returns the values of some columns of all rows, in order.
pub(super) fn values(db: &Connection, table: &str, columns: &[&str]) -> Result<Vec<Vec<String>>, String> {
    let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let sql = format!("SELECT {} FROM {}", names.join(", "), quoted(table));
    let read = || -> rusqlite::Result<Vec<Vec<String>>> {
        let mut all = db.prepare(&sql)?;
        let row =
            |row: &rusqlite::Row<'_>| (0..columns.len()).map(|at| row.get(at).map(|v: Value| shown(&v))).collect();
        all.query_map([], row)?.collect()
    };
    let mut rows = read().map_err(|why| why.to_string())?;
    rows.sort();
    Ok(rows)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "unset".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{:016x}", number.to_bits()),
        Value::Text(text) => format!("{text:?}"),
        Value::Blob(bytes) => format!("{bytes:02x?}"),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
