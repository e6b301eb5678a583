//! A trial on real SQLite: the migrations run as the run time runs them, there, back and there again, each time to what
//! the whole schema makes, and each statement and view is accepted, and answered by an index unless it asks for
//! everything.

use protostore_emit::Statement;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, Error, Result};

use crate::scan;
use crate::sql::bare;
use crate::structure::{differing, structure, texts};

/// What is tried.
pub(crate) struct Trial<'a> {
    /// The whole schema of the version that the migrations begin after; nothing where they begin with the first.
    pub(crate) first: Option<&'a str>,
    /// Path and SQL of each migration, oldest first.
    pub(crate) migrations: &'a [(String, String)],
    /// The version before the newest; none where that is the first.
    pub(crate) before: Option<Before<'a>>,
    /// Which migrations are known to lead where they should.
    pub(crate) known: Known,
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
}

/// Which migrations this program found to lead where they should, in a run that nothing has changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// None: they run from the first.
    Nothing,
    /// Those to the version before the newest: its schema is where they lead.
    Before,
    /// All, and the way back.
    All,
}

/// Returns what SQLite refuses or finds different, as sentences.
pub(crate) fn run(trial: &Trial<'_>) -> Vec<String> {
    let replays = match (trial.known, trial.migrations) {
        (Known::All, _) => false,
        // What the first version was made of is the schema as it is now, so one of both is tried.
        (_, [(_, first)]) => body(first) != body(trial.schema),
        _ => true,
    };
    let ((replayed, fresh), against) = std::thread::scope(|scope| {
        let replayed = replays.then(|| scope.spawn(|| replay(trial)));
        let fresh = made(trial.schema);
        let against = fresh.as_ref().ok().map(|fresh| {
            let views = query_views(fresh).unwrap_or_else(|error| vec![reason(&error)]);
            (scan::against(fresh, trial.statements), views)
        });
        let joined = replayed.map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        ((joined, fresh), against)
    });
    let replayed = match replayed.transpose() {
        Ok(replayed) => replayed,
        Err(sentences) => return sentences,
    };
    let (fresh, (against, views)) = match fresh.map(|fresh| (fresh, against.unwrap_or_default())) {
        Ok(done) => done,
        Err(error) => {
            let path = trial.migrations.first().filter(|_| !replays && trial.known != Known::All);
            let path = path.map_or("schema.sqlite.sql", |(path, _)| path);
            return vec![format!("{path} does not run: {}", reason(&error))];
        }
    };
    let differences = replayed.map(|db| compare(&db, &fresh, "the migrations", "schema.sqlite.sql"));
    [differences.unwrap_or_default(), against.sentences(), views].concat()
}

/// Returns whether two schemas make the same structure.
pub(crate) fn makes_the_same(one: &str, other: &str) -> bool {
    bare(body(one)) == bare(body(other))
        || made(one)
            .and_then(|one| Ok((one, made(other)?)))
            .is_ok_and(|(one, other)| compare(&one, &other, "", "").is_empty())
}

/// Returns SQL without the comments that it begins with.
fn body(sql: &str) -> &str {
    let mut body = sql;
    while let Some((line, rest)) = body.split_once('\n')
        && (line.is_empty() || line.starts_with("--"))
    {
        body = rest;
    }
    body
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

/// A database that was made of a whole schema, as that of the first version is.
fn made(schema: &str) -> Result<Connection> {
    let mut db = open()?;
    migrate(&mut db, schema)?;
    Ok(db)
}

/// Runs the migrations, the way back from the newest version, and the way to it again.
fn replay(trial: &Trial<'_>) -> Result<Connection, Vec<String>> {
    let engine = |error: Error| vec![reason(&error)];
    let failed = |error: Error| vec![format!("the schema of an older version does not run: {}", reason(&error))];
    let run = |db: &mut Connection, path: &str, sql: &str| {
        migrate(db, sql).map_err(|error| vec![format!("{path} does not run: {}", reason(&error))])
    };
    let (mut db, migrations) = match (&trial.before, trial.migrations, trial.known) {
        (Some(before), [.., newest], Known::Before) => {
            (made(before.schema).map_err(failed)?, std::slice::from_ref(newest))
        }
        (_, all, _) => match trial.first {
            Some(first) => (made(first).map_err(failed)?, all),
            None => (open().map_err(engine)?, all),
        },
    };
    // What was made of the schema of the version before is what the way back must lead to again.
    let made_before = (trial.known == Known::Before).then(|| texts(&db)).transpose().map_err(engine)?;
    for (path, sql) in migrations {
        run(&mut db, path, sql)?;
    }
    let (Some(Before { schema, back: Some((path, sql)) }), Some((newest, again))) = (&trial.before, migrations.last())
    else {
        return Ok(db);
    };
    run(&mut db, path, sql)?;
    if made_before != Some(texts(&db).map_err(engine)?) {
        let before = made(schema).map_err(failed)?;
        let differences = compare(&db, &before, &format!("the migrations and {path}"), "the version before");
        if !differences.is_empty() {
            return Err(differences);
        }
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
    let structures = || {
        let (found_texts, wanted_texts) = (texts(found)?, texts(wanted)?);
        let differing = differing(&found_texts, &wanted_texts);
        let differs = |name: &str| differing.contains(name);
        Ok((structure(found, differs)?, structure(wanted, differs)?))
    };
    let (found, wanted) = match structures() {
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
pub(crate) fn reason(error: &Error) -> String {
    match error {
        Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Before, Known, Trial, makes_the_same, run};

    const FIRST: &str = "CREATE TABLE \"a\" (\"id\" INTEGER NOT NULL, PRIMARY KEY (\"id\")) STRICT;";
    const UP: &str = "ALTER TABLE \"a\" ADD COLUMN \"b\" TEXT;";
    const SECOND: &str = "CREATE TABLE \"a\" (\"id\" INTEGER NOT NULL, \"b\" TEXT, PRIMARY KEY (\"id\")) STRICT;";

    fn tried(up: &str, down: &str) -> Vec<String> {
        let [all, newest] = [Known::Nothing, Known::Before].map(|known| {
            let migrations = [("V1.sql".to_owned(), FIRST.to_owned()), ("V2.sql".to_owned(), up.to_owned())];
            let before = Some(Before { schema: FIRST, back: Some(("down/V2.sql", down)) });
            run(&Trial { first: None, migrations: &migrations, before, known, schema: SECOND, statements: &[] })
        });
        assert_eq!(all, newest, "the newest version alone is tried as after all others");
        all
    }

    #[test]
    fn what_is_not_known_is_tried_from_the_first_version() {
        let migrations = [("V1.sql".to_owned(), "CREATE TABLE".to_owned()), ("V2.sql".to_owned(), UP.to_owned())];
        let tried = |known| {
            let before = Some(Before { schema: FIRST, back: None });
            run(&Trial { first: None, migrations: &migrations, before, known, schema: SECOND, statements: &[] })
        };
        assert_eq!(tried(Known::Nothing), ["V1.sql does not run: incomplete input"]);
        assert_eq!(tried(Known::Before), Vec::<String>::new());
        assert_eq!(tried(Known::All), Vec::<String>::new());
    }

    #[test]
    fn the_first_version_and_the_schema_are_tried_once_where_they_are_the_same() {
        let tried = |first: &str, schema: &str| {
            let migrations = [("V1.sql".to_owned(), first.to_owned())];
            run(&Trial {
                first: None,
                migrations: &migrations,
                before: None,
                known: Known::Nothing,
                schema,
                statements: &[],
            })
        };
        let said = |sql: &str| format!("-- A line that says which file it is.\n\n{sql}");
        assert_eq!(tried(&said(FIRST), FIRST), Vec::<String>::new());
        assert_eq!(tried(&said("CREATE"), "CREATE"), ["V1.sql does not run: incomplete input"]);
        assert_eq!(tried(FIRST, "CREATE"), ["schema.sqlite.sql does not run: incomplete input"]);
        let missing = "the migrations do not make column \"b\" of \"a\", which schema.sqlite.sql has";
        assert_eq!(tried(FIRST, SECOND), [missing]);
        assert_eq!(tried(&said("COMMIT;"), "COMMIT;"), ["V1.sql does not run: not authorized"]);
    }

    #[test]
    fn schemas_are_the_same_by_their_text_or_by_their_structure() {
        let other = SECOND.replace("\"id\" INTEGER NOT NULL, \"b\" TEXT", "\"b\" TEXT, \"id\" INTEGER NOT NULL");
        assert_ne!(SECOND, other);
        assert!(makes_the_same(SECOND, &format!("-- A comment.\n{SECOND}")));
        assert!(makes_the_same(SECOND, &other));
        assert!(!makes_the_same(FIRST, SECOND));
        assert!(!makes_the_same("CREATE", SECOND));
    }

    #[test]
    fn what_was_dropped_is_begun_after() {
        let migrations = [("V2.sql".to_owned(), UP.to_owned())];
        let tried = |first| {
            let (known, schema) = (Known::Nothing, SECOND);
            run(&Trial { first, migrations: &migrations, before: None, known, schema, statements: &[] })
        };
        assert_eq!(tried(Some(FIRST)), Vec::<String>::new());
        assert_eq!(tried(None), ["V2.sql does not run: no such table: a"]);
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
