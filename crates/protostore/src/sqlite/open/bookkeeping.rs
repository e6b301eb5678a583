//! The tables that protostore keeps for itself in every database, under the prefix `protostore__`.
//!
//! They are permanently on disk: which store this is, what each of its versions looked like, which numbers it gave, which
//! requests it has answered, and whether it needs the log beside it. Any later tool can open the file and name what it finds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::state;
use crate::schema::Schema;
use crate::time::{NANOS, Timestamp};

pub(super) mod versions;

/// The layout of these tables; a newer one is refused.
pub(super) const FORMAT: i64 = 1;

const CREATE: &str = r#"
CREATE TABLE IF NOT EXISTS "protostore__store" (
  "_singleton" INTEGER NOT NULL PRIMARY KEY CONSTRAINT "_singleton__check" CHECK ("_singleton" = 1),
  "format" INTEGER NOT NULL,
  "store" TEXT NOT NULL,
  "created" INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS "protostore__versions" (
  "version" INTEGER NOT NULL PRIMARY KEY,
  "slug" TEXT NOT NULL,
  "store" TEXT NOT NULL,
  "semver" TEXT NOT NULL,
  "mapping" INTEGER NOT NULL,
  "chain" TEXT NOT NULL,
  "reader" INTEGER NOT NULL,
  "writer" INTEGER NOT NULL,
  "down" TEXT,
  "loses" TEXT,
  "whole" TEXT,
  "snapshot" TEXT,
  "descriptors" BLOB,
  "took" INTEGER,
  "rows" INTEGER,
  "migrated" INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS "protostore__sequences" (
  "table" INTEGER NOT NULL,
  "path" TEXT NOT NULL,
  "last" INTEGER NOT NULL,
  PRIMARY KEY ("table", "path")
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "protostore__state" (
  "_singleton" INTEGER NOT NULL PRIMARY KEY CONSTRAINT "_singleton__check" CHECK ("_singleton" = 1),
  "run" INTEGER NOT NULL,
  "log" INTEGER NOT NULL,
  "next" INTEGER NOT NULL,
  "sequence" INTEGER NOT NULL,
  "closed" INTEGER NOT NULL CONSTRAINT "closed__check" CHECK ("closed" IN (0, 1))
) STRICT;
CREATE TABLE IF NOT EXISTS "protostore__requests" (
  "principal" TEXT NOT NULL,
  "method" TEXT NOT NULL,
  "id" TEXT NOT NULL,
  "hash" BLOB NOT NULL,
  "answer" BLOB NOT NULL,
  "time" INTEGER NOT NULL,
  PRIMARY KEY ("principal", "method", "id")
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS "protostore__requests__time" ON "protostore__requests" ("time");
"#;

/// What the database says about itself.
#[derive(Debug)]
pub(super) struct Label {
    /// The layout of these tables.
    pub(super) format: i64,
    /// The full name of the store message.
    pub(super) store: String,
    /// When the database was made.
    pub(super) created: SystemTime,
    /// The version of the schema, from the header of the file.
    pub(super) version: u32,
    /// The same as a semantic version.
    pub(super) semver: String,
}

/// Reads the label; there is none in a database that another program made.
pub(super) fn read(connection: &Connection) -> Result<Option<Label>> {
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let store = connection.query_row(r#"SELECT "format", "store", "created" FROM "protostore__store""#, [], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    });
    let Some((format, store, created)) = store.optional()? else { return Ok(None) };
    // A newer layout may have other columns in the other tables.
    if format > FORMAT {
        return Ok(Some(Label { format, store, created: at(created), version, semver: String::new() }));
    }
    let Some(semver) = versions::newest(connection, version)? else { return Ok(None) };
    Ok(Some(Label { format, store, created: at(created), version, semver }))
}

/// Makes the tables where they are not there yet; part of the transaction that migrates.
pub(super) fn lay(connection: &Connection) -> Result<()> {
    connection.execute_batch(CREATE)?;
    state::lay(connection)
}

/// Writes which store it is, under the name that the store has now; part of the transaction that makes or upgrades it.
pub(super) fn label(connection: &Connection, schema: &Schema) -> Result<()> {
    connection.execute(
        r#"INSERT INTO "protostore__store" ("_singleton", "format", "store", "created") VALUES (1, ?1, ?2, ?3)
           ON CONFLICT ("_singleton") DO UPDATE SET "store" = excluded."store""#,
        params![FORMAT, schema.store, now()],
    )?;
    Ok(())
}

/// Writes that the database is at an earlier version again, under the name that its store had then; part of the transaction
/// that goes back to it.
pub(super) fn go_back(connection: &Connection, to: u32) -> Result<()> {
    connection.execute(
        r#"UPDATE "protostore__store" SET "store" = (SELECT "store" FROM "protostore__versions" WHERE "version" = ?1)"#,
        [to],
    )?;
    connection.execute(r#"DELETE FROM "protostore__versions" WHERE "version" > ?1"#, [to])?;
    connection.pragma_update(None, "user_version", to)
}

/// Nanoseconds since 1970, as every time in a database is; before 1970 they are negative.
fn now() -> i64 {
    let now = Timestamp::now();
    now.seconds().saturating_mul(NANOS).saturating_add(now.nanos().into())
}

/// The reverse.
pub(super) fn at(nanoseconds: i64) -> SystemTime {
    let size = Duration::from_nanos(nanoseconds.unsigned_abs());
    if nanoseconds < 0 { UNIX_EPOCH - size } else { UNIX_EPOCH + size }
}
