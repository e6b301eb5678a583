//! The history of migrations, as the database has it and as the program has it.
//!
//! It is written in two places that must agree: `protostore__versions`, whose chain covers all that a version is, and the
//! table of refinery, whose checksum covers the text of the migration.

use std::fmt;
use std::hash::{Hash, Hasher};

use rusqlite::types::Type;
use rusqlite::{Connection, Error, Result, Row, params};
use siphasher::sip::SipHasher13;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::bookkeeping::versions::Kept;
use super::super::refusal::Refusal;
use crate::schema::Schema;
use crate::stored::rfc3339;
use crate::time::Timestamp;

/// Where refinery keeps its history.
const TABLE: &str = "refinery_schema_history";

/// The table as refinery makes it, to the letter: a file does not show who did.
const DEFINITION: &str = "CREATE TABLE IF NOT EXISTS refinery_schema_history(
             version int4 PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255));";

/// A migration as refinery knows it: its version, its name, and a checksum over both and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Migration {
    version: i32,
    name: String,
    checksum: u64,
}

impl Migration {
    /// Computes the checksum as refinery does since its first release: SipHash-1-3 over what the standard library's `Hash`
    /// feeds of a text, a 32-bit number and a text.
    fn of(version: i32, name: &str, text: &str) -> Self {
        let mut hasher = SipHasher13::new();
        name.hash(&mut hasher);
        version.hash(&mut hasher);
        text.hash(&mut hasher);
        Self { version, name: name.to_owned(), checksum: hasher.finish() }
    }
}

impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, name, checksum } = self;
        write!(f, "V{version}__{name} with checksum {checksum:016x}")
    }
}

/// Writes into refinery's table that all migrations of the program were applied, where it does not say so yet. Those that
/// were dropped are none of the program's, and a database that was at such a version lists them.
pub(super) fn stamp(connection: &Connection, carried: &[Migration]) -> Result<()> {
    connection.execute_batch(DEFINITION)?;
    let applied = applied(connection)?;
    let insert = format!("INSERT INTO {TABLE} (version, name, applied_on, checksum) VALUES (?1, ?2, ?3, ?4)");
    let (mut insert, now) = (connection.prepare(&insert)?, rfc3339::text(Timestamp::now()));
    let is_new = |ours: &&Migration| applied.iter().all(|theirs| theirs.version != ours.version);
    for Migration { version, name, checksum } in carried.iter().filter(is_new) {
        insert.execute(params![version, name, now, checksum.to_string()])?;
    }
    Ok(())
}

/// Returns the migrations of the program as refinery knows them, without those that were dropped.
pub(super) fn carried(schema: &Schema) -> Result<Vec<Migration>, Refusal> {
    let expected = 1..=schema.version;
    if !schema.migrations.iter().map(|migration| migration.version).eq(expected) {
        let version = schema.version;
        return Err(Refusal::Program(format!("its migrations are not numbered from 1 to its version, {version}")));
    }
    let known = |migration: &crate::schema::Migration| {
        let crate::schema::Migration { version, slug, text, .. } = *migration;
        let is_name = !slug.is_empty() && slug.chars().all(|c| c.is_alphanumeric() || c == '_');
        match i32::try_from(version) {
            Ok(version) if is_name => Ok(Migration::of(version, slug, text)),
            _ => Err(Refusal::Program(format!("V{version}__{slug} is no name for a migration"))),
        }
    };
    schema.migrations.iter().filter(|migration| migration.until.is_none()).map(known).collect()
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
        let theirs = applied.iter().find(|theirs| theirs.version == ours.version);
        if let Some(theirs) = theirs.filter(|theirs| *theirs != ours) {
            return Err(Refusal::Divergent(theirs.to_string(), ours.to_string(), 0));
        }
    }
    // A program that had dropped the first versions made a new database without them in this table.
    let numbered = |migration: &Migration| u32::try_from(migration.version);
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
    connection.prepare(&query)?.query_map([], migration)?.collect()
}

fn migration(row: &Row<'_>) -> Result<Migration> {
    let wrong = |column| move |why| Error::FromSqlConversionFailure(column, Type::Text, why);
    let applied: String = row.get(2)?;
    OffsetDateTime::parse(&applied, &Rfc3339).map_err(|why| wrong(2)(Box::new(why)))?;
    let checksum: String = row.get(3)?;
    let checksum = checksum.parse().map_err(|why| wrong(3)(Box::<std::num::ParseIntError>::new(why)))?;
    Ok(Migration { version: row.get(0)?, name: row.get(1)?, checksum })
}
