//! Migrations run as the run time runs them.

use protostore_emit::{Migration, migration, schema_sql};
use protostore_schema::Schema;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::Value;

use super::steps::{Said, plan};
use super::structure::structure;

/// One way between two schemas, with rows.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) old: Schema,
    pub(crate) new: Schema,
    pub(crate) up: Said,
    pub(crate) down: Said,
    /// Rows of the older schema.
    pub(crate) rows: &'static str,
    /// A query of the newer schema, and what it answers.
    pub(crate) after: (&'static str, &'static str),
    /// A query of the older schema, and what it answers after the way there and back.
    pub(crate) back: (&'static str, &'static str),
}

/// Opens an empty database as the run time has it.
pub(crate) fn open() -> Connection {
    let db = Connection::open_in_memory().expect("a database");
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false).expect("a setting");
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false).expect("a setting");
    db.execute_batch(
        "CREATE TABLE protostore__sequences (\"table\" INTEGER, path TEXT, last INTEGER, \
         PRIMARY KEY (\"table\", path)) STRICT;",
    )
    .expect("a table");
    db
}

/// Makes a database of a schema.
pub(crate) fn fresh(schema: &Schema) -> Connection {
    let db = open();
    db.execute_batch(&schema_sql(schema, "test")).expect("a schema");
    db.pragma_update(None, "foreign_keys", true).expect("a setting");
    db
}

/// Runs a migration: foreign keys off, in one transaction that it cannot end.
pub(crate) fn migrate(db: &mut Connection, sql: &str) -> Result<(), String> {
    db.pragma_update(None, "foreign_keys", false).expect("a setting");
    db.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
    db.authorizer(Some(within)).expect("an authorizer");
    let done = db.execute_batch(sql).map_err(|error| error.to_string());
    db.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).expect("no authorizer");
    db.execute_batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).expect("an end");
    db.pragma_update(None, "foreign_keys", true).expect("a setting");
    done
}

fn within(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Transaction { .. } | AuthAction::Attach { .. } | AuthAction::Detach { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    }
}

/// Returns what a query answers: values by commas, rows by semicolons.
pub(crate) fn answer(db: &Connection, query: &str) -> String {
    let mut query = db.prepare(query).unwrap_or_else(|e| panic!("{query}: {e}"));
    let count = query.column_count();
    let rows = query.query_map([], |row| (0..count).map(|at| row.get::<_, Value>(at)).collect::<Result<Vec<_>, _>>());
    let text = |value: Value| match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("x{}", bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()),
    };
    let rows = rows.expect("rows").map(|row| row.expect("a row").into_iter().map(text).collect::<Vec<_>>().join(","));
    rows.collect::<Vec<_>>().join(";")
}

impl Case {
    pub(crate) fn migration(&self) -> Migration {
        migration(&plan(&self.old, &self.new, &self.up, &self.down), &self.old, &self.new, "cargo protostore codegen")
    }

    /// Prints the migrations, and runs them up, down and up over rows.
    pub(crate) fn check(&self) {
        let Migration { up, down } = self.migration();
        golden(self.name, &format!("{up}\n{down}"));
        super::forms::check(self.name, &up);
        super::forms::check(self.name, &down);
        let mut db = fresh(&self.old);
        db.execute_batch(self.rows).unwrap_or_else(|e| panic!("{}: rows: {e}", self.name));
        let way = [(&up, &self.new, self.after), (&down, &self.old, self.back), (&up, &self.new, ("SELECT 1", "1"))];
        for (sql, schema, (query, expected)) in way {
            migrate(&mut db, sql).unwrap_or_else(|e| panic!("{}: {e}\n{sql}", self.name));
            let (found, wanted) = (structure(&db), structure(&fresh(schema)));
            let lacks: Vec<_> = wanted.difference(&found).collect();
            let others: Vec<_> = found.difference(&wanted).collect();
            assert!(lacks.is_empty() && others.is_empty(), "{}: lacks {lacks:#?}, has {others:#?}\n{sql}", self.name);
            assert_eq!(answer(&db, query), expected, "{}: {query}\n{sql}", self.name);
        }
        self.needs_each_statement(&up, &down);
    }

    /// Leaves out one statement after the other: each is missed, the first time or after the way there and back, when
    /// constraints are where ALTER put them. Guards find nothing here, and have tests of their own; so have steps of
    /// the run time, which write nothing here.
    fn needs_each_statement(&self, up: &str, down: &str) {
        let statements = super::forms::statements(up);
        let has_lines = up.contains("\n-- protostore: {");
        let is_guard = |statement: &str| {
            statement.starts_with("INSERT INTO \"protostore__guard\"")
                || statement.starts_with("CREATE TRIGGER \"protostore__guard__refuse\"")
                || (has_lines && statement.starts_with("UPDATE"))
        };
        let is_missed = |sql: &str, first: bool| {
            let mut db = fresh(&self.old);
            db.execute_batch(self.rows).expect("rows");
            for sql in [up, down].into_iter().filter(|_| !first) {
                migrate(&mut db, sql).unwrap_or_else(|e| panic!("{}: {e}", self.name));
            }
            migrate(&mut db, sql).is_err()
                || structure(&db) != structure(&fresh(&self.new))
                || (first && answer(&db, self.after.0) != self.after.1)
        };
        for (at, left_out) in statements.iter().enumerate().filter(|(_, statement)| !is_guard(statement)) {
            let others = statements.iter().enumerate().filter(|(other, _)| *other != at);
            let sql: String = others.map(|(_, statement)| format!("{statement}\n")).collect();
            assert!(is_missed(&sql, true) || is_missed(&sql, false), "{}: nothing misses {left_out}", self.name);
        }
    }

    /// Runs the way up over rows that do not fit: it stops with the sentence, and changes nothing.
    pub(crate) fn stops(&self, rows: &str, says: &str) {
        let mut db = fresh(&self.old);
        db.execute_batch(rows).unwrap_or_else(|e| panic!("{}: rows: {e}", self.name));
        let error = migrate(&mut db, &self.migration().up).expect_err(self.name);
        assert_eq!(error, says, "{}", self.name);
        assert_eq!(structure(&db), structure(&fresh(&self.old)), "{}", self.name);
    }
}

fn golden(name: &str, text: &str) {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let emit =
        if here.ends_with("protostore-emit") { here.to_path_buf() } else { here.join("../crates/protostore-emit") };
    insta::with_settings!({
        snapshot_path => emit.join("tests/migrations/golden"), prepend_module_to_snapshot => false, omit_expression => true
    }, {
        insta::assert_snapshot!(name, text);
    });
}
