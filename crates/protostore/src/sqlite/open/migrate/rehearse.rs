//! An upgrade that is undone: what would stop it, all guards of the version that they stop at.

use rusqlite::Connection;

use super::super::integrity;
use super::super::refusal::Refusal;
use super::{Reporter, run, structure, within};
use crate::info::Broken;
use crate::schema::{Migration, Schema};
use crate::sqlite::upkeep::Stop;

/// Runs the steps of all versions after `from` in a transaction, undoes them, and returns what has stopped them, and the rows that
/// break newer rules.
pub(in crate::sqlite::open) fn rehearse(
    connection: &mut Connection,
    schema: &Schema,
    from: u32,
    reporter: &Reporter,
) -> Result<(Vec<Stop>, Vec<Broken>), Refusal> {
    let failed = |why| Refusal::Engine("be upgraded in a copy", why);
    connection.execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE").map_err(failed)?;
    let mut broken = Vec::new();
    let stops = within(connection, |connection| Ok(stops(connection, schema, from, reporter, &mut broken)));
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK").map_err(failed)?;
    }
    Ok((stops?, broken))
}

fn stops(
    connection: &Connection,
    schema: &Schema,
    from: u32,
    reporter: &Reporter,
    broken: &mut Vec<Broken>,
) -> Vec<Stop> {
    let stop =
        |migration: &Migration, why: String| Stop { version: migration.version, slug: migration.slug.to_owned(), why };
    for migration in schema.migrations.iter().filter(|migration| migration.version > from) {
        let mut found = Vec::new();
        // Each guard is asked; what comes after one that has found something may fail because of that.
        let mut passes = |why: &rusqlite::Error| match why {
            rusqlite::Error::SqliteFailure(_, Some(says)) => {
                found.push(stop(migration, says.clone()));
                true
            }
            _ => false,
        };
        let ran = run::run_past(connection, schema, migration, (None, reporter), &mut passes);
        match ran {
            Err((step, why)) if found.is_empty() => return vec![stop(migration, format!("at {step}: {why}"))],
            _ if !found.is_empty() => return found,
            Ok((_, of_it)) => broken.extend(of_it),
            Err(_) => {}
        }
    }
    let Some(newest) = schema.migrations.last() else { return Vec::new() };
    let references = integrity::foreign_keys(connection).map_err(|why| why.to_string());
    let structure = || structure::compare(connection, schema.whole).map_err(|why| why.to_string());
    references.and_then(|()| structure()).err().map(|why| stop(newest, why)).into_iter().collect()
}
