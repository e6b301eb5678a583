//! What a database file says about itself.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, Result};

use super::bookkeeping::{self, at};
use super::place::{PAGE, Place};
use super::state::State;
use crate::sqlite::upkeep::{FileStatus, Sizes, TableRows, VersionStatus};

/// Reads what the file of a connection says; none where it says nothing.
pub(crate) fn status(connection: &Connection, path: &Path, key_id: Option<String>) -> Result<Option<FileStatus>> {
    let (Some(label), Some(state)) = (bookkeeping::read(connection)?, State::read(connection)?) else {
        return Ok(None);
    };
    let (versions, mapping) = versions(connection)?;
    let free: i64 = connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
    let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    let place = Place { path: path.to_owned(), directory: path.parent().unwrap_or(path).to_owned() };
    let size = |suffix: &str| fs::symlink_metadata(place.beside(suffix)).map_or(0, |file| file.len());
    Ok(Some(FileStatus {
        path: path.to_owned(),
        store: label.store,
        version: label.version,
        semver: label.semver,
        mapping,
        key_id,
        created: label.created,
        sequence: state.sequence,
        closed: state.closed,
        sizes: Sizes {
            file: pages.unsigned_abs() * PAGE,
            free: free.unsigned_abs() * PAGE,
            log: size("-wal"),
            reserve: size(".reserve"),
        },
        versions,
    }))
}

/// Reads the versions, and the mapping of the newest.
fn versions(connection: &Connection) -> Result<(Vec<VersionStatus>, u32)> {
    let mut mapping = 0;
    let mut all = connection.prepare(
        r#"SELECT "version", "slug", "semver", "chain", "reader", "writer", "migrated", "took", "rows", "mapping"
           FROM "protostore__versions" ORDER BY "version""#,
    )?;
    let versions = all.query_map([], |row| {
        let took: Option<i64> = row.get(7)?;
        let rows: Option<i64> = row.get(8)?;
        mapping = row.get(9)?;
        Ok(VersionStatus {
            version: row.get(0)?,
            slug: row.get(1)?,
            semver: row.get(2)?,
            chain: row.get(3)?,
            reader: row.get(4)?,
            writer: row.get(5)?,
            migrated: at(row.get(6)?),
            took: took.map(|took| Duration::from_nanos(took.unsigned_abs())),
            rows: rows.map(i64::unsigned_abs),
        })
    })?;
    let versions = versions.collect::<Result<_>>()?;
    Ok((versions, mapping))
}

/// Counts the rows of each table, those of protostore too; it reads all of them.
pub(crate) fn count_rows(connection: &Connection) -> Result<Vec<TableRows>> {
    let names =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let names = connection.prepare(names)?.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>>>()?;
    let count = |table: String| {
        let quoted = table.replace('"', "\"\"");
        let rows: i64 = connection.query_row(&format!("SELECT count(*) FROM \"{quoted}\""), [], |row| row.get(0))?;
        Ok(TableRows { table, rows: rows.unsigned_abs() })
    };
    names.into_iter().map(count).collect()
}
