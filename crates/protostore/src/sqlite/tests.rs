//! What only shows on the connection itself: how many statements run, and what a transaction that is lost leaves behind.

#[allow(unused_imports, reason = "not every suite needs every record")]
#[path = "../../tests/fixture/mod.rs"]
mod fixture;

mod refusals;
mod roles;
mod statements;
mod transactions;

use fixture::{Drive, Machine, Mount, SCHEMA};
use rusqlite::Connection;

use super::held::Held;
use crate::sqlite::open::Log;

/// A connection to a database in memory.
fn held() -> Held {
    held_with(|_| {})
}

/// The same, with hooks: they are set before the connection is held.
fn held_with(set: impl FnOnce(&mut Connection)) -> Held {
    let mut connection = Connection::open_in_memory().expect("memory");
    set(&mut connection);
    connection.execute_batch("PRAGMA foreign_keys = ON").expect("setting");
    connection.execute_batch(SCHEMA.migrations[0].text).expect("schema");
    Log::lay(&connection).expect("lays its tables");
    Held::new(connection, SCHEMA.slots).expect("holds")
}

/// A machine with rows in three child tables, and none in the fourth.
fn machine(id: &str) -> Machine {
    Machine {
        id: id.into(),
        root_drive: Some(Drive { image_path: "p".into(), read_only: true, labels: vec!["a".into(), "b".into()] }),
        kernel_args: vec!["x".into(); 3],
        mounts: vec![Mount::default()],
        ..Machine::default()
    }
}

/// Returns how many machines there are.
fn count(held: &Held) -> i64 {
    let count = held.connection().query_row(r#"SELECT count(*) FROM "machines""#, (), |row| row.get(0));
    count.expect("counts")
}
