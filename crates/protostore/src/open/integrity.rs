//! Looking for damage: after a crash before anything is served, and on request.

use rusqlite::{Connection, Result};

use super::refusal::Refusal;

/// Moves the log into the file whole, and empties it.
///
/// With a log beside it, `cipher_integrity_check` finds damage where there is none.
pub(super) fn checkpoint(connection: &Connection) -> Result<(), Refusal> {
    let busy: i64 = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(|why| Refusal::Engine("move its log into it", why))?;
    if busy == 0 { Ok(()) } else { Err(Refusal::Locked(None)) }
}

/// Reads the whole file; the log has been moved into it.
pub(super) fn check(connection: &Connection) -> Result<(), Refusal> {
    // Finds every changed byte, in whatever page; plain SQLite has nothing like it.
    findings(connection, "PRAGMA cipher_integrity_check", "")?;
    findings(connection, "PRAGMA quick_check(4)", "ok")?;
    foreign_keys(connection)
}

/// Refuses a database in which a row names another that is not there.
pub(super) fn foreign_keys(connection: &Connection) -> Result<(), Refusal> {
    let mut statement = connection.prepare("PRAGMA foreign_key_check").map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    match rows.next().map_err(failed)? {
        None => Ok(()),
        Some(row) => {
            let (table, parent): (String, String) = (row.get(0).map_err(failed)?, row.get(2).map_err(failed)?);
            Err(Refusal::Damaged(format!("a row of {table} names one of {parent} that is not there")))
        }
    }
}

fn findings(connection: &Connection, pragma: &str, fine: &str) -> Result<(), Refusal> {
    let mut statement = connection.prepare(pragma).map_err(failed)?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(failed)?;
    let mut found = rows.take(4).collect::<Result<Vec<String>>>().map_err(failed)?;
    found.retain(|finding| finding != fine);
    if found.is_empty() { Ok(()) } else { Err(Refusal::Damaged(found.join("; "))) }
}

fn failed(why: rusqlite::Error) -> Refusal {
    Refusal::Engine("be searched for damage", why)
}
