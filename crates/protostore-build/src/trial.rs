//! A trial on real SQLite: the migrations run, they make what the whole schema makes, and each statement and view is
//! accepted, and answered by an index unless it asks for everything.

use protostore_emit::{Dialect, Statement};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, Error, Result};

use crate::scan;
use crate::structure::structure;

/// What is tried.
pub(crate) struct Trial<'a> {
    /// Path and SQL of each migration, oldest first.
    pub(crate) migrations: &'a [(String, String)],
    /// The whole schema.
    pub(crate) schema: &'a str,
    /// What the generated crate will ask.
    pub(crate) statements: &'a [Statement],
}

/// Returns what SQLite refuses or finds different, as sentences.
pub(crate) fn run(trial: &Trial<'_>) -> Vec<String> {
    let replayed = match replay(trial.migrations) {
        Ok(db) => db,
        Err(sentence) => return vec![sentence],
    };
    let fresh = match open().and_then(|db| db.execute_batch(trial.schema).map(|()| db)) {
        Ok(db) => db,
        Err(error) => return vec![format!("schema.sqlite.sql does not run: {}", reason(&error))],
    };
    let mut sentences = compare(&replayed, &fresh).unwrap_or_else(|error| vec![reason(&error)]);
    if let Err(error) = fresh.execute_batch(BOOKKEEPING) {
        sentences.push(reason(&error));
    }
    let refused = trial.statements.iter().filter_map(|statement| {
        let error = fresh.prepare(&statement.sql(Dialect::Sqlite)).err()?;
        Some(format!("statement `{}` is refused: {}", statement.name, reason(&error)))
    });
    let refused: Vec<String> = refused.collect();
    if refused.is_empty() {
        for look in [scan::scans, scan::sorts, scan::skips] {
            sentences.extend(look(&fresh, trial.statements).unwrap_or_else(|error| vec![reason(&error)]));
        }
    }
    sentences.extend(refused);
    sentences.extend(query_views(&fresh).unwrap_or_else(|error| vec![reason(&error)]));
    sentences
}

/// What the run time keeps for itself and statements name: it makes this table when it opens a database.
const BOOKKEEPING: &str = "CREATE TABLE protostore__sequences (\"table\" INTEGER, path TEXT, last INTEGER, \
    PRIMARY KEY (\"table\", path)) STRICT;";

/// A database as the run time has it: a mistyped name in double quotes is no string.
fn open() -> Result<Connection> {
    let db = Connection::open_in_memory()?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    db.pragma_update(None, "foreign_keys", true)?;
    Ok(db)
}

fn replay(migrations: &[(String, String)]) -> Result<Connection, String> {
    let db = open().map_err(|error| reason(&error))?;
    for (path, sql) in migrations {
        db.execute_batch(sql).map_err(|error| format!("{path} does not run: {}", reason(&error)))?;
    }
    Ok(db)
}

fn compare(replayed: &Connection, fresh: &Connection) -> Result<Vec<String>> {
    let (replayed, fresh) = (structure(replayed)?, structure(fresh)?);
    let mut sentences = Vec::new();
    for (what, wanted) in &fresh {
        match replayed.get(what) {
            None => sentences.push(format!("the migrations do not make {what}, which schema.sqlite.sql has")),
            Some(found) if found == wanted => {}
            Some(found) => {
                sentences.push(format!("the migrations make {what} as `{found}`, schema.sqlite.sql has `{wanted}`"));
            }
        }
    }
    let others = replayed.keys().filter(|what| !fresh.contains_key(*what));
    sentences.extend(others.map(|what| format!("the migrations make {what}, which schema.sqlite.sql does not have")));
    Ok(sentences)
}

fn query_views(db: &Connection) -> Result<Vec<String>> {
    let mut names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")?;
    let names = names.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>>>()?;
    let query = |name: &String| {
        let sql = format!("SELECT * FROM \"{}\"", name.replace('"', "\"\""));
        db.prepare(&sql).and_then(|mut view| view.query([])?.next().map(drop))
    };
    let refused = names.iter().filter_map(|name| Some((name, query(name).err()?)));
    Ok(refused.map(|(name, error)| format!("view `{name}` is refused: {}", reason(&error))).collect())
}

/// The engine's words, without the text of the statement that some errors carry.
fn reason(error: &Error) -> String {
    match error {
        Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}
