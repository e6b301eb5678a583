//! A trial on real SQLite: the migrations run as the run time runs them, there, back and there again, each time to what
//! the whole schema makes, and each statement and view is accepted, and answered by an index unless it asks for
//! everything.

use protostore_emit::{Dialect, Statement};
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, Error, Result};

use crate::scan;
use crate::structure::structure;

/// What is tried.
pub(crate) struct Trial<'a> {
    /// Path and SQL of each migration, oldest first.
    pub(crate) migrations: &'a [(String, String)],
    /// The version before the newest; none where that is the first.
    pub(crate) before: Option<Before<'a>>,
    /// The whole schema.
    pub(crate) schema: &'a str,
    /// What the generated crate will ask.
    pub(crate) statements: &'a [Statement],
}

/// The version before the newest.
pub(crate) struct Before<'a> {
    /// Its whole schema.
    pub(crate) schema: &'a str,
    /// Path and SQL of the way back to it, where there is one.
    pub(crate) back: Option<(&'a str, &'a str)>,
    /// Whether the lock vouches for it and all versions before: each was tried when it was the newest, so the trial begins
    /// with its schema. The trial of a version takes as long after a hundred others as after one.
    pub(crate) is_locked: bool,
}

/// Returns what SQLite refuses or finds different, as sentences.
pub(crate) fn run(trial: &Trial<'_>) -> Vec<String> {
    let replayed = match replay(trial) {
        Ok(db) => db,
        Err(sentences) => return sentences,
    };
    let fresh = match made(trial.schema) {
        Ok(db) => db,
        Err(error) => return vec![format!("schema.sqlite.sql does not run: {}", reason(&error))],
    };
    let mut sentences = compare(&replayed, &fresh, "the migrations", "schema.sqlite.sql");
    let refused = trial.statements.iter().filter_map(|statement| {
        let error = fresh.prepare(&statement.sql(Dialect::Sqlite)).err()?;
        Some(format!("statement `{}` is refused: {}", statement.name, reason(&error)))
    });
    let refused: Vec<String> = refused.collect();
    if refused.is_empty() {
        for look in [scan::scans, scan::sorts, scan::skips] {
            sentences.extend(look(&fresh, trial.statements).unwrap_or_else(|error| vec![reason(&error)]));
        }
    }
    sentences.extend(refused);
    sentences.extend(query_views(&fresh).unwrap_or_else(|error| vec![reason(&error)]));
    sentences
}

/// What the run time keeps for itself and statements name: it makes this table when it opens a database.
const BOOKKEEPING: &str = "CREATE TABLE protostore__sequences (\"table\" INTEGER, path TEXT, last INTEGER, \
    PRIMARY KEY (\"table\", path)) STRICT;";

/// A database as the run time has it: a mistyped name in double quotes is no string.
fn open() -> Result<Connection> {
    let db = Connection::open_in_memory()?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.execute_batch(BOOKKEEPING)?;
    Ok(db)
}

/// A database that was made of a whole schema.
fn made(schema: &str) -> Result<Connection> {
    let db = open()?;
    db.execute_batch(schema)?;
    Ok(db)
}

/// Runs the migrations, the way back from the newest version, and the way to it again.
fn replay(trial: &Trial<'_>) -> Result<Connection, Vec<String>> {
    let failed = |error: Error| vec![format!("the schema of the version before does not run: {}", reason(&error))];
    let run = |db: &mut Connection, path: &str, sql: &str| {
        migrate(db, sql).map_err(|error| vec![format!("{path} does not run: {}", reason(&error))])
    };
    let (mut db, migrations) = match (&trial.before, trial.migrations) {
        (Some(before), [.., newest]) if before.is_locked => {
            (made(before.schema).map_err(failed)?, std::slice::from_ref(newest))
        }
        (_, all) => (open().map_err(|error| vec![reason(&error)])?, all),
    };
    for (path, sql) in migrations {
        run(&mut db, path, sql)?;
    }
    let (Some(Before { schema, back: Some((path, sql)), .. }), Some((newest, again))) =
        (&trial.before, migrations.last())
    else {
        return Ok(db);
    };
    run(&mut db, path, sql)?;
    let before = made(schema).map_err(failed)?;
    let differences = compare(&db, &before, &format!("the migrations and {path}"), "the version before");
    if !differences.is_empty() {
        return Err(differences);
    }
    run(&mut db, newest, again)?;
    Ok(db)
}

/// Runs a migration as the run time does: with foreign keys off, in one transaction that it cannot end, and to
/// references that each name a row.
fn migrate(db: &mut Connection, sql: &str) -> Result<()> {
    db.pragma_update(None, "foreign_keys", false)?;
    db.execute_batch("BEGIN IMMEDIATE")?;
    db.authorizer(Some(within_transaction))?;
    let done = db.execute_batch(sql);
    db.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let done = done.and(db.execute_batch(end));
    db.pragma_update(None, "foreign_keys", true)?;
    done
}

fn within_transaction(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Transaction { .. } | AuthAction::Attach { .. } | AuthAction::Detach { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    }
}

/// Returns where two databases differ: `who` made the first, and `other` has what the second has.
fn compare(found: &Connection, wanted: &Connection, who: &str, other: &str) -> Vec<String> {
    let (found, wanted) = match structure(found).and_then(|found| Ok((found, structure(wanted)?))) {
        Ok(both) => both,
        Err(error) => return vec![reason(&error)],
    };
    let mut sentences = Vec::new();
    for (what, wanted) in &wanted {
        match found.get(what) {
            None => sentences.push(format!("{who} do not make {what}, which {other} has")),
            Some(found) if found == wanted => {}
            Some(found) => sentences.push(format!("{who} make {what} as `{found}`, {other} has `{wanted}`")),
        }
    }
    let others = found.keys().filter(|what| !wanted.contains_key(*what));
    sentences.extend(others.map(|what| format!("{who} make {what}, which {other} does not have")));
    sentences
}

fn query_views(db: &Connection) -> Result<Vec<String>> {
    let mut names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")?;
    let names = names.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>>>()?;
    let query = |name: &String| {
        let sql = format!("SELECT * FROM \"{}\"", name.replace('"', "\"\""));
        db.prepare(&sql).and_then(|mut view| view.query([])?.next().map(drop))
    };
    let refused = names.iter().filter_map(|name| Some((name, query(name).err()?)));
    Ok(refused.map(|(name, error)| format!("view `{name}` is refused: {}", reason(&error))).collect())
}

/// The engine's words, without the text of the statement that some errors carry.
fn reason(error: &Error) -> String {
    match error {
        Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Before, Trial, run};

    const FIRST: &str = "CREATE TABLE \"a\" (\"id\" INTEGER NOT NULL, PRIMARY KEY (\"id\")) STRICT;";
    const UP: &str = "ALTER TABLE \"a\" ADD COLUMN \"b\" TEXT;";
    const SECOND: &str = "CREATE TABLE \"a\" (\"id\" INTEGER NOT NULL, \"b\" TEXT, PRIMARY KEY (\"id\")) STRICT;";

    fn tried(up: &str, down: &str) -> Vec<String> {
        let [all, newest] = [false, true].map(|is_locked| {
            let migrations = [("V1.sql".to_owned(), FIRST.to_owned()), ("V2.sql".to_owned(), up.to_owned())];
            let before = Some(Before { schema: FIRST, back: Some(("down/V2.sql", down)), is_locked });
            run(&Trial { migrations: &migrations, before, schema: SECOND, statements: &[] })
        });
        assert_eq!(all, newest, "the newest version alone is tried as after all others");
        all
    }

    #[test]
    fn what_the_lock_does_not_vouch_for_is_tried_from_the_first_version() {
        let migrations = [("V1.sql".to_owned(), "CREATE TABLE".to_owned()), ("V2.sql".to_owned(), UP.to_owned())];
        let tried = |is_locked| {
            let before = Some(Before { schema: FIRST, back: None, is_locked });
            run(&Trial { migrations: &migrations, before, schema: SECOND, statements: &[] })
        };
        assert_eq!(tried(false), ["V1.sql does not run: incomplete input"]);
        assert_eq!(tried(true), Vec::<String>::new());
    }

    #[test]
    fn the_way_there_and_back_makes_what_the_schemas_make() {
        assert_eq!(tried(UP, "ALTER TABLE \"a\" DROP COLUMN \"b\";"), Vec::<String>::new());
        let nothing = tried(UP, "");
        let says = "the migrations and down/V2.sql make column \"b\" of \"a\", which the version before does not have";
        assert_eq!(nothing, [says]);
        let wrong = tried("ALTER TABLE \"a\" ADD COLUMN \"b\" BLOB;", "ALTER TABLE \"a\" DROP COLUMN \"b\";");
        assert_eq!(wrong, ["the migrations make column \"b\" of \"a\" as `BLOB`, schema.sqlite.sql has `TEXT`"]);
    }

    #[test]
    fn a_migration_can_neither_end_its_transaction_nor_reach_another_file() {
        for sql in ["COMMIT;", "ROLLBACK;", "BEGIN;", "ATTACH ':memory:' AS b;"] {
            let refused = tried(&[UP, sql].concat(), "");
            assert_eq!(refused, ["V2.sql does not run: not authorized"], "{sql}");
        }
    }
}
