//! Looking for damage, one table after the other, so that no snapshot is held for longer than one takes.

use rusqlite::{Connection, Result};

use super::refusal::Refusal;

/// Moves the log into the file whole, and empties it.
pub(super) fn checkpoint(connection: &Connection) -> Result<(), Refusal> {
    let busy: i64 = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(|why| Refusal::Engine("move its log into it", why))?;
    if busy == 0 { Ok(()) } else { Err(Refusal::Locked(None)) }
}

/// Reads the whole file before it is served; the log has been moved into it.
///
/// With a log beside it, `cipher_integrity_check` finds damage where there is none.
pub(super) fn check(connection: &Connection) -> Result<(), Refusal> {
    // Finds every changed byte, in whatever page, those that hold nothing among them; plain SQLite has nothing like it.
    let pages = rows(connection, "PRAGMA cipher_integrity_check").map_err(failed)?;
    told(pages)?;
    let tables = tables(connection).map_err(failed)?;
    for (done, table) in tables.iter().enumerate() {
        told(check_table(connection, table).map_err(failed)?)?;
        tracing::info!(table, done = done + 1, of = tables.len(), "looked for damage in a table");
    }
    Ok(())
}

/// Returns the names of all tables, those of protostore and of the engine too.
pub(crate) fn tables(connection: &Connection) -> Result<Vec<String>> {
    let mut tables = vec!["sqlite_schema".to_owned()];
    tables.extend(rows(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rootpage")?);
    Ok(tables)
}

/// Reads a table and its indexes, and returns what is wrong with them, in sentences; at most a few.
pub(crate) fn check_table(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let name = table.replace('\'', "''");
    let mut found = rows(connection, &format!("PRAGMA quick_check('{name}')"))?;
    found.retain(|finding| finding != "ok");
    found.extend(orphans(connection, table, FEW)?);
    // A page that was not the last of a long value says nothing more than this.
    if found.is_empty() && connection.is_readonly(rusqlite::MAIN_DB)? {
        found.push(format!("a page of {table} cannot be decrypted"));
    }
    Ok(found)
}

/// Returns which rows of a table name one that is not there, in sentences; at most so many.
pub(super) fn orphans(connection: &Connection, table: &str, most: usize) -> Result<Vec<String>> {
    let name = table.replace('\'', "''");
    let mut statement = connection.prepare(&format!("PRAGMA foreign_key_check('{name}')"))?;
    let orphans = statement.query_map([], |row| {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        Ok(format!("a row of {table} refers to a row of {parent} that does not exist"))
    })?;
    orphans.take(most).collect()
}

/// Refuses a database in which a row names another that is not there.
pub(super) fn foreign_keys(connection: &Connection) -> Result<(), Refusal> {
    let mut statement = connection.prepare("PRAGMA foreign_key_check").map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    match rows.next().map_err(failed)? {
        None => Ok(()),
        Some(row) => {
            let (table, parent): (String, String) = (row.get(0).map_err(failed)?, row.get(2).map_err(failed)?);
            Err(Refusal::Damaged(format!("a row of {table} refers to a row of {parent} that does not exist")))
        }
    }
}

/// How many findings are told of one thing.
const FEW: usize = 4;

fn rows(connection: &Connection, sql: &str) -> Result<Vec<String>> {
    let few = if sql.starts_with("PRAGMA") { FEW } else { usize::MAX };
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.take(few).collect()
}

fn told(found: Vec<String>) -> Result<(), Refusal> {
    if found.is_empty() { Ok(()) } else { Err(Refusal::Damaged(found.join("; "))) }
}

fn failed(why: rusqlite::Error) -> Refusal {
    Refusal::Engine("be searched for damage", why)
}
