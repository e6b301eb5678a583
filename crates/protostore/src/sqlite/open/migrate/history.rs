//! The history of migrations, as the database has it and as the program has it.
//!
//! It is written in two places that must agree: `protostore__versions`, whose chain covers all that a version is, and the
//! table of refinery, whose checksum covers the text of the migration.

use refinery_core::traits::sync::{Migrate, Query, Transaction};
use refinery_core::{Migration, Runner, Target};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, Result, Row};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::bookkeeping::versions::Kept;
use super::super::refusal::Refusal;
use crate::schema::Schema;

/// Where refinery keeps its history.
const TABLE: &str = "refinery_schema_history";

/// A connection with an open transaction. refinery's own driver would begin and commit one for each step, and it panics
/// on a history that it did not write.
struct Within<'a>(&'a Connection);

impl Transaction for Within<'_> {
    type Error = Error;

    fn execute<'a, T: Iterator<Item = &'a str>>(&mut self, queries: T) -> Result<usize> {
        queries.map(|query| self.0.execute_batch(query)).try_fold(0, |count, done| done.map(|()| count + 1))
    }
}

impl Query<Vec<Migration>> for Within<'_> {
    fn query(&mut self, query: &str) -> Result<Vec<Migration>> {
        self.0.prepare(query)?.query_map([], migration)?.collect()
    }
}

impl Migrate for Within<'_> {}

/// Writes into refinery's table that all migrations of the program were applied, where it does not say so yet. Those that
/// were dropped are none of the program's, and a database that was at such a version lists them.
pub(super) fn stamp(connection: &Connection, carried: Vec<Migration>) -> Result<(), refinery_core::Error> {
    let is_whole = carried.first().is_none_or(|first| first.version() == 1);
    let runner = Runner::new(&carried).set_abort_divergent(true).set_abort_missing(is_whole).set_target(Target::Fake);
    runner.run(&mut Within(connection)).map(drop)
}

/// Returns the migrations of the program as refinery knows them, without those that were dropped.
pub(super) fn carried(schema: &Schema) -> Result<Vec<Migration>, Refusal> {
    let expected = 1..=schema.version;
    if !schema.migrations.iter().map(|migration| migration.version).eq(expected) {
        let version = schema.version;
        return Err(Refusal::Program(format!("its migrations are not numbered from 1 to its version, {version}")));
    }
    let named = |migration: &crate::schema::Migration| {
        let name = format!("V{}__{}", migration.version, migration.slug);
        Migration::unapplied(&name, migration.text)
            .map_err(|why| Refusal::Program(format!("{name} is no name for a migration ({why})")))
    };
    schema.migrations.iter().filter(|migration| migration.until.is_none()).map(named).collect()
}

/// Compares the history of a database, whose versions are `kept`, with that of the program, as far as the program knows;
/// nothing is written.
pub(in crate::sqlite::open) fn compare(connection: &Connection, schema: &Schema, kept: &[Kept]) -> Result<(), Refusal> {
    let carried = carried(schema)?;
    for (theirs, ours) in kept.iter().zip(schema.migrations) {
        if theirs.chain != ours.chain {
            let named = |slug: &str, chain: &str| format!("V{}__{slug} with the chain {chain}", ours.version);
            let (theirs, common) = (named(&theirs.slug, &theirs.chain), ours.version - 1);
            return Err(Refusal::Divergent(theirs, named(ours.slug, ours.chain), common));
        }
    }
    let applied = applied(connection).map_err(|why| Refusal::unreadable("the history of its migrations", why))?;
    for ours in &carried {
        let theirs = applied.iter().find(|theirs| theirs.version() == ours.version());
        if let Some(theirs) = theirs.filter(|theirs| *theirs != ours) {
            return Err(Refusal::Divergent(named(theirs), named(ours), 0));
        }
    }
    // A program that had dropped the first versions made a new database without them in this table.
    let numbered = |migration: &Migration| u32::try_from(migration.version());
    let left_out = kept.len().saturating_sub(applied.len());
    if !applied.is_empty() && applied.iter().map(numbered).eq(kept[left_out..].iter().map(|kept| Ok(kept.version))) {
        Ok(())
    } else {
        let version = kept.len();
        Err(Refusal::Damaged(format!("it says that it has version {version}, and {TABLE} does not agree")))
    }
}

/// Removes what was applied after a version, which the database went back to.
pub(in crate::sqlite::open) fn forget_after(connection: &Connection, version: u32) -> Result<()> {
    connection.execute(&format!(r#"DELETE FROM "{TABLE}" WHERE "version" > ?1"#), [version]).map(drop)
}

/// Reads what has been applied, oldest first.
fn applied(connection: &Connection) -> Result<Vec<Migration>> {
    let query = format!(r#"SELECT "version", "name", "applied_on", "checksum" FROM "{TABLE}" ORDER BY "version""#);
    Within(connection).query(&query)
}

fn named(migration: &Migration) -> String {
    format!("{migration} with checksum {:016x}", migration.checksum())
}

fn migration(row: &Row<'_>) -> Result<Migration> {
    let wrong = |column| move |why| Error::FromSqlConversionFailure(column, Type::Text, why);
    let applied: String = row.get(2)?;
    let applied = OffsetDateTime::parse(&applied, &Rfc3339).map_err(|why| wrong(2)(Box::new(why)))?;
    let checksum: String = row.get(3)?;
    let checksum = checksum.parse().map_err(|why| wrong(3)(Box::<std::num::ParseIntError>::new(why)))?;
    Ok(Migration::applied(row.get(0)?, row.get(1)?, applied, checksum))
}
