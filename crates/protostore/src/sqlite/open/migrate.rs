//! Bringing a database to the version of the program, in one transaction, which either happened or did not.
//!
//! A new database is made of the whole schema, with its history written down. An older one takes the steps of each version
//! after its own, one by one; then every reference must name a row, and the structure must be that of the whole schema.
//! File names, history table and checksums are refinery's, so that its tools can read them; the transaction is ours.

use std::path::PathBuf;
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::bookkeeping::{self, versions};
use super::identity::Class;
use super::integrity;
use super::refusal::{Failed, Refusal};
use crate::info::{Applied, Upgraded};
use crate::schema::Schema;
use crate::upgrade::Hooks;

mod back;
mod history;
mod rehearse;
mod reporter;
mod run;
mod split;
#[cfg(feature = "prost")]
mod steps;
mod structure;

pub(super) use back::{down, is_like, is_runnable, model};
pub(super) use history::{compare, forget_after};
pub(super) use rehearse::rehearse;
pub(super) use reporter::Reporter;
pub(super) use structure::compare as differences;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Makes the tables of a new database. When it fails, nothing was changed.
pub(super) fn lay(connection: &mut Connection, schema: &Schema, class: Class) -> Result<(), Refusal> {
    let carried = history::carried(schema)?;
    let failed = |why: Cause| Refusal::Creation(schema.version, why);
    in_one_transaction(connection, failed, |connection| {
        let laid = connection.execute_batch(schema.whole).and_then(|()| label(connection, schema, class));
        laid.and_then(|()| versions::lay(connection, schema)).map_err(|why| failed(why.into()))?;
        history::stamp(connection, &carried).map_err(|why| failed(why.into()))
    })
}

/// Brings a database that is at version `from` to the newest version of the schema. When it fails, nothing was changed.
pub(super) fn upgrade(
    connection: &mut Connection,
    schema: &Schema,
    class: Class,
    from: u32,
    copy: Option<&PathBuf>,
    (hooks, reporter): (Option<&Hooks>, &Reporter),
) -> Result<Upgraded, Refusal> {
    let carried = history::carried(schema)?;
    let failed = |slug, step: String, why: Cause| {
        Refusal::Upgrade(Failed { version: schema.version, slug, step, copy: copy.cloned() }, why)
    };
    reporter.watch(connection).map_err(|why| failed("", "its beginning".to_owned(), why.into()))?;
    let done = in_one_transaction(
        connection,
        |why| failed("", "the transaction".to_owned(), why),
        |connection| {
            let mut applied = Vec::new();
            for migration in schema.migrations.iter().filter(|migration| migration.version > from) {
                let begun = Instant::now();
                let (rows, broken) =
                    run::run(connection, schema, migration, (hooks, reporter)).map_err(|(step, why)| {
                        let (version, slug) = (migration.version, migration.slug);
                        Refusal::Upgrade(Failed { version, slug, step, copy: copy.cloned() }, why)
                    })?;
                let (version, slug) = (migration.version, migration.slug);
                let this = Applied { version, slug, took: begun.elapsed(), rows, broken };
                let written = versions::passed(connection, schema, migration, &this);
                written.map_err(|why| failed(slug, "the list of versions".to_owned(), why.into()))?;
                tracing::info!(store = schema.store, "applied {this}");
                for broken in &this.broken {
                    tracing::warn!(store = schema.store, "{broken}");
                }
                applied.push(this);
            }
            reporter.stage(schema.version, "look whether each reference names a row");
            integrity::foreign_keys(connection)
                .map_err(|why| failed("", "the look at its references".to_owned(), why.to_string().into()))?;
            reporter.stage(schema.version, "compare the structure");
            structure::compare(connection, schema.whole)
                .map_err(|why| failed("", "the comparison of its structure".to_owned(), why))?;
            let last = |why: Cause| failed("", "what it says about itself".to_owned(), why);
            versions::keep_snapshots(connection, schema).map_err(|why| last(why.into()))?;
            label(connection, schema, class).map_err(|why| last(why.into()))?;
            history::stamp(connection, &carried).map_err(|why| last(why.into()))?;
            Ok(applied)
        },
    );
    reporter.done(connection);
    Ok(Upgraded { from, to: schema.version, versions: done?, took: reporter.elapsed() })
}

/// Looks whether the program has the methods that the migrations after version `from` call; nothing is written.
#[cfg(feature = "prost")]
pub(super) fn expect_hooks(schema: &Schema, from: u32, hooks: Option<&Hooks>) -> Result<(), Refusal> {
    for migration in schema.migrations.iter().filter(|migration| migration.version > from) {
        let named = split::split(migration.text).and_then(|pieces| steps::hooks(&pieces));
        // A text that cannot be read is named where it is carried out.
        let missing = named.unwrap_or_default().into_iter().filter(|name| !hooks.is_some_and(|hooks| hooks.has(name)));
        let missing: Vec<String> = missing.collect();
        if !missing.is_empty() {
            return Err(Refusal::NoHook(migration.version, missing));
        }
    }
    Ok(())
}

/// A program without the feature carries out no such step, and says so there.
#[cfg(not(feature = "prost"))]
pub(super) fn expect_hooks(_: &Schema, _: u32, _: Option<&Hooks>) -> Result<(), Refusal> {
    Ok(())
}

/// Runs `work` in a transaction that nothing within can end, and commits it where all went well.
///
/// Foreign keys are off meanwhile, on the connection: within the transaction that could not be changed any more, and with
/// them on, rebuilding a table deletes the rows that refer to it.
/// <https://www.sqlite.org/lang_altertable.html#otheralter>
fn in_one_transaction<T>(
    connection: &mut Connection,
    failed: impl Fn(Cause) -> Refusal,
    work: impl FnOnce(&Connection) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let failed = |why: rusqlite::Error| failed(why.into());
    let switch = |connection: &Connection, on: bool| {
        connection
            .pragma_update(None, "foreign_keys", on)
            .and_then(|()| connection.pragma_query_value(None, "foreign_keys", |row| row.get(0)))
            .map_err(|why| Refusal::Engine("switch foreign keys", why))
            .and_then(|now: bool| if now == on { Ok(()) } else { Err(Refusal::Setting("foreign_keys", "switched")) })
    };
    switch(connection, false)?;
    connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
    let ended = match within(connection, work) {
        Ok(done) => connection.execute_batch("COMMIT").map_err(failed).map(|()| done),
        Err(why) => Err(why),
    };
    // A connection in which the transaction is not over is of no use any more, and is given up.
    if connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok() {
        switch(connection, true)?;
    }
    ended
}

/// Runs `work` so that nothing within can end the transaction of a connection: a COMMIT in a migration would, and what failed
/// later would stay half done.
pub(super) fn within<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Connection) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let failed = |why| Refusal::Engine("set the authorizer", why);
    connection.authorizer(Some(within_transaction)).map_err(failed)?;
    let done = work(connection);
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).map_err(failed)?;
    done
}

fn within_transaction(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Transaction { .. } | AuthAction::Attach { .. } | AuthAction::Detach { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    }
}

/// Writes what the database is now.
fn label(connection: &Connection, schema: &Schema, class: Class) -> rusqlite::Result<()> {
    connection.pragma_update(None, "application_id", class.application_id())?;
    connection.pragma_update(None, "user_version", schema.version)?;
    bookkeeping::lay(connection)?;
    bookkeeping::label(connection, schema)
}
