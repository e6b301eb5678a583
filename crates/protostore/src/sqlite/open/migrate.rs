//! Bringing a database to the version of the program: all steps, their history and what protostore keeps for itself, in one
//! transaction, which either happened or did not.
//!
//! File names, history table and checksums are refinery's, so that its tools can read them; the transaction is ours.

use refinery_core::error::Kind;
use refinery_core::{Migration, Runner};
use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::identity::Class;
use super::refusal::Refusal;
use super::{bookkeeping, integrity};
use crate::schema::Schema;

mod history;

use history::Within;

/// Brings the database to the newest version of the schema. When it fails, nothing was changed.
///
/// Foreign keys are off meanwhile, on the connection: within the transaction that could not be changed any more, and with
/// them on, rebuilding a table deletes the rows that refer to it.
/// <https://www.sqlite.org/lang_altertable.html#otheralter>
pub(super) fn migrate(connection: &mut Connection, schema: &Schema, class: Class) -> Result<(), Refusal> {
    let switch = |connection: &Connection, on: bool| {
        connection
            .pragma_update(None, "foreign_keys", on)
            .and_then(|()| connection.pragma_query_value(None, "foreign_keys", |row| row.get(0)))
            .map_err(|why| Refusal::Engine("switch foreign keys", why))
            .and_then(|now: bool| if now == on { Ok(()) } else { Err(Refusal::Setting("foreign_keys", "switched")) })
    };
    switch(connection, false)?;
    let migrated = in_one_transaction(connection, schema, class);
    switch(connection, true)?;
    migrated
}

fn in_one_transaction(connection: &mut Connection, schema: &Schema, class: Class) -> Result<(), Refusal> {
    let failed = |why: rusqlite::Error| Refusal::Migration(schema.version, why.into());
    connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
    // A COMMIT in a migration would end the transaction, and what failed later would stay half done.
    connection.authorizer(Some(within_transaction)).map_err(failed)?;
    let done = run(connection, schema).and_then(|()| label(connection, schema, class));
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).map_err(failed)?;
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    done.and(connection.execute_batch(end).map_err(failed))
}

fn within_transaction(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Transaction { .. } | AuthAction::Attach { .. } | AuthAction::Detach { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    }
}

/// Writes what the database is now, and looks whether every row has what it refers to.
fn label(connection: &Connection, schema: &Schema, class: Class) -> Result<(), Refusal> {
    let failed = |why: rusqlite::Error| Refusal::Migration(schema.version, why.into());
    connection.pragma_update(None, "application_id", class.application_id()).map_err(failed)?;
    connection.pragma_update(None, "user_version", schema.version).map_err(failed)?;
    bookkeeping::lay(connection).and_then(|()| bookkeeping::write(connection, schema)).map_err(failed)?;
    integrity::foreign_keys(connection)
        .map_err(|refusal| Refusal::Migration(schema.version, refusal.to_string().into()))
}

fn run(connection: &Connection, schema: &Schema) -> Result<(), Refusal> {
    let runner = Runner::new(&carried(schema)?).set_grouped(true).set_abort_divergent(true).set_abort_missing(true);
    runner.run(&mut Within(connection)).map(|_| ()).map_err(|why| match why.kind() {
        Kind::DivergentVersion(theirs, ours) => Refusal::Divergent(named(theirs), named(ours)),
        Kind::MissingVersion(theirs) => Refusal::Divergent(named(theirs), "none of that number".to_owned()),
        _ => Refusal::Migration(schema.version, why.into()),
    })
}

/// Compares the history of a database at `version` with the migrations of the program; nothing is written.
pub(super) fn compare(connection: &Connection, schema: &Schema, version: u32) -> Result<(), Refusal> {
    let carried = carried(schema)?;
    let applied =
        history::applied(connection).map_err(|why| Refusal::unreadable("the history of its migrations", why))?;
    for theirs in &applied {
        match carried.iter().find(|ours| ours.version() == theirs.version()) {
            Some(ours) if ours == theirs => {}
            Some(ours) => return Err(Refusal::Divergent(named(theirs), named(ours))),
            None => return Err(Refusal::Divergent(named(theirs), "none of that number".to_owned())),
        }
    }
    let newest = applied.last().map(Migration::version);
    if newest.map(u32::try_from) == Some(Ok(version)) && applied.len() == version as usize {
        Ok(())
    } else {
        let text = format!("it says that it has version {version}, and {} does not agree", history::TABLE);
        Err(Refusal::Damaged(text))
    }
}

/// Returns the migrations of the program as refinery knows them.
fn carried(schema: &Schema) -> Result<Vec<Migration>, Refusal> {
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
    schema.migrations.iter().map(named).collect()
}

fn named(migration: &Migration) -> String {
    format!("{migration} with checksum {:016x}", migration.checksum())
}
