//! `protostore__versions`: a row for each version that led to the database as it is, the newest last.
//!
//! A version that the database was upgraded to says how long that took, and has its snapshot. One that a new database was
//! past already when it was made has neither, unless a way back needs the snapshot. Each has the way back, what that loses,
//! the name that the store had, and which programs may open what it made. One at which the database rested has its whole
//! schema.

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

/// What a database says about the way back from one of its versions.
#[derive(Debug)]
pub(in crate::sqlite::open) struct Back {
    /// The number.
    pub(in crate::sqlite::open) version: u32,
    /// What changed then.
    pub(in crate::sqlite::open) slug: String,
    /// The hash over it and all before.
    pub(in crate::sqlite::open) chain: String,
    /// The statements; none where only a copy has what was there before.
    pub(in crate::sqlite::open) down: Option<String>,
    /// What they lose, each as the end of a sentence.
    pub(in crate::sqlite::open) loses: Vec<String>,
    /// The whole schema of this version, where the database has it.
    pub(in crate::sqlite::open) whole: Option<String>,
    /// Its snapshot, where the database has it.
    pub(in crate::sqlite::open) snapshot: Option<String>,
}

/// Reads what all rows say about the way back, the first version first.
pub(in crate::sqlite::open) fn back(connection: &Connection) -> Result<Vec<Back>> {
    let all = r#"SELECT "version", "slug", "chain", "down", "loses", "whole", "snapshot" FROM "protostore__versions"
                 ORDER BY "version""#;
    let back = |row: &rusqlite::Row<'_>| {
        let loses: Option<String> = row.get(4)?;
        Ok(Back {
            version: row.get(0)?,
            slug: row.get(1)?,
            chain: row.get(2)?,
            down: row.get(3)?,
            loses: loses.iter().flat_map(|loses| loses.lines()).map(str::to_owned).collect(),
            whole: row.get(5)?,
            snapshot: row.get(6)?,
        })
    };
    connection.prepare(all)?.query_map([], back)?.collect()
}

/// Reads the whole schema of a version, where the database has it.
pub(in crate::sqlite::open) fn whole(connection: &Connection, version: u32) -> Result<Option<String>> {
    let whole = r#"SELECT "whole" FROM "protostore__versions" WHERE "version" = ?1"#;
    connection.query_row(whole, [version], |row| row.get(0)).optional().map(Option::flatten)
}

/// Writes the whole schema of a version.
pub(in crate::sqlite::open) fn keep_whole(connection: &Connection, version: u32, whole: &str) -> Result<()> {
    let keep = r#"UPDATE "protostore__versions" SET "whole" = ?2 WHERE "version" = ?1"#;
    connection.execute(keep, params![version, whole]).map(drop)
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
    schema.migrations.iter().try_for_each(|migration| write(connection, schema, migration, None))?;
    keep_snapshots(connection, schema)
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
    let Migration {
        version,
        slug,
        store,
        semver,
        mapping,
        text: _,
        down,
        loses,
        chain,
        reader,
        writer,
        until: _,
        snapshot,
    } = *migration;
    let is_newest = version == schema.version;
    let snapshot = (applied.is_some() || is_newest).then_some(snapshot);
    let (whole, descriptors) = (is_newest.then_some(schema.whole), is_newest.then_some(schema.descriptors));
    let loses = (!loses.is_empty()).then(|| loses.join("\n"));
    let took = applied.map(|applied| i64::try_from(applied.took.as_nanos()).unwrap_or(i64::MAX));
    let rows = applied.map(|applied| i64::try_from(applied.rows).unwrap_or(i64::MAX));
    connection.execute(
        r#"INSERT INTO "protostore__versions" ("version", "slug", "store", "semver", "mapping", "chain", "reader", "writer",
             "down", "loses", "whole", "snapshot", "descriptors", "took", "rows", "migrated")
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"#,
        params![
            version,
            slug,
            store,
            semver,
            mapping,
            chain,
            reader,
            writer,
            down,
            loses,
            whole,
            snapshot,
            descriptors,
            took,
            rows,
            now()
        ],
    )?;
    Ok(())
}

/// Writes the snapshots of versions that the database never had, as far as a way back has a line that the run time carries
/// out: it reads and writes messages as all versions until its own have them.
pub(in crate::sqlite::open) fn keep_snapshots(connection: &Connection, schema: &Schema) -> Result<()> {
    let has_line = |migration: &&Migration| migration.down.is_some_and(|down| down.contains("-- protostore: {"));
    let Some(last) = schema.migrations.iter().rfind(has_line) else { return Ok(()) };
    let mut keep = connection
        .prepare(r#"UPDATE "protostore__versions" SET "snapshot" = ?2 WHERE "version" = ?1 AND "snapshot" IS NULL"#)?;
    let needed = schema.migrations.iter().filter(|migration| migration.version <= last.version);
    needed.into_iter().try_for_each(|needed| keep.execute(params![needed.version, needed.snapshot]).map(drop))
}

/// Writes what changes without a new version: the semantic version, comments in the snapshot and in the schema, and the
/// messages; part of the transaction that begins a run.
pub(in crate::sqlite::open) fn refresh(connection: &Connection, schema: &Schema) -> Result<()> {
    let Schema { semver, descriptors, whole, .. } = *schema;
    connection.execute(
        r#"UPDATE "protostore__versions" SET "semver" = ?2, "snapshot" = ?3, "descriptors" = ?4, "whole" = ?5
           WHERE "version" = ?1 AND ("semver", "snapshot", "descriptors", "whole") IS NOT (?2, ?3, ?4, ?5)"#,
        params![schema.version, semver, schema.snapshot(), descriptors, whole],
    )?;
    Ok(())
}

/// Returns the semantic version of the newest row.
pub(in crate::sqlite::open) fn newest(connection: &Connection, version: u32) -> Result<Option<String>> {
    let semver = r#"SELECT "semver" FROM "protostore__versions" WHERE "version" = ?1"#;
    connection.query_row(semver, [version], |row| row.get(0)).optional()
}
