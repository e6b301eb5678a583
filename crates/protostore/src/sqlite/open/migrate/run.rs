//! One migration, statement by statement, so that a failure can name the one that failed.

use rusqlite::Connection;

use super::split::{Kind, split};
use super::{Cause, Reporter};
use crate::info::Broken;
use crate::schema::{Migration, Schema};
use crate::upgrade::Hooks;

/// The table into which a migration inserts what stops it: such rows are none of the store's.
const GUARD: &str = "\"protostore__guard\"";

/// Carries out a migration, and returns how many rows it inserted, updated and deleted, and which break new rules; or the step
/// that failed, and why.
pub(super) fn run(
    connection: &Connection,
    schema: &Schema,
    migration: &Migration,
    told: (Option<&Hooks>, &Reporter),
) -> Result<(u64, Vec<Broken>), (String, Cause)> {
    run_past(connection, schema, migration, told, &mut |_| false)
}

/// The same; `passes` says of a guard that has found something whether to go on nevertheless.
pub(super) fn run_past(
    connection: &Connection,
    schema: &Schema,
    migration: &Migration,
    told: (Option<&Hooks>, &Reporter),
    passes: &mut dyn FnMut(&rusqlite::Error) -> bool,
) -> Result<(u64, Vec<Broken>), (String, Cause)> {
    let Migration { version, slug, text, .. } = *migration;
    let line = |json: &str| line(connection, json, schema, version, told);
    pieces(connection, text, (version, slug), told.1, &line, passes)
}

/// Carries out a text that leads up to a version or back from it. `line` carries out what is left to the run time; `passes`
/// says of a guard that has found something whether to go on nevertheless.
pub(super) fn pieces(
    connection: &Connection,
    text: &str,
    (version, slug): (u32, &str),
    reporter: &Reporter,
    line: &dyn Fn(&str) -> Result<Option<Broken>, Cause>,
    passes: &mut dyn FnMut(&rusqlite::Error) -> bool,
) -> Result<(u64, Vec<Broken>), (String, Cause)> {
    let pieces = split(text).map_err(|why| ("its text".to_owned(), why.into()))?;
    let (mut rows, mut broken) = (0, Vec::new());
    for (done, piece) in pieces.iter().enumerate() {
        let name = piece.name();
        reporter.step(version, slug, &name, done, pieces.len());
        let before = connection.total_changes();
        let is_guard = piece.text.contains(GUARD);
        let ran: Result<Option<Broken>, Cause> = match piece.kind {
            Kind::Sql => match connection.execute_batch(piece.text) {
                Err(why) if is_guard && passes(&why) => Ok(None),
                ran => ran.map(|()| None).map_err(Into::into),
            },
            Kind::Line => line(piece.text),
        };
        broken.extend(ran.map_err(|why| (name, why))?);
        if !is_guard {
            rows += connection.total_changes() - before;
        }
    }
    Ok((rows, broken))
}

#[cfg(feature = "prost")]
fn line(
    connection: &Connection,
    json: &str,
    schema: &Schema,
    version: u32,
    told: (Option<&Hooks>, &Reporter),
) -> Result<Option<Broken>, Cause> {
    super::steps::run(connection, json, schema, version, told)
}

#[cfg(not(feature = "prost"))]
fn line(_: &Connection, _: &str, _: &Schema, _: u32, _: (Option<&Hooks>, &Reporter)) -> Result<Option<Broken>, Cause> {
    Err("this program was built without the feature prost, which such a step needs".into())
}
