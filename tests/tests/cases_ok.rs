//! Each file of `cases/ok` is a behaviour: its SQL and Rust are snapshots, and SQLite prepares every statement.

#[path = "cases/mod.rs"]
mod cases;

use std::path::PathBuf;

use protostore_emit::Dialect;
use protostore_schema::Schema;

#[test]
fn each_case_is_lowered_emitted_and_accepted_by_sqlite() {
    let cases = all();
    assert!(cases.len() >= 20, "only {} cases were found", cases.len());
    for case in cases {
        let name = case.file_stem().expect("a case has a name").to_string_lossy().into_owned();
        let schema = cases::schema(&case);
        let sql = protostore_emit::schema_sql(&schema, "cargo xtask codegen");
        accepted(&name, &schema, &sql);
        insta::with_settings!({ snapshot_path => "../snapshots/ok", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{name}.sql"), sql);
            insta::assert_snapshot!(format!("{name}.rs"), records(&schema));
        });
    }
}

#[test]
fn a_schema_survives_its_snapshot() {
    for case in all() {
        let schema = cases::schema(&case);
        let read = Schema::from_snapshot(&schema.to_snapshot()).expect("a snapshot that was just written is read");
        assert_eq!(read.to_snapshot(), schema.to_snapshot(), "{}", case.display());
        assert_eq!(protostore_emit::statements(&read), protostore_emit::statements(&schema), "{}", case.display());
    }
}

/// Returns the files of `cases/ok`, by name.
fn all() -> Vec<PathBuf> {
    let folder = cases::folder();
    let mut found: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|e| e == "proto"))
        .collect();
    found.sort();
    found
}

/// Everything that is emitted runs on SQLite: the schema, each statement, each view.
fn accepted(name: &str, schema: &Schema, sql: &str) {
    let db = rusqlite::Connection::open_in_memory().expect("a database in memory");
    db.pragma_update(None, "foreign_keys", true).expect("foreign keys are known");
    db.execute_batch(sql).unwrap_or_else(|e| panic!("{name}: {e}\n{sql}"));
    // The run time makes this table when it opens a database.
    db.execute_batch("CREATE TABLE protostore__sequences (\"table\", path, last)").expect("a table");
    let statements = protostore_emit::statements(schema);
    assert!(statements.len() >= 6, "{name}: a table has at least six statements");
    for (slot, statement) in statements.iter().enumerate() {
        assert_eq!(statement.slot as usize, slot, "{name}: {}", statement.name);
        let prepared =
            db.prepare(&statement.sql(Dialect::Sqlite)).unwrap_or_else(|e| panic!("{name}: {}: {e}", statement.name));
        let parameters = statement.params().len();
        assert_eq!(prepared.parameter_count(), parameters, "{name}: {}", statement.name);
        let plan = plan(&db, &statement.sql(Dialect::Sqlite));
        assert!(!statement.paged || !plan.contains("TEMP B-TREE"), "{name}: {}: {plan}", statement.name);
        assert!(!statement.seeks || plan.contains(['<', '>']), "{name}: {}: {plan}", statement.name);
    }
    for view in protostore_emit::views(schema) {
        let sql = format!("SELECT * FROM \"{view}\"");
        let rows = db.query_row(&sql, [], |_| Ok(())).map_err(|e| (e == rusqlite::Error::QueryReturnedNoRows, e));
        assert!(matches!(rows, Err((true, _))), "{name}: {view}: {rows:?}");
    }
}

/// Returns the steps of a statement's plan.
fn plan(db: &rusqlite::Connection, sql: &str) -> String {
    let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
    let steps = plan.raw_query().mapped(|row| row.get(3)).collect::<Result<Vec<String>, _>>();
    steps.expect("the planner answers").join("\n")
}

fn records(schema: &Schema) -> String {
    let files = cases::files(schema);
    let records = files.iter().filter(|(path, _)| path.starts_with("src/records/") && !path.ends_with("mod.rs"));
    records.map(|(path, text)| format!("// {path}\n{}", String::from_utf8_lossy(text))).collect::<Vec<_>>().join("\n")
}
