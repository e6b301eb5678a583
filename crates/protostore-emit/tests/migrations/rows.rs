//! Rows of many shapes, as a schema allows them.

use fastrand::Rng;
use protostore_schema::{ChildTable, Column, Form, Role, Schema, Table, Type};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// Inserts rows into all tables: what the schema does not allow is left out.
pub(crate) fn insert(db: &Connection, schema: &Schema, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    for _ in 0..12 {
        for table in &schema.tables {
            record(db, table, &mut rng);
        }
    }
}

fn record(db: &Connection, table: &Table, rng: &mut Rng) {
    let columns = table.all_columns();
    let Some(key) = row(db, &table.name.sql, &columns, &[], rng) else { return };
    let key: Vec<Value> = table
        .key
        .iter()
        .map(|part| key[columns.iter().position(|column| column.name.sql == *part).expect("a part")].clone())
        .collect();
    for child in table.children() {
        elements(db, child, &key, rng);
    }
}

fn elements(db: &Connection, child: &ChildTable, owner: &[Value], rng: &mut Rng) {
    let columns = child.columns();
    for position in 0..rng.i64(0..3) {
        let mut given = owner.to_vec();
        given.extend(
            child.place.column().filter(|column| column.role == Role::Position).map(|_| Value::Integer(position)),
        );
        let Some(row) = row(db, &child.name.sql, &columns, &given, rng) else { continue };
        let key = &row[..child.key_columns().len()];
        child.nested().into_iter().for_each(|inner| elements(db, inner, key, rng));
    }
}

/// Inserts a row that begins with what is given, and returns it; nothing where it is not allowed.
fn row(db: &Connection, table: &str, columns: &[&Column], given: &[Value], rng: &mut Rng) -> Option<Vec<Value>> {
    let mut values: Vec<Value> = given.to_vec();
    for column in &columns[given.len()..] {
        let around = (1..column.path.len()).rev().find_map(|length| {
            columns[..values.len()].iter().position(|c| c.role == Role::Presence && c.path == column.path[..length])
        });
        let is_unset = around.is_some_and(|at| values[at] == Value::Integer(0));
        values.push(match column.role {
            Role::Presence => Value::Integer(if is_unset { 0 } else { rng.i64(0..2) }),
            _ if is_unset && column.nullable => Value::Null,
            _ if column.nullable && rng.i64(0..3) == 0 => Value::Null,
            _ => value(column, rng),
        });
    }
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name.sql)).collect();
    let places: Vec<String> = (1..=values.len()).map(|n| format!("?{n}")).collect();
    let sql = format!("INSERT OR IGNORE INTO \"{table}\" ({}) VALUES ({})", names.join(", "), places.join(", "));
    let done = db.execute(&sql, params_from_iter(values.iter()));
    (done == Ok(1)).then_some(values)
}

fn value(column: &Column, rng: &mut Rng) -> Value {
    let words = ["", "a", "b", "c", "é", "long word"];
    let word = words[rng.usize(0..words.len())];
    match column.form {
        Form::Rfc3339 => return Value::Text("2026-11-20T23:41:22.000000000Z".into()),
        Form::Json => return Value::Text("[]".into()),
        Form::Bytes => return Value::Blob(word.as_bytes().to_vec()),
        _ => {}
    }
    match &column.ty {
        Type::Bool => Value::Integer(rng.i64(0..2)),
        Type::Float | Type::Double if column.form == Form::Own => Value::Real([0.0, 0.5, -3.0][rng.usize(0..3)]),
        Type::String | Type::FieldMask => Value::Text(word.to_owned()),
        Type::Bytes | Type::Any | Type::Message(_) | Type::Repeated(_) => Value::Blob(vec![]),
        Type::Struct | Type::Value | Type::ListValue => Value::Text("{}".into()),
        _ if column.role == Role::Singleton => Value::Integer(1),
        _ => Value::Integer(rng.i64(-1..4)),
    }
}
