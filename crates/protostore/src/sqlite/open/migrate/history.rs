//! The history of migrations, and refinery's runner within a transaction that is open already.

use refinery_core::Migration;
use refinery_core::traits::sync::{Migrate, Query, Transaction};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, Result, Row};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Where refinery keeps its history.
pub(super) const TABLE: &str = "refinery_schema_history";

/// A connection with an open transaction. refinery's own driver would begin and commit one for each step, and it panics
/// on a history that it did not write.
pub(super) struct Within<'a>(pub(super) &'a Connection);

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

/// Reads what has been applied, oldest first.
pub(super) fn applied(connection: &Connection) -> Result<Vec<Migration>> {
    let query = format!(r#"SELECT "version", "name", "applied_on", "checksum" FROM "{TABLE}" ORDER BY "version""#);
    Within(connection).query(&query)
}

fn migration(row: &Row<'_>) -> Result<Migration> {
    let wrong = |column| move |why| Error::FromSqlConversionFailure(column, Type::Text, why);
    let applied: String = row.get(2)?;
    let applied = OffsetDateTime::parse(&applied, &Rfc3339).map_err(|why| wrong(2)(Box::new(why)))?;
    let checksum: String = row.get(3)?;
    let checksum = checksum.parse().map_err(|why| wrong(3)(Box::<std::num::ParseIntError>::new(why)))?;
    Ok(Migration::applied(row.get(0)?, row.get(1)?, applied, checksum))
}
