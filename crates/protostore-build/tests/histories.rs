//! The histories of the five stores: each version is what its protos say, and rows of version 1 go through all of them.
//!
//! `tests/histories/<store>` has the protos of each version where they differ from today's, the rows, and what becomes of
//! them. `PROTOSTORE_UPDATE=1` writes the latter anew, to be looked at.

use std::path::{Path, PathBuf};

use protostore_evolve::plan::{DownEffect, Plan};
use protostore_lower::{Inputs, compile, lower_after};
use protostore_schema::Schema;
use rusqlite::Connection;
use rusqlite::types::Value;

fn root(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A store with its versions.
struct Store {
    name: String,
    /// Name and acceptances of each version.
    versions: Vec<String>,
}

impl Store {
    fn all() -> Vec<Self> {
        let entries = std::fs::read_dir(root("tests/histories")).expect("histories");
        let mut names: Vec<_> = entries.map(|e| e.expect("one").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        assert_eq!(names, ["aurae", "autoinstall", "froyo", "gantry", "mesh"]);
        let store = |name: String| {
            let versions = read(&root("tests/histories").join(&name).join("versions"));
            Self { name, versions: versions.lines().map(str::to_owned).collect() }
        };
        names.into_iter().map(store).collect()
    }

    fn generated(&self, path: &str) -> PathBuf {
        root("generated").join(&self.name).join(path)
    }

    fn history(&self, path: &str) -> PathBuf {
        root("tests/histories").join(&self.name).join(path)
    }

    fn slug(&self, version: usize) -> &str {
        self.versions[version - 1].split(' ').next().expect("a name")
    }

    fn up(&self, version: usize) -> String {
        read(&self.generated(&format!("migrations/sqlite/V{version}__{}.sql", self.slug(version))))
    }

    /// Returns the way back to the version before, if there is one.
    fn down(&self, version: usize) -> Option<String> {
        let path = self.generated(&format!("migrations/sqlite/down/D{version}__{}.sql", self.slug(version)));
        path.exists().then(|| read(&path))
    }

    fn plan(&self, version: usize) -> Plan {
        Plan::from_file(&read(&self.generated(&format!("schema/{version:04}.plan.json")))).expect("a plan")
    }
}

#[test]
fn each_store_has_a_history_of_at_least_four_versions() {
    for store in Store::all() {
        assert!(store.versions.len() >= 4, "{}", store.name);
        let count = std::fs::read_dir(store.generated("migrations/sqlite")).expect("migrations").flatten();
        let count = count.filter(|entry| entry.file_name().to_string_lossy().starts_with('V')).count();
        assert_eq!(count, store.versions.len(), "{}", store.name);
    }
}

#[test]
fn each_version_is_what_its_protos_say() {
    for store in Store::all() {
        let mut versions: Vec<Schema> = Vec::new();
        for version in 1..=store.versions.len() {
            let former = store.history(&format!("{version:04}"));
            let former = former.is_dir().then_some(former);
            let includes: Vec<_> = former.into_iter().chain([root("proto")]).collect();
            let file = ["v0", "v1"].map(|v| format!("{}/store/{v}/store.proto", store.name)).into_iter();
            let file = file.map(|file| (root("proto").join(&file), file)).find(|(path, _)| path.exists());
            let file = PathBuf::from(file.expect("the store's file").1);
            let compiled = compile(&Inputs { includes, files: vec![file] });
            let compiled = compiled.unwrap_or_else(|e| panic!("{} {version}\n{}", store.name, e.render_plain()));
            let name = compiled.stores().pop().expect("a store");
            let before: Vec<&Schema> = versions.iter().collect();
            let lowered = lower_after(&compiled, &name, Some(&before));
            let lowered = lowered.unwrap_or_else(|e| panic!("{} {version}\n{}", store.name, e.render_plain()));
            let text = read(&store.generated(&format!("schema/{version:04}.json")));
            assert!(lowered.schema.to_snapshot() == text, "{} {version} is not what its protos say", store.name);
            versions.push(Schema::from_snapshot(&text).expect("a snapshot"));
        }
    }
}

/// A database of version 1 with the rows of the store.
fn first(store: &Store) -> Connection {
    let db = Connection::open_in_memory().expect("a database");
    run(&db, &store.up(1));
    run(&db, &read(&store.history("rows.sql")));
    assert_eq!(broken(&db), 0, "{}", store.name);
    db
}

fn run(db: &Connection, sql: &str) {
    assert!(!sql.contains("\n-- protostore: "), "these histories have no step that SQL cannot say");
    db.execute_batch(&format!("PRAGMA foreign_keys = OFF; BEGIN; {sql}\n; COMMIT"))
        .unwrap_or_else(|e| panic!("{e}\n{sql}"));
}

/// Returns how many references name no row.
fn broken(db: &Connection) -> i64 {
    db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).expect("a number")
}

/// Returns all rows, table by table.
fn rows(db: &Connection) -> String {
    let mut tables = db
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1",
        )
        .expect("a statement");
    let tables: Vec<String> =
        tables.query_map([], |row| row.get(0)).expect("tables").map(|name| name.expect("one")).collect();
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
        let mut lines: Vec<String> = all.query_map([], line).expect("rows").map(|line| line.expect("a row")).collect();
        lines.sort();
        for line in lines {
            text += &format!("{table}: {line}\n");
        }
    }
    text
}

#[test]
fn rows_of_version_1_are_those_of_the_newest_version() {
    for store in Store::all() {
        let db = first(&store);
        for version in 2..=store.versions.len() {
            run(&db, &store.up(version));
            assert_eq!(broken(&db), 0, "{} {version}", store.name);
        }
        let (found, file) = (rows(&db), store.history("rows.txt"));
        if std::env::var_os("PROTOSTORE_UPDATE").is_some() {
            std::fs::write(&file, &found).expect("a file");
        }
        assert!(found == read(&file), "{}: not as {} has it:\n{found}", store.name, file.display());
    }
}

#[test]
fn the_way_back_gives_what_the_plan_promises() {
    let (mut exact, mut lossy) = (0, 0);
    for store in Store::all() {
        let db = first(&store);
        for version in 2..=store.versions.len() {
            let before = rows(&db);
            run(&db, &store.up(version));
            let (after, plan) = (rows(&db), store.plan(version));
            if let Some(down) = store.down(version) {
                run(&db, &down);
                assert_eq!(broken(&db), 0, "{} {version}", store.name);
                if plan.verdicts.iter().all(|verdict| verdict.down == DownEffect::Exact) {
                    assert_eq!(rows(&db), before, "{} {version}", store.name);
                    exact += 1;
                } else {
                    lossy += 1;
                }
                run(&db, &store.up(version));
            } else {
                let is_lost = |verdict: &protostore_evolve::plan::Verdict| verdict.down == DownEffect::CopyOnly;
                assert!(plan.verdicts.iter().any(is_lost), "{} {version} has no way back", store.name);
            }
            // What the way back lost is lost again at most: what is new in between is zero or unset.
            if plan.verdicts.iter().all(|verdict| verdict.down == DownEffect::Exact) {
                assert_eq!(rows(&db), after, "{} {version}", store.name);
            }
        }
    }
    assert!(exact >= 8 && lossy >= 4, "{exact} exact, {lossy} lossy");
}

/// The control: a row that the newer version cannot hold stops the version that would lose it.
#[test]
fn a_row_that_does_not_fit_stops_its_version() {
    let store = Store::all().into_iter().find(|store| store.name == "froyo").expect("froyo");
    let db = first(&store);
    db.execute_batch("UPDATE \"plan_units\" SET \"attempts\" = 4294967296 WHERE \"id\" = 'u1'")
        .expect("a wider number");
    run(&db, &store.up(2));
    run(&db, &store.up(3));
    let error = db.execute_batch(&format!("BEGIN; {}", store.up(4))).expect_err("it does not fit").to_string();
    assert!(error.contains("plan_units.attempts does not fit uint32: 1 rows, the first is"), "{error}");
}
