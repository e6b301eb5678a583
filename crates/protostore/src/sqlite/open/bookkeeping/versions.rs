//! `protostore__versions`: a row for each version that led to the database as it is, the newest last.
//!
//! A version that the database was upgraded to says how long that took, and has its snapshot. One that a new database was
//! past already when it was made has neither. Each has the way back, and which programs may open what it made.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::now;
use crate::info::Applied;
use crate::schema::{Migration, Schema};

/// What a database says about one of its versions.
#[derive(Debug)]
pub(in crate::sqlite::open) struct Kept {
    /// The number.
    pub(in crate::sqlite::open) version: u32,
    /// What changed then.
    pub(in crate::sqlite::open) slug: String,
    /// The hash over it and all before.
    pub(in crate::sqlite::open) chain: String,
    /// The oldest version whose program may read it.
    pub(in crate::sqlite::open) reader: u32,
    /// The oldest version whose program may write it.
    pub(in crate::sqlite::open) writer: u32,
}

/// Reads all rows, the first version first.
pub(in crate::sqlite::open) fn read(connection: &Connection) -> Result<Vec<Kept>> {
    let all = r#"SELECT "version", "slug", "chain", "reader", "writer" FROM "protostore__versions" ORDER BY "version""#;
    let kept = |row: &rusqlite::Row<'_>| {
        Ok(Kept {
            version: row.get(0)?,
            slug: row.get(1)?,
            chain: row.get(2)?,
            reader: row.get(3)?,
            writer: row.get(4)?,
        })
    };
    connection.prepare(all)?.query_map([], kept)?.collect()
}

/// Writes the rows of a new database, which is at the newest version from its beginning.
pub(in crate::sqlite::open) fn lay(connection: &Connection, schema: &Schema) -> Result<()> {
    schema.migrations.iter().try_for_each(|migration| write(connection, schema, migration, None))
}

/// Writes the row of a version that the database has just been upgraded to.
pub(in crate::sqlite::open) fn passed(
    connection: &Connection,
    schema: &Schema,
    migration: &Migration,
    applied: &Applied,
) -> Result<()> {
    write(connection, schema, migration, Some(applied))
}

/// Reads the snapshot and the descriptors of a version, where the database has them.
pub(in crate::sqlite::open) fn model(connection: &Connection, version: u32) -> Result<Option<(String, Vec<u8>)>> {
    let model = r#"SELECT "snapshot", "descriptors" FROM "protostore__versions" WHERE "version" = ?1"#;
    let found = connection.query_row(model, [version], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(found.and_then(|(snapshot, descriptors): (Option<_>, Option<_>)| snapshot.zip(descriptors)))
}

fn write(connection: &Connection, schema: &Schema, migration: &Migration, applied: Option<&Applied>) -> Result<()> {
    let Migration { version, slug, semver, mapping, text: _, down, chain, reader, writer, until: _, snapshot } =
        *migration;
    let is_newest = version == schema.version;
    let snapshot = (applied.is_some() || is_newest).then_some(snapshot);
    let descriptors = is_newest.then_some(schema.descriptors);
    let took = applied.map(|applied| i64::try_from(applied.took.as_nanos()).unwrap_or(i64::MAX));
    let rows = applied.map(|applied| i64::try_from(applied.rows).unwrap_or(i64::MAX));
    connection.execute(
        r#"INSERT INTO "protostore__versions" ("version", "slug", "semver", "mapping", "chain", "reader", "writer",
             "down", "snapshot", "descriptors", "took", "rows", "migrated")
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"#,
        params![version, slug, semver, mapping, chain, reader, writer, down, snapshot, descriptors, took, rows, now()],
    )?;
    Ok(())
}

/// Writes what changes without a new version: the semantic version, comments in the snapshot, and the messages; part of the
/// transaction that begins a run.
pub(in crate::sqlite::open) fn refresh(connection: &Connection, schema: &Schema) -> Result<()> {
    let (semver, snapshot, descriptors) = (schema.semver, schema.snapshot(), schema.descriptors);
    connection.execute(
        r#"UPDATE "protostore__versions" SET "semver" = ?2, "snapshot" = ?3, "descriptors" = ?4
           WHERE "version" = ?1 AND ("semver", "snapshot", "descriptors") IS NOT (?2, ?3, ?4)"#,
        params![schema.version, semver, snapshot, descriptors],
    )?;
    Ok(())
}

/// Returns the semantic version of the newest row.
pub(in crate::sqlite::open) fn newest(connection: &Connection, version: u32) -> Result<Option<String>> {
    let semver = r#"SELECT "semver" FROM "protostore__versions" WHERE "version" = ?1"#;
    connection.query_row(semver, [version], |row| row.get(0)).optional()
}
