//! One migration, statement by statement, so that a failure can name the one that failed.

use rusqlite::Connection;

use super::split::{Kind, split};
use super::{Cause, Reporter};
use crate::schema::{Migration, Schema};

/// The table into which a migration inserts what stops it: such rows are none of the store's.
const GUARD: &str = "\"protostore__guard\"";

/// Carries out a migration, and returns how many rows it inserted, updated and deleted; or the step that failed, and why.
pub(super) fn run(
    connection: &Connection,
    schema: &Schema,
    migration: &Migration,
    reporter: &Reporter,
) -> Result<u64, (String, Cause)> {
    let pieces = split(migration.text).map_err(|why| ("its text".to_owned(), why.into()))?;
    let mut rows = 0;
    for (done, piece) in pieces.iter().enumerate() {
        let name = piece.name();
        reporter.step(migration.version, migration.slug, &name, done, pieces.len());
        let before = connection.total_changes();
        let ran: Result<(), Cause> = match piece.kind {
            Kind::Sql => connection.execute_batch(piece.text).map_err(Into::into),
            Kind::Line => line(connection, piece.text, schema, migration.version, reporter),
        };
        ran.map_err(|why| (name, why))?;
        if !piece.text.contains(GUARD) {
            rows += connection.total_changes() - before;
        }
    }
    Ok(rows)
}

#[cfg(feature = "prost")]
fn line(connection: &Connection, json: &str, schema: &Schema, version: u32, reporter: &Reporter) -> Result<(), Cause> {
    super::steps::run(connection, json, schema, version, reporter)
}

#[cfg(not(feature = "prost"))]
fn line(_: &Connection, _: &str, _: &Schema, _: u32, _: &Reporter) -> Result<(), Cause> {
    Err("this program was built without the feature prost, which such a step needs".into())
}
