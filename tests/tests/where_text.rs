//! Text in a `where` is text in every statement, whatever is in it, and finds the rows that hold it.

#[path = "where_text/proto.rs"]
mod proto;

use protostore_emit::{Dialect, Statement};
use protostore_schema::Schema;
use protostore_sql::{Param, ParamRole};
use rusqlite::{Connection, params_from_iter, types::Value};

use proto::{TEXTS, schema};

#[test]
fn every_statement_is_prepared_and_finds_the_rows_of_the_text() {
    for text in TEXTS {
        let schema = schema(text);
        let db = filled(&schema, text);
        let mut ran = 0;
        for statement in protostore_emit::statements(&schema) {
            let sql = statement.sql(Dialect::Sqlite);
            let prepared = db.prepare(&sql).unwrap_or_else(|e| panic!("{e}: {sql}"));
            assert_eq!(prepared.parameter_count(), statement.texts[0].1.params.len(), "{sql}");
            drop(prepared);
            if statement.name.contains("_where_") {
                finds(&db, &statement, &sql);
                ran += 1;
            }
        }
        // A get, and three lists of four statements.
        assert_eq!(ran, 13, "{text:?}");
    }
}

/// Returns a database with a row for the text and others beside it, each with an element of a list.
fn filled(schema: &Schema, text: &str) -> Connection {
    let db = Connection::open_in_memory().expect("a database in memory");
    let sql = protostore_emit::schema_sql(schema, "cargo xtask codegen");
    db.execute_batch(&sql).unwrap_or_else(|e| panic!("{e}: {sql}"));
    let rows = [("found", text.to_owned()), ("longer", format!("{text}x")), ("other", "returned".to_owned())];
    for (id, status) in rows {
        let order = "INSERT INTO orders (id, place, status, code) VALUES (?1, 'p', ?2, 'c')";
        db.execute(order, [id, &status]).expect("a row");
        let step = "INSERT INTO orders__steps (_id, _position, host, note) VALUES (?1, 0, 'h', ?2)";
        db.execute(step, [id, &status]).expect("an element");
        // The index of the notes holds those with other texts.
        let note = "INSERT INTO notes (id, place, status) VALUES (?1, 'p', ?2)";
        db.execute(note, [id, if id == "found" { "something else" } else { text }]).expect("a row");
    }
    db
}

fn finds(db: &Connection, statement: &Statement, sql: &str) {
    let context = || format!("{}: {sql}", statement.name);
    let values = params_from_iter(statement.texts[0].1.params.iter().map(value));
    if sql.starts_with("DELETE") || sql.starts_with("UPDATE") {
        db.execute_batch("SAVEPOINT deleted").expect("a savepoint");
        let table = if statement.name.starts_with("notes") { "notes" } else { "orders" };
        assert_eq!(db.execute(sql, values).expect("a statement that runs"), 1, "{}", context());
        let left = format!("SELECT count(*) FROM {table} WHERE id = 'found'");
        let left: i64 = db.query_row(&left, [], |row| row.get(0)).expect("a count");
        assert_eq!(left, i64::from(sql.starts_with("UPDATE")), "{}", context());
        db.execute_batch("ROLLBACK TO deleted; RELEASE deleted").expect("undone");
        return;
    }
    let mut select = db.prepare(sql).expect("a statement");
    let first = |row: &rusqlite::Row<'_>| row.get::<_, Value>(0);
    let rows: Vec<Value> = select.query_map(values, first).expect("rows").map(|row| row.expect("a row")).collect();
    let is_count = statement.name.ends_with(".count");
    assert_eq!(rows, [if is_count { Value::Integer(1) } else { Value::Text("found".to_owned()) }], "{}", context());
}

/// Returns the value of a parameter.
fn value(param: &Param<'_>) -> Value {
    match (param.role, param.field.as_ref()) {
        (ParamRole::Value, "place") => Value::Text("p".to_owned()),
        (ParamRole::Value, "code") => Value::Text("c".to_owned()),
        (ParamRole::Value, "steps.host") => Value::Text("h".to_owned()),
        (ParamRole::After, "id") => Value::Text(String::new()),
        (ParamRole::Limit, "") => Value::Integer(10),
        (ParamRole::Now(_), "") => Value::Integer(0),
        other => panic!("{other:?} is no parameter of a list"),
    }
}
