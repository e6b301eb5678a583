//! The forms of SQL that every SQLite takes that protostore runs on; a migration has no other.

/// How statements begin that both take, word by word; `_` is a name.
const FORMS: [&str; 22] = [
    "CREATE TABLE _ (",
    "CREATE INDEX _ ON _ (",
    "CREATE UNIQUE INDEX _ ON _ (",
    "CREATE TRIGGER _ BEFORE",
    "CREATE VIEW _ AS SELECT",
    "DROP TABLE _",
    "DROP INDEX _",
    "DROP TRIGGER _",
    "DROP VIEW _",
    "ALTER TABLE _ RENAME TO _",
    "ALTER TABLE _ RENAME COLUMN _ TO _",
    "ALTER TABLE _ ADD COLUMN _ INTEGER",
    "ALTER TABLE _ ADD COLUMN _ REAL",
    "ALTER TABLE _ ADD COLUMN _ TEXT",
    "ALTER TABLE _ ADD COLUMN _ BLOB",
    "ALTER TABLE _ DROP COLUMN _",
    "ALTER TABLE _ ALTER COLUMN _ SET NOT NULL",
    "ALTER TABLE _ ALTER COLUMN _ DROP NOT NULL",
    "ALTER TABLE _ ADD CONSTRAINT _ CHECK (",
    "ALTER TABLE _ DROP CONSTRAINT _",
    "INSERT INTO _ (",
    "UPDATE _ SET",
];

/// Checks that each statement of a migration has a form of the list.
pub(crate) fn check(name: &str, sql: &str) {
    for statement in statements(sql) {
        let words = shape(&statement.split_whitespace().collect::<Vec<_>>().join(" "));
        let known = FORMS.iter().any(|form| words.starts_with(form)) || words.starts_with("DELETE FROM _");
        assert!(known, "{name} has a form that is not on the list: {words}");
        // A column added NOT NULL needs a literal as its default.
        if words.starts_with("ALTER TABLE _ ADD COLUMN") && words.contains("NOT NULL") && !words.contains("IS NOT NULL")
        {
            assert!(words.contains(" DEFAULT "), "{name}: {words}");
        }
    }
}

/// Returns the statements of a migration; a trigger is one.
pub(crate) fn statements(sql: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut statement = String::new();
    for line in sql.lines().filter(|line| !line.trim_start().starts_with("--")) {
        statement += line;
        statement += "\n";
        let is_trigger = statement.trim_start().starts_with("CREATE TRIGGER");
        if line.ends_with(';') && (!is_trigger || line == "END;") {
            all.push(std::mem::take(&mut statement).trim().to_owned());
        }
    }
    assert_eq!(statement.trim(), "", "each statement ends");
    all
}

/// Returns a statement with `_` for names.
fn shape(statement: &str) -> String {
    let mut shape = String::new();
    for (at, part) in statement.split('"').enumerate() {
        shape += if at % 2 == 0 { part } else { "_" };
    }
    shape
}

#[test]
fn a_form_that_one_sqlite_rejects_is_found() {
    check("known", "ALTER TABLE \"a\" DROP COLUMN \"b\";\n");
    for sql in [
        "ALTER TABLE \"a\" ADD FOREIGN KEY (\"b\");",
        "ALTER TABLE \"a\" ALTER COLUMN \"b\" TYPE TEXT;",
        "CREATE TABLE \"a\" AS SELECT 1;",
        "ALTER TABLE \"a\" ADD COLUMN \"b\" TEXT NOT NULL;",
    ] {
        assert!(std::panic::catch_unwind(|| check("control", sql)).is_err(), "{sql}");
    }
}

/// The list is of what these two take; another SQLite may take less.
#[test]
fn the_sqlite_is_one_of_those_that_the_list_was_tried_on() {
    let version = rusqlite::version();
    assert!(
        ["3.53.4", "3.54.1"].contains(&version),
        "{version}: try each form on it, and both builds in `cargo xtask test`"
    );
}
