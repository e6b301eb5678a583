//! Files of every old version of the five stores: each is made by that version's own SQL, opened by today's program, and has
//! the rows that its history promises.

use std::path::{Path, PathBuf};

use protostore::{Key, Options, Schema, Sqlite};
use rusqlite::Connection;
use rusqlite::types::Value;

const STORES: [&Schema; 5] = [&aurae::SCHEMA, &autoinstall::SCHEMA, &froyo::SCHEMA, &gantry::SCHEMA, &mesh::SCHEMA];

fn history(schema: &Schema, file: &str) -> String {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/histories")).join(schema.name).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn key() -> Key {
    Key::from_secret([7; 32])
}

/// Returns the schema that the program of an old version had; a new file of version 1 gets the rows with its tables.
fn former(schema: &'static Schema, version: usize) -> &'static Schema {
    let migrations = &schema.migrations[..version];
    let newest = migrations.last().expect("a version");
    let mut whole = match version {
        1 => newest.text.to_owned(),
        _ => definitions(schema, version),
    };
    if version == 1 {
        whole.push_str(&history(schema, "rows.sql"));
    }
    Box::leak(Box::new(Schema {
        store: schema.store,
        formerly: schema.formerly,
        name: schema.name,
        version: newest.version,
        semver: newest.semver,
        mapping: newest.mapping,
        slots: schema.slots,
        migrations,
        whole: Box::leak(whole.into_boxed_str()),
        tables: &[],
        expiring: &[],
        soft_deleted: &[],
        chained: &[],
        descriptors: schema.descriptors,
    }))
}

/// Returns what the migrations up to a version define.
fn definitions(schema: &Schema, version: usize) -> String {
    let db = Connection::open_in_memory().expect("a database");
    for migration in &schema.migrations[..version] {
        db.execute_batch(&format!("PRAGMA foreign_keys = OFF; BEGIN; {}\n; COMMIT", migration.text))
            .expect("a migration");
    }
    let mut all =
        db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid").expect("a statement");
    let all = all.query_map([], |row| row.get::<_, String>(0)).expect("definitions");
    all.map(|sql| format!("{};\n", sql.expect("one"))).collect()
}

/// Returns the rows of a file, table by table, as `rows.txt` has them.
fn rows(path: &Path) -> String {
    let db = Connection::open(path).expect("a database");
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                  AND name NOT LIKE 'protostore\\_\\_%' ESCAPE '\\' AND name <> 'refinery_schema_history' ORDER BY 1";
    let mut tables = db.prepare(tables).expect("a statement");
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).expect("tables").map(Result::unwrap).collect();
    let mut text = String::new();
    for table in tables {
        let mut all = db.prepare(&format!("SELECT * FROM \"{table}\"")).expect("a statement");
        let names: Vec<String> = all.column_names().map(str::to_owned).collect();
        let line = |row: &rusqlite::Row<'_>| {
            let values = names.iter().enumerate().filter_map(|(n, name)| {
                let shown = match row.get::<_, Value>(n).expect("a value") {
                    Value::Null => return None,
                    Value::Integer(value) => value.to_string(),
                    Value::Real(value) => format!("{value:?}"),
                    Value::Text(value) => format!("{value:?}"),
                    Value::Blob(value) => format!("{value:02x?}"),
                };
                Some(format!("{name}={shown}"))
            });
            Ok(values.collect::<Vec<_>>().join(" "))
        };
        let mut lines: Vec<String> = all.query_map([], line).expect("rows").map(Result::unwrap).collect();
        lines.sort();
        text.extend(lines.into_iter().map(|line| format!("{table}: {line}\n")));
    }
    text
}

/// Makes a file of version 1 with rows, and brings it to a version with that version's own program.
fn old(schema: &'static Schema, version: usize, path: &Path, options: &Options<Sqlite>) {
    for step in [1, version] {
        let store = options.open(former(schema, step), path, &key());
        store.unwrap_or_else(|e| panic!("{} {step}: {e}", schema.name)).close().expect("is closed");
    }
}

#[test]
fn a_file_of_every_old_version_has_its_rows_in_the_newest() {
    let mut files = 0;
    for schema in STORES {
        for version in 1..schema.migrations.len() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("old.db");
            let options = Options::<Sqlite>::new().plaintext(true);
            old(schema, version, &path, &options);
            let store =
                options.open(schema, &path, &key()).unwrap_or_else(|e| panic!("{} {version}: {e}", schema.name));
            store.close().expect("is closed");
            assert_eq!(rows(&path), history(schema, "rows.txt"), "{} {version}", schema.name);
            files += 1;
        }
    }
    assert!(files >= 20, "{files} files");
}

/// Runs stock refinery, of the version in the workspace, over a file: returns which versions it has applied.
fn refinery(schema: &Schema, path: &Path) -> Vec<i32> {
    let named = |migration: &protostore::Migration| {
        let name = format!("V{}__{}", migration.version, migration.slug);
        refinery_core::Migration::unapplied(&name, migration.text).expect("is a migration to refinery")
    };
    let migrations: Vec<_> = schema.migrations.iter().map(named).collect();
    let mut db = Connection::open(path).expect("a database");
    // With them on, a table that is rebuilt takes the rows with it that refer to it.
    db.execute_batch("PRAGMA foreign_keys = OFF").expect("sets");
    let ran = refinery_core::Runner::new(&migrations).set_abort_divergent(true).set_abort_missing(true).run(&mut db);
    let ran = ran.unwrap_or_else(|e| panic!("{}: {e:?}", schema.name));
    ran.applied_migrations().iter().map(refinery_core::Migration::version).collect()
}

#[test]
fn stock_refinery_runs_the_migrations_of_every_store() {
    for schema in STORES {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("old.db");
        let newest = schema.migrations.len() as i32;
        let first = Schema { migrations: &schema.migrations[..1], ..*schema };
        assert_eq!(refinery(&first, &path), [1]);
        Connection::open(&path).expect("opens").execute_batch(&history(schema, "rows.sql")).expect("has rows");
        assert_eq!(refinery(schema, &path), (2..=newest).collect::<Vec<_>>());
        assert_eq!(rows(&path), history(schema, "rows.txt"), "{}", schema.name);
    }
}

#[test]
fn stock_refinery_goes_on_from_a_history_that_a_store_wrote() {
    for schema in STORES {
        for version in 1..=schema.migrations.len() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("old.db");
            old(schema, version, &path, &Options::<Sqlite>::new().plaintext(true));
            // A text that is not the one that was applied is noticed: the checksums are those of refinery.
            let newest = schema.migrations.len() as i32;
            assert_eq!(refinery(schema, &path), (version as i32 + 1..=newest).collect::<Vec<_>>(), "{}", schema.name);
            assert_eq!(rows(&path), history(schema, "rows.txt"), "{} {version}", schema.name);
            assert_eq!(refinery(schema, &path), Vec::<i32>::new());
        }
    }
}

#[test]
fn stock_refinery_stops_at_a_history_of_another_text() {
    let schema = STORES[0];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("old.db");
    old(schema, 1, &path, &Options::<Sqlite>::new().plaintext(true));
    let first = &schema.migrations[0];
    let name = format!("V{}__{}", first.version, first.slug);
    let other = refinery_core::Migration::unapplied(&name, &format!("{} ", first.text)).expect("is a migration");
    let mut db = Connection::open(&path).expect("opens");
    let diverges = refinery_core::Runner::new(&[other]).set_abort_divergent(true).run(&mut db);
    assert!(diverges.is_err(), "{diverges:?}");
}

#[test]
fn an_encrypted_file_of_every_old_version_is_opened() {
    for schema in STORES {
        for version in 1..schema.migrations.len() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("old.db");
            let options = Options::<Sqlite>::new();
            old(schema, version, &path, &options);
            let store =
                options.open(schema, &path, &key()).unwrap_or_else(|e| panic!("{} {version}: {e}", schema.name));
            store.close().expect("is closed");
        }
    }
}
